"""The organisation's own questions: written by HR, kept for good, at most two in a wave.

They are an instrument like any other, so that a question asked again continues its series. Nothing
is ever taken out of it or changed: another wording is another question.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from surveys.errors import StateError, SurveyError
from surveys.instruments import OWN_CODE, Construct, ConstructCode, Instrument, Item, ItemCode
from surveys.library_bank import default_instrument
from surveys.packs import add_version, known_instruments, latest_version

MOST_OWN_QUESTIONS = 2
OWN_SCALES = ("agreement", "morale")
"""Scales of the bank that fit a wording of one's own."""

LONGEST_WORDING = 160
LONGEST_NAME = 40
_SHORTEST_WORDING = 10


class OwnQuestionError(SurveyError):
    """A question cannot be taken in; `field` says which part: wording, name or scale."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(rule)
        self.field = field


def add_own_question(
    session: Session, *, wording: str, name: str, scale: str, day: date
) -> ItemCode:
    """Add a question to our own and return its code. The caller commits.

    Args:
        session: of the registry.
        wording: as staff read it.
        name: what charts call it.
        scale: one of `OWN_SCALES`.
        day: the day it is added.

    Raises:
        OwnQuestionError: a part breaks a rule, or the question is there already.
        StateError: somebody else has added a question meanwhile.
    """
    wording, name = " ".join(wording.split()), " ".join(name.split())
    _check(wording, name, scale)
    version, own = latest_version(session, OWN_CODE)
    own = own or _empty()
    if wording.casefold() in {next(iter(i.wording.values())).casefold() for i in own.items}:
        raise OwnQuestionError(
            "wording", "This question is there already. Choose it from the list."
        )
    _refuse_taken_name(session, name)
    item = _item(len(own.items) + 1, wording, scale)
    grown = replace(
        own,
        scales={**own.scales, scale: default_instrument().scales[scale]},
        constructs={**own.constructs, item.construct: _construct(item.construct, name)},
        items=(*own.items, item),
    )
    add_version(session, grown, version=version + 1, day=day)
    return item.code


def refuse_too_many_own(session: Session, codes: Collection[ItemCode]) -> None:
    """Refuse a wave with more of our own questions than it may hold.

    Raises:
        StateError: the message says how many it may hold.
    """
    _version, own = latest_version(session, OWN_CODE)
    mine = {item.code for item in own.items} if own else set()
    if sum(code in mine for code in codes) > MOST_OWN_QUESTIONS:
        raise StateError(
            f"A wave asks at most {MOST_OWN_QUESTIONS} questions of your own: they take the places "
            "of rotating ones. Take one of them out."
        )


def _check(wording: str, name: str, scale: str) -> None:
    if not _SHORTEST_WORDING <= len(wording) <= LONGEST_WORDING or not wording.isprintable():
        raise OwnQuestionError(
            "wording",
            f"Write the question in {_SHORTEST_WORDING} to {LONGEST_WORDING} characters. "
            f"It has {len(wording)}.",
        )
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise OwnQuestionError(
            "name", f"Give it a name of 1 to {LONGEST_NAME} characters. It has {len(name)}."
        )
    if scale not in OWN_SCALES:
        raise OwnQuestionError("scale", "Choose how people answer.")


def _refuse_taken_name(session: Session, name: str) -> None:
    taken = {
        construct.name.casefold()
        for known in known_instruments(session)
        for construct in known.constructs.values()
    }
    if name.casefold() in taken:
        raise OwnQuestionError("name", f"There is a measure called {name!r} already.")


def _item(number: int, wording: str, scale: str) -> Item:
    """Return the question, a measure of its own."""
    code = f"{OWN_CODE}-{number}"
    return Item(
        code=ItemCode(code),
        version=1,
        construct=ConstructCode(code),
        wording={"en": wording},
        scale=scale,
        reverse_keyed=False,
        source="This organisation",
        licence="its own",
    )


def _construct(code: ConstructCode, name: str) -> Construct:
    return Construct(
        code=code,
        name=name,
        ask_lower="What is behind these answers, and what would help?",
        ask_higher="What is behind these answers, and how do we keep it?",
    )


def _empty() -> Instrument:
    return Instrument(
        code=OWN_CODE,
        name="Our own questions",
        source="This organisation",
        licence="its own",
        scales={},
        constructs={},
        items=(),
        permission="Written here.",
    )
