"""Process behaviour of one series, or of many at once: its average, limits and signals.

Limits depend on the number of answers: they are XmR limits of z = (mean - average) * sqrt(answers)
and widen where few answered (docs/decisions/0050-limits-that-widen.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum
from itertools import pairwise

import numpy as np

from analysis.trends.autocorrelation import AUTOCORRELATION_CAUTION, lag_one
from analysis.trends.measures import HiddenPoint, Point, SeriesPoint
from analysis.trends.xmr import (
    FloatArray,
    Limits,
    RuleCode,
    Signals,
    XmrOptions,
    judge,
    process_limits,
)
from surveys.months import Month

FEWEST_POINTS = 6
"""Below half a baseline of shown months there are no limits: it is too early to tell."""

BASELINE_POINTS = 12
DISPLAY_STEP = 0.1  # scale points; DISCLOSURE 1: means to one decimal


class Rule(StrEnum):
    """What a shown month is part of."""

    ORDINARY = "ordinary"
    OUTSIDE = "outside"
    TREND = "trend"
    TWO_IN_THREE = "two_in_three"
    SHIFT = "shift"


class Direction(Enum):
    """Which way a signal points: for a trend rising or falling, else above or below."""

    LOWER = -1
    NONE = 0
    HIGHER = 1


class Caution(StrEnum):
    """What a reader of the limits must know."""

    TOO_EARLY = "too_early"  # fewer than FEWEST_POINTS: no limits
    PROVISIONAL = "provisional"  # fewer than BASELINE_POINTS: limits still move
    AUTOCORRELATED = "autocorrelated"  # baseline months resemble neighbours: limits too narrow


@dataclass(frozen=True, slots=True)
class BehaviourOptions:
    """The rules' options; by default screened ranges, runs of 7, fixed after 12 points."""

    xmr: XmrOptions = field(
        default=XmrOptions(baseline_points=BASELINE_POINTS, display_step=DISPLAY_STEP)
    )


@dataclass(frozen=True, slots=True)
class JudgedPoint:
    """A shown month with its limits, on the scale.

    They are None where it is too early, and for a month that is shown coarsely: a step of half a
    point is too wide to tell a signal from rounding, so such a month is not judged and breaks runs
    as a hidden one does.
    """

    point: SeriesPoint
    lower_limit: float | None
    upper_limit: float | None
    rule: Rule
    direction: Direction


