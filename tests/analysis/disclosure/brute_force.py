"""Clear and slow judges of a pattern, which share no code with the engine or the self-attack.

A shown count is a row of zeros and ones over the atoms. What can be computed from all shown
counts (and alike from sums of answers) is the span of these rows; a member of it rests on the
people of those atoms in which it is not 0. Atoms without respondents are known to be empty, so
they never stand in a row. All arithmetic is exact (fractions).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

import numpy as np

from analysis.disclosure.frequency_tables import NO_CATEGORY, Block, FrequencyTable, TablePattern

Row = list[Fraction]
Rows = list[Row]


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One cell: places of its block, unit and category."""

    block: int
    unit: int
    category: int


def cells_of(pattern: TablePattern) -> list[Cell]:
    """Return the shown cells, block by block."""
    return [
        Cell(block, int(unit), int(category))
        for block, shown in enumerate(pattern.shown)
        for unit, category in np.argwhere(shown)
    ]


def pattern_of(table: FrequencyTable, cells: Sequence[Cell]) -> TablePattern:
    """Return the pattern that shows these cells and no other."""
    shown = tuple(
        np.zeros((len(table.parents), table.width(block)), dtype=np.bool_) for block in table.blocks
    )
    for cell in cells:
        shown[cell.block][cell.unit, cell.category] = True
    return TablePattern(shown)


def members(table: FrequencyTable, cell: Cell) -> list[bool]:
    """Return for each atom whether the cell holds it, by walking up from the atom's unit."""
    block = table.blocks[cell.block]
    found = []
    for atom, own in enumerate(table.atom_units):
        unit = int(own)
        while unit not in (cell.unit, -1):
            unit = table.parents[unit]
        found.append(unit == cell.unit and _category(table, block, atom) == cell.category)
    return found


def people(table: FrequencyTable, cell: Cell) -> int:
    """Return the respondents of a cell."""
    return sum(
        int(count)
        for count, is_member in zip(table.atom_counts, members(table, cell), strict=True)
        if is_member
    )


def rests_on_k(table: FrequencyTable, pattern: TablePattern, k: int) -> bool:
    """Return whether no shown cell holds fewer than k people (G0)."""
    return all(people(table, cell) >= k for cell in cells_of(pattern))


def is_safe(table: FrequencyTable, pattern: TablePattern, k: int) -> bool:
    """Return whether the pattern keeps G0 and G2 under a smallest group of k people."""
    return rests_on_k(table, pattern, k) and is_safe_by_sets(table, pattern, k)


def is_safe_by_sets(table: FrequencyTable, pattern: TablePattern, k: int) -> bool:
    """Return whether no combination of shown cells depends on 1 to k-1 people (G2).

    For any number of demographics. Tries every set of atoms with 1 to k-1 people: some combination
    of shown cells depends on this set alone exactly when the rows lose rank without its columns.
    """
    return next(exposed_sets(table, cells_of(pattern), k), None) is None


def exposed_sets(table: FrequencyTable, cells: Sequence[Cell], k: int) -> Iterator[list[int]]:
    """Yield each set of atoms with 1 to k-1 people outside which the cells' rows lose rank.

    Atoms that lie in the same shown cells cannot be told apart and are one column here; of those
    sets only the ones to which no further column can be added are tried.
    """
    columns = _columns(table, cells)
    names = list(columns)
    weights = [sum(int(table.atom_counts[atom]) for atom in columns[name]) for name in names]
    full = rank([_row(name) for name in zip(*names, strict=True)])
    for chosen in _fullest_sets(weights, k - 1):
        kept = [name for place, name in enumerate(names) if place not in chosen]
        if rank([_row(name) for name in zip(*kept, strict=True)]) < full:
            yield sorted(atom for place in chosen for atom in columns[names[place]])


def follows_already(table: FrequencyTable, pattern: TablePattern, cell: Cell) -> bool:
    """Return whether the cell's count is a linear combination of the shown counts."""
    atoms = [atom for atom, count in enumerate(table.atom_counts) if count > 0]
    shown = [members(table, shown) for shown in cells_of(pattern)]
    rows = [_row([row[atom] for atom in atoms]) for row in shown]
    asked = members(table, cell)
    return rank([*rows, _row([asked[atom] for atom in atoms])]) == rank(rows)


