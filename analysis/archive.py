"""The one door for screens: visible releases and nothing else.

A release is visible if and only if it has its place in the log. Permissions narrow what is read
here; nothing computed after it may widen it.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from analysis.release import ReleaseHead, UnitMonth
from surveys.months import Month
from surveys.units import UnitCode


def visible_releases(session: Session) -> tuple[ReleaseHead, ...]:
    """Return the heads of all visible releases, oldest first."""
    raise NotImplementedError


def units_history(
    session: Session, units: Sequence[UnitCode]
) -> Mapping[UnitCode, tuple[UnitMonth, ...]]:
    """Return every visible month of each unit, oldest first; months without it are absent."""
    raise NotImplementedError


def month_cells(session: Session, month: Month) -> Mapping[UnitCode, UnitMonth]:
    """Return every unit's cell of one visible month."""
    raise NotImplementedError


def certificate(session: Session, month: Month) -> str:
    """Return the public certificate (canonical JSON) of a visible release."""
    raise NotImplementedError
