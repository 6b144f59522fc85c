"""Long-run direction of many series at once: the Mann-Kendall test and the Theil-Sen slope.

Values are compared after rounding to nine digits, because two means that are equal to a reader can
differ in the last bits of a float, and a lost tie moves p.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from analysis.trends.kendall_null import exact_p

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

DAYS_PER_YEAR = 365.25
EXACT_UP_TO = 10
"""Series of at most so many values have the exact p; longer ones the normal approximation."""

_DIGITS = 9
_PAIRS_AT_ONCE = 250_000  # slopes held at a time: two megabytes, which the nearest caches hold
_VALUES_AT_ONCE = 2_000_000
_NORMAL_QUANTILE = 1.959963984540054  # both tails together leave 5 %


@dataclass(frozen=True, slots=True)
class MannKendall:
    """The test of each series: one element per series in every array.

    `n` is the number of values, `s` Kendall's S (pairs that rise less pairs that fall),
    `variance` that of S under no trend with ties, `z` S moved one towards 0 over its standard
    deviation, `p` two-sided: exact up to EXACT_UP_TO values and from z beyond. A series without
    two different values has z = 0 and p = 1; one with fewer than two values has p = nan.
    """

    n: IntArray
    s: IntArray
    variance: FloatArray
    z: FloatArray
    p: FloatArray


@dataclass(frozen=True, slots=True)
class TheilSen:
    """The median slope of each series with its 95 % interval, in units of values per unit of x.

    All three are nan for fewer than two values. The ends alone are nan where there are too few
    pairs for an interval of 95 % (fewer than five values without ties).
    """

    slope: FloatArray
    low: FloatArray
    high: FloatArray


def mann_kendall(values: FloatArray) -> MannKendall:
    """Test each row for a monotone trend.

    Args:
        values: series by times, in the order of time; nan where there is no value.

    Source: H. B. Mann, Econometrica 13 (1945); M. G. Kendall, Rank Correlation Methods (1975),
    with his correction of the variance for ties and of S for continuity. They take the values of
    a series to be independent: neighbours that resemble each other make p too small.
    """
    _check_values(values)
    at_once = max(1, _VALUES_AT_ONCE // max(1, values.shape[1]))
    starts = range(0, len(values), at_once)
    parts = [_tested(_rounded(values[first : first + at_once])[0]) for first in starts]
    if not parts:
        return _tested(values)
    return MannKendall(
        n=np.concatenate([part.n for part in parts]),
        s=np.concatenate([part.s for part in parts]),
        variance=np.concatenate([part.variance for part in parts]),
        z=np.concatenate([part.z for part in parts]),
        p=np.concatenate([part.p for part in parts]),
    )


def theil_sen(values: FloatArray, x: FloatArray, *, variance: FloatArray) -> TheilSen:
    """Return the median of the slopes of all pairs of values of each row, and its interval.

    The ends are the slopes at the ranks (N -+ 1.96 sd(S)) / 2 of the N slopes in order.

    Args:
        values: series by times; nan where there is no value.
        x: when the values are, strictly rising: one row for all series, or a row for each.
        variance: of S under no trend, from `mann_kendall` of the same values.

    Raises:
        ValueError: x does not rise strictly or has another shape.

    Source: P. K. Sen, Journal of the American Statistical Association 63 (1968).
    """
    _check_values(values)
    times = np.atleast_2d(x)
    if times.shape not in {(1, values.shape[1]), values.shape}:
        raise ValueError(f"x has the shape {x.shape} and the values {values.shape}")
    if not (np.diff(times, axis=1) > 0).all():
        raise ValueError("x must rise strictly, so that every pair has a slope")
    slope, low, high = np.full((3, len(values)), np.nan)
    half = _NORMAL_QUANTILE * np.sqrt(variance)
    for rows, slopes in _slopes_in_order(values, times):
        slope[rows], low[rows], high[rows] = _median_and_ends(slopes, half[rows])
    return TheilSen(slope=slope, low=low, high=high)


def _check_values(values: FloatArray) -> None:
    if values.ndim != 2:  # noqa: PLR2004 - series by times
        raise ValueError(f"values are series by times, not of the shape {values.shape}")
    if np.isinf(values).any():
        raise ValueError("a value is infinite; leave it out as nan")


def _rounded(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return whole numbers of up to nine digits, and what one of them is worth, for each row.

    Nine digits of the row's largest value: the unit that somebody measures in changes nothing.
    """
    largest = np.fmax.reduce(np.abs(values), axis=1, initial=0.0)
    exponent = np.floor(np.log10(np.where(largest > 0, largest, 1.0)))
    # Two powers, because the reciprocal of a tiny number has no float.
    power = _DIGITS - 1 - exponent
    first = np.clip(power, -150, 150)
    whole = np.rint(values * (10.0**first)[:, None] * (10.0 ** (power - first))[:, None])
    return whole, 10.0**-first * 10.0 ** (first - power)


