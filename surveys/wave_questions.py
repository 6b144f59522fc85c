"""Choosing a wave's questions: what is on offer, whose turn it is, and how long answering takes."""

import math
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from surveys.breakdown_questions import answers_on_offer
from surveys.instruments import OWN_CODE, Construct, Instrument, Item, ItemCode
from surveys.library_bank import default_instrument
from surveys.packs import known_instruments
from surveys.policy import Breakdown
from surveys.scales import Scale

ROTATING_PLACES = 3
"""A set has had its turn when so many of its questions were asked in one wave, or all it has."""

_Asked = tuple[date, frozenset[ItemCode]]

_WORDS_A_SECOND = 4.0  # 240 a minute, the silent reading rate of adults (Brysbaert 2019: 238)
_SECONDS_TO_CHOOSE = 2.5  # to decide and to touch; our own estimate, not measured on staff
_SECONDS_BEFORE_AND_AFTER = 15.0  # the start, the review and the sending; likewise


@dataclass(frozen=True, slots=True)
class QuestionOnOffer:
    """One question that a wave may ask, and where it comes from."""

    item: Item
    scale: Scale
    construct: Construct
    instrument: Instrument

    @property
    def is_own(self) -> bool:
        return self.instrument.code == OWN_CODE


def questions_on_offer(session: Session) -> tuple[QuestionOnOffer, ...]:
    """Return every question of the bank, of imported packs and of our own, in this order."""
    instruments = sorted(known_instruments(session), key=lambda known: known.code == OWN_CODE)
    return tuple(
        QuestionOnOffer(item, known.scales[item.scale], known.constructs[item.construct], known)
        for known in instruments
        for item in known.items
    )


def suggested_questions(
    asked: Iterable[tuple[date, Collection[ItemCode]]],
    *,
    most: int,
    bank: Instrument | None = None,
) -> tuple[ItemCode, ...]:
    """Return the anchors, then questions of the set that has waited longest.

    Within the set those go first that were asked longest ago, then least often, so that a set with
    more questions than places takes turns. A set of which too few were asked, because own questions
    took their places, has not had its turn.

    Args:
        asked: opening day and questions of every other wave.
        most: questions in a wave, as the policy says.
        bank: the bank of questions, ours without.
    """
    bank = bank or default_instrument()
    waves = sorted((day, frozenset(codes)) for day, codes in asked)
    anchors = [item.code for item in bank.items if not item.rotation][:most]
    places = min(ROTATING_PLACES, most - len(anchors))
    if places <= 0:
        return tuple(anchors)
    rotating = _next_set(bank, waves)
    waited = {
        code: (_last_day(waves, {code}, at_least=1), sum(code in asked for _day, asked in waves))
        for code in rotating
    }
    turn = sorted(rotating, key=lambda code: waited[code])[:places]
    return (*anchors, *(code for code in rotating if code in turn))


def seconds_to_answer(
    questions: Sequence[QuestionOnOffer], breakdowns: Sequence[Breakdown] = ()
) -> int:
    """Return about how long answering takes, in steps of five seconds.

    Reading the wording and the answers, choosing, and the pages before and after. A guess to plan
    with: nobody's time is ever measured.
    """
    asked = [(next(iter(each.item.wording.values())), each.scale.options) for each in questions]
    asked += [(each.name, answers_on_offer(each)) for each in breakdowns]
    seconds = _SECONDS_BEFORE_AND_AFTER if asked else 0.0
    seen: set[tuple[str, ...]] = set()
    for wording, options in asked:
        words = _words(wording)
        if options not in seen:  # the same answers again are recognised, not read
            words += sum(map(_words, options))
            seen.add(options)
        seconds += words / _WORDS_A_SECOND + _SECONDS_TO_CHOOSE
    return 5 * math.ceil(seconds / 5)


def _next_set(bank: Instrument, waves: Sequence[_Asked]) -> list[ItemCode]:
    sets: dict[str, list[ItemCode]] = {}
    for item in bank.items:
        if item.rotation:
            sets.setdefault(item.rotation, []).append(item.code)
    turns = {
        name: _last_day(waves, codes, at_least=min(ROTATING_PLACES, len(codes)))
        for name, codes in sets.items()
    }
    return sets[min(sorted(sets), key=lambda name: turns[name])] if sets else []


def _last_day(waves: Sequence[_Asked], codes: Collection[ItemCode], *, at_least: int) -> date:
    """Return the last day on which so many of them were asked; the first of all days if never."""
    return max(
        (day for day, asked in waves if len(asked.intersection(codes)) >= at_least),
        default=date.min,
    )


def _words(text: str) -> int:
    return len(re.findall(r"\w+", text))
