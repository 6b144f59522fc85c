"""Exhaustive search for what a pattern exposes, for small tables; it shares nothing with the engine.

Shown cells are rows over atoms. A combination of rows that depends on nothing outside a set of
atoms exists exactly when the columns of that set are linearly dependent in a basis of the rows'
null space. Every set of fewer than k people is tried, in exact fractions.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction

import numpy as np

from analysis.disclosure.frequency_tables import FrequencyTable, TablePattern

Cell = tuple[int, int, int]  # block, unit, category
Row = list[Fraction]


def cell_row(table: FrequencyTable, cell: Cell) -> list[int]:
    """Return 1 for each atom with respondents that lies in a cell, walking up from each atom."""
    block, unit, category = cell
    row = []
    categories = table.category_of_atoms(table.blocks[block])
    for atom, own in enumerate(table.atom_units.tolist()):
        at = own
        while at >= 0 and at != unit:
            at = table.parents[at]
        inside = at == unit and categories[atom] == category and table.atom_counts[atom] > 0
        row.append(int(inside))
    return row


def shown_cells(pattern: TablePattern) -> list[Cell]:
    return [
        (block, unit, category)
        for block, shown in enumerate(pattern.shown)
        for unit, category in np.argwhere(shown).tolist()
    ]


def exposes(table: FrequencyTable, cells: Iterable[Cell], k: int) -> bool:
    """Return whether some combination of cells depends on 1 to k-1 people."""
    atoms = np.flatnonzero(table.atom_counts > 0).tolist()
    rows = [[Fraction(cell_row(table, cell)[atom]) for atom in atoms] for cell in cells]
    people = [int(table.atom_counts[atom]) for atom in atoms]
    null = _null_space(rows, len(atoms))
    columns = [[vector[atom] for vector in null] for atom in range(len(atoms))]
    return _is_any_dependent(columns, people, 0, k - 1, {})


def depends_on(table: FrequencyTable, cells: Iterable[Cell], cell: Cell) -> bool:
    """Return whether a cell is a combination of others."""
    rows = [[Fraction(value) for value in cell_row(table, other)] for other in cells]
    new = [Fraction(value) for value in cell_row(table, cell)]
    return len(_reduced(rows)) == len(_reduced([*rows, new]))


def _is_any_dependent(
    columns: list[Row], people: list[int], start: int, left: int, basis: Mapping[int, Row]
) -> bool:
    for atom in range(start, len(columns)):
        if people[atom] > left:
            continue
        column = _subtract(columns[atom], basis)
        pivot = next((place for place, value in enumerate(column) if value), None)
        if pivot is None:
            return True
        with_it = {**basis, pivot: [value / column[pivot] for value in column]}
        if _is_any_dependent(columns, people, atom + 1, left - people[atom], with_it):
            return True
    return False


def _subtract(row: Row, basis: Mapping[int, Row]) -> Row:
    for pivot, other in basis.items():
        if row[pivot]:
            factor = row[pivot]
            row = [value - factor * o for value, o in zip(row, other, strict=True)]
    return row


def _reduced(rows: list[Row]) -> dict[int, Row]:
    """Return the reduced row echelon form, by pivot."""
    solved: dict[int, Row] = {}
    for given in rows:
        row = _subtract(given, solved)
        pivot = next((place for place, value in enumerate(row) if value), None)
        if pivot is None:
            continue
        row = [value / row[pivot] for value in row]
        solved = {place: _subtract(other, {pivot: row}) for place, other in solved.items()}
        solved[pivot] = row
    return solved


def _null_space(rows: list[Row], width: int) -> list[Row]:
    solved = _reduced(rows)
    null = []
    for free in range(width):
        if free not in solved:
            vector = [Fraction(0)] * width
            vector[free] = Fraction(1)
            for pivot, row in solved.items():
                vector[pivot] = -row[free]
            null.append(vector)
    return null
