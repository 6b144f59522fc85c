"""What small tables tell, by linear algebra over a prime field and by trying all sets of people.

Nothing here knows of trees, residues, graphs or cuts: a shown cell is a row of zeros and ones, a
column per atom with respondents, and a set of atoms is told on if some combination of the rows is
not zero and stays within the set.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np

from analysis.disclosure.frequency_tables import FrequencyTable, TablePattern

PRIME = (1 << 61) - 1

Cell = tuple[int, int, int]  # block, unit, category


def rank(rows: Iterable[Sequence[int]]) -> int:
    """Return how many of the rows are independent modulo the prime."""
    solved: list[tuple[int, list[int]]] = []
    for given in rows:
        row = list(given)
        for pivot, other in solved:
            if row[pivot]:
                factor = row[pivot]
                row = [(a - factor * b) % PRIME for a, b in zip(row, other, strict=True)]
        pivot = next((place for place, value in enumerate(row) if value), -1)
        if pivot >= 0:
            inverse = pow(row[pivot], -1, PRIME)
            solved.append((pivot, [value * inverse % PRIME for value in row]))
    return len(solved)


def row_of(table: FrequencyTable, cell: Cell) -> list[int]:
    """Return which atoms with respondents a cell holds, by walking up from each."""
    block, unit, category = cell
    within = table.category_of_atoms(table.blocks[block])
    row: list[int] = []
    for atom in np.flatnonzero(table.atom_counts).tolist():
        at = int(table.atom_units[atom])
        while at not in (unit, -1):
            at = table.parents[at]
        row.append(int(at == unit and within[atom] == category))
    return row


def respondents(table: FrequencyTable, cell: Cell) -> int:
    people = table.atom_counts[table.atom_counts > 0].tolist()
    return sum(n for n, inside in zip(people, row_of(table, cell), strict=True) if inside)


def all_cells(table: FrequencyTable) -> list[Cell]:
    return [
        (number, unit, category)
        for number, block in enumerate(table.blocks)
        for unit in np.flatnonzero(table.candidates(block)).tolist()
        for category in range(table.width(block))
    ]


def shown_cells(pattern: TablePattern) -> list[Cell]:
    return [
        (block, unit, category)
        for block, shown in enumerate(pattern.shown)
        for unit, category in np.argwhere(shown).tolist()
    ]


def tells_on_few(table: FrequencyTable, cells: Sequence[Cell], k: int) -> bool:
    """Return whether any combination of cells depends on 1 to k-1 people."""
    people = table.atom_counts[table.atom_counts > 0].tolist()
    rows = [row_of(table, cell) for cell in cells]
    full = rank(rows)
    for hidden in _sets_below(people, k):
        if rank([[v for at, v in enumerate(row) if at not in hidden] for row in rows]) < full:
            return True
    return False


def _sets_below(people: Sequence[int], k: int) -> Iterable[set[int]]:
    """Return all sets of atoms with fewer than k people together that no atom can be added to."""
    small = [atom for atom, n in enumerate(people) if n < k]
    for size in range(1, min(len(small), k - 1) + 1):
        for chosen in combinations(small, size):
            total = sum(people[atom] for atom in chosen)
            if total < k and all(total + people[atom] >= k for atom in small if atom not in chosen):
                yield set(chosen)