def _tested(whole: FloatArray) -> MannKendall:
    shown = ~np.isnan(whole)
    n = shown.sum(axis=1)
    s = _kendall_s(whole)
    in_order = np.sort(whole, axis=1)
    variance = (_eighteenfold(n) - _tie_correction(in_order)) / 18
    deviation = np.sqrt(variance)
    towards_zero = s - np.sign(s)
    z = np.divide(towards_zero, deviation, out=np.zeros(len(whole)), where=deviation > 0)
    p = np.minimum(1.0, 2 * ndtr(-np.abs(z)))
    p[n < 2] = np.nan  # noqa: PLR2004 - one value has no order
    for row in np.flatnonzero((n >= 2) & (n <= EXACT_UP_TO)):  # noqa: PLR2004 - likewise
        ties = np.unique(in_order[row, : n[row]], return_counts=True)[1]
        p[row] = exact_p(int(s[row]), ties.tolist())
    return MannKendall(n=n, s=s, variance=variance, z=z, p=p)


def _eighteenfold(count: IntArray) -> IntArray:
    """Kendall's t (t - 1) (2 t + 5): eighteen times the variance of S of t values without ties."""
    fifth: IntArray = count * (count - 1) * (2 * count + 5)
    return fifth


def _kendall_s(whole: FloatArray) -> IntArray:
    """Return pairs that rise less pairs that fall, lag by lag; a missing value is in no pair."""
    by_time = np.ascontiguousarray(whole.T)
    s = np.zeros(len(whole), dtype=np.int64)
    for lag in range(1, len(by_time)):
        later, earlier = by_time[lag:], by_time[:-lag]
        s += np.count_nonzero(later > earlier, axis=0)
        s -= np.count_nonzero(later < earlier, axis=0)
    return s


def _tie_correction(in_order: FloatArray) -> IntArray:
    """Return the sum of t (t - 1) (2 t + 5) over the groups of t equal values of each row."""
    total = np.zeros(len(in_order), dtype=np.int64)
    place = np.ones(len(in_order), dtype=np.int64)  # within its group of equal values
    for column in range(1, in_order.shape[1]):
        place = np.where(in_order[:, column] == in_order[:, column - 1], place + 1, 1)
        total += _eighteenfold(place) - _eighteenfold(place - 1)  # whole groups telescope
    return total


def _slopes_in_order(values: FloatArray, times: FloatArray) -> Iterator[tuple[slice, FloatArray]]:
    """Yield rows and the slopes of their pairs from low to high, missing ones (nan) last."""
    length = values.shape[1]
    pairs = length * (length - 1) // 2
    at_once = max(1, _PAIRS_AT_ONCE // max(1, pairs))
    for first in range(0, len(values), at_once):
        rows = slice(first, min(first + at_once, len(values)))
        whole, worth = _rounded(values[rows])
        own = times if len(times) == 1 else times[rows]
        slopes = np.empty((len(whole), pairs))
        start = 0
        for lag in range(1, length):
            part = slopes[:, start : start + length - lag]
            np.subtract(whole[:, lag:], whole[:, :-lag], out=part)
            part /= own[:, lag:] - own[:, :-lag]
            start += length - lag
        slopes *= worth[:, None]
        # All ranks in one go: numpy sorts rows of this length faster than it selects three ranks.
        slopes.sort(axis=1)
        yield rows, slopes


def _median_and_ends(
    slopes: FloatArray, half: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the median of each row and the slopes at Sen's two ranks, nan where there is none."""
    pairs = (~np.isnan(slopes)).sum(axis=1)
    lower = np.rint((pairs - half) / 2).astype(np.int64) - 1
    upper = np.rint((pairs + half) / 2).astype(np.int64)
    median = (_at(slopes, (pairs - 1) // 2, pairs) + _at(slopes, pairs // 2, pairs)) / 2
    has_both = (lower >= 0) & (upper < pairs)
    low = np.where(has_both, _at(slopes, lower, pairs), np.nan)
    high = np.where(has_both, _at(slopes, upper, pairs), np.nan)
    return median, low, high


def _at(slopes: FloatArray, places: IntArray, pairs: IntArray) -> FloatArray:
    """Return one slope of each row, nan where the row has none at that place."""
    if slopes.shape[1] == 0:
        return np.full(len(slopes), np.nan)
    found: FloatArray = slopes[np.arange(len(slopes)), np.clip(places, 0, slopes.shape[1] - 1)]
    return np.where((places >= 0) & (places < pairs), found, np.nan)
