"""One wave as HR reads it: where it stands, what it needs, what can be done with it now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pulse.challenge_notes import ChallengeNote, challenge_note, notes_before_release
from pulse.console.readiness import Check
from pulse.console.wave_words import (
    StateTag,
    people_words,
    questions_words,
    rate_words,
    seconds_words,
    state_tag,
)
from pulse.dates import day_words, weekday_words
from pulse.mail.mailings import MailingKind, MailingProgress, MailingState
from surveys.breakdown_questions import answers_on_offer
from surveys.challenges import AFTER_CLOSE, Challenge, release_day
from surveys.policy import Breakdown
from surveys.wave_questions import QuestionOnOffer, seconds_to_answer
from surveys.wave_states import WaveKind, WaveState
from surveys.wave_wishes import WaveStep, Wish, possible_steps
from surveys.waves import Wave

_WISHED = {
    WaveStep.PREPARE: "Preparing begins in a moment.",
    WaveStep.OPEN: "It opens in a moment.",
    WaveStep.EXTEND: "The new closing day is set in a moment.",
    WaveStep.CLOSE: "It closes in a moment; then the answers are counted.",
    WaveStep.DESTROY: "It is destroyed in a moment.",
    WaveStep.CANCEL: "It is cancelled in a moment.",
}
_FAILED = {
    "prepare": "Preparing did not work.",
    "open": "Opening did not work.",
    "extend": "The closing day was not changed.",
    "close": "Closing did not work.",
    "count": "The answers could not be counted.",
    "release": "The results could not be released.",
    "destroy": "Destroying did not work.",
    "cancel": "Cancelling did not work.",
}
STEP_LABELS = {
    WaveStep.PREPARE: "Prepare",
    WaveStep.OPEN: "Open now",
    WaveStep.EXTEND: "Give staff more days",
    WaveStep.CLOSE: "Close now",
    WaveStep.DESTROY: "Destroy without results",
    WaveStep.CANCEL: "Cancel this wave",
}
_MAIN_STEPS = frozenset({WaveStep.PREPARE})


@dataclass(frozen=True, slots=True)
class StepLink:
    """A thing that can be done; `is_main` is the one that the state leads to."""

    step: str
    label: str
    is_main: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """Keys made so far; `done` of `total`."""

    done: int
    total: int

    @property
    def words(self) -> str:
        return f"{self.done:,} of {self.total:,} keys are made"


_MAILINGS = {
    MailingKind.INVITATION: "Invitation",
    MailingKind.FIRST_REMINDER: "First reminder",
    MailingKind.SECOND_REMINDER: "Second reminder",
}


@dataclass(frozen=True, slots=True)
class MailLine:
    """One mailing to everybody: what it is, when, and how far it is."""

    what: str
    when: str
    progress: str
    problem: str


@dataclass(frozen=True, slots=True)
class QuestionLine:
    wording: str
    source: str


@dataclass(frozen=True, slots=True)
class WaveFacts:
    """What the page is made of beside the wave itself."""

    wish: Wish
    questions: tuple[QuestionOnOffer, ...]
    breakdowns: tuple[Breakdown, ...]
    checks: tuple[Check, ...]
    invited: int
    rate: int | None
    mailings: tuple[MailingProgress, ...]
    challenges: tuple[Challenge, ...] = ()


@dataclass(frozen=True, slots=True)
class WavePage:
    """`is_moving` says that the page is worth looking at again by itself.

    `can_answer` says that a challenge waits for HR's answer.
    """

    code: str
    title: str
    caption: str
    tag: StateTag
    lead: str
    wished: str
    failure: str
    progress: Progress | None
    is_moving: bool
    dates: tuple[tuple[str, str], ...]
    questions: tuple[QuestionLine, ...]
    questions_lead: str
    checks: tuple[Check, ...]
    steps: tuple[StepLink, ...]
    can_change: bool
    mailings: tuple[MailLine, ...]
    fingerprint: str
    is_released: bool
    challenges: tuple[ChallengeNote, ...]
    can_answer: bool


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """`secret` is well-formed and leads to nothing: the page in the frame wants to read one."""

    code: str
    title: str
    secret: str


def wave_page(wave: Wave, facts: WaveFacts, *, today: date) -> WavePage:
    wished = _WISHED[facts.wish.step] if facts.wish.step else ""
    is_preparing = wave.is_being_prepared
    can_answer = wave.state in AFTER_CLOSE and _awaits_answer(facts, today)
    return WavePage(
        code=wave.code,
        title=wave.title,
        caption="One-off pulse" if wave.kind is WaveKind.ONE_OFF else "Monthly wave",
        tag=state_tag(wave.state, keys_needed=wave.keys_needed),
        lead=_lead(wave, facts, today),
        wished=wished,
        failure=_failure(facts.wish),
        progress=Progress(wave.keys_made, wave.keys_needed) if is_preparing else None,
        is_moving=bool(wished)
        or is_preparing
        or wave.state is WaveState.CLOSED
        or any(each.state is MailingState.SENDING for each in facts.mailings),
        dates=_dates(wave, facts),
        questions=(
            *map(_question_line, facts.questions),
            *map(_breakdown_line, facts.breakdowns),
        ),
        questions_lead=_questions_lead(facts),
        checks=facts.checks if wave.is_free_draft else (),
        steps=_steps(wave) if facts.wish.step is None and not can_answer else (),
        can_change=wave.is_free_draft,
        mailings=tuple(map(_mail_line, facts.mailings)),
        fingerprint=_in_groups(wave.descriptor_sha256 or ""),
        is_released=wave.state is WaveState.RELEASED,
        challenges=_notes(wave, facts.challenges),
        can_answer=can_answer,
    )


def _awaits_answer(facts: WaveFacts, today: date) -> bool:
    return any(each.awaits_answer(today) for each in facts.challenges)


def _notes(wave: Wave, challenges: Sequence[Challenge]) -> tuple[ChallengeNote, ...]:
    if wave.state in AFTER_CLOSE:
        return notes_before_release(challenges)
    if wave.state is WaveState.RELEASED:
        return tuple(map(challenge_note, challenges))
    return tuple(
        challenge_note(each, unanswered="The wave ended before HR answered.") for each in challenges
    )


def _mail_line(mailing: MailingProgress) -> MailLine:
    progress = {
        MailingState.PLANNED: "planned",
        MailingState.SENDING: f"{mailing.sent:,} of {mailing.total:,} sent",
        MailingState.SENT: f"sent to {people_words(mailing.sent)}",
        MailingState.STOPPED: f"stopped at {people_words(mailing.sent)}: the wave closed",
    }[mailing.state]
    if mailing.failed:
        progress += f"; {mailing.failed:,} refused by mail servers"
    when = day_words(mailing.due_on)
    return MailLine(_MAILINGS[mailing.kind], when, progress, mailing.problem)


def _in_groups(sha256: str) -> str:
    """Return a hash in groups of eight, which break over lines and can be read out."""
    return " ".join(sha256[place : place + 8] for place in range(0, len(sha256), 8))


def _lead(wave: Wave, facts: WaveFacts, today: date) -> str:
    if wave.is_being_prepared:
        return (
            "Keys are being made, so that nobody can recognise who sent which answers. You can "
            "leave this page; the work goes on."
        )
    invited = people_words(facts.invited)
    leads = {
        WaveState.DRAFT: "Nothing is frozen yet. Change it until you prepare it.",
        WaveState.PREPARED: (
            f"Everything is ready: {invited} will be asked. It opens by itself on "
            f"{weekday_words(wave.opens_on)} at 8am."
        ),
        WaveState.OPEN: (
            f"{invited} were invited. It closes by itself on {weekday_words(wave.closes_on)} at "
            "6pm. Until then nobody can see who has answered or what, HR included."
        ),
        WaveState.CLOSED: _counting(facts, today),
        WaveState.STAGED: _waiting(wave, facts, today),
        WaveState.RELEASED: "The results are out. Answers, keys and invitations are destroyed.",
        WaveState.CANCELLED: "It was cancelled before it opened. Nobody was asked.",
        WaveState.DESTROYED: (
            "There are no results: too few people answered, or the wave was given up. All its "
            "answers are destroyed."
        ),
    }
    rate = rate_words(facts.rate) if wave.state is WaveState.OPEN else ""
    return f"{leads[wave.state]} {rate}".rstrip()


def _challenged(facts: WaveFacts, today: date) -> str:
    """Return what a challenge means for a wave after its close, "" where none decides anything."""
    if any(each.is_given_up for each in facts.challenges):
        return "You have answered that the wave is given up. It is destroyed in a moment."
    waiting = [each for each in facts.challenges if each.awaits_answer(today)]
    if not waiting:
        return ""
    until = weekday_words(waiting[0].released_unanswered_on)
    return (
        f"The union has challenged this wave, and its results wait for your answer. Without one "
        f"they come out by themselves on {until}, with the challenge printed on them."
    )


def _counting(facts: WaveFacts, today: date) -> str:
    counting = "It is closed. The answers are being counted."
    return f"{counting} {_challenged(facts, today)}".rstrip()


def _waiting(wave: Wave, facts: WaveFacts, today: date) -> str:
    challenged = _challenged(facts, today)
    if challenged:
        return challenged
    if wave.releases_on is None or wave.releases_on <= today:
        return "The answers are counted. The results come out by themselves in a moment."
    return (
        "The answers are counted and nobody can see them yet. The results come out by themselves "
        f"on {weekday_words(wave.releases_on)}, for everybody at once. Until then the union can "
        "object."
    )


def _failure(wish: Wish) -> str:
    return f"{_FAILED.get(wish.failed, 'A step did not work.')} {wish.why}" if wish.failed else ""


def _dates(wave: Wave, facts: WaveFacts) -> tuple[tuple[str, str], ...]:
    days = (wave.closes_on - wave.opens_on) // timedelta(days=1)
    dates = [
        ("Opens", f"{weekday_words(wave.opens_on)}, 8am"),
        ("Closes", f"{weekday_words(wave.closes_on)}, 6pm ({days} days later)"),
    ]
    if wave.closed_on is not None:
        dates.append(("Was closed", day_words(wave.closed_on)))
    if wave.releases_on is not None and wave.state is not WaveState.DESTROYED:
        due = release_day(wave.releases_on, facts.challenges)
        dates.append(("Results", "none: given up" if due is None else day_words(due)))
    return tuple(dates)


def _questions_lead(facts: WaveFacts) -> str:
    if not facts.questions:
        return ""
    time = seconds_words(seconds_to_answer(facts.questions, facts.breakdowns))
    count = questions_words(len(facts.questions) + len(facts.breakdowns))
    return f"{count}, {time} to answer. Everybody is asked the same."


def _question_line(question: QuestionOnOffer) -> QuestionLine:
    source = f"{question.construct.name} · {question.instrument.name} · {question.item.licence}"
    return QuestionLine(next(iter(question.item.wording.values())), source)


def _breakdown_line(breakdown: Breakdown) -> QuestionLine:
    return QuestionLine(breakdown.name, f"Breakdown · {' · '.join(answers_on_offer(breakdown))}")


def _steps(wave: Wave) -> tuple[StepLink, ...]:
    return tuple(
        StepLink(step.value, STEP_LABELS[step], step in _MAIN_STEPS)
        for step in possible_steps(wave)
    )
