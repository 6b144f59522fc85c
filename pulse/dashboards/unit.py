"""One unit: a measure over time as sentence, chart and table, and why some of it is hidden."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort
from sqlalchemy.orm import Session

from analysis.archive import unit_cells, units_history
from analysis.release import ReleaseHead, ShownCell, Source, Suppressed, UnitMonth
from analysis.trends.behaviour import (
    Direction,
    JudgedPoint,
    ProcessBehaviour,
    latest_signal,
    process_behaviour,
)
from analysis.trends.measures import Measure, SeriesPoint, series_of
from analysis.trends.words import answers_words, figure_words, interval_words, unit_reading
from pulse.charts.spec import ProcessChartSpec
from pulse.dashboards.hidden_months import HiddenMonths, hidden_months
from pulse.dashboards.item_answers import ItemAnswers, item_answers
from pulse.dashboards.measure_charts import measure_chart, span_words
from pulse.dashboards.measure_order import ordered_measures
from pulse.dashboards.month_rows import MonthTable, month_table
from pulse.dashboards.scope import Crumb, Scope
from pulse.dashboards.unit_breakdowns import BreakdownTable, breakdown_table
from pulse.dashboards.words import IMPORTED_WORDS, reasons_words, sentence_start
from surveys.months import Month
from surveys.units import UnitCode


@dataclass(frozen=True, slots=True)
class MeasureTab:
    """A measure to choose."""

    code: str
    name: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ChildLine:
    """A unit directly below; `hidden_because` is "" where it is shown in the newest month."""

    code: UnitCode
    name: str
    hidden_because: str


@dataclass(frozen=True, slots=True)
class UnitPage:
    """Everything on a unit's page; the chart and the table are made of the same points."""

    code: UnitCode
    name: str
    caption: str
    source_note: str
    crumbs: tuple[Crumb, ...]
    tabs: tuple[MeasureTab, ...]
    measure_code: str
    measure_name: str
    headline: str
    sentence: str
    counted_in: str
    chart: ProcessChartSpec | None
    table: MonthTable
    answers: ItemAnswers | None
    ask: str
    hidden_months: tuple[HiddenMonths, ...]
    hidden_rule: str
    breakdowns: BreakdownTable | None
    children: tuple[ChildLine, ...]


@dataclass(frozen=True, slots=True)
class UnitSeries:
    """One measure of one unit, judged; the page and the file to download share it."""

    unit_name: str
    measure: Measure
    behaviour: ProcessBehaviour
    history: tuple[UnitMonth, ...]


def unit_series(
    session: Session, heads: Sequence[ReleaseHead], scope: Scope, code: UnitCode, *, measure: str
) -> UnitSeries:
    """Return the series of the measure with this code, or of the first one for "".

    Raises:
        NotFound: no measure has the code.
    """
    measures = ordered_measures(heads)
    chosen = next((each for each in measures if measure in {"", each.code}), None)
    if chosen is None:
        abort(404)
    history = units_history(session, [code]).get(code, ())
    behaviour = process_behaviour(
        series_of(chosen, heads, history), scale_points=chosen.scale_points
    )
    return UnitSeries(scope.name(code), chosen, behaviour, history)


def unit_page(
    session: Session,
    heads: Sequence[ReleaseHead],
    scope: Scope,
    code: UnitCode,
    *,
    measure: str,
    is_whole: bool,
    by: str = "",
) -> UnitPage:
    """Return the page of a unit, from the archive and its visible releases (oldest first).

    `scope` is the viewer's, in the newest released tree that holds the unit; `measure` is the code
    of a measure, "" for the first one; `is_whole` lists every month, not only the newest; `by` is
    the code of a breakdown, "" for the first one.
    """
    series = unit_series(session, heads, scope, code, measure=measure)
    name, behaviour, chosen = series.unit_name, series.behaviour, series.measure
    reading = unit_reading(chosen, name, behaviour)
    return UnitPage(
        code=code,
        name=name,
        caption=_caption(scope, heads, code),
        source_note=_source_note(heads, series.history),
        crumbs=scope.crumbs(code),
        tabs=_tabs(heads, chosen),
        measure_code=chosen.code,
        measure_name=chosen.name,
        headline=reading.heading,
        sentence=reading.text,
        counted_in=_counted_in(session, heads, scope, series),
        chart=_chart(heads, series),
        table=month_table(behaviour.points, is_whole=is_whole),
        answers=_newest_answers(heads, series),
        ask=_question(chosen, behaviour),
        hidden_months=hidden_months(behaviour.points),
        hidden_rule=_hidden_rule(heads[-1]),
        breakdowns=breakdown_table(session, heads, code, by=by),
        children=_children(session, heads, scope, code),
    )


