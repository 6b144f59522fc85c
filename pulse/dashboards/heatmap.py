"""Units by measures as a table of words: each unit beside its own past, never beside another."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from analysis.archive import units_history
from analysis.chart_notes import Rebase, chart_notes
from analysis.release import ReleaseHead, Source, UnitMonth
from analysis.trends.behaviour import JudgedPoint, ProcessBehaviour, month_of
from analysis.trends.findings import Tally, tally_of
from analysis.trends.measures import HiddenPoint
from analysis.trends.rebasing import judged_units
from analysis.trends.words import cell_words, figure_words, lead_words
from pulse.challenge_notes import ChallengeNote, printed_notes
from pulse.charts.spec import Mark
from pulse.dashboards.choices import Option, options_of
from pulse.dashboards.measure_order import last_asked, ordered_measures
from pulse.dashboards.memory import ReleaseMemory
from pulse.dashboards.month_rows import MARKS
from pulse.dashboards.rates import NOBODY_INVITED, RateCell, ShownRate, rate_cell
from pulse.dashboards.scope import Scope
from pulse.dashboards.words import reasons_words, sentence_start
from surveys.months import Month
from surveys.units import UnitCode

MOST_ROWS = 200
"""A level with more units than this is not offered: nobody reads such a table."""


class Order(StrEnum):
    A_TO_Z = "name"
    CHANGE = "change"
    CHART = "chart"


_ORDER_WORDS: dict[str, str] = {
    Order.A_TO_Z: "A to Z",
    Order.CHANGE: "Size of change",
    Order.CHART: "Organisation chart",
}


@dataclass(frozen=True, slots=True)
class ShownCellWords:
    """A figure and its few words; `distance` from the own average in scale points, signals only."""

    measure: str
    asked: Month
    mean: str
    mark: Mark
    words: str
    distance: float


@dataclass(frozen=True, slots=True)
class HiddenCellWords:
    """A hidden figure."""

    measure: str
    asked: Month
    hidden_because: str


@dataclass(frozen=True, slots=True)
class AbsentCellWords:
    """The unit was not in the organisation chart when the measure was last asked."""

    measure: str
    asked: Month


CellWords = ShownCellWords | HiddenCellWords | AbsentCellWords


@dataclass(frozen=True, slots=True)
class HeatmapRow:
    """One unit. The lines are for phones: what moved, what is hidden, and the rest in one line."""

    code: UnitCode
    name: str
    rate: RateCell  # of the newest month
    cells: tuple[CellWords, ...]

    @property
    def moved(self) -> tuple[ShownCellWords, ...]:
        return tuple(
            cell
            for cell in self.cells
            if isinstance(cell, ShownCellWords) and cell.mark is not Mark.ORDINARY
        )

    @property
    def hidden_lines(self) -> tuple[str, ...]:
        reasons = [cell.hidden_because for cell in self.cells if isinstance(cell, HiddenCellWords)]
        return tuple(
            f"{_themes(reasons.count(reason))} hidden: {reason}"
            for reason in dict.fromkeys(reasons)
        )

    @property
    def ordinary_lines(self) -> tuple[str, ...]:
        words = [
            cell.words
            for cell in self.cells
            if isinstance(cell, ShownCellWords) and cell.mark is Mark.ORDINARY
        ]
        return tuple(f"{_themes(words.count(each))}: {each}" for each in dict.fromkeys(words))


@dataclass(frozen=True, slots=True)
class Column:
    """A measure, and when it was last asked."""

    name: str
    asked: Month


@dataclass(frozen=True, slots=True)
class HeatmapPage:
    """The table and the forms around it."""

    month: Month
    title: str
    lead: str
    orders: tuple[Option, ...]
    levels: tuple[Option, ...]
    months: tuple[Option, ...]
    row_head: str
    scale_words: str
    columns: tuple[Column, ...]
    rows: tuple[HeatmapRow, ...]
    note: str
    challenges: tuple[ChallengeNote, ...]
    context_note: str = ""

    @property
    def has_rates(self) -> bool:
        return any(isinstance(row.rate, ShownRate) for row in self.rows)


@dataclass(frozen=True, slots=True)
class HeatmapQuestion:
    """What was asked for: the order of rows and how many levels down to look, from 1."""

    order: Order
    level: int


@dataclass(frozen=True, slots=True)
class _Facts:
    columns: tuple[Column, ...]
    rows: tuple[HeatmapRow, ...]
    tally: Tally
    points: frozenset[int]


_memory: ReleaseMemory[_Facts] = ReleaseMemory(size=128)
_levels_memory: ReleaseMemory[dict[int, tuple[UnitCode, ...]]] = ReleaseMemory(size=128)


def heatmap_page(
    session: Session,
    heads: Sequence[ReleaseHead],
    scope: Scope,
    question: HeatmapQuestion,
    *,
    newest: Month,
) -> HeatmapPage:
    """Return the heatmap of one level of the viewer's part of the tree.

    Args:
        session: of the archive.
        heads: visible releases, at least one, oldest first.
        scope: at least one unit in the tree of the release of `newest`.
        question: order and level; a level that is not offered gives the first one.
        newest: months after it are left out, as if it were the latest.
    """
    until = tuple(head for head in heads if head.month <= newest)
    levels = _levels_memory.recall(until, scope.tops, lambda: _levels(scope))
    level = question.level if question.level in levels else next(iter(levels))
    units = levels[level]
    facts = _remembered(session, until, scope, units)
    return HeatmapPage(
        month=newest,
        title="Units by themes",
        lead=_lead(facts.tally),
        orders=options_of(_ORDER_WORDS, question.order),
        levels=_level_options(scope, levels, level),
        months=options_of(
            {str(head.month): head.month.words for head in reversed(heads)}, str(newest)
        ),
        row_head=f"Unit, {_ORDER_WORDS[question.order]}",
        scale_words=_scale_words(facts.points),
        columns=facts.columns,
        rows=_ordered(facts.rows, question.order),
        note=_note(facts.columns, until[-1]),
        challenges=printed_notes(session, until[-1:]).get(newest, ()),
    )


def _lead(tally: Tally) -> str:
    return (
        f"{lead_words(tally.moved, tally.figures, tally.expected)} "
        "Each unit is compared with its own past, never with another unit."
    )


def _levels(scope: Scope) -> dict[int, tuple[UnitCode, ...]]:
    """Return the levels below the viewer's tops that are neither empty nor too long to read."""
    levels: dict[int, tuple[UnitCode, ...]] = {}
    units = scope.tops
    depth = 0
    while True:
        units = tuple(child for unit in units for child in scope.tree.children(unit))
        depth += 1
        if not units:
            break
        if len(units) <= MOST_ROWS:
            levels[depth] = units
    return levels or {0: scope.tops[:MOST_ROWS]}


