"""HR's answer to a challenge: the form, and the page that asks once more before it is entered."""

from dataclasses import dataclass

from pulse.challenge_notes import ChallengeNote, notes_before_release
from pulse.dates import weekday_words
from surveys.challenges import LONGEST_WORDS, Challenge, Outcome
from surveys.waves import Wave

OUTCOMES = {
    Outcome.RELEASE: "Release the results, with challenge and answer printed on them",
    Outcome.DESTROY: "Destroy the wave without results",
}
PROMISE = "I know that these answers can never be counted afterwards."


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """What was typed; `outcome` is "" until one is chosen."""

    words: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """`field` is the one that `problem` speaks of; `promise` is a sentence to tick, or ""."""

    code: str
    title: str
    lead: str
    note: ChallengeNote
    form: AnswerForm
    outcomes: tuple[tuple[str, str], ...]
    longest: int
    consequences: tuple[str, ...]
    promise: str
    field: str
    problem: str

    def error_of(self, field: str) -> dict[str, str] | None:
        """Return a field's message as GOV.UK components take it."""
        return {"text": self.problem} if field == self.field else None


def answer_page(
    wave: Wave, challenge: Challenge, form: AnswerForm, *, field: str = "", problem: str = ""
) -> AnswerPage:
    until = weekday_words(challenge.released_unanswered_on)
    return AnswerPage(
        code=wave.code,
        title=wave.title,
        lead=(
            "The results wait for your answer. Without one they come out by themselves on "
            f"{until}, with the challenge and the words that HR did not answer."
        ),
        note=notes_before_release([challenge])[0],
        form=form,
        outcomes=tuple((outcome.value, words) for outcome, words in OUTCOMES.items()),
        longest=LONGEST_WORDS,
        consequences=_consequences(wave, form.outcome),
        promise=PROMISE if form.outcome == Outcome.DESTROY else "",
        field=field,
        problem=problem,
    )


def _consequences(wave: Wave, outcome: str) -> tuple[str, ...]:
    logged = "Your answer stands in the log for good, beside the challenge. It cannot be changed."
    if outcome == Outcome.DESTROY:
        return (
            logged,
            "All sealed answers and the keys that open them are destroyed in a moment.",
            "The log says for good that this wave ended without results.",
        )
    comes = "in a moment"
    if wave.releases_on is not None:
        comes = f"on {weekday_words(wave.releases_on)}, or in a moment if that day has come"
    return (
        logged,
        f"The results come out by themselves {comes}.",
        "Everybody who reads them reads the challenge and your answer, word for word.",
    )
