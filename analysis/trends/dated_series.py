"""Reading series of anybody's own figures from a file with a row per value."""

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from surveys.months import Month
from surveys.sheets import Problems, read_sheet

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

COLUMNS = ("series", "x", "y")
MOST_VALUES = 3_000
"""Per series: every pair of values has a slope, and these are four and a half million."""

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")
_MOST_DIGITS = 60
_X_RULE = "is no month written like 2026-03 and no date written like 2026-03-31"


@dataclass(frozen=True)
class SeriesSet:
    """Many series: their names as first met, and all values sorted by series and then by day.

    `starts` has one element more than `names`: the values of series i are those from starts[i] to
    before starts[i + 1]. `days` are proleptic Gregorian ordinals; a month is its first day.
    """

    names: tuple[str, ...]
    starts: IntArray
    days: IntArray
    values: FloatArray

    def by_length(self) -> Iterator[tuple[IntArray, FloatArray, FloatArray]]:
        """Yield the places of all series of one length, their values and their days."""
        lengths = np.diff(self.starts)
        for length in np.unique(lengths):
            places = np.flatnonzero(lengths == length)
            cells = self.starts[places][:, None] + np.arange(length)
            yield places, self.values[cells], self.days[cells].astype(np.float64)


def read_series(path: Path) -> SeriesSet:
    """Return the series of a CSV file with the columns series, x (month or date) and y (number).

    Rows may stand in any order. An empty y is a missing value; its series is kept.

    Raises:
        ImportRejected: naming row, column and rule, if a series has no name, x is neither month
            nor date, y is no number, a series has two values at one x or more than MOST_VALUES.
    """
    sheet = read_sheet(path, required=COLUMNS)
    problems = Problems(path.name)
    names: dict[str, int] = {}
    codes, days, rows, values = array("q"), array("q"), array("q"), array("d")
    for row, (name, x, y) in sheet.rows(problems):
        if not name:
            problems.add(row, "series", "every value needs the name of its series")
        day = _day(x)
        if day is None:
            problems.add(row, "x", f"{x!r} {_X_RULE}")
        value = _value(y)
        if value is None and y:
            problems.add(row, "y", f"{y!r} is not a number written like 3.4")
        if not name:
            continue
        code = names.setdefault(name, len(names))
        if day is not None and value is not None:
            codes.append(code)
            days.append(day)
            rows.append(row)
            values.append(value)
    found = _Found(*(np.array(column, dtype=np.int64) for column in (codes, days, rows)))
    order = np.lexsort((found.rows, found.days, found.codes))
    found = _Found(found.codes[order], found.days[order], found.rows[order])
    _refuse_repeats(found, problems)
    starts = np.searchsorted(found.codes, np.arange(len(names) + 1))
    _refuse_long(found, starts, problems)
    problems.raise_if_any()
    return SeriesSet(tuple(names), starts, found.days, np.array(values, dtype=np.float64)[order])


@dataclass(frozen=True)
class _Found:
    """One element per value: its series, day and row in the file."""

    codes: IntArray
    days: IntArray
    rows: IntArray


@lru_cache(maxsize=65_536)
def _day(text: str) -> int | None:
    """Return the ordinal of the day, or None if the text is neither month nor date."""
    try:
        if len(text) == len("2026-03"):
            return Month.parse(text).first_day.toordinal()
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text).toordinal()
    except ValueError:
        return None
    return None


def _value(text: str) -> float | None:
    if len(text) > _MOST_DIGITS or _NUMBER.fullmatch(text) is None:
        return None
    return float(text)


def _refuse_repeats(found: _Found, problems: Problems) -> None:
    same = (np.diff(found.codes) == 0) & (np.diff(found.days) == 0)
    for place in np.flatnonzero(same):
        day = date.fromordinal(int(found.days[place])).isoformat()
        other = int(found.rows[place])
        rule = f"row {other} already has a value of this series at {day}; a month is its first day"
        problems.add(int(found.rows[place + 1]), "x", rule)


def _refuse_long(found: _Found, starts: IntArray, problems: Problems) -> None:
    for place in np.flatnonzero(np.diff(starts) > MOST_VALUES):
        row = int(found.rows[starts[place] : starts[place + 1]].max())
        count = int(starts[place + 1] - starts[place])
        rule = (
            f"this series has {count:,} values; at most {MOST_VALUES:,} are compared, pair by pair"
        )
        problems.add(row, "series", rule)
