"""The table below a chart, from the same judged points as the chart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.release import Source
from analysis.trends.behaviour import Direction, JudgedPoint, Rule, month_of
from analysis.trends.measures import HiddenPoint
from analysis.trends.words import figure_words, interval_words, reading_words
from pulse.charts.spec import Mark
from pulse.dashboards.sources import break_notes, source_stretches
from pulse.dashboards.words import reasons_words
from surveys.months import Month

MONTHS_AT_FIRST = 24

_SHORT = {Rule.OUTSIDE: "outside", Rule.TWO_IN_THREE: "near limit"}
"""Where the first words of a reading are too long for a phone."""

MARKS = {
    Direction.HIGHER: Mark.HIGHER,
    Direction.LOWER: Mark.LOWER,
    Direction.NONE: Mark.ORDINARY,
}


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A month with a figure; `reading_short` is for narrow screens, beside the mark.

    `source_note` stands below the first month of another source, in both kinds of rows.
    """

    month: Month
    mean: str
    interval: str
    answers: str
    mark: Mark
    reading: str
    reading_short: str
    source_note: str = ""


@dataclass(frozen=True, slots=True)
class HiddenRow:
    """A month whose figures are one hatched cell."""

    month: Month
    hidden_because: str
    source_note: str = ""


MonthRow = ShownRow | HiddenRow


@dataclass(frozen=True, slots=True)
class MonthTable:
    """Months newest first; `is_cut` says that older ones are left out of `rows`."""

    rows: tuple[MonthRow, ...]
    months_in_all: int

    @property
    def is_cut(self) -> bool:
        return len(self.rows) < self.months_in_all


def month_table(
    points: Sequence[JudgedPoint | HiddenPoint],
    sources: Mapping[Month, Source],
    *,
    is_whole: bool,
) -> MonthTable:
    """Return the newest `MONTHS_AT_FIRST` months, or all of them if `is_whole`."""
    notes = break_notes(source_stretches([month_of(point) for point in points], sources))
    newest_first = tuple(reversed(points))
    listed = newest_first if is_whole else newest_first[:MONTHS_AT_FIRST]
    rows = tuple(month_row(point, notes.get(month_of(point), "")) for point in listed)
    return MonthTable(rows, len(newest_first))


def month_row(point: JudgedPoint | HiddenPoint, source_note: str = "") -> MonthRow:
    if isinstance(point, HiddenPoint):
        return HiddenRow(point.month, reasons_words(point.reasons), source_note)
    return ShownRow(
        month=point.point.month,
        mean=figure_words(point.point),
        interval=interval_words(point.point),
        answers=f"{point.point.respondents:,}",
        mark=MARKS[point.direction],
        reading=reading_words(point),
        reading_short=_short_words(point),
        source_note=source_note,
    )


def _short_words(point: JudgedPoint) -> str:
    if point.point.is_coarse:
        return "coarse"
    return _SHORT.get(point.rule) or reading_words(point).partition(", ")[0]
