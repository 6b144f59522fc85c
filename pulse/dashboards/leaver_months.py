"""A unit's people and leavers by month: HR's own figures, or protected ones for everybody else."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from analysis.release import ReleaseHead
from analysis.trends.rates import JudgedRate, RateBehaviour, RateMonth
from analysis.turnover import protected_leavers
from analysis.workforce import subtree_totals, workforce_of, workforce_state
from analysis.workforce_files import WorkforceMonth
from pulse.charts.spec import HiddenMonth, ProcessChartSpec, ShownMonth
from pulse.dashboards.chart_events import limit_events
from pulse.dashboards.measure_charts import span_words
from pulse.dashboards.memory import ReleaseMemory
from pulse.dashboards.month_rows import MARKS
from surveys.months import Month
from surveys.units import UnitCode

_AXIS_STEPS = (1, 2, 5, 10, 20)  # percentage points between lines
_MOST_LINES = 6


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
    protected = _protected_memory.recall(
        heads,
        (threshold, workforce_state(session)),
        lambda: _protected(session, heads, threshold=threshold),
    )
    leavers = {
        head.month: protected[head.month][head.tree.place(unit)]
        for head in heads
        if unit in head.tree
    }
    return tuple(
        RateMonth(each.month, each.people, leavers.get(each.month))
        for each in own_months(session, heads, unit)
    )


def _protected(
    session: Session, heads: Sequence[ReleaseHead], *, threshold: int
) -> Mapping[Month, tuple[int | None, ...]]:
    """Return the protected leavers of every unit of each month's tree, in the tree's order."""
    own = workforce_of(session, sorted({unit.code for head in heads for unit in head.tree}))
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
    """Return the chart of a leaver rate; `behaviour` has at least one month."""
    months = [judged.rate_month.month for judged in behaviour.months]
    top = _top_of_axis(behaviour)
    step = next((each for each in _AXIS_STEPS if top / each <= _MOST_LINES), _AXIS_STEPS[-1])
    high = float(-(-top // step) * step)
    span = span_words(months)
    return ProcessChartSpec(
        number=number,
        title=f"Leaver rate, {unit_name}",
        description=_description(behaviour, unit_name=unit_name, span=span),
        caption=(
            f"Leaver rate, {unit_name}, {span}. People who left in the month, in percent of "
            f"people in post. {_limits_words(behaviour)}"
        ),
        axis_note=f"Percent of people in post. Axis drawn from 0% to {high:g}%.",
        axis_low=0,
        axis_high=high,
        tick_step=step,
        decimals=1,
        unit="%",
        months=tuple(_chart_month(judged) for judged in behaviour.months),
        centre=behaviour.centre,
        small_words="few people: read with care",
        events=limit_events(behaviour.fixed_at),
    )


def rate_words(rate: float) -> str:
    return f"{rate:.1f}%"


def _chart_month(judged: JudgedRate) -> ShownMonth | HiddenMonth:
    rate_month = judged.rate_month
    rate = rate_month.rate
    if rate is None:
        return HiddenMonth(rate_month.month)
    return ShownMonth(
        month=rate_month.month,
        value=rate,
        mark=MARKS[judged.direction],
        is_small=False,
        lower_limit=judged.lower_limit,
        upper_limit=judged.upper_limit,
        words=f"{rate_month.events} leavers of {rate_month.people} people",
    )


def _top_of_axis(behaviour: RateBehaviour) -> float:
    drawn = [
        value
        for judged in behaviour.months
        if judged.rate_month.rate is not None
        for value in (judged.rate_month.rate, judged.upper_limit)
        if value is not None
    ]
    return max([1.0, *drawn])


def _limits_words(behaviour: RateBehaviour) -> str:
    if behaviour.centre is None:
        return "There are too few shown months for limits."
    if behaviour.fixed_at is None:
        return "Limits are provisional until 12 months are shown."
    return "Limits were fixed after the first 12 shown months and widen with fewer people."


def _description(behaviour: RateBehaviour, *, unit_name: str, span: str) -> str:
    hidden = sum(judged.rate_month.rate is None for judged in behaviour.months)
    average = (
        "" if behaviour.centre is None else f" Its own average is {rate_words(behaviour.centre)}."
    )
    gaps = f" Hidden months: {hidden}." if hidden else ""
    return (
        f"Chart of the monthly leaver rate, {unit_name}, {span}.{average}{gaps} "
        "Table 2 holds the same numbers."
    )
