"""Process behaviour of one series, or of many at once: its average, limits and signals.

Limits depend on the number of answers: they are XmR limits of z = (mean - average) * sqrt(answers)
and widen where few answered (docs/decisions/0050-limits-that-widen.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from itertools import pairwise

import numpy as np

from analysis.trends.autocorrelation import AUTOCORRELATION_CAUTION
from analysis.trends.measures import HiddenPoint, Point, SeriesPoint
from analysis.trends.process_charts import ChartKind, Charts, SeriesArrays, process_charts
from analysis.trends.xmr import RuleCode, XmrOptions
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
        default=XmrOptions(
            baseline_points=BASELINE_POINTS,
            display_step=DISPLAY_STEP,
            fewest_points=FEWEST_POINTS,
        )
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
class Stretch:
    """Months with one average: a whole series, or what lies between two points of rebasing.

    `centre` is the average, in the measure's unit to one decimal; None where it is too early.
    `cautions` are what to say beside it. `fixed_at` is the last month of the baseline.
    """

    first: Month
    last: Month
    centre: float | None
    cautions: tuple[Caution, ...]
    fixed_at: Month | None


@dataclass(frozen=True, slots=True)
class ProcessBehaviour:
    """A series as a process; what is said of it rests on its newest stretch.

    `stretches` are in order of time; a series without a month has none.
    """

    points: tuple[JudgedPoint | HiddenPoint, ...]
    stretches: tuple[Stretch, ...]

    @property
    def centre(self) -> float | None:
        """The series' own average, in the measure's unit to one decimal."""
        return self.stretches[-1].centre if self.stretches else None

    @property
    def cautions(self) -> tuple[Caution, ...]:
        return self.stretches[-1].cautions if self.stretches else (Caution.TOO_EARLY,)

    @property
    def fixed_at(self) -> Month | None:
        return self.stretches[-1].fixed_at if self.stretches else None

    @property
    def newest_points(self) -> tuple[JudgedPoint | HiddenPoint, ...]:
        """The points of the newest stretch."""
        if not self.stretches:
            return ()
        first = self.stretches[-1].first
        return tuple(point for point in self.points if month_of(point) >= first)

    @property
    def is_provisional(self) -> bool:
        return Caution.PROVISIONAL in self.cautions

    @property
    def is_too_early(self) -> bool:
        return Caution.TOO_EARLY in self.cautions


def month_of(point: JudgedPoint | HiddenPoint) -> Month:
    return point.month if isinstance(point, HiddenPoint) else point.point.month


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


def process_behaviours(
    many: Sequence[Sequence[Point]],
    *,
    starts: Sequence[Sequence[Month]] | None = None,
    options: BehaviourOptions = BehaviourOptions(),
    scale_points: int = 5,
) -> tuple[ProcessBehaviour, ...]:
    """Return the behaviour of each series of one measure, judged together because that is faster.

    Args:
        many: series of months in which the measure was asked, oldest first.
        starts: for each series the months from which a person started its limits anew; see
            `analysis.trends.rebasing.starts_in_force`. None: no series was rebased.
        options: see `BehaviourOptions`.
        scale_points: the highest score; limits are drawn no further than 1 to this.
    """
    columns = max((len(series) for series in many), default=0)
    values = np.full((len(many), columns), np.nan)
    sizes = np.full((len(many), columns), np.nan)
    begins = np.zeros((len(many), columns), dtype=np.bool_)
    for row, series in enumerate(many):
        for column, point in enumerate(series):
            if isinstance(point, SeriesPoint) and not point.is_coarse:
                values[row, column] = point.mean
                sizes[row, column] = point.respondents
        for start in starts[row] if starts else ():
            column = sum(point.month < start for point in series)
            if column < len(series):
                begins[row, column] = True
    charts = process_charts(
        SeriesArrays(values, sizes, begins), kind=ChartKind.XMR, options=options.xmr
    )
    return tuple(
        ProcessBehaviour(
            tuple(_judged(point, charts, row, column, scale_points)
                  for column, point in enumerate(series)),
            _stretches(series, charts, row, options.xmr.baseline_points),
        )
        for row, series in enumerate(many)
    )  # fmt: skip


def _judged(
    point: Point, charts: Charts, row: int, column: int, scale_points: int
) -> JudgedPoint | HiddenPoint:
    if isinstance(point, HiddenPoint):
        return point
    lower, upper = float(charts.lower[row, column]), float(charts.upper[row, column])
    if point.is_coarse or np.isnan(lower):
        return JudgedPoint(point, None, None, Rule.ORDINARY, Direction.NONE)
    return JudgedPoint(
        point=point,
        lower_limit=max(1.0, lower),
        upper_limit=min(float(scale_points), upper),
        rule=RULE_OF[RuleCode(charts.signals.rule[row, column])],
        direction=Direction(int(charts.signals.direction[row, column])),
    )


def _stretches(
    series: Sequence[Point], charts: Charts, row: int, baseline_points: int | None
) -> tuple[Stretch, ...]:
    parts: dict[int, list[Point]] = {}
    columns: dict[int, int] = {}
    for column, point in enumerate(series):
        number = int(charts.stretch[row, column])
        parts.setdefault(number, []).append(point)
        columns[number] = column
    return tuple(
        _stretch(part, charts, number, float(charts.centre[row, columns[number]]), baseline_points)
        for number, part in parts.items()
    )


def _stretch(
    part: Sequence[Point],
    charts: Charts,
    number: int,
    centre: float,
    baseline_points: int | None,
) -> Stretch:
    shown = [p.month for p in part if isinstance(p, SeriesPoint) and not p.is_coarse]
    is_fixed = baseline_points is not None and len(shown) >= baseline_points
    cautions: list[Caution] = []
    if np.isnan(centre):
        cautions.append(Caution.TOO_EARLY)
    elif not is_fixed:
        cautions.append(Caution.PROVISIONAL)
    elif charts.autocorrelation[number] > AUTOCORRELATION_CAUTION:
        cautions.append(Caution.AUTOCORRELATED)
    return Stretch(
        first=part[0].month,
        last=part[-1].month,
        centre=None if np.isnan(centre) else round(centre, 1),
        cautions=tuple(cautions),
        fixed_at=shown[baseline_points - 1] if is_fixed and baseline_points is not None else None,
    )


RULE_OF = {
    RuleCode.ORDINARY: Rule.ORDINARY,
    RuleCode.OUTSIDE: Rule.OUTSIDE,
    RuleCode.TREND: Rule.TREND,
    RuleCode.TWO_IN_THREE: Rule.TWO_IN_THREE,
    RuleCode.SHIFT: Rule.SHIFT,
}


def latest_signal(behaviour: ProcessBehaviour) -> Signal | None:
    """Return the signal that includes the latest month asked, or None.

    None as well where that month is hidden: nothing is said of a month that is not shown.
    """
    if not behaviour.points or behaviour.centre is None:
        return None
    latest = behaviour.points[-1]
    if isinstance(latest, HiddenPoint) or latest.rule is Rule.ORDINARY:
        return None
    run = _unbroken_end(behaviour.newest_points)
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
