"""A unit divided by how people answered a breakdown question: one month's table, never an order.

Rows are in the order in which the policy declares the options, hidden ones too. Screen and file are
made of the same rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort
from sqlalchemy.orm import Session

from analysis.archive import unit_breakdowns
from analysis.release import Cell, ReleaseHead, Suppressed, UnitMonth
from analysis.trends.measures import HiddenPoint, Measure, series_of
from analysis.trends.words import figure_words
from pulse.dashboards.measure_order import ordered_measures
from pulse.dashboards.words import reasons_words
from surveys.months import Month
from surveys.units import UnitCode


@dataclass(frozen=True, slots=True)
class BreakdownTab:
    """A way to divide the unit."""

    code: str
    name: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ShownFigure:
    words: str


@dataclass(frozen=True, slots=True)
class HiddenFigure:
    hidden_because: str


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A group that is shown: how many answered, and a figure per measure."""

    name: str
    answers: str
    figures: tuple[ShownFigure | HiddenFigure, ...]


@dataclass(frozen=True, slots=True)
class HiddenGroup:
    """A group of which nothing is shown; one reason for all."""

    name: str
    hidden_because: str


@dataclass(frozen=True, slots=True)
class BreakdownTable:
    """The newest month that asked breakdown questions, by one of them or by two crossed.

    Without `tabs` some were asked and nothing can be shown; `note` says so.
    """

    month: Month
    tabs: tuple[BreakdownTab, ...]
    code: str
    name: str
    measures: tuple[str, ...]
    groups: tuple[ShownGroup | HiddenGroup, ...]
    note: str


def breakdown_table(
    session: Session, heads: Sequence[ReleaseHead], unit: UnitCode, *, by: str
) -> BreakdownTable | None:
    """Return the table of a unit; None if no released month of it asked a breakdown question.

    Args:
        session: of the archive.
        heads: visible releases, oldest first.
        unit: whose figures.
        by: the code of a breakdown, "" for the first one.

    Raises:
        NotFound: the month is not divided by it.
    """
    head = next((h for h in reversed(heads) if h.breakdowns.asked and unit in h.tree), None)
    if head is None:
        return None
    divided = unit_breakdowns(session, head.month, unit)
    chosen = next((each for each in divided if by in {"", each.breakdown.code}), None)
    if chosen is None:
        if by:
            abort(404)
        return BreakdownTable(head.month, (), "", "", (), (), _nothing_words(head))
    measures = _measures(heads, head)
    return BreakdownTable(
        month=head.month,
        tabs=tuple(
            BreakdownTab(each.breakdown.code, each.breakdown.name, each is chosen)
            for each in divided
        ),
        code=chosen.breakdown.code,
        name=chosen.breakdown.name,
        measures=tuple(measure.name for measure in measures),
        groups=tuple(
            _group(name, cell, measures, head, unit)
            for name, cell in zip(chosen.breakdown.options, chosen.cells, strict=True)
        ),
        note=_note(heads, head),
    )


def _measures(heads: Sequence[ReleaseHead], head: ReleaseHead) -> tuple[Measure, ...]:
    """Return the measures that the month asked, without those withheld from breakdown cells."""
    asked = {(item.code, item.version) for item in head.items}
    withheld = set(head.breakdowns.withheld)
    return tuple(
        measure
        for measure in ordered_measures(heads)
        if set(zip(measure.items, measure.versions, strict=True)) <= asked
        and not withheld.intersection(measure.items)
    )


def _group(
    name: str, cell: Cell, measures: Sequence[Measure], head: ReleaseHead, unit: UnitCode
) -> ShownGroup | HiddenGroup:
    if isinstance(cell, Suppressed):
        return HiddenGroup(name, reasons_words([cell.reason]))
    month = UnitMonth(unit, head.month, cell)
    return ShownGroup(
        name,
        f"{cell.respondents:,}",
        tuple(_figure(measure, head, month) for measure in measures),
    )


def _figure(measure: Measure, head: ReleaseHead, month: UnitMonth) -> ShownFigure | HiddenFigure:
    (point,) = series_of(measure, [head], [month])
    if isinstance(point, HiddenPoint):
        return HiddenFigure(reasons_words(point.reasons))
    return ShownFigure(figure_words(point))


def _note(heads: Sequence[ReleaseHead], head: ReleaseHead) -> str:
    """Say what is left out because it would show what everybody in a group said."""
    withheld = set(head.breakdowns.withheld)
    names = [each.name for each in ordered_measures(heads) if withheld.intersection(each.items)]
    if not names:
        return ""
    return (
        f"Not shown by group this month: {', '.join(names)}. The figures would have told what "
        "everybody in some group said."
    )


def _nothing_words(head: ReleaseHead) -> str:
    asked = " and ".join(head.breakdowns.asked)
    return (
        f"{head.month.words} asked about: {asked}. Nothing by it can be shown without telling of "
        "groups that are too small."
    )
