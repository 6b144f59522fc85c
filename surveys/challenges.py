"""The union's challenge of a wave between its close and its release, and HR's answer.

Both are entries of the log and lie nowhere else, so that nothing can disagree with it. Every
function takes a session of the archive; those that add an entry wait for the turn to write first,
so that no release slips in between a check and its entry.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from surveys.errors import StateError, SurveyError
from surveys.ledger.log import EntryKind, LogEntry, append, entries, take_turn
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from surveys.wave_states import WaveState
from surveys.waves import Wave

LONGEST_WORDS = 1000
"""Characters of a challenge, and of an answer."""

ANSWER_DAYS = timedelta(days=14)
"""How long a challenge waits for HR's answer; without one the release goes out with it."""

AFTER_CLOSE = frozenset({WaveState.CLOSED, WaveState.STAGED})
"""The states between close and release, in which a wave can be challenged."""


class Outcome(StrEnum):
    """What HR has decided about a challenged wave; the value stands in the log."""

    RELEASE = "release"
    DESTROY = "destroy"


class WordsError(SurveyError):
    """What somebody wrote cannot be taken as it is; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Answer:
    """HR's answer; `place` is its entry in the log."""

    words: str
    outcome: Outcome
    day: date
    place: int


@dataclass(frozen=True, slots=True)
class Challenge:
    """One challenge; `place` is its entry in the log, `answer` is None until HR gives one."""

    wave: str
    month: Month
    reason: str
    day: date
    place: int
    answer: Answer | None = None

    @property
    def released_unanswered_on(self) -> date:
        """The day from which the release no longer waits for HR, which can answer until then."""
        return self.day + ANSWER_DAYS

    def awaits_answer(self, day: date) -> bool:
        """Return whether HR can still answer on this day."""
        return self.answer is None and day < self.released_unanswered_on

    @property
    def is_given_up(self) -> bool:
        """Whether HR has answered by giving up the wave."""
        return self.answer is not None and self.answer.outcome is Outcome.DESTROY


def challenges_of(session: Session, code: str) -> tuple[Challenge, ...]:
    """Return every challenge of a wave, oldest first."""
    kinds = [EntryKind.CHALLENGED, EntryKind.CHALLENGE_ANSWERED]
    return _challenges(entries(session, kinds=kinds, wave=code))


def all_challenges(session: Session) -> tuple[Challenge, ...]:
    """Return every challenge that was ever raised, oldest first."""
    kinds = [EntryKind.CHALLENGED, EntryKind.CHALLENGE_ANSWERED]
    return _challenges(entries(session, kinds=kinds))


def can_challenge(wave: Wave, challenges: Sequence[Challenge], day: date) -> bool:
    """Return whether the wave is in its days to challenge and no challenge holds it already."""
    return _in_days_to_challenge(wave, day) and not any(
        each.answer is None or each.is_given_up for each in challenges
    )


def refuse_unless_challengeable(wave: Wave, challenges: Sequence[Challenge], day: date) -> None:
    """Refuse a challenge that is not possible on this day.

    Raises:
        StateError: the wave is not in its days to challenge, or is challenged already.
    """
    if not _in_days_to_challenge(wave, day):
        raise StateError(
            f"{wave.title} is not in its days to challenge, so it cannot be challenged now."
        )
    if not can_challenge(wave, challenges, day):
        raise StateError(f"{wave.title} is challenged already. One challenge at a time.")


def find_answerable(wave: Wave, challenges: Sequence[Challenge], day: date) -> Challenge:
    """Return the challenge that HR can answer on this day.

    Raises:
        StateError: no challenge of the wave waits for an answer.
    """
    waiting = next((each for each in challenges if each.awaits_answer(day)), None)
    if wave.state not in AFTER_CLOSE or waiting is None:
        raise StateError(f"No challenge of {wave.title} waits for an answer.")
    return waiting


def refuse_unanswered(challenges: Sequence[Challenge], day: date) -> None:
    """Refuse to give up a wave while a challenge waits: the answer says why, and can give it up.

    Raises:
        StateError: a challenge waits for HR's answer.
    """
    if any(each.awaits_answer(day) for each in challenges):
        raise StateError(
            "The union has challenged this wave. Answer the challenge; the answer can be that the "
            "wave is destroyed."
        )


