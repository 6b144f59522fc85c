"""Reading a file of workforce figures and checking it, row by row, against the unit trees."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from surveys.errors import StateError
from surveys.months import Month
from surveys.sheets import Problems, read_sheet
from surveys.units import UnitCode, UnitTree

COLUMNS = ("unit", "month", "headcount", "leavers")
HEADER_ALIASES = {
    "unit code": "unit",
    "unit_code": "unit",
    "date": "month",
    "period": "month",
    "head count": "headcount",
    "head_count": "headcount",
}
_FIRST_MONTH = Month(1900, 1)
_LAST_MONTH = Month(2199, 12)
_WHOLE = re.compile(r"[0-9]{1,9}")

TreeOfMonth = Callable[[Month], UnitTree]
"""Gives the unit tree of a month; raises StateError where there is none."""


@dataclass(frozen=True, slots=True)
class WorkforceMonth:
    """People in post in a month, and those of them who left in it."""

    headcount: int
    leavers: int


FigureKey = tuple[UnitCode, Month]


@dataclass(frozen=True, slots=True)
class WorkforceFile:
    """The figures of one file; `sha256` is of the file as it lies on disk.

    `inner_units` are the units in it that have units below them, in the order of their codes.
    """

    sha256: str
    figures: Mapping[FigureKey, WorkforceMonth]
    inner_units: tuple[UnitCode, ...]


def read_workforce(path: Path, tree_of: TreeOfMonth) -> WorkforceFile:
    """Return the figures of a CSV file with the columns unit, month, headcount, leavers.

    Raises:
        ImportRejected: the file cannot be read or a row breaks a rule.
    """
    sheet = read_sheet(path, required=COLUMNS, aliases=HEADER_ALIASES)
    checks = _RowChecks(Problems(path.name), tree_of)
    figures: dict[FigureKey, WorkforceMonth] = {}
    first_rows: dict[FigureKey, int] = {}
    for row, (code, written, headcount, leavers) in sheet.rows(checks.problems):
        month = checks.month(row, written)
        unit = checks.unit(row, code, month=month)
        figure = checks.figure(row, headcount, leavers)
        if month is None or unit is None or figure is None:
            continue
        first = first_rows.setdefault((unit, month), row)
        if first != row:
            checks.problems.add(
                row, "month", f"{unit!r} has a row for {month} already, row {first}; keep one"
            )
        figures[unit, month] = figure
    checks.problems.raise_if_any()
    if not figures:
        checks.problems.add(None, None, "the file holds no figures; write a row per unit and month")
        checks.problems.raise_if_any()
    return WorkforceFile(sheet.sha256, figures, tuple(sorted(checks.inner_units)))


@dataclass(slots=True)
class _RowChecks:
    """Checks single cells; remembers each month and its tree, which come back in many rows."""

    problems: Problems
    tree_of: TreeOfMonth
    inner_units: set[UnitCode] = field(default_factory=set)
    _months: dict[str, Month] = field(default_factory=dict)
    _trees: dict[Month, UnitTree | StateError] = field(default_factory=dict)

    def month(self, row: int, written: str) -> Month | None:
        known = self._months.get(written)
        if known is not None:
            return known
        try:
            month = month_of(written)
        except ValueError as error:
            self.problems.add(row, "month", str(error))
            return None
        self._months[written] = month
        return month

    def unit(self, row: int, code: str, *, month: Month | None) -> UnitCode | None:
        if not code:
            self.problems.add(row, "unit", "this cell is empty; write the code of a unit")
            return None
        if month is None:
            return None
        tree = self._tree(month)
        unit = UnitCode(code)
        if isinstance(tree, StateError):
            self.problems.add(row, "month", str(tree))
            return None
        if unit not in tree:
            self.problems.add(row, "unit", f"no unit had the code {code!r} in {month}")
            return None
        if tree.children(unit):
            self.inner_units.add(unit)
        return unit

    def figure(self, row: int, headcount: str, leavers: str) -> WorkforceMonth | None:
        people = self._people(row, "headcount", written=headcount)
        left = self._people(row, "leavers", written=leavers)
        if people is None or left is None:
            return None
        if left > people:
            self.problems.add(
                row,
                "leavers",
                f"{left} leavers are more than the {people} people in post; count everybody who "
                "was in post during the month",
            )
            return None
        return WorkforceMonth(people, left)

    def _people(self, row: int, column: str, *, written: str) -> int | None:
        if _WHOLE.fullmatch(written):
            return int(written)
        said = f"{written!r} is" if written else "an empty cell is"
        self.problems.add(
            row, column, f"{said} no whole number of people, 0 or more, in plain digits"
        )
        return None

    def _tree(self, month: Month) -> UnitTree | StateError:
        if month not in self._trees:
            try:
                self._trees[month] = self.tree_of(month)
            except StateError as error:
                self._trees[month] = error
        return self._trees[month]


def month_of(written: str) -> Month:
    """Return the month written as `2026-03`, or the month of any ISO date or date with time.

    Raises:
        ValueError: the text is neither, or lies outside the years 1900 to 2199.
    """
    try:
        month = _month_or_date(written)
    except ValueError:
        raise ValueError(
            f"{written!r} is no month; write it like 2026-03 or as a date like 2026-03-31"
        ) from None
    if not _FIRST_MONTH <= month <= _LAST_MONTH:
        raise ValueError(f"{written!r} is not in the years 1900 to 2199")
    return month


def _month_or_date(written: str) -> Month:
    try:
        return Month.parse(written)
    except ValueError:
        return Month.of(datetime.fromisoformat(written))
