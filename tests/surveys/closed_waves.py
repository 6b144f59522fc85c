"""Waves around their close, for tests of challenges."""

from datetime import date, timedelta

from surveys.months import Month
from surveys.wave_states import WaveKind, WaveState
from surveys.waves import Wave

CLOSED = date(2026, 3, 2)
_FEBRUARY = Month(2026, 2)


def make_wave(
    *,
    state: WaveState = WaveState.STAGED,
    month: Month = _FEBRUARY,
    code: str = "",
    challenge_days: int = 3,
) -> Wave:
    """Return the wave of a month, closed on `CLOSED` unless its state comes before that."""
    is_closed = state not in {WaveState.DRAFT, WaveState.PREPARED, WaveState.OPEN}
    return Wave(
        code=code or str(month),
        kind=WaveKind.MONTHLY,
        month=month,
        title=month.words,
        state=state,
        opens_on=CLOSED - timedelta(days=18),
        closes_on=CLOSED,
        items=(),
        keys_needed=4,
        keys_made=4,
        descriptor_sha256="0" * 64,
        closed_on=CLOSED if is_closed else None,
        releases_on=CLOSED + timedelta(days=challenge_days) if is_closed else None,
    )
