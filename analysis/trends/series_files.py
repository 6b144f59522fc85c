"""Reading series from a file with a row per point: its series, its x, its y and what goes with it.

Order is that of the file. Within a series x must ascend, because runs and moving ranges compare
neighbouring rows; rows of different series may stand mixed.
"""

import math
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from analysis.trends.process_charts import SeriesArrays
from surveys.sheets import Problems, read_sheet

NUMBER_RULE = "{!r} is not a number; write digits with a point before decimals, such as 3.4"
CELLS_AT_MOST = 50_000_000
"""Series times points of the longest: what arrays hold in about 2 GB, 10 times 80,000 x 60."""

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_MARKS = {"": False, "0": False, "1": True}

X = tuple[bool, float]  # whether it is a date, and its place on the line


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A row of the file, its words as they stand there; `size` and `rebase` may be absent."""

    series: str
    x: str
    y: str
    size: str
    rebase: str


@dataclass(frozen=True)
class NamedSeries:
    """The rows of a file and the same as arrays; `series` and `place` say where each row lies."""

    names: tuple[str, ...]
    rows: tuple[SeriesRow, ...]
    has_sizes: bool
    has_rebase: bool
    series: npt.NDArray[np.int64]
    place: npt.NDArray[np.int64]
    arrays: SeriesArrays


def read_series(path: Path, *, are_proportions: bool) -> NamedSeries:
    """Return the series of a CSV file with the columns series, x, y and, if there, n and rebase.

    x is a date (2026-04-01 or 2026-04) or a number, y a number or empty for a gap, n a number from
    0 up, rebase 1 at the first point of a new stretch and else 0 or empty.

    Args:
        path: the file, plain or gzip.
        are_proportions: y counts events among n, so that n is needed and y lies between 0 and n.

    Raises:
        ImportRejected: the file cannot be read, lacks a column or breaks a rule; it names rows.
    """
    required = ("series", "x", "y", "n") if are_proportions else ("series", "x", "y")
    optional = ("rebase",) if are_proportions else ("n", "rebase")
    sheet = read_sheet(path, required=required, optional=optional)
    problems = Problems(path.name)
    gathered = _Gathered(problems, are_proportions=are_proportions)
    present = dict(zip(sheet.columns, (place is not None for place in sheet.places), strict=True))
    gathered.has_sizes = present["n"]
    for number, (series, x, y, size, rebase) in sheet.rows(problems):
        gathered.add(number, SeriesRow(series, x, y, size, rebase))
    problems.raise_if_any()
    return gathered.named(has_rebase=present["rebase"])


@dataclass(slots=True)
class _Gathered:
    problems: Problems
    are_proportions: bool
    has_sizes: bool = False
    places: dict[str, int] = field(default_factory=dict)
    last_x: list[tuple[X, int]] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    rows: list[SeriesRow] = field(default_factory=list)
    points: list[tuple[int, int, float, float, bool]] = field(default_factory=list)

    def add(self, number: int, row: SeriesRow) -> None:
        """Check a row and keep it."""
        if not row.series:
            self.problems.add(number, "series", "this is empty; every point belongs to a series")
            return
        self._follow(number, row)
        value = self._number(number, "y", row.y)
        size = self._number(number, "n", row.size)
        if row.y and not row.size and self.has_sizes:
            self.problems.add(number, "n", "this is empty although y is not")
        self._check_sizes(number, value, size)
        if row.rebase not in _MARKS:
            rule = f"{row.rebase!r} is neither 1 (a new stretch begins here) nor 0 nor empty"
            self.problems.add(number, "rebase", rule)
        series = self.places[row.series]
        is_start = _MARKS.get(row.rebase, False)
        self.rows.append(row)
        self.points.append((series, self.lengths[series] - 1, value, size, is_start))

    def _follow(self, number: int, row: SeriesRow) -> None:
        """Check that x comes after the series' x before, and count the point."""
        series = self.places.setdefault(row.series, len(self.places))
        if series == len(self.lengths):
            self.lengths.append(0)
            self.last_x.append(((False, -math.inf), 0))
        self.lengths[series] += 1
        x = _x_of(row.x)
        if x is None:
            rule = f"{row.x!r} is neither a date such as 2026-04-01 or 2026-04 nor a number"
            self.problems.add(number, "x", rule)
            return
        before, row_before = self.last_x[series]
        self.last_x[series] = (x, number)
        if row_before == 0:
            return
        where = f"of series {row.series!r} in row {row_before}"
        if x[0] != before[0]:
            self.problems.add(number, "x", f"{row.x!r} and the x {where} are a date and a number")
        elif x == before:
            self.problems.add(number, "x", f"{row.x!r} repeats the x {where}")
        elif x < before:
            rule = f"{row.x!r} comes before the x {where}; sort the rows by x within each series"
            self.problems.add(number, "x", rule)

    def _number(self, number: int, column: str, text: str) -> float:
        if not text:
            return math.nan
        value = number_of(text)
        if value is None:
            self.problems.add(number, column, NUMBER_RULE.format(text))
            return math.nan
        return value

    def _check_sizes(self, number: int, value: float, size: float) -> None:
        if size < 0:
            self.problems.add(number, "n", f"{size:g} is below 0")
        if not self.are_proportions:
            if size == 0 and not math.isnan(value):
                self.problems.add(number, "n", "this is 0 although y is not empty")
        elif value < 0:
            self.problems.add(number, "y", f"{value:g} is below 0; y counts events among n")
        elif value > size:
            rule = f"{value:.15g} is more than n, {size:.15g}; y counts events among n"
            self.problems.add(number, "y", rule)

    def named(self, *, has_rebase: bool) -> NamedSeries:
        """Return what was gathered, as arrays as wide as the longest series."""
        columns = np.array(self.points, dtype=np.float64).reshape(-1, 5)
        series, place = columns[:, 0].astype(np.int64), columns[:, 1].astype(np.int64)
        shape = (len(self.places), max(self.lengths, default=0))
        if shape[0] * shape[1] > CELLS_AT_MOST:
            rule = (
                f"{shape[0]:,} series and {shape[1]:,} points in the longest are too many for one "
                "run; write the long series to a file of their own"
            )
            self.problems.add(None, "series", rule)
            self.problems.raise_if_any()
        values, sizes = np.full(shape, np.nan), np.full(shape, np.nan)
        starts = np.zeros(shape, dtype=np.bool_)
        values[series, place] = columns[:, 2]
        sizes[series, place] = columns[:, 3]
        starts[series, place] = columns[:, 4] == 1
        return NamedSeries(
            names=tuple(self.places),
            rows=tuple(self.rows),
            has_sizes=self.has_sizes,
            has_rebase=has_rebase,
            series=series,
            place=place,
            arrays=SeriesArrays(
                values, sizes if self.has_sizes else None, starts if has_rebase else None
            ),
        )


def number_of(text: str) -> float | None:
    """Return the finite number that a cell holds, written with a point; None for anything else."""
    if _NUMBER.fullmatch(text) is None:
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def _x_of(text: str) -> X | None:
    value = number_of(text)
    if value is not None:
        return False, value
    iso = f"{text}-01" if _MONTH.fullmatch(text) else text
    if len(iso) != len("2026-04-01"):
        return None
    try:
        return True, float(date.fromisoformat(iso).toordinal())
    except ValueError:
        return None
