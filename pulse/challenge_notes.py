"""A challenge and HR's answer as every page prints them: who said what on which day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from analysis.printed_challenges import printed_challenges
from analysis.release import ReleaseHead
from pulse.dates import day_words
from surveys.challenges import ANSWER_DAYS, Challenge
from surveys.months import Month

UNANSWERED = f"HR did not answer within {ANSWER_DAYS.days} days."


@dataclass(frozen=True, slots=True)
class ChallengeNote:
    """One challenge; `answer` is "" where HR gave none, and `answered` then says so.

    `places` are the entries of the log that hold it.
    """

    month: Month
    raised: str
    reason: str
    answered: str
    answer: str
    places: tuple[int, ...]

    @property
    def places_words(self) -> str:
        """Where the words stand in the log, for whoever wants to check them."""
        noun = "Entry" if len(self.places) == 1 else "Entries"
        return f"{noun} {' and '.join(f'{place:,}' for place in self.places)} of the log."


def challenge_note(challenge: Challenge, *, unanswered: str = UNANSWERED) -> ChallengeNote:
    """Return the words; `unanswered` stands in the place of an answer that is not there."""
    answer = challenge.answer
    return ChallengeNote(
        month=challenge.month,
        raised=f"The union challenged this wave on {day_words(challenge.day)}:",
        reason=challenge.reason,
        answered=f"HR answered on {day_words(answer.day)}:" if answer else unanswered,
        answer=answer.words if answer else "",
        places=(challenge.place, answer.place) if answer else (challenge.place,),
    )


def notes_before_release(challenges: Iterable[Challenge]) -> tuple[ChallengeNote, ...]:
    """Return the notes of a wave whose results are not out yet; HR may still answer."""
    return tuple(
        challenge_note(
            each, unanswered=f"HR has until {day_words(each.released_unanswered_on)} to answer."
        )
        for each in challenges
    )


def printed_notes(
    session: Session, heads: Sequence[ReleaseHead]
) -> Mapping[Month, tuple[ChallengeNote, ...]]:
    """Return what is printed on these releases (archive session); months without any are absent."""
    return {
        month: tuple(map(challenge_note, challenges))
        for month, challenges in printed_challenges(session, heads).items()
    }