@dataclass(frozen=True, slots=True)
class ProcessBehaviour:
    """A series as a process: `centre` is its own average, in the measure's unit to one decimal.

    `cautions` are what to say beside it. `fixed_at` is the last month of the baseline.
    """

    points: tuple[JudgedPoint | HiddenPoint, ...]
    centre: float | None
    cautions: tuple[Caution, ...]
    fixed_at: Month | None

    @property
    def is_provisional(self) -> bool:
        return Caution.PROVISIONAL in self.cautions

    @property
    def is_too_early(self) -> bool:
        return Caution.TOO_EARLY in self.cautions


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal that includes the series' latest month.

    `months` are those of the run that the rule rests on, oldest first (for 2-in-3 the last
    three, of which at least two lie near the limit). `side_months` counts the months in a row,
    up to the latest, on that side of the average. Where that is a whole shift, the signal is told
    as one even if the latest month by itself breaks a stronger rule, `latest_rule`: a long run
    says more than one month does.
    """

    rule: Rule
    direction: Direction
    months: tuple[Month, ...]
    side_months: int
    latest_rule: Rule


def process_behaviour(
    series: Sequence[Point],
    *,
    options: BehaviourOptions = BehaviourOptions(),
    scale_points: int = 5,
) -> ProcessBehaviour:
    """Return the behaviour of one series; see `process_behaviours`."""
    return process_behaviours([series], options=options, scale_points=scale_points)[0]


def process_behaviours(
    many: Sequence[Sequence[Point]],
    *,
    options: BehaviourOptions = BehaviourOptions(),
    scale_points: int = 5,
) -> tuple[ProcessBehaviour, ...]:
    """Return the behaviour of each series of one measure, judged together because that is faster.

    Args:
        many: series of months in which the measure was asked, oldest first.
        options: see `BehaviourOptions`.
        scale_points: the highest score; limits are drawn no further than 1 to this.
    """
    columns = max((len(series) for series in many), default=0)
    values = np.full((len(many), columns), np.nan)
    sizes = np.full((len(many), columns), np.nan)
    for row, series in enumerate(many):
        for column, point in enumerate(series):
            if isinstance(point, SeriesPoint) and not point.is_coarse:
                values[row, column] = point.mean
                sizes[row, column] = point.respondents
    limits = process_limits(values, sizes=sizes, options=options.xmr)
    shown = (~np.isnan(values)).sum(axis=1)
    limits = replace(limits, centre=np.where(shown < FEWEST_POINTS, np.nan, limits.centre))
    signals = judge(values, limits, options=options.xmr)
    scaled = (values - limits.centre[:, None]) * np.sqrt(sizes)
    return tuple(
        _behaviour(series, _Row(limits, signals, scaled[row], row), options.xmr, scale_points)
        for row, series in enumerate(many)
    )


@dataclass(frozen=True, slots=True)
class _Row:
    limits: Limits
    signals: Signals
    scaled: FloatArray
    row: int


def _behaviour(
    series: Sequence[Point], row: _Row, options: XmrOptions, scale_points: int
) -> ProcessBehaviour:
    centre = float(row.limits.centre[row.row])
    has_limits = not np.isnan(centre)
    points: list[JudgedPoint | HiddenPoint] = []
    shown: list[Month] = []
    for column, point in enumerate(series):
        if isinstance(point, HiddenPoint):
            points.append(point)
            continue
        if point.is_coarse:
            points.append(JudgedPoint(point, None, None, Rule.ORDINARY, Direction.NONE))
            continue
        shown.append(point.month)
        half = float(row.limits.half_width[row.row, column])
        points.append(
            JudgedPoint(
                point=point,
                lower_limit=max(1.0, centre - half) if has_limits else None,
                upper_limit=min(float(scale_points), centre + half) if has_limits else None,
                rule=RULE_OF[RuleCode(row.signals.rule[row.row, column])],
                direction=Direction(int(row.signals.direction[row.row, column])),
            )
        )
    baseline = options.baseline_points
    is_fixed = baseline is not None and len(shown) >= baseline
    cautions: list[Caution] = []
    if not has_limits:
        cautions.append(Caution.TOO_EARLY)
    elif not is_fixed:
        cautions.append(Caution.PROVISIONAL)
    elif lag_one(_first_shown(row.scaled, baseline)[None, :])[0] > AUTOCORRELATION_CAUTION:
        cautions.append(Caution.AUTOCORRELATED)
    return ProcessBehaviour(
        points=tuple(points),
        centre=round(centre, 1) if has_limits else None,
        cautions=tuple(cautions),
        fixed_at=shown[baseline - 1] if is_fixed and baseline is not None else None,
    )


RULE_OF = {
    RuleCode.ORDINARY: Rule.ORDINARY,
    RuleCode.OUTSIDE: Rule.OUTSIDE,
    RuleCode.TREND: Rule.TREND,
    RuleCode.TWO_IN_THREE: Rule.TWO_IN_THREE,
    RuleCode.SHIFT: Rule.SHIFT,
}


def _first_shown(scaled: FloatArray, count: int | None) -> FloatArray:
    """Return the stretch with the baseline: a later shift resembles itself, yet is no caution."""
    shown = np.flatnonzero(~np.isnan(scaled))
    return scaled if count is None else scaled[: shown[count - 1] + 1]


def latest_signal(behaviour: ProcessBehaviour) -> Signal | None:
    """Return the signal that includes the latest month asked, or None.

    None as well where that month is hidden: nothing is said of a month that is not shown.
    """
    if not behaviour.points or behaviour.centre is None:
        return None
    latest = behaviour.points[-1]
    if isinstance(latest, HiddenPoint) or latest.rule is Rule.ORDINARY:
        return None
    run = _unbroken_end(behaviour.points)
    means = [judged.point.mean for judged in run]
    sign = latest.direction.value
    on_side = _length_from_end([(mean - behaviour.centre) * sign > _EQUAL for mean in means])
    steps = [(b - a) * sign > _EQUAL for a, b in pairwise(means)]
    is_shift = on_side >= _SHIFT_POINTS and latest.rule is not Rule.TREND
    rule = Rule.SHIFT if is_shift else latest.rule
    chosen = {
        Rule.OUTSIDE: run[-1:],
        Rule.SHIFT: run[len(run) - on_side :],
        Rule.TREND: run[-(_length_from_end(steps) + 1) :],
        Rule.TWO_IN_THREE: run[-3:],
    }[rule]
    return Signal(
        rule=rule,
        direction=latest.direction,
        months=tuple(judged.point.month for judged in chosen),
        side_months=on_side,
        latest_rule=latest.rule,
    )


_SHIFT_POINTS = XmrOptions().shift_points
_EQUAL = 1e-9  # means to one decimal differ by far more


def _unbroken_end(points: Sequence[JudgedPoint | HiddenPoint]) -> tuple[JudgedPoint, ...]:
    end: list[JudgedPoint] = []
    for point in reversed(points):
        if isinstance(point, HiddenPoint) or point.point.is_coarse:
            break
        end.append(point)
    return tuple(reversed(end))


def _length_from_end(flags: Sequence[bool]) -> int:
    for count, flag in enumerate(reversed(flags)):
        if not flag:
            return count
    return len(flags)
