"""Response rates in words: of shown cells of Pulse's own waves only, the same on every page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.release import Bound, Cell, CodedNumber, ReleaseHead, Source, Suppressed, UnitMonth
from analysis.trends.words import answers_words
from pulse.dashboards.words import reasons_words
from surveys.months import Month

NOBODY_INVITED = "nobody was invited"
_NOT_WORKED_OUT = "not worked out"
_BOUNDS = {Bound.EXACT: "", Bound.AT_LEAST: "over ", Bound.AT_MOST: "under "}


@dataclass(frozen=True, slots=True)
class ShownRate:
    """A rate as it is written, for example "65%" or "over 90%"."""

    rate: str


@dataclass(frozen=True, slots=True)
class HiddenRate:
    """The rate of a hidden cell."""

    hidden_because: str


@dataclass(frozen=True, slots=True)
class NoRate:
    """There is no rate, and why."""

    missing: str


RateCell = ShownRate | HiddenRate | NoRate


@dataclass(frozen=True, slots=True)
class RateRow:
    """One month of Pulse's own waves; `answers` is "" where it is hidden."""

    month: Month
    answers: str
    cell: RateCell


@dataclass(frozen=True, slots=True)
class RatesSection:
    """How many took part, month by month, newest first."""

    number: int  # of the table on its page
    rows: tuple[RateRow, ...]
    note: str


def rate_text(rate: CodedNumber) -> str:
    """Return `65%`, `over 90%` or `under 5%`."""
    return f"{_BOUNDS[rate.bound]}{rate.value:.0f}%"


def rate_cell(cell: Cell | None, source: Source) -> RateCell:
    """Return the rate of one unit in one release; `cell` is None where it had no such unit."""
    if source is Source.IMPORTED:
        return NoRate(NOBODY_INVITED)
    if cell is None:
        return NoRate("not in the chart then")
    if isinstance(cell, Suppressed):
        return HiddenRate(reasons_words([cell.reason]))
    if cell.response_rate is None:
        return NoRate(_NOT_WORKED_OUT)
    return ShownRate(rate_text(cell.response_rate))


def rates_by_month(
    heads: Sequence[ReleaseHead], history: Sequence[UnitMonth]
) -> Mapping[Month, RateCell]:
    """Return the rate of every month that a unit has, oldest first."""
    cells = {entry.month: entry.cell for entry in history}
    return {
        head.month: rate_cell(cells[head.month], head.source)
        for head in heads
        if head.month in cells
    }


def rate_sentence(newest: ReleaseHead, history: Sequence[UnitMonth]) -> str:
    """Say how many answered in the newest month; "" where there is no rate or it is hidden."""
    cell = next((entry.cell for entry in history if entry.month == newest.month), None)
    if cell is None or isinstance(cell, Suppressed) or cell.response_rate is None:
        return ""
    rate = cell.response_rate
    about = "About " if rate.bound is Bound.EXACT else ""
    words = f"{about}{rate_text(rate)} of everybody invited answered in {newest.month.words}"
    others = (
        f"; fewer than {newest.threshold} people did not" if rate.bound is Bound.AT_LEAST else ""
    )
    return f"{words[0].upper()}{words[1:]}{others}."


def rates_section(
    heads: Sequence[ReleaseHead], history: Sequence[UnitMonth], *, number: int, most: int | None
) -> RatesSection | None:
    """Return the newest waves of a unit with their rates, None before its first wave.

    `most` is how many months are listed at most; None lists all.
    """
    rates = rates_by_month(heads, history)
    waves = {head.month: head for head in heads if head.source is Source.WAVE}
    entries = [entry for entry in reversed(history) if entry.month in waves]
    if not entries:
        return None
    return RatesSection(
        number=number,
        rows=tuple(_row(entry, rates[entry.month]) for entry in entries[:most]),
        note=_note(waves[entries[0].month]),
    )


def _row(entry: UnitMonth, rate: RateCell) -> RateRow:
    cell = entry.cell
    answers = "" if isinstance(cell, Suppressed) else answers_words(cell.respondents)
    return RateRow(entry.month, answers, rate)


def _note(newest: ReleaseHead) -> str:
    return (
        "Of the people whose answers count in this unit, rounded down. Where fewer than "
        f"{newest.threshold} did not answer, it says \N{LEFT DOUBLE QUOTATION MARK}over"
        "\N{RIGHT DOUBLE QUOTATION MARK} and no more, however few they were."
    )
