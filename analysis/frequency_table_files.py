"""Reading a frequency table from a file with a row per atom, its unit, its categories, its count.

Names become places in sorted order, never in the order of the rows and never by counts, so that
no order in a result tells anything about hidden cells.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from analysis.disclosure.frequency_tables import (
    NO_CATEGORY,
    TOTALS,
    Block,
    FrequencyTable,
)
from analysis.errors import AnalysisError
from surveys.sheets import Problems, read_sheet

ROOT = "Total"
SEPARATOR = "/"

_WHOLE = re.compile(r"[0-9]{1,9}")
_CROSSING = re.compile(r"(?P<first>[^,@]+),(?P<second>[^,@]+)@(?P<levels>[0-9]{1,4}(,[0-9]{1,4})*)")

CellPlace = tuple[int, int, int]  # block, unit, category


class TableColumnsError(AnalysisError):
    """The columns asked for contradict each other."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Two breakdowns that are crossed at some depths of the tree; depth 0 is the whole."""

    first: str
    second: str
    levels: frozenset[int]

    @classmethod
    def parse(cls, text: str) -> "Crossing":
        """Return the crossing that `role,tenure@0,1` stands for.

        Raises:
            TableColumnsError: the text has another form.
        """
        found = _CROSSING.fullmatch(text)
        if found is None:
            raise TableColumnsError(
                f"the crossing {text!r} is not written like role,tenure@0,1: two breakdowns, then "
                "the depths at which it may be shown; 0 is the whole"
            )
        levels = frozenset(int(level) for level in found["levels"].split(","))
        return cls(found["first"].strip(), found["second"].strip(), levels)


@dataclass(frozen=True, slots=True)
class TableColumns:
    """Which columns of a file hold the tree, from the top down, the breakdowns and the count.

    Raises:
        TableColumnsError: a column is named twice or has no name or one with a slash, there is no
            column of the tree, or a crossing names no breakdown, one twice or a depth that is not.
    """

    tree: tuple[str, ...]
    breakdowns: tuple[str, ...]
    count: str
    crossings: tuple[Crossing, ...] = ()

    def __post_init__(self) -> None:
        if not self.tree:
            raise TableColumnsError("name at least one column of the tree")
        folded = [name.casefold() for name in self.names]
        for place, name in enumerate(self.names):
            if not name or SEPARATOR in name:
                raise TableColumnsError(f"the column name {name!r} is empty or holds a slash")
            if folded[place] in folded[:place]:
                raise TableColumnsError(f"the column {name!r} is named twice")
        pairs = [frozenset((each.first, each.second)) for each in self.crossings]
        for place, crossing in enumerate(self.crossings):
            unknown = {crossing.first, crossing.second} - set(self.breakdowns)
            if unknown:
                raise TableColumnsError(f"a crossing names {min(unknown)!r}, which is no breakdown")
            if crossing.first == crossing.second or pairs[place] in pairs[:place]:
                raise TableColumnsError(
                    f"{crossing.first!r} and {crossing.second!r} cannot be crossed, or not twice"
                )
            if max(crossing.levels) > len(self.tree):
                raise TableColumnsError(
                    f"the tree has the depths 0 to {len(self.tree)}, not {max(crossing.levels)}"
                )

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.tree, *self.breakdowns, self.count)

    @property
    def blocks(self) -> tuple[Block, ...]:
        single = [Block((place,)) for place in range(len(self.breakdowns))]
        crossed = [
            Block(
                (self.breakdowns.index(each.first), self.breakdowns.index(each.second)), each.levels
            )
            for each in self.crossings
        ]
        return (TOTALS, *single, *crossed)