def release_day(releases_on: date, challenges: Sequence[Challenge]) -> date | None:
    """Return the first day on which a wave may be released, None where HR has given it up.

    The later of the end of the days to challenge and of each challenge: the day of HR's answer, or
    the end of the days to answer.
    """
    if any(each.is_given_up for each in challenges):
        return None
    ends = [each.answer.day if each.answer else each.released_unanswered_on for each in challenges]
    return max([releases_on, *ends])


def raise_challenge(
    session: Session, wave: Wave, reason: str, *, signer: LogSigner, day: date
) -> Challenge:
    """Enter the union's challenge in the log; from then on the wave waits for HR's answer.

    Raises:
        WordsError: the reason is missing, too long or no plain text.
        StateError: the wave is not in its days to challenge, or is challenged already.
    """
    reason = plain_words(reason, what="Your reason")
    take_turn(session)
    _refuse_released(session, wave)
    refuse_unless_challengeable(wave, challenges_of(session, wave.code), day)
    body = {
        "wave": wave.code,
        "month": str(wave.month),
        "raised_by": "union_auditor",
        "reason": reason,
    }
    return _challenge(append(session, EntryKind.CHALLENGED, body, signer=signer, day=day))


def answer_challenge(
    session: Session, wave: Wave, words: str, outcome: Outcome, *, signer: LogSigner, day: date
) -> Challenge:
    """Enter HR's answer in the log and return the challenge with it.

    Raises:
        WordsError: the words are missing, too long or no plain text.
        StateError: no challenge of the wave awaits an answer.
    """
    words = plain_words(words, what="Your answer")
    take_turn(session)
    _refuse_released(session, wave)
    waiting = find_answerable(wave, challenges_of(session, wave.code), day)
    body = {
        "wave": wave.code,
        "challenge": waiting.place,
        "answered_by": "hr",
        "answer": words,
        "outcome": outcome.value,
    }
    entry = append(session, EntryKind.CHALLENGE_ANSWERED, body, signer=signer, day=day)
    return replace(waiting, answer=_answer(entry))


def plain_words(text: str, *, what: str, longest: int = LONGEST_WORDS) -> str:
    """Return text as it is kept: trimmed, lines ended alike, no character that cannot be seen.

    Args:
        text: what somebody wrote.
        what: of whom and what; the message begins with it.
        longest: characters that are kept at most.

    Raises:
        WordsError: it is empty, too long or holds other characters.
    """
    lines = [line.replace("\t", " ").rstrip() for line in text.strip().splitlines()]
    kept = "\n".join(lines)
    if not kept:
        raise WordsError(f"{what} is missing. Write it in plain words.")
    if len(kept) > longest:
        raise WordsError(
            f"{what} is {len(kept):,} characters. It can be up to {longest:,}. What you "
            "wrote is still here."
        )
    if not all(line.isprintable() for line in lines):
        raise WordsError(f"{what} holds characters that cannot be shown. Write plain text.")
    return kept


def _in_days_to_challenge(wave: Wave, day: date) -> bool:
    return (
        wave.state in AFTER_CLOSE
        and wave.closed_on is not None
        and wave.releases_on is not None
        and wave.closed_on <= day < wave.releases_on
    )


def _refuse_released(session: Session, wave: Wave) -> None:
    """Ask the log, which is the first to know that a release is out."""
    if any(
        entry.body.get("month") == str(wave.month)
        for entry in entries(session, kinds=[EntryKind.RELEASE])
    ):
        raise StateError(f"The results of {wave.month.words} are out already.")


def _challenges(logged: Sequence[LogEntry]) -> tuple[Challenge, ...]:
    answers = {
        entry.body["challenge"]: _answer(entry)
        for entry in logged
        if entry.kind is EntryKind.CHALLENGE_ANSWERED
    }
    return tuple(
        replace(_challenge(entry), answer=answers.get(entry.place))
        for entry in logged
        if entry.kind is EntryKind.CHALLENGED
    )


def _challenge(entry: LogEntry) -> Challenge:
    return Challenge(
        wave=str(entry.body["wave"]),
        month=Month.parse(str(entry.body["month"])),
        reason=str(entry.body["reason"]),
        day=entry.day,
        place=entry.place,
    )


def _answer(entry: LogEntry) -> Answer:
    return Answer(
        str(entry.body["answer"]), Outcome(str(entry.body["outcome"])), entry.day, entry.place
    )
