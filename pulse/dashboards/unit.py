"""One unit: a measure over time as sentence, chart and table, and why some of it is hidden."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import abort
from sqlalchemy.orm import Session

from analysis.archive import unit_cells, units_history
from analysis.chart_notes import ChartNotes, chart_notes
from analysis.release import ReleaseHead, ShownCell, Source, Suppressed, UnitMonth
from analysis.trends.behaviour import (
    Direction,
    JudgedPoint,
    ProcessBehaviour,
    latest_signal,
)
from analysis.trends.measures import Measure, SeriesPoint, series_of
from analysis.trends.rebasing import judged_unit
from analysis.trends.words import (
    Reading,
    answers_words,
    counted,
    figure_words,
    interval_words,
    unit_reading,
)
from pulse.challenge_notes import ChallengeNote, printed_notes
from pulse.charts.spec import ProcessChartSpec
from pulse.dashboards.best_guesses import best_guess_words
from pulse.dashboards.chart_events import UnitNotes, unit_notes
from pulse.dashboards.hidden_months import HiddenMonths, hidden_months
from pulse.dashboards.item_answers import ItemAnswers, item_answers
from pulse.dashboards.measure_charts import measure_chart, span_words
from pulse.dashboards.measure_order import ordered_measures
from pulse.dashboards.month_rows import MONTHS_AT_FIRST, MonthTable, month_table
from pulse.dashboards.rates import (
    NOBODY_INVITED,
    RateCell,
    RatesSection,
    ShownRate,
    rate_cell,
    rate_sentence,
    rates_by_month,
    rates_section,
)
from pulse.dashboards.scope import Crumb, Scope
from pulse.dashboards.sources import sources_of
from pulse.dashboards.unit_breakdowns import BreakdownTable, breakdown_table
from pulse.dashboards.unit_overview import UnitOverview, unit_overview
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
    """A unit directly below; `hidden_because` is "" where it is shown in the newest month.

    `rate` is the response rate of that month, "" where there is none.
    """

    code: UnitCode
    name: str
    hidden_because: str
    rate: str


@dataclass(frozen=True, slots=True)
class PrintedChallenges:
    """What the union said to the newest month's wave, and to waves of the unit's earlier months."""

    newest: tuple[ChallengeNote, ...]
    earlier: tuple[ChallengeNote, ...]


@dataclass(frozen=True, slots=True)
class BesideTheChart:
    """The best guess of the newest mean ("" if there is none), a link's words, and all themes."""

    best_guess: str
    notes_words: str
    overview: UnitOverview


@dataclass(frozen=True, slots=True)
class UnitPage:
    """Everything on a unit's page; the chart and the table are made of the same points."""

    code: UnitCode
    name: str
    caption: str
    source_note: str
    crumbs: tuple[Crumb, ...]
    tabs: tuple[MeasureTab, ...]
    measure: Measure
    reading: Reading
    rate_sentence: str
    counted_in: str
    chart: ProcessChartSpec | None
    table: MonthTable
    answers: ItemAnswers | None
    rates: RatesSection | None
    ask: str
    hidden_months: tuple[HiddenMonths, ...]
    hidden_rule: str
    breakdowns: BreakdownTable | None
    children: tuple[ChildLine, ...]
    challenges: PrintedChallenges
    beside: BesideTheChart

    @property
    def groups_number(self) -> int:
        """The number of the table by groups."""
        return 2 + (self.answers is not None) + (self.rates is not None)

    @property
    def overview_number(self) -> int:
        """The number of the table of all themes, which is the last one on the page."""
        return self.groups_number + (self.breakdowns is not None)


