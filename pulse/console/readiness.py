"""What a draft needs before it can be prepared, each thing with the page that puts it right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pulse.console.wave_words import people_words, questions_words, seconds_words
from pulse.dates import day_words
from pulse.languages import language
from surveys.errors import StateError
from surveys.policy import Breakdown
from surveys.preparing_waves import Layout
from surveys.roster import RosterImport
from surveys.wave_questions import QuestionOnOffer, seconds_to_answer
from surveys.waves import Wave

_PEOPLE = "people.start"
_FRESH_DAYS = 31
_KEYS_A_SECOND = 8  # two kinds a group; measured 19 on two cores, said with room to spare


@dataclass(frozen=True, slots=True)
class Check:
    """`endpoint` names the page that puts it right, "" if none does; `args` are its arguments."""

    is_done: bool
    what: str
    note: str
    link: str = ""
    endpoint: str = ""


def _done(what: str, note: str) -> Check:
    return Check(is_done=True, what=what, note=note)


def _to_do(what: str, note: str, link: str = "", endpoint: str = "") -> Check:
    return Check(is_done=False, what=what, note=note, link=link, endpoint=endpoint)


def checks_of(
    wave: Wave,
    questions: Sequence[QuestionOnOffer],
    breakdowns: Sequence[Breakdown],
    *,
    most_questions: int,
    languages: Sequence[str],
) -> tuple[Check, ...]:
    """Return what hangs on the questions alone."""
    return (
        _done(
            f"{questions_words(wave.questions)} of {most_questions} allowed",
            f"{seconds_words(seconds_to_answer(questions, breakdowns))} to answer, everybody the "
            "same",
        ),
        *_breakdown_checks(wave, breakdowns),
        _done("Licences recorded", _sources(questions)),
        *(_language_check(code, questions) for code in languages),
    )


def staff_check(newest: RosterImport | None, today: date) -> Check:
    """Return whether the list of staff is there and about a month old at most."""
    if newest is None:
        return _to_do("No list of staff yet", "Nobody can be invited.", "Take it in", _PEOPLE)
    age = (today - newest.day).days
    if age > _FRESH_DAYS:
        return _to_do(
            f"The list of staff is {age} days old",
            "You see every change before it counts.",
            "Take in a newer one",
            _PEOPLE,
        )
    return _done("The list of staff is fresh", f"It holds for {day_words(newest.day)}")


def group_check(layout: Layout | StateError, *, shown_from: int) -> Check:
    """Return whether there are enough people, and how they would be grouped."""
    if isinstance(layout, StateError):
        return _to_do("It cannot be prepared yet", str(layout), "See who works where", _PEOPLE)
    groups = len(layout.groups)
    return _done(
        f"{people_words(layout.invited)} in {groups} groups",
        f"No group has fewer than {shown_from} people; smaller teams are counted one level up",
    )


def mail_check(*, is_on: bool, without_address: int) -> Check:
    """Return whether invitations can be sent, and to how many people not."""
    if not is_on:
        return _to_do(
            "Mail is not set up",
            "No invitation can be sent. Ask whoever runs Pulse for you to set it up.",
        )
    if without_address:
        return _to_do(
            f"{people_words(without_address)} without an e-mail address",
            "They get no invitation by mail.",
            "See who works where",
            _PEOPLE,
        )
    return _done("Mail is set up", "Invitation at once, reminders on day 4 and day 8")


def minutes_to_prepare(groups: int) -> int:
    """Return about how many minutes it takes to make the keys."""
    return max(1, round(2 * groups / _KEYS_A_SECOND / 60))


def _breakdown_checks(wave: Wave, breakdowns: Sequence[Breakdown]) -> tuple[Check, ...]:
    if not wave.breakdowns:
        return ()
    gone = sorted(set(wave.breakdowns) - {breakdown.code for breakdown in breakdowns})
    if gone:
        return (
            _to_do(
                f"The breakdown question {gone[0]!r} is not declared any more",
                "The anonymity policy was changed. Change the wave and take it out.",
            ),
        )
    names = ", ".join(breakdown.name for breakdown in breakdowns)
    note = "Asked last; nobody has to answer, and small groups are never shown"
    return (_done(f"Breakdowns: {names}", note),)


def _language_check(code: str, questions: Sequence[QuestionOnOffer]) -> Check:
    # Isolated, so that a name written from right to left does not turn the sentence around.
    name = f"\N{FIRST STRONG ISOLATE}{language(code).name}\N{POP DIRECTIONAL ISOLATE}"
    missing = sum(code not in question.item.wording for question in questions)
    if missing and not code.startswith("en"):
        return _to_do(
            f"{name}: {questions_words(missing)} not translated",
            "They are shown in English there.",
        )
    return _done(f"{name} complete", "Staff switch languages on the page")


def _sources(questions: Sequence[QuestionOnOffer]) -> str:
    return "; ".join(sorted({f"{each.instrument.name}: {each.item.licence}" for each in questions}))
