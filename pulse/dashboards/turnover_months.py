"""The lower half of the turnover page: morale and leavers of one unit, month by month."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from analysis.archive import units_history
from analysis.chart_notes import chart_notes
from analysis.release import ReleaseHead
from analysis.trends.measures import Measure
from analysis.trends.rates import RateMonth, rate_behaviour
from analysis.trends.rebasing import judged_unit
from pulse.access import Permission, Viewer
from pulse.charts.spec import ProcessChartSpec
from pulse.dashboards.chart_events import unit_notes
from pulse.dashboards.leaver_months import leaver_chart, own_months, protected_months
from pulse.dashboards.measure_charts import measure_chart
from pulse.dashboards.scope import Scope
from pulse.dashboards.sources import sources_of
from pulse.dashboards.turnover_rows import TurnoverMonth, turnover_rows
from pulse.rules_in_force import rules_in_force
from surveys.units import UnitCode


@dataclass(frozen=True, slots=True)
class UnitMonths:
    """Morale and leavers of one unit: two charts with scales of their own, one table."""

    sentence: str
    measure_name: str
    morale_chart: ProcessChartSpec | None
    leaver_chart: ProcessChartSpec | None
    rows: tuple[TurnoverMonth, ...]


@dataclass(frozen=True, slots=True)
class MonthsAsked:
    """Which unit's months are asked for, by whom; the unit stands in the scope's tree."""

    unit: UnitCode
    scope: Scope
    viewer: Viewer

    @property
    def unit_name(self) -> str:
        return self.scope.name(self.unit)


def unit_months(
    session: Session,
    heads: Sequence[ReleaseHead],
    measure: Measure,
    asked: MonthsAsked,
    *,
    first_figure: int,
) -> UnitMonths:
    """Return the months; `first_figure` is the number of the first chart on the page."""
    history = units_history(session, [asked.unit]).get(asked.unit, ())
    notes = chart_notes(session).in_force
    behaviour = judged_unit(measure, heads, asked.unit, history, notes.rebases)
    rates = _rates(session, heads, asked.unit, asked.viewer)
    morale_chart = (
        measure_chart(
            behaviour,
            heads,
            number=first_figure,
            measure=measure,
            unit_name=asked.unit_name,
            notes=unit_notes(notes, measure, heads, asked.unit),
        )
        if behaviour.points
        else None
    )
    number = first_figure + (morale_chart is not None)
    return UnitMonths(
        sentence=(
            f"{measure.name} and leavers, each on a scale of its own. Look for movements that "
            "follow each other by a month or two, and ask there."
        ),
        measure_name=measure.name,
        morale_chart=morale_chart,
        leaver_chart=_leaver_chart(rates, asked.unit_name, number=number),
        rows=turnover_rows(behaviour.points, rates, sources_of(heads)),
    )


def _rates(
    session: Session, heads: Sequence[ReleaseHead], unit: UnitCode, viewer: Viewer
) -> tuple[RateMonth, ...]:
    if viewer.may(Permission.VIEW_LEAVER_COUNTS):
        return own_months(session, heads, unit)
    policy = rules_in_force(session)
    if policy is None:
        return ()
    return protected_months(session, heads, unit, threshold=policy.leavers_threshold)


def _leaver_chart(
    rates: Sequence[RateMonth], unit_name: str, *, number: int
) -> ProcessChartSpec | None:
    """Return no chart where every month is hidden: the table says so already."""
    if all(each.rate is None for each in rates):
        return None
    return leaver_chart(rate_behaviour(rates), number=number, unit_name=unit_name)