def _tabs(heads: Sequence[ReleaseHead], chosen: Measure) -> tuple[MeasureTab, ...]:
    return tuple(
        MeasureTab(each.code, each.name, each.code == chosen.code)
        for each in ordered_measures(heads)
    )


def _chart(heads: Sequence[ReleaseHead], series: UnitSeries) -> ProcessChartSpec | None:
    if not series.behaviour.points:
        return None
    return measure_chart(
        series.behaviour,
        number=1,
        measure=series.measure,
        unit_name=series.unit_name,
        threshold=heads[-1].threshold,
    )


def _hidden_rule(newest: ReleaseHead) -> str:
    return (
        f"A figure is shown only if at least {newest.threshold} people stand behind it, and if it "
        "cannot be found by subtracting other figures."
    )


def _caption(scope: Scope, heads: Sequence[ReleaseHead], code: UnitCode) -> str:
    above = scope.tree.ancestors(code)
    place = scope.name(above[-1]) if above else "Whole organisation"
    if code not in heads[-1].tree:
        return f"{place} · not in the organisation chart since {heads[-1].month.words}"
    return f"{place} · {heads[-1].month.words}"


def _source_note(heads: Sequence[ReleaseHead], history: Sequence[UnitMonth]) -> str:
    """Say which of the unit's months were imported; they were not anonymous at source."""
    months = {entry.month for entry in history}
    imported = [
        head.month for head in heads if head.source is Source.IMPORTED and head.month in months
    ]
    if not imported:
        return ""
    if len(imported) == len(months):
        return f"{sentence_start(IMPORTED_WORDS)}."
    return f"{span_words(imported)}: {IMPORTED_WORDS}."


def _question(measure: Measure, behaviour: ProcessBehaviour) -> str:
    signal = latest_signal(behaviour)
    if signal is None:
        return ""
    return measure.ask_higher if signal.direction is Direction.HIGHER else measure.ask_lower


def _cell_of(history: Sequence[UnitMonth], month: Month) -> ShownCell | Suppressed | None:
    return next((entry.cell for entry in history if entry.month == month), None)


def _newest_answers(heads: Sequence[ReleaseHead], series: UnitSeries) -> ItemAnswers | None:
    """Return the answers of the newest month in which the measure was asked, if it is shown."""
    points = series.behaviour.points
    newest = points[-1] if points else None
    if not isinstance(newest, JudgedPoint):
        return None
    month = newest.point.month
    cell = _cell_of(series.history, month)
    head = next(head for head in heads if head.month == month)
    return item_answers(head, series.measure, cell) if isinstance(cell, ShownCell) else None


def _counted_in(
    session: Session, heads: Sequence[ReleaseHead], scope: Scope, series: UnitSeries
) -> str:
    """Say where a unit's answers count that is hidden in the newest month; "" if it is shown."""
    month = heads[-1].month
    if not isinstance(_cell_of(series.history, month), Suppressed):
        return ""
    above = tuple(reversed(scope.tree.ancestors(series.history[0].unit)))
    histories = units_history(session, above)
    for code in above:
        points = series_of(series.measure, heads, histories.get(code, ()))
        shown = points[-1] if points else None
        if isinstance(shown, SeriesPoint):
            return (
                f"What people said here is not lost: it counts in {scope.name(code)}. "
                f"{series.measure.name} there was {figure_words(shown)} of "
                f"{series.measure.scale_points} in {shown.month.words} "
                f"({answers_words(shown.respondents)}, 95% interval {interval_words(shown)})."
            )
    return "No unit above it is shown this month either."


def _children(
    session: Session, heads: Sequence[ReleaseHead], scope: Scope, code: UnitCode
) -> tuple[ChildLine, ...]:
    links = scope.links(scope.tree.children(code))
    cells = unit_cells(session, heads[-1].month, [link.code for link in links])
    return tuple(
        ChildLine(link.code, link.name, _why_hidden(cells.get(link.code))) for link in links
    )


def _why_hidden(entry: UnitMonth | None) -> str:
    if entry is not None and isinstance(entry.cell, Suppressed):
        return reasons_words([entry.cell.reason])
    return ""
