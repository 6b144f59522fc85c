"""What a step does, said before it is done: each step of a wave is confirmed on a page."""

from dataclasses import dataclass
from datetime import date, timedelta

from pulse.console.wave_page import STEP_LABELS
from pulse.console.wave_words import people_words
from pulse.dates import weekday_words
from surveys.calendar import LONGEST_EXTENSION_DAYS
from surveys.wave_wishes import WaveStep
from surveys.waves import Wave


@dataclass(frozen=True, slots=True)
class StepFacts:
    """`invited` and `groups` are those that preparing would make, or has made."""

    invited: int
    groups: int
    threshold: int
    minutes: int
    challenge_days: int


@dataclass(frozen=True, slots=True)
class DayField:
    """The new closing day: its value, and the first and last that are possible."""

    value: str
    earliest: str
    latest: str


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """`promise` is a sentence to tick where nothing can be undone, "" elsewhere."""

    code: str
    step: str
    title: str
    question: str
    consequences: tuple[str, ...]
    button: str
    promise: str
    day: DayField | None
    problem: str


def confirm_page(
    wave: Wave, step: WaveStep, facts: StepFacts, *, typed_day: str = "", problem: str = ""
) -> ConfirmPage:
    return ConfirmPage(
        code=wave.code,
        step=step.value,
        title=wave.title,
        question=_questions(wave)[step],
        consequences=_consequences(wave, step, facts),
        button=STEP_LABELS[step],
        promise=_PROMISES.get(step, ""),
        day=_day_field(wave, typed_day) if step is WaveStep.EXTEND else None,
        problem=problem,
    )


_PROMISES = {
    WaveStep.DESTROY: "I know that these answers can never be counted afterwards.",
    WaveStep.CLOSE: "I know that it cannot be opened again.",
}


def _questions(wave: Wave) -> dict[WaveStep, str]:
    return {
        WaveStep.PREPARE: f"Prepare {wave.title}?",
        WaveStep.OPEN: f"Open {wave.title} now, instead of on {weekday_words(wave.opens_on)}?",
        WaveStep.EXTEND: f"Give staff more days for {wave.title}?",
        WaveStep.CLOSE: f"Close {wave.title} now, instead of on {weekday_words(wave.closes_on)}?",
        WaveStep.DESTROY: f"Destroy {wave.title} without results?",
        WaveStep.CANCEL: f"Cancel {wave.title}?",
    }


def _consequences(wave: Wave, step: WaveStep, facts: StepFacts) -> tuple[str, ...]:
    people = people_words(facts.invited)
    minutes = "about a minute" if facts.minutes == 1 else f"about {facts.minutes} minutes"
    return {
        WaveStep.PREPARE: (
            f"{people} will be invited, in {facts.groups} groups of at least {facts.threshold}.",
            "Questions, groups and every anonymity rule are frozen.",
            "To change them you would cancel this wave and plan another one.",
            "The union can read the frozen rules in the log before anybody is asked.",
            f"Making the keys takes {minutes}.",
            f"It opens by itself on {weekday_words(wave.opens_on)} at 8am.",
        ),
        WaveStep.OPEN: (
            f"{people} get their invitations now.",
            f"It still closes on {weekday_words(wave.closes_on)} at 6pm.",
        ),
        WaveStep.EXTEND: (
            "The first closing day stays in the log, where the union can read both.",
            "Links in invitations go on working. No mail is sent about it.",
        ),
        WaveStep.CLOSE: (
            "Nobody can answer afterwards. Links in invitations stop working.",
            f"The results come out by themselves {_challenge_words(facts.challenge_days)}.",
        ),
        WaveStep.DESTROY: (
            "All sealed answers and the keys that open them are destroyed.",
            "The log says for good that this wave ended without results.",
        ),
        WaveStep.CANCEL: (
            "Nobody was asked yet. Whatever was made for it is destroyed.",
            "You can plan another wave for the same month.",
        ),
    }[step]


def _challenge_words(days: int) -> str:
    if days == 0:
        return "as soon as they are counted"
    plural = "day" if days == 1 else "days"
    return f"{days} {plural} later; until then the union can object"


def _day_field(wave: Wave, typed: str) -> DayField:
    earliest = wave.closes_on + timedelta(days=1)
    latest = wave.closes_on + timedelta(days=LONGEST_EXTENSION_DAYS)
    usual = _no_weekend(wave.closes_on + timedelta(days=7))
    return DayField(typed or usual.isoformat(), earliest.isoformat(), latest.isoformat())


def _no_weekend(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - 4))
