"""The list of waves as HR reads it: what is open, what comes next, what was released."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pulse.console.wave_words import (
    StateTag,
    people_words,
    questions_words,
    rate_words,
    state_tag,
)
from pulse.dates import short_day_words, weekday_words
from surveys.instruments import ItemCode
from surveys.wave_states import WaveKind, WaveState
from surveys.waves import Wave

_BEFORE_OPENING = (WaveState.DRAFT, WaveState.PREPARED)
_NEEDS_SOMEBODY = (WaveState.CLOSED, WaveState.STAGED)


@dataclass(frozen=True, slots=True)
class OpenWave:
    """The wave that staff can answer now; `rate` is the one daily figure in words, or ""."""

    code: str
    title: str
    closes: str
    invited: str
    rate: str


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """One wave in the table; `needs_answer` is the sentence about a challenge, "" without one."""

    code: str
    title: str
    is_one_off: bool
    questions: str
    about: str
    opens: str
    closes: str
    release: str
    tag: StateTag
    needs_answer: str


@dataclass(frozen=True, slots=True)
class WavesPage:
    """`waiting` are waves between close and release; `next_code` is the next one to prepare."""

    open: tuple[OpenWave, ...]
    waiting: tuple[CalendarRow, ...]
    rows: tuple[CalendarRow, ...]
    next_code: str | None

    @property
    def lead(self) -> str:
        if not self.rows:
            return "No wave is planned yet. Plan the first one: it takes about five minutes."
        if self.open:
            return "Staff are being asked now. Until the wave closes, nobody sees any answer."
        return "No wave is open now."


def waves_page(
    waves: Sequence[Wave],
    *,
    invited: Mapping[str, int],
    rates: Mapping[str, int],
    topics: Mapping[ItemCode, str],
    answer_until: Mapping[str, date],
) -> WavesPage:
    """Return the page.

    Args:
        waves: all waves.
        invited: people invited, by the code of each prepared wave.
        rates: the daily rate (percent) by the code of each open wave that has one.
        topics: what each rotating question and each of our own is about.
        answer_until: the day on which the results of each wave whose challenge waits for an
            answer come out without one, by its code.
    """
    ordered = sorted(waves, key=lambda wave: wave.opens_on, reverse=True)
    upcoming = [wave for wave in ordered if wave.state in _BEFORE_OPENING]
    return WavesPage(
        open=tuple(
            _open_wave(wave, invited.get(wave.code, 0), rates.get(wave.code))
            for wave in ordered
            if wave.state is WaveState.OPEN
        ),
        waiting=tuple(
            _row(wave, topics, answer_until) for wave in ordered if wave.state in _NEEDS_SOMEBODY
        ),
        rows=tuple(_row(wave, topics, answer_until) for wave in ordered),
        next_code=upcoming[-1].code if upcoming else None,
    )


def _open_wave(wave: Wave, invited: int, percent: int | None) -> OpenWave:
    return OpenWave(
        code=wave.code,
        title=wave.title,
        closes=weekday_words(wave.closes_on),
        invited=people_words(invited),
        rate=rate_words(percent),
    )


def _row(
    wave: Wave, topics: Mapping[ItemCode, str], answer_until: Mapping[str, date]
) -> CalendarRow:
    until = answer_until.get(wave.code) if wave.state in _NEEDS_SOMEBODY else None
    about = ", ".join(dict.fromkeys(topics[code] for code in wave.items if code in topics))
    if wave.breakdowns:
        about = f"{about}, breakdowns" if about else "breakdowns"
    return CalendarRow(
        code=wave.code,
        title=wave.title,
        is_one_off=wave.kind is WaveKind.ONE_OFF,
        questions=questions_words(wave.questions),
        about=about,
        opens=short_day_words(wave.opens_on),
        closes=short_day_words(wave.closes_on),
        release="after your answer" if until else _release_words(wave.state, wave.releases_on),
        tag=state_tag(wave.state, keys_needed=wave.keys_needed),
        needs_answer=_answer_words(until),
    )


def _answer_words(until: date | None) -> str:
    if until is None:
        return ""
    return (
        "The union has challenged it. The results wait for your answer, until "
        f"{weekday_words(until)} at the latest."
    )


def _release_words(state: WaveState, releases_on: date | None) -> str:
    if state is WaveState.RELEASED:
        return "out"
    if state in {WaveState.CANCELLED, WaveState.DESTROYED}:
        return "none"
    return short_day_words(releases_on) if releases_on is not None else "after close"
