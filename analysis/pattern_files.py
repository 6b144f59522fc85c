"""Patterns of shown cells in files: a row per cell, hidden ones all alike.

A hidden cell has a row with no number and the one public reason, whether it is empty, small or
beside a small one. Rows follow the names of units, breakdowns and categories, never counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from analysis.disclosure.frequency_tables import TablePattern
from analysis.frequency_table_files import CellPlace, NamedTable
from surveys.sheets import Problems, read_sheet

HIDDEN_REASON = "too few answers here or beside it"
COLUMNS = ("unit", "breakdown", "category", "shown", "n", "reason")
_NEEDED = COLUMNS[:4]


def pattern_rows(named: NamedTable, pattern: TablePattern) -> Iterator[Sequence[str | int]]:
    """Yield the header, then a row per cell that may be shown at all."""
    yield COLUMNS
    published = [counts.tolist() for counts in pattern.published(named.table)]
    for cell in named.cells():
        block, unit, category = cell
        people = published[block][unit][category]
        if people < 0:
            yield (*named.name_of(cell), 0, "", HIDDEN_REASON)
        else:
            yield (*named.name_of(cell), 1, people, "")


def read_pattern(path: Path, named: NamedTable) -> TablePattern:
    """Return which cells of a table a published file shows; a cell without a row is hidden.

    Raises:
        ImportRejected: the file cannot be read, a row names a cell that the table does not have or
            names one again, or `n`, if that column is there, stands beside a hidden cell or is not
            the number of a shown one.
    """
    sheet = read_sheet(path, required=_NEEDED, optional=("n",))
    rows = _PatternRows(Problems(path.name), named)
    for row, cells in sheet.rows(rows.problems):
        rows.add(row, cells)
    rows.problems.raise_if_any()
    return rows.pattern()


@dataclass(slots=True)
class _PatternRows:
    """Takes in rows one by one, and remembers in which row each cell stood."""

    problems: Problems
    named: NamedTable
    _rows: dict[CellPlace, int] = field(default_factory=dict)
    _shown: set[CellPlace] = field(default_factory=set)
    _places: dict[tuple[str, ...], CellPlace] = field(init=False)
    _counts: list[list[list[int]]] = field(init=False)

    def __post_init__(self) -> None:
        table = self.named.table
        self._places = {self.named.name_of(cell): cell for cell in self.named.cells()}
        self._counts = [table.cell_counts(block).tolist() for block in table.blocks]

    def add(self, row: int, cells: tuple[str, ...]) -> None:
        name, shown, written = cells[:3], cells[3], cells[4]
        cell = self._places.get(name)
        if cell is None:
            self.problems.add(row, *self._fault_of(name))
            return
        first = self._rows.setdefault(cell, row)
        if first != row:
            self.problems.add(row, "unit", f"this cell stands in row {first} already")
        if shown not in {"0", "1"}:
            self.problems.add(row, "shown", f"{shown!r} is neither 1 (shown) nor 0 (hidden)")
        elif shown == "1":
            self._shown.add(cell)
            self._check_number(row, cell, written)
        elif written:
            self.problems.add(row, "n", "this cell is said to be hidden, yet here is its number")

    def pattern(self) -> TablePattern:
        flags = [np.zeros(np.shape(counts), dtype=np.bool_) for counts in self._counts]
        for block, unit, category in self._shown:
            flags[block][unit, category] = True
        return TablePattern(tuple(flags))

    def _check_number(self, row: int, cell: CellPlace, written: str) -> None:
        block, unit, category = cell
        if written and written != str(self._counts[block][unit][category]):
            rule = f"{written!r} is not the number of people that the atoms of this cell add up to"
            self.problems.add(row, "n", rule)

    def _fault_of(self, name: tuple[str, ...]) -> tuple[str, str]:
        unit, breakdown, category = name
        if unit not in self.named.units:
            return "unit", f"the table has no unit {unit!r}"
        if breakdown not in self.named.block_names:
            return "breakdown", f"{breakdown!r} is none of the breakdowns asked for"
        block = self.named.block_names.index(breakdown)
        if category not in self.named.category_names[block]:
            return "category", f"the table has no category {category!r} of {breakdown!r}"
        return "breakdown", f"{breakdown!r} is not for units at this depth"
