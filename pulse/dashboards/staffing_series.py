"""One rate of one unit over its periods: HR's own figures, or protected ones for everybody else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from analysis.release import ReleaseHead
from analysis.trends.rates import RateBehaviour, RateMonth, rate_behaviour
from analysis.workforce import workforce_state
from analysis.workforce_figures import Figure
from analysis.workforce_held import figures_held, numbers_by_period
from analysis.workforce_periods import Period
from analysis.workforce_series import (
    PeriodSums,
    RateCode,
    RateParts,
    parts_of,
    period_sums,
    rate_base,
)
from pulse.access import Permission, Viewer
from pulse.dashboards.memory import ReleaseMemory
from pulse.rules_in_force import rules_in_force
from surveys.units import UnitCode, UnitTree


@dataclass(frozen=True, slots=True)
class StaffingQuestion:
    """What somebody asked for; without `months`, the shortest periods there are."""

    unit: UnitCode
    rate: RateCode
    months: int | None = None


@dataclass(frozen=True, slots=True)
class StaffingPeriod:
    """One period of one unit; `events` is None where protection hides it."""

    period: Period
    in_post: float
    events: float | None
    base: float | None


@dataclass(frozen=True, slots=True)
class StaffingSeries:
    """A unit's periods of one length, oldest first, and how they behave; `parts` name its figures.

    `lengths` are the lengths (months) of all periods that the unit has figures for.
    """

    parts: RateParts
    months: int
    lengths: tuple[int, ...]
    periods: tuple[StaffingPeriod, ...]
    behaviour: RateBehaviour


_held_memory: ReleaseMemory[frozenset[Figure]] = ReleaseMemory(size=2)
_memory: ReleaseMemory[tuple[PeriodSums, ...]] = ReleaseMemory(size=8)


def staffing_series(
    session: Session,
    heads: Sequence[ReleaseHead],
    viewer: Viewer,
    asked: StaffingQuestion,
) -> StaffingSeries | None:
    """Return the rate of the unit with all units below it; None where no figures are held.

    HR sees every period, on the tree released nearest to it. Everybody else sees a period once the
    last of its months is released: that tree stays as it is, so that two states of a tree cannot
    be subtracted from each other.

    Args:
        session: of the archive.
        heads: visible releases, at least one, oldest first.
        viewer: who reads.
        asked: the unit lies in the viewer's part of the organisation.
    """
    state = workforce_state(session)
    held = _held_memory.recall(heads, state, lambda: figures_held(session))
    parts = parts_of(asked.rate, held)
    threshold = _threshold_for(session, viewer)
    if parts is None or threshold == 0:
        return None
    sums = _memory.recall(
        heads,
        (parts, threshold, state),
        lambda: _all_sums(session, heads, parts, threshold),
    )
    found = _periods_of(asked.unit, sums, parts)
    lengths = tuple(sorted({each.period.months for each in found}))
    if not lengths:
        return None
    chosen = asked.months if asked.months in lengths else lengths[0]
    periods = tuple(each for each in found if each.period.months == chosen)
    behaviour = rate_behaviour([_rate_month(each) for each in periods])
    return StaffingSeries(parts, chosen, lengths, periods, behaviour)


def _threshold_for(session: Session, viewer: Viewer) -> int | None:
    """Return None for HR, who reads its own figures, and 0 where no rule says what may be shown."""
    if viewer.may(Permission.VIEW_LEAVER_COUNTS):
        return None
    policy = rules_in_force(session)
    return 0 if policy is None else policy.leavers_threshold


def _all_sums(
    session: Session, heads: Sequence[ReleaseHead], parts: RateParts, threshold: int | None
) -> tuple[PeriodSums, ...]:
    own = numbers_by_period(session, (parts.events, parts.in_post))
    periods = sorted(own)
    trees = _open_trees(heads, periods) if threshold is None else _released_trees(heads, periods)
    return tuple(
        period_sums(own[period], period, trees[period], parts, threshold=threshold)
        for period in periods
        if period in trees
    )


def _released_trees(
    heads: Sequence[ReleaseHead], periods: Sequence[Period]
) -> Mapping[Period, UnitTree]:
    by_month = {head.month: head.tree for head in heads}
    return {period: by_month[period.last] for period in periods if period.last in by_month}


def _open_trees(
    heads: Sequence[ReleaseHead], periods: Sequence[Period]
) -> Mapping[Period, UnitTree]:
    return {
        period: next((h.tree for h in reversed(heads) if h.month <= period.last), heads[0].tree)
        for period in periods
    }


def _periods_of(
    unit: UnitCode, sums: Sequence[PeriodSums], parts: RateParts
) -> list[StaffingPeriod]:
    """Return the unit's periods; those in which nothing below it has figures are left out."""
    return [
        _of_unit(each, unit, parts)
        for each in sums
        if unit in each.tree and each.has_figures[each.tree.place(unit)]
    ]


def _of_unit(sums: PeriodSums, unit: UnitCode, parts: RateParts) -> StaffingPeriod:
    place = sums.tree.place(unit)
    in_post, events = float(sums.in_post[place]), float(sums.events[place])
    if not sums.is_shown[place]:
        return StaffingPeriod(sums.period, in_post, None, None)
    return StaffingPeriod(
        sums.period, in_post, events, rate_base(parts, events, in_post, sums.period)
    )


def _rate_month(each: StaffingPeriod) -> RateMonth:
    return RateMonth(each.period.last, each.base, each.events)
