"""The auditor's pages about challenges: which waves can be challenged, and the form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pulse.challenge_notes import ChallengeNote, challenge_note, notes_before_release
from pulse.dates import day_words, weekday_words
from surveys.challenges import (
    AFTER_CLOSE,
    ANSWER_DAYS,
    LONGEST_WORDS,
    Challenge,
    can_challenge,
    release_day,
)
from surveys.policy import AnonymityPolicy
from surveys.wave_states import WaveState
from surveys.waves import Wave

_NO_DAYS = "Its rules give no days to challenge: the results come out as soon as they are counted."


@dataclass(frozen=True, slots=True)
class ClosedWave:
    """A wave between close and release; `notes` is what was said about it so far."""

    code: str
    title: str
    status: str
    can_challenge: bool
    notes: tuple[ChallengeNote, ...]


@dataclass(frozen=True, slots=True)
class EarlierChallenge:
    """A challenge of a wave that has come to its end, and how it ended."""

    title: str
    ending: str
    note: ChallengeNote


@dataclass(frozen=True, slots=True)
class ChallengesPage:
    """`rule` says what the settings in force give for the next wave."""

    lead: str
    rule: str
    waves: tuple[ClosedWave, ...]
    earlier: tuple[EarlierChallenge, ...]


@dataclass(frozen=True, slots=True)
class ChallengeForm:
    """The form, and the page that asks once more; `problem` is "" where nothing is wrong."""

    code: str
    title: str
    lead: str
    reason: str
    longest: int
    problem: str
    consequences: tuple[str, ...]


def closed_waves(
    waves: Sequence[Wave], challenges: Sequence[Challenge], *, today: date
) -> tuple[ClosedWave, ...]:
    """Return the waves between close and release, newest first."""
    return tuple(
        _closed_wave(wave, [each for each in challenges if each.wave == wave.code], today)
        for wave in sorted(waves, key=lambda wave: wave.opens_on, reverse=True)
        if wave.state in AFTER_CLOSE
    )


def challenges_page(
    waves: Sequence[Wave],
    challenges: Sequence[Challenge],
    policy: AnonymityPolicy | None,
    *,
    today: date,
) -> ChallengesPage:
    """Return the page of all waves, all challenges ever raised, and the policy in force."""
    closed = closed_waves(waves, challenges, today=today)
    ended = {wave.code: wave for wave in waves if wave.state not in AFTER_CLOSE}
    return ChallengesPage(
        lead=(
            "Between the close of a wave and its results you can challenge it. HR has to answer, "
            "and both stand in the log and on the results."
            if closed
            else "No wave is between its close and its results now."
        ),
        rule=_rule_words(policy),
        waves=closed,
        earlier=tuple(_earlier(each, ended) for each in reversed(challenges) if each.wave in ended),
    )


def challenge_form(wave: Wave, *, reason: str = "", problem: str = "") -> ChallengeForm:
    """Return the form of a wave that can be challenged."""
    until = f" You can challenge it until {_last_day_words(wave)}." if wave.releases_on else ""
    return ChallengeForm(
        code=wave.code,
        title=wave.title,
        lead=f"Its answers are sealed or counted, and nobody has seen a result.{until}",
        reason=reason,
        longest=LONGEST_WORDS,
        problem=problem,
        consequences=(
            "It stands in the log for good, with today's date, as raised by the union auditor.",
            f"The results wait for HR's answer, at most {ANSWER_DAYS.days} days.",
            "HR can release the results with both printed on them, or destroy the wave.",
            "If HR does not answer, the results then come out with your challenge and say so.",
            "It cannot be taken back or changed.",
        ),
    )


def _closed_wave(wave: Wave, challenges: Sequence[Challenge], today: date) -> ClosedWave:
    return ClosedWave(
        code=wave.code,
        title=wave.title,
        status=_status(wave, challenges, today),
        can_challenge=can_challenge(wave, challenges, today),
        notes=notes_before_release(challenges),
    )


def _status(wave: Wave, challenges: Sequence[Challenge], today: date) -> str:
    if wave.releases_on is None or wave.releases_on == wave.closed_on:
        return _NO_DAYS
    due = release_day(wave.releases_on, challenges)
    if due is None:
        return "HR has given it up. It is destroyed in a moment, and there are no results."
    if any(each.awaits_answer(today) for each in challenges):
        return (
            f"Its results wait for HR's answer, until {day_words(due)} at the latest. Without an "
            "answer they come out then, with your challenge printed on them."
        )
    day = weekday_words(due) if due > today else "in a moment"
    said = ", with what was said printed on them" if challenges else ""
    comes = f"Its results come out {'on ' if due > today else ''}{day}{said}."
    if can_challenge(wave, challenges, today):
        again = " again" if challenges else ""
        return f"{comes} You can challenge it{again} until {_last_day_words(wave)}."
    return f"{comes} The days to challenge have passed."


def _last_day_words(wave: Wave) -> str:
    if wave.releases_on is None:
        return ""
    return f"the end of {weekday_words(wave.releases_on - timedelta(days=1))}"


def _rule_words(policy: AnonymityPolicy | None) -> str:
    if policy is None:
        return "No settings are recorded yet, so no wave can be prepared or challenged."
    days = policy.challenge_days
    if days == 0:
        return (
            "The settings in force give no days to challenge. Results come out as soon as they "
            "are counted, and nothing can be challenged before. Ask HR to agree on days with you."
        )
    plural = "day" if days == 1 else "days"
    return f"The settings in force give you {days} {plural} after each close."


def _earlier(challenge: Challenge, ended: Mapping[str, Wave]) -> EarlierChallenge:
    wave = ended[challenge.wave]
    if wave.state is WaveState.RELEASED:
        note = challenge_note(challenge)
        return EarlierChallenge(wave.title, "The results came out with this printed on them.", note)
    note = challenge_note(challenge, unanswered="The wave ended before HR answered.")
    return EarlierChallenge(wave.title, "It was destroyed without results.", note)
