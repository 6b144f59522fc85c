"""Process behaviour (XmR) limits and rules for many series at once.

Pure functions on arrays: a row is a series, a column is a month in which it was measured, NaN is
a missing month. Columns past the end of a shorter series are NaN as well. The rules are those of
NHS England, Making Data Count; what is ours is said beside it and in docs/statistics/trends.md.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
CodeArray = npt.NDArray[np.int8]

SCREEN_FACTOR = 3.267
"""Upper limit of a moving range in average moving ranges (D4 for pairs)."""

LIMIT_FACTOR = 2.66
"""Limits in average moving ranges: 3 / 1.128."""

NEAR_SHARE = 2 / 3
"""Near limits stand at two thirds of the way to the limits."""

_WINDOW = 3  # of the 2-in-3 rule
_ROUNDING = 1e-12  # relative; sums in floating point may miss a constant by this much
_ROWS_AT_ONCE = 2048  # so that the working arrays stay in the processor's cache


class RuleCode(IntEnum):
    """Which rule flags a point; where several do, the smallest code wins."""

    ORDINARY = 0
    OUTSIDE = 1
    TREND = 2
    TWO_IN_THREE = 3
    SHIFT = 4


@dataclass(frozen=True, slots=True)
class XmrOptions:
    """How limits are made and runs are counted.

    `shift_points` and `trend_points` are lengths of runs in points (a trend of 7 points is 6
    strict steps). `baseline_points` says on how many of the first shown points the average and
    the limits rest; None takes all. With a `display_step` above 0 the values are known to be
    rounded to it: the average is rounded likewise, and neither limits nor near limits come nearer
    to it than one step, because a difference of one step may be rounding alone. With fewer shown
    points than `fewest_points` there are no limits.
    """

    screen_ranges: bool = True
    shift_points: int = 7
    trend_points: int = 7
    baseline_points: int | None = 12
    display_step: float = 0.0
    fewest_points: int = 2

    def __post_init__(self) -> None:
        if min(self.shift_points, self.trend_points) < 2:  # noqa: PLR2004 - one point is no run
            raise ValueError("a run has at least two points")
        if self.baseline_points is not None and self.baseline_points < 2:  # noqa: PLR2004
            raise ValueError("a baseline needs two points for one moving range")
        if self.display_step < 0:
            raise ValueError("a display step cannot be negative")


@dataclass(frozen=True, slots=True)
class Limits:
    """Average (one per series) and distances of limits from it (one per point), in units.

    The average is NaN where a series has no two neighbouring points in its baseline or fewer shown
    points than the options ask for; nothing of it is judged then.
    """

    centre: FloatArray
    half_width: FloatArray
    near_width: FloatArray

    @property
    def lower(self) -> FloatArray:
        return self.centre[:, None] - self.half_width

    @property
    def upper(self) -> FloatArray:
        return self.centre[:, None] + self.half_width


@dataclass(frozen=True, slots=True)
class Signals:
    """Per point the `RuleCode` and the direction: 1 higher or rising, -1 lower or falling, 0."""

    rule: CodeArray
    direction: CodeArray


def process_limits(
    values: FloatArray, *, sizes: FloatArray | None = None, options: XmrOptions
) -> Limits:
    """Return averages and limits.

    Args:
        values: series by months, in units of the measure.
        sizes: answers behind each value, same shape. With them the average is weighted by
            answers and the moving ranges are those of z = (value - average) * sqrt(answers), so
            that a limit lies 2.66 * (average moving range of z) / sqrt(answers) from the average
            (Laney's idea for p' charts, applied to means). With equal sizes this is plain XmR.
        options: see `XmrOptions`.
    """
    base = baseline(values, options=options)
    weights = base.astype(np.float64) if sizes is None else np.where(base, sizes, 0.0)
    total = weights.sum(axis=1)
    filled = np.where(base, values, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = (filled * weights).sum(axis=1) / total
    if options.display_step:
        centre = np.round(centre / options.display_step) * options.display_step
    roots = None if sizes is None else np.sqrt(sizes)
    scaled = values if roots is None else (values - centre[:, None]) * roots
    average_range = average_moving_range(scaled, base, screen=options.screen_ranges)
    half = LIMIT_FACTOR * average_range[:, None]
    half_width = np.broadcast_to(half, values.shape) if roots is None else half / roots
    near_width = NEAR_SHARE * half_width
    if options.display_step:
        half_width = np.maximum(half_width, options.display_step)
        near_width = np.maximum(near_width, options.display_step)
    is_few = (~np.isnan(values)).sum(axis=1) < options.fewest_points
    centre = np.where(np.isnan(average_range) | is_few, np.nan, centre)
    return Limits(centre, half_width, near_width)


def baseline(values: FloatArray, *, options: XmrOptions) -> BoolArray:
    """Return the shown points on which average and limits rest."""
    shown = ~np.isnan(values)
    if options.baseline_points is None:
        return shown
    return shown & (np.cumsum(shown, axis=1, dtype=np.int32) <= options.baseline_points)


def average_moving_range(scaled: FloatArray, base: BoolArray, *, screen: bool) -> FloatArray:
    """Return the mean moving range per series over neighbouring points of the baseline.

    With `screen`, ranges at or over 3.267 times it are left out, once. NaN without neighbours.
    """
    both = base[:, 1:] & base[:, :-1]
    ranges = np.where(both, np.abs(np.diff(scaled, axis=1)), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        average: FloatArray = ranges.sum(axis=1) / both.sum(axis=1)
        if not screen:
            return average
        kept = both & (ranges < SCREEN_FACTOR * average[:, None])
        count = kept.sum(axis=1)
        screened = np.where(kept, ranges, 0.0).sum(axis=1) / count
    # A constant series keeps no range; its average range is 0 anyway.
    result: FloatArray = np.where(count > 0, screened, average)
    return result


def judge(values: FloatArray, limits: Limits, *, options: XmrOptions) -> Signals:
    """Return which rule flags each point.

    Every point of a run is flagged; a missing month breaks runs; outside goes before trend, then
    2-in-3, then shift; where two trends share a turning point the later one takes it. In a
    2-in-3 only the points between near limit and limit are flagged, and its three points must
    be shown. A point on the average breaks a shift, a tie breaks a trend.
    """
    rule = np.zeros(values.shape, dtype=np.int8)
    direction = np.zeros(values.shape, dtype=np.int8)
    for first in range(0, len(values), _ROWS_AT_ONCE):
        rows = slice(first, first + _ROWS_AT_ONCE)
        part = Limits(limits.centre[rows], limits.half_width[rows], limits.near_width[rows])
        _judge_rows(values[rows], part, options, Signals(rule[rows], direction[rows]))
    return Signals(rule, direction)


def _judge_rows(values: FloatArray, limits: Limits, options: XmrOptions, into: Signals) -> None:
    with np.errstate(invalid="ignore"):
        offset = values - limits.centre[:, None]
        slack = _ROUNDING * np.maximum(1.0, np.abs(limits.centre))[:, None]
        distance = np.abs(offset)
        side = np.where(distance <= slack, 0.0, np.sign(offset))
        outside = distance > limits.half_width + slack
        near = (distance > limits.near_width + slack) & ~outside
        steps = np.diff(values, axis=1)
        steps = np.where(np.abs(steps) <= slack, 0.0, np.sign(steps))
    shown = ~np.isnan(side)  # without limits nothing is judged, not even a trend
    steps = np.where(shown[:, 1:] & shown[:, :-1], steps, 0.0)
    for sign in (1, -1):
        shifted = _in_runs(side == sign, options.shift_points)
        _flag(into, shifted, RuleCode.SHIFT, sign)
    for sign in (1, -1):
        close = near & (side == sign)
        _flag(into, close & _in_two_of_three(close, shown), RuleCode.TWO_IN_THREE, sign)
    rising, falling = (_in_trend(steps == sign, options.trend_points) for sign in (1, -1))
    turning = rising[:, :-1] & falling[:, :-1]
    rising[:, :-1] &= ~(turning & (steps == -1))
    falling[:, :-1] &= ~(turning & (steps == 1))
    _flag(into, rising, RuleCode.TREND, 1)
    _flag(into, falling, RuleCode.TREND, -1)
    for sign in (1, -1):
        _flag(into, outside & (side == sign), RuleCode.OUTSIDE, sign)


def _flag(into: Signals, points: BoolArray, rule: RuleCode, direction: int) -> None:
    np.copyto(into.rule, np.int8(rule), where=points)
    np.copyto(into.direction, np.int8(direction), where=points)


def _in_runs(points: BoolArray, length: int) -> BoolArray:
    """Return the points that belong to a run of at least `length` neighbours."""
    member = np.zeros_like(points)
    windows = points.shape[1] - length + 1
    if windows < 1:
        return member
    whole = points[:, :windows].copy()
    for shift in range(1, length):
        whole &= points[:, shift : shift + windows]
    for shift in range(length):
        member[:, shift : shift + windows] |= whole
    return member


def _in_trend(steps: BoolArray, points: int) -> BoolArray:
    """Return the points at either end of the steps in runs of at least `points` - 1 steps."""
    in_run = _in_runs(steps, points - 1)
    member = np.zeros((steps.shape[0], steps.shape[1] + 1), dtype=np.bool_)
    member[:, :-1] = in_run
    member[:, 1:] |= in_run
    return member


def _in_two_of_three(close: BoolArray, shown: BoolArray) -> BoolArray:
    member = np.zeros_like(close)
    windows = close.shape[1] - _WINDOW + 1
    if windows < 1:
        return member
    a, b, c = (close[:, place : place + windows] for place in range(_WINDOW))
    whole = np.ones_like(a)
    for place in range(_WINDOW):
        whole &= shown[:, place : place + windows]
    pair = whole & ((a & b) | (b & c) | (a & c))
    for place in range(_WINDOW):
        member[:, place : place + windows] |= pair
    return member
