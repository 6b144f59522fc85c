"""Morale and leavers written down a unit and month at a time, as tests like to have them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.turnover import Association, MonthGrid, Refused
from analysis.turnover import between_units as between_units_of
from analysis.turnover import pooled_months as pooled_months_of
from surveys.months import Month
from surveys.units import UnitCode


@dataclass(frozen=True, slots=True)
class TurnoverRow:
    """One unit in one month. `morale` is the shown mean in scale points, None where hidden.

    `headcount` and `leavers` are people of the unit, None where no workforce figures exist.
    """

    unit: UnitCode
    month: Month
    morale: float | None
    headcount: int | None
    leavers: int | None


def grid_of(rows: Sequence[TurnoverRow]) -> MonthGrid:
    """Return the rows as a grid, units in the order of their codes."""
    place_of = {unit: place for place, unit in enumerate(sorted({row.unit for row in rows}))}
    ordinals = [row.month.ordinal for row in rows]
    first, last = min(ordinals, default=0), max(ordinals, default=-1)
    grids = np.full((3, len(place_of), last - first + 1), np.nan)
    for row in rows:
        figures = (row.morale, row.headcount, row.leavers)
        told = [np.nan if figure is None else figure for figure in figures]
        grids[:, place_of[row.unit], row.month.ordinal - first] = told
    return MonthGrid(*grids)


def between_units(rows: Sequence[TurnoverRow]) -> Association | Refused:
    return between_units_of(grid_of(rows))


def pooled_months(rows: Sequence[TurnoverRow]) -> Association | Refused:
    return pooled_months_of(grid_of(rows))
