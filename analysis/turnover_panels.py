"""Reading a file of headcount, leavers and scores by unit and period, row by row."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import nan
from pathlib import Path

import numpy as np

from analysis.fixed_effects import FloatArray
from analysis.within_turnover import Panel, Theme, band_spread
from analysis.workforce_periods import first_of_two_years, month_of
from surveys.months import Month
from surveys.sheets import Problems, Sheet, read_sheet

PEOPLE = ("unit", "period", "headcount", "leavers")
BANDS = ("lowest_band", "highest_band")
_RESPONDENTS = "n"
_LARGEST_GRID = 20_000_000  # cells; 160 MB for each grid of numbers
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,12})?")
_TWO_YEARS = "year over two calendar years"
_WHOLE_PERIOD = re.compile(r"[0-9]{1,4}")
_ROUNDED_PERCENT = 101.0  # two shares that were each rounded up


@dataclass(frozen=True, slots=True)
class PanelFile:
    """The grids of one file; units in the order of their names, periods without gaps.

    `respondents` (units x periods) is NaN where not given, None without such a column.
    """

    sha256: str
    units: tuple[str, ...]
    periods: tuple[str, ...]
    rows: int
    is_monthly: bool
    panel: Panel
    themes: dict[str, Theme]
    respondents: FloatArray | None


def read_panel(path: Path, *, scores: Sequence[str] = ("score",)) -> PanelFile:
    """Return the panel of a CSV file with a row for each unit and period.

    Columns: unit, period (a month, a date, a whole number such as a year, or a
    year over two like 201617), headcount, leavers,
    each of `scores`, and if wanted n (respondents), lowest_band and highest_band (percent of
    scored answers). An empty cell is a score that is not known.

    Raises:
        ImportRejected: the file cannot be read or a row breaks a rule.
        ValueError: no score, or one named twice or like another column.
    """
    check_score_columns(scores)
    sheet = read_sheet(path, required=(*PEOPLE, *scores), optional=(_RESPONDENTS, *BANDS))
    rows = _Rows(Problems(path.name), tuple(scores))
    for number, cells in sheet.rows(rows.problems):
        rows.take(number, cells)
    _check_bands(sheet, rows)
    rows.problems.raise_if_any()
    if not rows.places:
        rows.problems.add(None, None, "the file holds no rows; write one per unit and period")
        rows.problems.raise_if_any()
    return _panel_file(sheet, rows)


def check_score_columns(scores: Sequence[str]) -> None:
    """Raise ValueError if no score is named, or one is named twice or like another column."""
    taken = (*PEOPLE, _RESPONDENTS, *BANDS)
    names = [name.casefold() for name in scores]
    if not all(names) or not names or len(set(names)) != len(names) or set(names) & set(taken):
        raise ValueError(f"name each score column once, and none of {', '.join(taken)}")


def _check_bands(sheet: Sheet, rows: "_Rows") -> None:
    given = [name for name in BANDS if sheet.places[sheet.columns.index(name)] is not None]
    if len(given) == 1:
        other = BANDS[1 - BANDS.index(given[0])]
        rows.problems.add(1, other, f"this column is missing; spread needs it beside {given[0]}")
    if given and len(rows.scores) > 1:
        rows.problems.add(1, given[0], "bands belong to one score; name one score column only")


@dataclass(slots=True)
class _Rows:
    """Checks rows one by one and keeps their numbers."""

    problems: Problems
    scores: tuple[str, ...]
    places: dict[tuple[str, int], int] = field(default_factory=dict)
    numbers: list[tuple[float, ...]] = field(default_factory=list)
    _kind: str = ""
    _periods: dict[str, int | None] = field(default_factory=dict)

    def take(self, row: int, cells: Sequence[str]) -> None:
        unit, written = cells[0], cells[1]
        if not unit:
            self.problems.add(row, "unit", "this cell is empty; write the name of a unit")
        period = self._period(row, written)
        headcount, leavers = (
            self._number(row, name, cells[place], is_needed=True)
            for place, name in ((2, "headcount"), (3, "leavers"))
        )
        if leavers > headcount:
            rule = f"{cells[3]} leavers are more than the {cells[2]} people in post"
            self.problems.add(row, "leavers", rule)
        last = 4 + len(self.scores)
        scores = [
            self._number(row, name, cells[4 + place]) for place, name in enumerate(self.scores)
        ]
        extras = self._extras(row, cells[last:], has_score=not all(np.isnan(scores)))
        if not unit or period is None:
            return
        first = self.places.setdefault((unit, period), row)
        if first != row:
            rule = f"{unit!r} has a row for {written} already, row {first}; keep one"
            self.problems.add(row, "period", rule)
        self.numbers.append((headcount, leavers, *scores, *extras))

    def is_month(self) -> bool:
        return self._kind == "month"

    def is_two_years(self) -> bool:
        return self._kind == _TWO_YEARS

    def _period(self, row: int, written: str) -> int | None:
        if written in self._periods and self._periods[written] is not None:
            return self._periods[written]
        try:
            kind, period = _period_of(written)
        except ValueError as error:
            self.problems.add(row, "period", str(error))
            return None
        self._kind = self._kind or kind
        if kind != self._kind:
            rule = f"{written!r} is a {kind}, and the rows before have a {self._kind}; use one kind"
            self.problems.add(row, "period", rule)
            return None
        self._periods[written] = period
        return period

    def _number(self, row: int, column: str, written: str, *, is_needed: bool = False) -> float:
        """Return the number, NaN where it is missing or wrong; what is wrong is a problem."""
        if not written and not is_needed:
            return nan
        if not _NUMBER.fullmatch(written):
            said = f"{written!r} is" if written else "an empty cell is"
            rule = f"{said} no number in plain digits, like 12 or 3.5"
            hint = "" if is_needed else "; leave the cell empty where it is not known"
            self.problems.add(row, column, rule + hint)
            return nan
        number = float(written)
        if number < 0:
            self.problems.add(row, column, f"{written} is negative; write 0 or more")
            return nan
        return number

    def _extras(self, row: int, cells: Sequence[str], *, has_score: bool) -> tuple[float, ...]:
        respondents, lowest, highest = (
            self._number(row, name, cell)
            for name, cell in zip((_RESPONDENTS, *BANDS), cells, strict=True)
        )
        if has_score and respondents == 0:
            self.problems.add(row, _RESPONDENTS, "a score of 0 respondents cannot be; leave it out")
        if lowest + highest > _ROUNDED_PERCENT or max(lowest, highest) > 100:  # noqa: PLR2004
            rule = f"{cells[1]} and {cells[2]} percent are more than all answers"
            self.problems.add(row, BANDS[1], rule)
        return respondents, lowest, highest


def _period_of(written: str) -> tuple[str, int]:
    if _WHOLE_PERIOD.fullmatch(written):
        return "whole number", int(written)
    first = first_of_two_years(written)
    if first is not None:
        return _TWO_YEARS, first
    try:
        return "month", month_of(written).ordinal
    except ValueError:
        raise ValueError(
            f"{written!r} is no period; write a month like 2026-03, a date, a year like 2026, or "
            "two years that follow each other like 201617"
        ) from None


def _panel_file(sheet: Sheet, rows: _Rows) -> PanelFile:
    units = sorted({unit for unit, _period in rows.places})
    ordinals = [period for _unit, period in rows.places]
    first, span = min(ordinals), max(ordinals) - min(ordinals) + 1
    if len(units) * span > _LARGEST_GRID:
        rule = f"{len(units):,} units over {span:,} periods are too many; split the file"
        rows.problems.add(None, "period", rule)
        rows.problems.raise_if_any()
    place_of = {unit: place for place, unit in enumerate(units)}
    unit_places = [place_of[unit] for unit, _period in rows.places]
    period_places = np.array(ordinals) - first
    columns = np.array(rows.numbers).T
    grids = [np.full((len(units), span), nan) for _column in columns]
    for grid, column in zip(grids, columns, strict=True):
        grid[unit_places, period_places] = column
    headcount, exits, *scores, respondents, lowest, highest = grids
    spread = None if np.isnan(lowest).all() else band_spread(lowest / 100, highest / 100)
    return PanelFile(
        sha256=sheet.sha256,
        units=tuple(units),
        periods=tuple(_written(first + place, rows) for place in range(span)),
        rows=len(rows.places),
        is_monthly=rows.is_month(),
        panel=Panel(exits=exits, headcount=headcount),
        themes={name: Theme(s, spread) for name, s in zip(rows.scores, scores, strict=True)},
        respondents=None if np.isnan(respondents).all() else respondents,
    )


def _written(ordinal: int, rows: _Rows) -> str:
    if rows.is_month():
        return str(Month(0, 1).shifted(ordinal))
    return f"{ordinal}/{(ordinal + 1) % 100:02}" if rows.is_two_years() else str(ordinal)
