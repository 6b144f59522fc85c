"""What HR wants done with a wave: written down by a page, done by the worker.

A page never opens, closes or releases by itself: boxes and opening keys belong to another process,
and counting takes longer than a page may. Every function takes a session of the registry and leaves
the transaction to its caller.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.errors import StateError
from surveys.wave_states import WaveState
from surveys.wave_tables import WaveWishRow
from surveys.waves import Wave, find_wave


class WaveStep(StrEnum):
    PREPARE = "prepare"
    OPEN = "open"
    EXTEND = "extend"
    CLOSE = "close"
    DESTROY = "destroy"
    CANCEL = "cancel"


POSSIBLE = {
    WaveState.DRAFT: (WaveStep.PREPARE, WaveStep.CANCEL),
    WaveState.PREPARED: (WaveStep.OPEN, WaveStep.CANCEL),
    WaveState.OPEN: (WaveStep.EXTEND, WaveStep.CLOSE),
    WaveState.CLOSED: (WaveStep.DESTROY,),
    WaveState.STAGED: (WaveStep.DESTROY,),
    WaveState.RELEASED: (),
    WaveState.CANCELLED: (),
    WaveState.DESTROYED: (),
}
"""What HR may ask for in each state; a draft that is being prepared can only be cancelled.

Nobody asks for a release: results come out by themselves on their day, whatever they say.
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """`step` is None where nothing is wanted; `why` is "" where nothing failed."""

    step: WaveStep | None = None
    closes_on: date | None = None
    failed: str = ""
    why: str = ""


def possible_steps(wave: Wave) -> tuple[WaveStep, ...]:
    """Return what may be asked for now."""
    if wave.is_being_prepared:
        return (WaveStep.CANCEL,)
    return POSSIBLE[wave.state]


def wish(session: Session, code: str, step: WaveStep, *, closes_on: date | None = None) -> None:
    """Ask the worker to take a step; the newest wish counts.

    Raises:
        StateError: there is no such wave, or its state does not allow the step.
    """
    wave = find_wave(session, code)
    if step not in possible_steps(wave):
        raise StateError(f"{wave.title} is {wave.state.value}; this cannot be done with it now.")
    _write(session, code, Wish(step, closes_on))


def wish_of(session: Session, code: str) -> Wish:
    """Return what is wanted for a wave and what failed last."""
    row = session.get(WaveWishRow, code)
    if row is None:
        return Wish()
    return Wish(WaveStep(row.step) if row.step else None, row.closes_on, row.failed, row.why)


def wished_waves(session: Session) -> tuple[str, ...]:
    """Return the codes of the waves for which something is wanted."""
    return tuple(
        session.scalars(
            select(WaveWishRow.wave_code).where(WaveWishRow.step != "").order_by("wave_code")
        )
    )


def failing_waves(session: Session) -> tuple[str, ...]:
    """Return `wave: step` for each wave whose last step did not work."""
    rows = session.execute(
        select(WaveWishRow.wave_code, WaveWishRow.failed)
        .where(WaveWishRow.failed != "")
        .order_by(WaveWishRow.wave_code)
    )
    return tuple(f"{code}: {failed}" for code, failed in rows)


def forget_step(session: Session, code: str, step: str) -> None:
    """Forget the wish for a step, or its failure: it worked. Anything else wanted stays."""
    row = session.get(WaveWishRow, code)
    if row is not None and step in {row.step, row.failed}:
        session.delete(row)


def note_failure(session: Session, code: str, step: str, why: str) -> None:
    """Keep why a step did not work, for HR; what was wished is given up."""
    _write(session, code, Wish(None, None, step, why))


def _write(session: Session, code: str, wish_: Wish) -> None:
    session.merge(
        WaveWishRow(
            wave_code=code,
            step=wish_.step.value if wish_.step else "",
            closes_on=wish_.closes_on,
            failed=wish_.failed,
            why=wish_.why,
        )
    )
