"""The table of the turnover page: morale and leavers of one unit, month by month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.release import Source
from analysis.trends.behaviour import JudgedPoint, month_of
from analysis.trends.measures import HiddenPoint
from analysis.trends.rates import RateMonth
from analysis.trends.words import figure_words
from pulse.dashboards.rate_charts import rate_words
from pulse.dashboards.sources import break_notes, source_stretches
from pulse.dashboards.words import reasons_words
from surveys.months import Month

LEAVERS_HIDDEN_WORDS = "too few leavers here or beside it"


@dataclass(frozen=True, slots=True)
class Number:
    """A figure as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class Hidden:
    """A hidden figure."""

    hidden_because: str


@dataclass(frozen=True, slots=True)
class NotThere:
    """No figure exists: not asked, or no workforce figures were imported."""

    missing: str


Cell = Number | Hidden | NotThere


@dataclass(frozen=True, slots=True)
class TurnoverMonth:
    """One month of one unit; morale and leavers have scales of their own.

    `source_note` stands below the first month whose morale comes from another source.
    """

    month: Month
    morale: Cell
    people: Cell
    leavers: Cell
    rate: Cell
    source_note: str


def turnover_rows(
    points: Sequence[JudgedPoint | HiddenPoint],
    rates: Sequence[RateMonth],
    sources: Mapping[Month, Source],
) -> tuple[TurnoverMonth, ...]:
    """Return the months that have either, newest first; `sources` are those of the points."""
    morale = {month_of(point): point for point in points}
    workforce = {each.month: each for each in rates}
    notes = break_notes(source_stretches(list(morale), sources))
    months = sorted({*morale, *workforce}, reverse=True)
    return tuple(
        TurnoverMonth(
            month,
            _morale(morale.get(month)),
            *_workforce(workforce.get(month)),
            source_note=notes.get(month, ""),
        )
        for month in months
    )


def _workforce(figures: RateMonth | None) -> tuple[Cell, Cell, Cell]:
    """Return people, leavers and rate."""
    if figures is None:
        none = NotThere("no figures")
        return none, none, none
    leavers = _hidden() if figures.events is None else Number(f"{figures.events:,}")
    return Number(f"{figures.people:,}"), leavers, _rate(figures)


def _rate(figures: RateMonth) -> Cell:
    if figures.events is None:
        return _hidden()
    return NotThere("nobody in post") if figures.rate is None else Number(rate_words(figures.rate))


def _morale(point: JudgedPoint | HiddenPoint | None) -> Cell:
    if point is None:
        return NotThere("not asked")
    if isinstance(point, HiddenPoint):
        return Hidden(reasons_words(point.reasons))
    return Number(figure_words(point.point))


def _hidden() -> Hidden:
    return Hidden(LEAVERS_HIDDEN_WORDS)
