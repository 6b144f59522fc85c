"""What the answering page shows, apart from its words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pulse.respond.contacts import Contacts
from pulse.respond.open_waves import OpenWave
from surveys.breakdown_questions import answers_on_offer
from surveys.instruments import Item
from surveys.policy import Breakdown
from surveys.scales import Scale

_GROUPS_OF_PRINT = 4
_SHOWN_OF_PRINT = 16


@dataclass(frozen=True, slots=True)
class Option:
    """One answer on offer; `value` counts from 1 as ballots do."""

    value: int
    label: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `number` counts from 1.

    `divides` says that its answers may divide the figures of a unit: people read why it is asked.
    """

    number: int
    code: str
    wording: Mapping[str, str]
    options: tuple[Option, ...]
    divides: bool = False


@dataclass(frozen=True, slots=True)
class AskedWave:
    """One wave on the page. `shown_from` is the fewest people behind a figure."""

    code: str
    title: str
    closes_on: date
    shown_from: int
    challenge_days: int
    invited: int
    comments: bool
    fingerprint: str
    descriptor_text: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class AnsweringPage:
    """The one page of the answering path; `waves` are those open now."""

    organisation: str
    waves: tuple[AskedWave, ...]
    contacts: Contacts


def answering_page(
    organisation: str, waves: Sequence[OpenWave], contacts: Contacts
) -> AnsweringPage:
    return AnsweringPage(organisation, tuple(map(_asked, waves)), contacts)


def fingerprint(sha256: str) -> str:
    """Return the start of a hash in groups that can be read out and compared."""
    start = sha256[:_SHOWN_OF_PRINT]
    return " ".join(
        start[place : place + _GROUPS_OF_PRINT]
        for place in range(0, _SHOWN_OF_PRINT, _GROUPS_OF_PRINT)
    )


def _asked(wave: OpenWave) -> AskedWave:
    descriptor = wave.descriptor
    return AskedWave(
        code=descriptor.code,
        title=descriptor.title,
        closes_on=wave.head.closes_on,
        shown_from=descriptor.policy.shown_threshold,
        challenge_days=descriptor.policy.challenge_days,
        invited=descriptor.invited,
        comments=descriptor.comments,
        fingerprint=fingerprint(descriptor.sha256),
        descriptor_text=descriptor.text,
        questions=questions_of(
            (
                (item, descriptor.instrument.scales[item.scale])
                for item in descriptor.instrument.items
            ),
            descriptor.breakdown_questions,
        ),
    )


def questions_of(
    asked: Iterable[tuple[Item, Scale]], breakdowns: Iterable[Breakdown] = ()
) -> tuple[Question, ...]:
    """Return the questions in the order asked, each with the answers on offer; breakdowns last."""
    items = [
        Question(number, item.code, item.wording, _options(scale.options))
        for number, (item, scale) in enumerate(asked, start=1)
    ]
    divides = [
        Question(
            number, each.code, {"en": each.name}, _options(answers_on_offer(each)), divides=True
        )
        for number, each in enumerate(breakdowns, start=len(items) + 1)
    ]
    return (*items, *divides)


def _options(labels: Iterable[str]) -> tuple[Option, ...]:
    return tuple(Option(value, {"en": label}) for value, label in enumerate(labels, start=1))
