"""A unit's people and leavers by month: HR's own figures, or protected ones for everybody else."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext

from sqlalchemy.orm import Session

from analysis.release import ReleaseHead
from analysis.theme_panels import UNITS_AT_ONCE, OpenArchive
from analysis.trends.rates import RateBehaviour, RateMonth
from analysis.turnover import protected_leavers
from analysis.workforce import subtree_totals, workforce_of, workforce_state
from analysis.workforce_files import WorkforceMonth
from pulse.charts.spec import ProcessChartSpec
from pulse.dashboards.memory import ReleaseMemory
from pulse.dashboards.rate_charts import RateWords, rate_chart
from surveys.months import Month
from surveys.units import UnitCode

_LEAVERS = RateWords(
    name="Leaver rate",
    meaning="People who left in the month, in percent of people in post.",
    base="Percent of people in post.",
    events="leavers",
    people="people",
)

_own_memory: ReleaseMemory[tuple[RateMonth, ...]] = ReleaseMemory(size=256)
_protected_memory: ReleaseMemory[Mapping[Month, tuple[int | None, ...]]] = ReleaseMemory(size=2)


def own_months(
    session: Session, heads: Sequence[ReleaseHead], unit: UnitCode
) -> tuple[RateMonth, ...]:
    """Return the unit's people and leavers with those of all units below it, unprotected.

    Months of visible releases only, oldest first; those without workforce figures are left out.
    """

    def work_out() -> tuple[RateMonth, ...]:
        trees = {head.month: head.tree for head in heads}
        totals = subtree_totals(session, trees, [unit]).get(unit, {})
        return tuple(
            RateMonth(month, totals[month].headcount, totals[month].leavers)
            for month in sorted(totals)
        )

    return _own_memory.recall(heads, (unit, workforce_state(session)), work_out)


def protected_months(
    session: Session, heads: Sequence[ReleaseHead], unit: UnitCode, *, threshold: int
) -> tuple[RateMonth, ...]:
    """Return the same with the number of leavers None where protection hides it.

    The pattern of each month is worked out on the whole organisation's tree of that month, so
    that it is the same for everybody who looks.
    """
    protected = protected_trees(lambda: nullcontext(session), heads, threshold=threshold)
    leavers = {
        head.month: protected[head.month][head.tree.place(unit)]
        for head in heads
        if unit in head.tree
    }
    return tuple(
        RateMonth(each.month, each.people, leavers.get(each.month))
        for each in own_months(session, heads, unit)
    )


def protected_trees(
    open_archive: OpenArchive, heads: Sequence[ReleaseHead], *, threshold: int
) -> Mapping[Month, tuple[int | None, ...]]:
    """Return the protected leavers of every unit of each month's tree, in the tree's order."""
    with open_archive() as session:
        state = workforce_state(session)
    return _protected_memory.recall(
        heads, (threshold, state), lambda: _protected(open_archive, heads, threshold=threshold)
    )


def _protected(
    open_archive: OpenArchive, heads: Sequence[ReleaseHead], *, threshold: int
) -> Mapping[Month, tuple[int | None, ...]]:
    units = sorted({unit.code for head in heads for unit in head.tree})
    own: dict[UnitCode, Mapping[Month, WorkforceMonth]] = {}
    for first in range(0, len(units), UNITS_AT_ONCE):
        with open_archive() as session:
            own.update(workforce_of(session, units[first : first + UNITS_AT_ONCE]))
    none = WorkforceMonth(headcount=0, leavers=0)
    return {
        head.month: protected_leavers(
            head.tree.parent_places,
            [own.get(unit.code, {}).get(head.month, none).leavers for unit in head.tree],
            threshold=threshold,
        )
        for head in heads
    }


def leaver_chart(behaviour: RateBehaviour, *, number: int, unit_name: str) -> ProcessChartSpec:
    """Return the chart of a monthly leaver rate; `behaviour` has at least one month."""
    return rate_chart(behaviour, _LEAVERS, number=number, unit_name=unit_name)
