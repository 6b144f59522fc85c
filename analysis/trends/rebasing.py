"""From histories to judged series, with the limits that people started anew: the one way of pages.

A rebase takes effect on a series only where enough months are shown on either side of it: limits
cannot be made to go away by starting them anew (docs/decisions/0143-rebasing-by-a-person.md).
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from analysis.chart_notes import Rebase
from analysis.release import ReleaseHead, UnitMonth
from analysis.trends.behaviour import (
    BASELINE_POINTS,
    FEWEST_POINTS,
    ProcessBehaviour,
    process_behaviours,
)
from analysis.trends.measures import Measure, Point, SeriesPoint, series_of
from surveys.months import Month
from surveys.units import UnitCode, UnitTree

FEWEST_AROUND = FEWEST_POINTS
"""Shown months that a stretch of its own needs: with fewer there are no limits at all."""


def judged_units(
    measure: Measure,
    heads: Sequence[ReleaseHead],
    histories: Mapping[UnitCode, Sequence[UnitMonth]],
    rebases: Sequence[Rebase],
) -> Mapping[UnitCode, ProcessBehaviour]:
    """Return the behaviour of one measure in each unit, in the order of the histories.

    Args:
        measure: one of `measures_of(heads)`.
        heads: visible releases, oldest first.
        histories: the cells of each unit.
        rebases: in force, of any measure and unit.
    """
    many = [series_of(measure, heads, history) for history in histories.values()]
    about = [each for each in rebases if each.is_about(measure)]
    starts = [
        starts_in_force(series, _wanted(about, unit, tree_of(heads, unit)) if about else ())
        for unit, series in zip(histories, many, strict=True)
    ]
    behaviours = process_behaviours(many, starts=starts, scale_points=measure.scale_points)
    return dict(zip(histories, behaviours, strict=True))


def judged_unit(
    measure: Measure,
    heads: Sequence[ReleaseHead],
    unit: UnitCode,
    history: Sequence[UnitMonth],
    rebases: Sequence[Rebase],
) -> ProcessBehaviour:
    """Return the behaviour of one measure in one unit; see `judged_units`."""
    return judged_units(measure, heads, {unit: history}, rebases)[unit]


def starts_in_force(series: Sequence[Point], wanted: Sequence[Month]) -> tuple[Month, ...]:
    """Return the wanted months that take effect, oldest first.

    Each stretch that they make can have limits: at least `FEWEST_AROUND` of its months are shown
    and not coarse, and two of these are neighbours. The older of two that lie too close together
    takes effect.
    """
    found: list[Month] = []
    for start in sorted(set(wanted)):
        since = [point for point in series if not found or point.month >= found[-1]]
        before = [point for point in since if point.month < start]
        after = [point for point in since if point.month >= start]
        if _can_have_limits(before) and _can_have_limits(after):
            found.append(start)
    return tuple(found)


def _can_have_limits(part: Sequence[Point]) -> bool:
    """Return whether a stretch has months enough, and two neighbours in its baseline."""
    shown = [_is_judged(point) for point in part]
    has_pair = any(
        earlier and later and sum(shown[: place + 2]) <= BASELINE_POINTS
        for place, (earlier, later) in enumerate(pairwise(shown))
    )
    return sum(shown) >= FEWEST_AROUND and has_pair


def _is_judged(point: Point) -> bool:
    return isinstance(point, SeriesPoint) and not point.is_coarse


def possible_starts(series: Sequence[Point], wanted: Sequence[Month]) -> tuple[Month, ...]:
    """Return the months from which a further rebase would take effect, oldest first.

    Args:
        series: of the unit and measure.
        wanted: months of the rebases that hold for it already.
    """
    before = starts_in_force(series, wanted)
    return tuple(
        point.month
        for point in series
        if _is_judged(point)
        and point.month not in before
        and set(starts_in_force(series, [*before, point.month])) == {*before, point.month}
    )


def rebases_of(
    rebases: Sequence[Rebase], measure: Measure, heads: Sequence[ReleaseHead], unit: UnitCode
) -> tuple[Rebase, ...]:
    """Return the rebases that are meant for a unit's measure, by month, in effect or not."""
    tree = tree_of(heads, unit)
    found = [
        each
        for each in rebases
        if each.is_about(measure) and tree is not None and each.where.covers(unit, tree)
    ]
    return tuple(sorted(found, key=lambda each: (each.month, each.place)))


def tree_of(heads: Sequence[ReleaseHead], unit: UnitCode) -> UnitTree | None:
    """Return the newest released tree that holds the unit."""
    return next((head.tree for head in reversed(heads) if unit in head.tree), None)


def _wanted(rebases: Sequence[Rebase], unit: UnitCode, tree: UnitTree | None) -> tuple[Month, ...]:
    if tree is None:
        return ()
    return tuple(each.month for each in rebases if each.where.covers(unit, tree))
