"""The states of a wave and which may follow which."""

from enum import StrEnum

from surveys.errors import StateError


class WaveKind(StrEnum):
    MONTHLY = "monthly"
    ONE_OFF = "one_off"


class WaveState(StrEnum):
    """Where a wave stands. Its rules are frozen from `prepared` on."""

    DRAFT = "draft"
    PREPARED = "prepared"
    OPEN = "open"
    CLOSED = "closed"
    STAGED = "staged"
    RELEASED = "released"
    CANCELLED = "cancelled"
    DESTROYED = "destroyed"


_NEXT = {
    WaveState.DRAFT: {WaveState.PREPARED, WaveState.CANCELLED},
    WaveState.PREPARED: {WaveState.OPEN, WaveState.CANCELLED},
    WaveState.OPEN: {WaveState.CLOSED},
    WaveState.CLOSED: {WaveState.STAGED, WaveState.DESTROYED},
    WaveState.STAGED: {WaveState.RELEASED, WaveState.DESTROYED},
    WaveState.RELEASED: set(),
    WaveState.CANCELLED: set(),
    WaveState.DESTROYED: set(),
}


def check_transition(code: str, before: WaveState, after: WaveState) -> None:
    """Refuse a step that no wave may take.

    Raises:
        StateError: `after` does not follow `before`; the message says what may.
    """
    if after in _NEXT[before]:
        return
    allowed = " or ".join(sorted(_NEXT[before])) or "nothing"
    raise StateError(
        f"Wave {code} is {before.value}, so it cannot become {after.value}; next is {allowed}."
    )
