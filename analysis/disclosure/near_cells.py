"""Two or three shown cells that hold nearly the same people, with the sealed counts.

The difference of two cells depends on the people in one of them and not in the other. It is
tried for cells of different blocks of the same unit or of one unit above the other, for all pairs
of overlapping residues, and for a unit's total without two of its cells.
"""

from itertools import combinations

import numpy as np

from analysis.disclosure.published_tables import PublishedTable, Whole


def compare_residues(table: PublishedTable, k: int) -> tuple[int, int]:
    """Take one residue from another of a different block, for all that share somebody."""
    classes, people = table.sealed_classes, table.residue_people
    tried = found = 0
    for one, other in combinations(range(len(table.blocks)), 2):
        pairs = classes.residues[:, [one, other]]
        inside = (pairs >= 0).all(axis=1)
        kinds, inverse = np.unique(pairs[inside], axis=0, return_inverse=True)
        shared = np.zeros(len(kinds), dtype=np.int64)
        np.add.at(shared, inverse.reshape(-1), classes.people[inside])
        apart = people[kinds].sum(axis=1) - 2 * shared
        tried += len(apart)
        found += _leaks(apart, k)
    return tried, found


def compare_cells(table: PublishedTable, k: int) -> tuple[int, int]:
    """Take one cell from another of a different block, and two from a unit's total."""
    tried = found = 0
    for one, other in combinations(range(len(table.blocks)), 2):
        for category in range(table.width(one)):
            shared = _shared(table, one, category, other)
            for cells, whole in _pairs(table, one, category, other):
                both = (cells >= 0) & (whole >= 0)
                apart = (cells + whole - 2 * shared)[both]
                tried, found = tried + len(apart), found + _leaks(apart, k)
            if one > 0:
                cells = table.published[one][:, [category]]
                total, others = table.published[0], table.published[other]
                three = (cells >= 0) & (total >= 0) & (others >= 0)
                apart = (total - cells - others + 2 * shared)[three]
                tried, found = tried + len(apart), found + _leaks(apart, k)
    return tried, found


def _leaks(people: Whole, k: int) -> int:
    return int(((people != 0) & (people < k)).sum())


def _shared(table: PublishedTable, one: int, category: int, other: int) -> Whole:
    """Return per unit, with all below, the people in a category and in each of another block."""
    if table.atoms is None:
        raise ValueError("people whom two cells share are known from the sealed counts alone")
    atoms = table.atoms
    second = table.category(other, atoms.categories)
    chosen = (table.category(one, atoms.categories) == category) & (second >= 0)
    shared = np.zeros((len(table.parents), table.width(other)), dtype=np.int64)
    np.add.at(shared, (atoms.units[chosen], second[chosen]), atoms.counts[chosen])
    for units in reversed(table.levels[1:]):
        np.add.at(shared, table.over[units], shared[units])
    return shared


def _pairs(table: PublishedTable, one: int, category: int, other: int) -> list[tuple[Whole, Whole]]:
    """Return counts, -1 where hidden, of cells in a category and cells of another block.

    Both of a unit; then one of a unit and the other of each unit above it, either way round.
    """
    cells, whole = table.published[one][:, [category]], table.published[other]
    pairs = [(cells, whole)]
    above = table.over
    while bool((above >= 0).any()):
        inside = (above >= 0)[:, np.newaxis]
        pairs.append((cells, np.where(inside, whole[above], -1)))
        pairs.append((np.where(inside, cells[above], -1), whole))
        above = np.where(above >= 0, table.over[above], -1)
    return pairs