@dataclass(frozen=True, slots=True)
class UnitSeries:
    """One measure of one unit, judged; the page and the file to download share it.

    `notes` are all that are in force, on any chart.
    """

    code: UnitCode
    unit_name: str
    measure: Measure
    behaviour: ProcessBehaviour
    history: tuple[UnitMonth, ...]
    notes: ChartNotes
    sources: Mapping[Month, Source]
    rates: Mapping[Month, RateCell]

    def unit_notes(self, heads: Sequence[ReleaseHead]) -> UnitNotes:
        """Return the notes on this chart."""
        return unit_notes(self.notes, self.measure, heads, self.code)


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
    notes = chart_notes(session).in_force
    return UnitSeries(
        code=code,
        unit_name=scope.name(code),
        measure=chosen,
        behaviour=judged_unit(chosen, heads, code, history, notes.rebases),
        history=history,
        notes=notes,
        sources=sources_of(heads),
        rates=rates_by_month(heads, history),
    )


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
    """Return the page; `scope` is the viewer's, in the newest tree with the unit.

    `measure` and `by` are codes, "" for the first; `is_whole` lists every month.
    """
    series = unit_series(session, heads, scope, code, measure=measure)
    behaviour, chosen = series.behaviour, series.measure
    answers = _newest_answers(heads, series)
    return UnitPage(
        code=code,
        name=series.unit_name,
        caption=_caption(scope, heads, code),
        source_note=_source_note(heads, series.history),
        crumbs=scope.crumbs(code),
        tabs=_tabs(heads, chosen),
        measure=chosen,
        reading=unit_reading(chosen, series.unit_name, behaviour),
        rate_sentence=rate_sentence(heads[-1], series.history),
        counted_in=_counted_in(session, heads, scope, series),
        chart=_chart(heads, series),
        table=month_table(behaviour.points, series.sources, is_whole=is_whole),
        answers=answers,
        rates=_rates(heads, series, answers, is_whole=is_whole),
        ask=_question(chosen, behaviour),
        hidden_months=hidden_months(behaviour.points),
        hidden_rule=_hidden_rule(heads[-1]),
        breakdowns=breakdown_table(session, heads, code, by=by),
        children=_children(session, heads, scope, code),
        challenges=_challenges(session, heads, series),
        beside=_beside(session, heads, series),
    )


def _beside(session: Session, heads: Sequence[ReleaseHead], series: UnitSeries) -> BesideTheChart:
    notes, code = series.unit_notes(heads), series.code
    count = len(notes.annotations) + len(notes.rebases)
    link = "Notes" if count == 0 else f"{sentence_start(counted(count, 'note'))} on this chart"
    return BesideTheChart(
        best_guess=best_guess_words(session, heads, code, series.measure, series.behaviour),
        notes_words=link,
        overview=unit_overview(heads, code, series.history, series.notes.rebases),
    )


def _challenges(
    session: Session, heads: Sequence[ReleaseHead], series: UnitSeries
) -> PrintedChallenges:
    printed, newest = printed_notes(session, heads), heads[-1].month
    months = sorted({entry.month for entry in series.history} - {newest}, reverse=True)
    earlier = tuple(note for month in months for note in printed.get(month, ()))
    return PrintedChallenges(printed.get(newest, ()), earlier)


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
        heads,
        number=1,
        measure=series.measure,
        unit_name=series.unit_name,
        notes=series.unit_notes(heads),
    )


def _rates(
    heads: Sequence[ReleaseHead],
    series: UnitSeries,
    answers: ItemAnswers | None,
    *,
    is_whole: bool,
) -> RatesSection | None:
    most = None if is_whole else MONTHS_AT_FIRST
    return rates_section(heads, series.history, number=2 if answers is None else 3, most=most)


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
    invited = f"{sentence_start(NOBODY_INVITED)} then, so there is no response rate."
    if len(imported) == len(months):
        return f"{sentence_start(IMPORTED_WORDS)}. {invited}"
    return f"{span_words(imported)}: {IMPORTED_WORDS}. {invited}"


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
        ChildLine(
            link.code,
            link.name,
            _why_hidden(cells.get(link.code)),
            _rate_of(cells.get(link.code), heads[-1].source),
        )
        for link in links
    )


def _rate_of(entry: UnitMonth | None, source: Source) -> str:
    rate = rate_cell(None if entry is None else entry.cell, source)
    return rate.rate if isinstance(rate, ShownRate) else ""


def _why_hidden(entry: UnitMonth | None) -> str:
    if entry is not None and isinstance(entry.cell, Suppressed):
        return reasons_words([entry.cell.reason])
    return ""