def is_safe_by_cuts(table: FrequencyTable, pattern: TablePattern, k: int) -> bool:
    """Return whether every cut of the graph of residues weighs 0 or at least k (G2).

    For unit totals and one demographic. Nodes are the residues of shown totals, the residues of
    shown cells of each category, and the ground for whoever is in none; each atom is an edge
    that weighs its respondents. Tries every set of nodes that does not hold the ground.

    Raises:
        ValueError: the table has another block than unit totals and one demographic.
    """
    if any(len(block.demographics) > 1 for block in table.blocks) or len(table.blocks) > 2:
        raise ValueError("cuts describe unit totals and one demographic")
    edges = [
        (*(_residue(table, pattern, block, atom) for block in range(len(table.blocks))), int(count))
        for atom, count in enumerate(table.atom_counts)
    ]
    nodes = sorted({end for *ends, _ in edges for end in ends if end is not None})
    for size in range(1, len(nodes) + 1):
        for side in map(set, combinations(nodes, size)):
            cut = sum(count for *ends, count in edges if _crosses(ends, side))
            if 0 < cut < k:
                return False
    return True


def rank(rows: Sequence[Row]) -> int:
    """Return the rank of rows of fractions, by elimination."""
    left = [list(row) for row in rows if any(row)]
    found = 0
    while left:
        pivot_row = left.pop()
        pivot = next(place for place, value in enumerate(pivot_row) if value)
        found += 1
        reduced = []
        for row in left:
            if row[pivot]:
                factor = row[pivot] / pivot_row[pivot]
                row = [a - factor * b for a, b in zip(row, pivot_row, strict=True)]  # noqa: PLW2901 - the same row, reduced
            if any(row):
                reduced.append(row)
        left = reduced
    return found


def _category(table: FrequencyTable, block: Block, atom: int) -> int:
    category = 0
    for demographic in block.demographics:
        own = int(table.atom_categories[atom, demographic])
        if own == NO_CATEGORY:
            return NO_CATEGORY
        category = category * table.categories[demographic] + own
    return category


def _row(values: Sequence[bool]) -> Row:
    return [Fraction(int(value)) for value in values]


def _columns(table: FrequencyTable, cells: Sequence[Cell]) -> dict[tuple[bool, ...], list[int]]:
    """Return the atoms with respondents in at least one cell, by the cells that hold them."""
    rows = [members(table, cell) for cell in cells]
    columns: dict[tuple[bool, ...], list[int]] = {}
    for atom, count in enumerate(table.atom_counts):
        name = tuple(row[atom] for row in rows)
        if count > 0 and any(name):
            columns.setdefault(name, []).append(atom)
    return columns


def _fullest_sets(weights: Sequence[int], most: int) -> Iterator[frozenset[int]]:
    """Yield the sets of places that weigh at most `most` and have no room for a further place."""
    light = [place for place, weight in enumerate(weights) if weight <= most]

    def grow(chosen: tuple[int, ...], start: int, left: int) -> Iterator[frozenset[int]]:
        if all(weights[place] > left for place in light if place not in chosen):
            if chosen:
                yield frozenset(chosen)
            return
        for at in range(start, len(light)):
            if weights[light[at]] <= left:
                yield from grow((*chosen, light[at]), at + 1, left - weights[light[at]])

    yield from grow((), 0, most)


def _residue(table: FrequencyTable, pattern: TablePattern, block: int, atom: int) -> Cell | None:
    """Return the lowest shown cell of a block that holds the atom, None where there is none."""
    category = _category(table, table.blocks[block], atom)
    unit = int(table.atom_units[atom])
    while category != NO_CATEGORY and unit >= 0:
        if pattern.shown[block][unit, category]:
            return Cell(block, unit, category)
        unit = table.parents[unit]
    return None


def _crosses(ends: Sequence[Cell | None], side: set[Cell]) -> bool:
    """Return whether an edge has one end in the set; a table of totals has one end per atom."""
    return sum(end in side for end in ends) == 1
