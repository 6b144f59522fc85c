"""Every measure of the releases beside workforce figures, as grids of units x months.

Measures are the themes that are set against exits and against each other. Read once for the whole
organisation; the means are those that pages show.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from sqlalchemy.orm import Session

from analysis.archive import shown_figures
from analysis.figure_text import CellFigures
from analysis.fixed_effects import BoolArray, FloatArray
from analysis.release import ReleaseHead
from analysis.trends.measures import Measure, asked_months, mean_as_shown
from analysis.within_turnover import LAGS, PLACEBO, Panel, Theme, band_spread
from analysis.workforce import workforce_of
from surveys.months import Month
from surveys.units import UnitCode

UNITS_AT_ONCE = 500
"""Units that one session reads, which bounds how long its transaction lasts."""
_KNOWN_SPREADS = 0.95
"""Where fewer shown scores than this share have bands, the spread would cost too many of them."""


@dataclass(frozen=True, slots=True)
class ThemePanels:
    """Units without units below them x months; `themes` by the code of their measure.

    Months reach from one before the first release to the largest lag after the last one.
    """

    units: tuple[UnitCode, ...]
    months: tuple[Month, ...]
    panel: Panel
    themes: Mapping[str, Theme]

    @property
    def scores(self) -> Mapping[str, FloatArray]:
        return {code: theme.score for code, theme in self.themes.items()}

    @property
    def has_workforce(self) -> bool:
        return bool(np.isfinite(self.panel.headcount).any())


OpenArchive = Callable[[], AbstractContextManager[Session]]
"""Opens a session of the archive, which ends with the context."""


def read_theme_panels(
    open_archive: OpenArchive, heads: Sequence[ReleaseHead], measures: Sequence[Measure]
) -> ThemePanels:
    """Return the shown scores, their spread and the workforce figures of the newest tree's leaves.

    Some units are read in each session, because a long transaction keeps others from writing on
    SQLite. Months that become visible meanwhile are left out.

    Args:
        open_archive: opens a session; it may give the same one each time.
        heads: visible releases, at least one, oldest first.
        measures: of these releases.
    """
    tree = heads[-1].tree
    units = tuple(unit.code for unit in tree if not tree.children(unit.code))
    first = heads[0].month.shifted(PLACEBO)
    span = heads[-1].month.shifted(max(LAGS)).ordinal - first.ordinal + 1
    months = tuple(first.shifted(place) for place in range(span))
    grids = _Grids(heads, measures, months, units=len(units))
    for start in range(0, len(units), UNITS_AT_ONCE):
        with open_archive() as session:
            grids.read(session, units[start : start + UNITS_AT_ONCE], first=start)
    return ThemePanels(
        units=units,
        months=months,
        panel=Panel(exits=grids.exits, headcount=grids.headcount),
        themes={theme.measure.code: theme.told() for theme in grids.themes},
    )


@dataclass(frozen=True, slots=True)
class _ThemeGrids:
    """Means and spreads of one measure, NaN where one of its items is hidden or not asked."""

    measure: Measure
    asked: frozenset[Month]
    mean: FloatArray
    spread: FloatArray
    is_coarse: BoolArray

    def take(self, place: tuple[int, int], figures: CellFigures, *, is_coarse: bool) -> None:
        total, spread = 0.0, 0.0
        for code in self.measure.items:
            numbers = figures.numbers(code)
            if numbers is None:
                return
            mean, lowest, highest = numbers
            total += mean
            spread += _spread(lowest, highest)
        self.mean[place] = total / len(self.measure.items)
        self.spread[place] = spread / len(self.measure.items)
        self.is_coarse[place] = is_coarse

    def told(self) -> Theme:
        """Return the means as pages show them, and the mean spread of the items."""
        score = np.full_like(self.mean, np.nan)
        for is_coarse in (False, True):
            chosen = np.isfinite(self.mean) & (self.is_coarse == is_coarse)
            # Few values are different: each is rounded once, by the rule that pages follow.
            values, inverse = np.unique(self.mean[chosen], return_inverse=True)
            shown = [mean_as_shown(value, is_coarse=is_coarse) for value in values.tolist()]
            score[chosen] = np.array(shown, dtype=np.float64)[inverse]
        known = int(np.count_nonzero(np.isfinite(self.spread)))
        has_spread = known > 0 and known >= _KNOWN_SPREADS * np.count_nonzero(np.isfinite(score))
        return Theme(score, self.spread if has_spread else None)


@lru_cache(maxsize=4096)
def _spread(lowest: float, highest: float) -> float:
    """Return the spread of an item from its lowest and highest band in percent."""
    return float(band_spread(np.array(lowest / 100), np.array(highest / 100)))


class _Grids:
    """What is filled while units are read, some at a time."""

    def __init__(
        self,
        heads: Sequence[ReleaseHead],
        measures: Sequence[Measure],
        months: Sequence[Month],
        *,
        units: int,
    ) -> None:
        def empty() -> FloatArray:
            return np.full((units, len(months)), np.nan)

        self._place_of = {month: place for place, month in enumerate(months)}
        self.headcount, self.exits = empty(), empty()
        self.themes = [
            _ThemeGrids(
                measure=measure,
                asked=asked_months(measure, heads),
                mean=empty(),
                spread=empty(),
                is_coarse=np.zeros((units, len(months)), dtype=np.bool_),
            )
            for measure in measures
        ]

    def read(self, session: Session, units: Sequence[UnitCode], *, first: int) -> None:
        """Take the figures of some units, the first of which stands at place `first`."""
        unit_places = {unit: first + place for place, unit in enumerate(units)}
        asked = {
            month: [theme for theme in self.themes if month in theme.asked]
            for month in self._place_of
        }
        for unit, month, is_coarse, figures in shown_figures(session, units):
            for theme in asked.get(month, ()):
                place = unit_places[unit], self._place_of[month]
                theme.take(place, figures, is_coarse=is_coarse)
        for unit, by_month in workforce_of(session, units).items():
            for month, people in by_month.items():
                if month in self._place_of:
                    place = unit_places[unit], self._place_of[month]
                    self.headcount[place], self.exits[place] = people.headcount, people.leavers