def _level_options(
    scope: Scope, levels: dict[int, tuple[UnitCode, ...]], chosen: int
) -> tuple[Option, ...]:
    """Return the levels to choose from; none where there is no choice."""
    if len(levels) == 1:
        return ()
    top = scope.name(scope.tops[0]) if len(scope.tops) == 1 else "your units"
    words = {
        str(level): f"{_depth_words(level)} below {top} ({len(units)})"
        for level, units in levels.items()
    }
    return options_of(words, str(chosen))


def _depth_words(level: int) -> str:
    return "One level" if level == 1 else f"{level} levels"


def _remembered(
    session: Session, heads: Sequence[ReleaseHead], scope: Scope, units: tuple[UnitCode, ...]
) -> _Facts:
    notes = chart_notes(session).in_force
    return _memory.recall(
        heads,
        (units, notes.rebase_places),
        lambda: _facts(session, heads, scope, units, notes.rebases),
    )


def _facts(
    session: Session,
    heads: Sequence[ReleaseHead],
    scope: Scope,
    units: tuple[UnitCode, ...],
    rebases: Sequence[Rebase],
) -> _Facts:
    histories = units_history(session, units)
    columns: list[Column] = []
    by_column: list[list[CellWords]] = []
    behaviours: list[ProcessBehaviour] = []
    points: set[int] = set()
    for measure in ordered_measures(heads):
        column = Column(measure.name, last_asked(measure, heads))
        judged = judged_units(measure, heads, histories, rebases)
        columns.append(column)
        by_column.append([_cell(column, judged[unit]) for unit in units])
        behaviours += [each for each in judged.values() if _is_newest(each, column.asked)]
        points.add(measure.scale_points)
    rows = tuple(
        HeatmapRow(
            unit,
            scope.name(unit),
            _newest_rate(heads[-1], histories.get(unit, ())),
            tuple(cells[place] for cells in by_column),
        )
        for place, unit in enumerate(units)
    )
    return _Facts(tuple(columns), rows, tally_of(behaviours), frozenset(points))


def _newest_rate(newest: ReleaseHead, history: Sequence[UnitMonth]) -> RateCell:
    cell = next((entry.cell for entry in reversed(history) if entry.month == newest.month), None)
    return rate_cell(cell, newest.source)


def _is_newest(behaviour: ProcessBehaviour, asked: Month) -> bool:
    newest = behaviour.points[-1] if behaviour.points else None
    return isinstance(newest, JudgedPoint) and newest.point.month == asked


def _cell(column: Column, behaviour: ProcessBehaviour) -> CellWords:
    newest = behaviour.points[-1] if behaviour.points else None
    if newest is None or month_of(newest) != column.asked:
        return AbsentCellWords(column.name, column.asked)
    if isinstance(newest, HiddenPoint):
        return HiddenCellWords(column.name, column.asked, reasons_words(newest.reasons))
    mark = MARKS[newest.direction]
    is_signal = mark is not Mark.ORDINARY and behaviour.centre is not None
    return ShownCellWords(
        measure=column.name,
        asked=column.asked,
        mean=figure_words(newest.point),
        mark=mark,
        words=cell_words(behaviour),
        distance=abs(newest.point.mean - (behaviour.centre or 0.0)) if is_signal else 0.0,
    )


def _ordered(rows: Sequence[HeatmapRow], order: Order) -> tuple[HeatmapRow, ...]:
    """Return the rows in order; by change means signals only, up or down alike."""
    if order is Order.CHART:
        return tuple(rows)
    alphabet = sorted(rows, key=lambda row: (row.name.casefold(), row.code))
    if order is Order.A_TO_Z:
        return tuple(alphabet)
    return tuple(sorted(alphabet, key=_largest_change, reverse=True))


def _largest_change(row: HeatmapRow) -> float:
    return max((cell.distance for cell in row.moved), default=0.0)


def _scale_words(points: frozenset[int]) -> str:
    if len(points) == 1:
        return f"mean, 1 to {min(points)}; higher is what staff would want, on every theme"
    return "mean; higher is what staff would want, on every theme"


def _note(columns: Sequence[Column], newest: ReleaseHead) -> str:
    asked = {column.asked for column in columns}
    turns = "Themes take turns, so not all were asked in the same month. " if len(asked) > 1 else ""
    invited = (
        f" {sentence_start(NOBODY_INVITED)} in {newest.month.words}, so there is no response rate."
        if newest.source is Source.IMPORTED
        else ""
    )
    return (
        f"{turns}A hidden figure has too few answers here, or would show a small group beside it."
        f"{invited}"
    )


def _themes(number: int) -> str:
    return f"{number} theme{'' if number == 1 else 's'}"