@dataclass(frozen=True)
class NamedTable:
    """A frequency table with the names of its units (paths), breakdowns and categories."""

    units: tuple[str, ...]
    breakdowns: tuple[str, ...]
    categories: tuple[tuple[str, ...], ...]
    table: FrequencyTable

    @cached_property
    def block_names(self) -> tuple[str, ...]:
        """The name of each block: empty for unit totals, `role/tenure` for a crossing."""
        return tuple(
            SEPARATOR.join(self.breakdowns[place] for place in block.demographics)
            for block in self.table.blocks
        )

    @cached_property
    def category_names(self) -> tuple[tuple[str, ...], ...]:
        """For each block the names of its categories; one empty name for unit totals."""
        named: list[tuple[str, ...]] = []
        for block in self.table.blocks:
            names = [""]
            for place in block.demographics:
                names = [
                    f"{before}{SEPARATOR}{name}" if before else name
                    for before in names
                    for name in self.categories[place]
                ]
            named.append(tuple(names))
        return tuple(named)

    def name_of(self, cell: CellPlace) -> tuple[str, str, str]:
        """Return the names of the cell's unit, block and category."""
        block, unit, category = cell
        return self.units[unit], self.block_names[block], self.category_names[block][category]

    def cells(self) -> Iterator[CellPlace]:
        """Yield every cell that may be shown at all, by unit, then block, then category."""
        may = [self.table.candidates(block).tolist() for block in self.table.blocks]
        widths = [len(names) for names in self.category_names]
        for unit in range(len(self.units)):
            for block, width in enumerate(widths):
                if may[block][unit]:
                    yield from ((block, unit, category) for category in range(width))


def read_atoms(path: Path, columns: TableColumns) -> NamedTable:
    """Return the table of a CSV file with a row per atom; other columns are passed over.

    An empty cell in a breakdown means people outside all of its categories.

    Raises:
        ImportRejected: the file cannot be read or a row breaks a rule, by row and column.
    """
    sheet = read_sheet(path, required=columns.names)
    rows = _AtomRows(Problems(path.name), columns)
    for row, cells in sheet.rows(rows.problems):
        rows.add(row, cells)
    rows.problems.raise_if_any()
    return _table_of(rows.counts, columns)


@dataclass(slots=True)
class _AtomRows:
    """Takes in rows one by one; `counts` holds the people of each atom, by its names."""

    problems: Problems
    columns: TableColumns
    counts: dict[tuple[str, ...], int] = field(default_factory=dict)
    _rows: dict[tuple[str, ...], int] = field(default_factory=dict)

    def add(self, row: int, cells: tuple[str, ...]) -> None:
        names, written = cells[:-1], cells[-1]
        depth = len(self.columns.tree)
        for column, name in zip(self.columns.names, names, strict=False):
            if SEPARATOR in name:
                self.problems.add(row, column, f"{name!r} holds a slash, which divides names")
        for column, name in zip(self.columns.tree, names[:depth], strict=True):
            if not name:
                self.problems.add(row, column, "this cell is empty; every part of a path is needed")
        if names[0] == ROOT:
            rule = f"{ROOT!r} is the name of the whole; call this unit otherwise"
            self.problems.add(row, self.columns.tree[0], rule)
        if not _WHOLE.fullmatch(written):
            rule = f"{written!r} is not a whole number of people from 0 to 999,999,999"
            self.problems.add(row, self.columns.count, rule)
            return
        first = self._rows.setdefault(names, row)
        if first != row:
            rule = f"the same unit and categories stand in row {first} already; add them up first"
            self.problems.add(row, self.columns.tree[-1], rule)
        self.counts[names] = int(written)


def _table_of(counts: Mapping[tuple[str, ...], int], columns: TableColumns) -> NamedTable:
    depth = len(columns.tree)
    paths = {names[:level] for names in counts for level in range(1, depth + 1)}
    ordered = [(), *sorted(paths)]  # a path comes right after what it begins with
    place = {path: unit for unit, path in enumerate(ordered)}
    categories = tuple(
        tuple(sorted({names[column] for names in counts} - {""}))
        for column in range(depth, depth + len(columns.breakdowns))
    )
    codes = [{"": NO_CATEGORY} | {name: i for i, name in enumerate(own)} for own in categories]
    atoms = sorted(counts)
    rows = [
        [
            place[names[:depth]],
            *(code[name] for code, name in zip(codes, names[depth:], strict=True)),
        ]
        for names in atoms
    ]
    array = np.array(rows, dtype=np.int64).reshape(len(rows), 1 + len(codes))
    table = FrequencyTable(
        parents=tuple(place[path[:-1]] if path else -1 for path in ordered),
        categories=tuple(len(own) for own in categories),
        atom_units=array[:, 0],
        atom_categories=array[:, 1:],
        atom_counts=np.array([counts[names] for names in atoms], dtype=np.int64),
        blocks=tuple(
            block
            for block in columns.blocks
            if all(categories[place] for place in block.demographics)  # else it has no cell
        ),
    )
    units = tuple(SEPARATOR.join(path) or ROOT for path in ordered)
    return NamedTable(units, columns.breakdowns, categories, table)
