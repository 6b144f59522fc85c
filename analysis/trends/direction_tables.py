"""The long-run direction of every series of a set, tested together and put in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from analysis.trends.autocorrelation import AUTOCORRELATION_CAUTION, lag_one
from analysis.trends.dated_series import SeriesSet
from analysis.trends.direction import DAYS_PER_YEAR, mann_kendall, theil_sen
from analysis.trends.multiple_tests import benjamini_hochberg

FloatArray = npt.NDArray[np.float64]

HEADER = ("series", "n", "s", "z", "p", "p_adjusted", "slope_per_year", "low", "high", "words")
FEWEST_VALUES = 5
"""No order of four values is rare enough: the smallest p there is 2 of 24."""

FALSE_SHARE = 0.05
"""At most so large a share of the directions told is expected to be chance."""


class Told(StrEnum):
    """What is said of a series."""

    RISING = "rising"
    FALLING = "falling"
    NONE = "no direction beyond chance"
    TOO_FEW = "too few values to tell"


@dataclass(frozen=True, slots=True)
class SeriesDirection:
    """One series: the test, p adjusted over all series told together, and the slope with its ends.

    Slope and ends are per year of 365.25 days; what is not known is nan. `resemblance` is the lag-1
    autocorrelation of what the slope leaves over: above 0.3 p is too small, and the words say so.
    """

    name: str
    n: int
    s: int
    z: float
    p: float
    p_adjusted: float
    slope_per_year: float
    low: float
    high: float
    resemblance: float

    @property
    def told(self) -> Told:
        if self.n < FEWEST_VALUES:
            return Told.TOO_FEW
        if not self.p_adjusted <= FALSE_SHARE:
            return Told.NONE
        return Told.RISING if self.s > 0 else Told.FALLING

    @property
    def words(self) -> str:
        told = self.told
        if told in {Told.NONE, Told.TOO_FEW}:
            return told.value
        if self.slope_per_year == 0:
            words = f"{told.value}, but most pairs of values are equal"
        else:
            size = f"{told.value} by about {abs(self.slope_per_year):.2g} a year"
            words = f"{size} ({_number(self.low, 2)} to {_number(self.high, 2)})"
        return words + (_LESS_SURE if self.resemblance > AUTOCORRELATION_CAUTION else "")


_LESS_SURE = "; less sure than p says, because neighbouring values resemble each other"


def directions_of(series: SeriesSet) -> tuple[SeriesDirection, ...]:
    """Return the direction of each series, in the order of their names' first row.

    Series of fewer than FEWEST_VALUES values can tell nothing and are left out of the adjustment.
    """
    count = len(series.names)
    n, s = np.zeros((2, count), dtype=np.int64)
    z, p, slope, low, high, alike = np.full((6, count), np.nan)
    for places, values, days in series.by_length():
        test = mann_kendall(values)
        line = theil_sen(values, days / DAYS_PER_YEAR, variance=test.variance)
        n[places], s[places], z[places], p[places] = test.n, test.s, test.z, test.p
        slope[places], low[places], high[places] = line.slope, line.low, line.high
        largest = np.abs(values).max(axis=1, initial=0.0, keepdims=True)
        left_over = values - line.slope[:, None] * (days / DAYS_PER_YEAR)
        # In units of the largest value, so that what rounding leaves of a straight line is none.
        alike[places] = lag_one(left_over / np.where(largest > 0, largest, 1.0))
    adjusted = benjamini_hochberg(np.where(n < FEWEST_VALUES, np.nan, p))
    columns = (n, s, z, p, adjusted, slope, low, high, alike)
    return tuple(
        SeriesDirection(name, *figures)
        for name, *figures in zip(series.names, *(c.tolist() for c in columns), strict=True)
    )


def direction_rows(directions: tuple[SeriesDirection, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the header and a row for each series; six digits, empty where a figure is not known."""
    yield HEADER
    for each in directions:
        figures = (each.z, each.p, each.p_adjusted, each.slope_per_year, each.low, each.high)
        shown = (_number(figure, 6) for figure in figures)
        yield (each.name, str(each.n), str(each.s), *shown, each.words)


def _number(figure: float, digits: int) -> str:
    """Write a number, "" for nan; 0.0 is added so that there is no minus before 0."""
    return "" if np.isnan(figure) else f"{figure + 0.0:.{digits}g}"
