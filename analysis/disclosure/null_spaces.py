"""Exact elimination over the atoms of a small neighbourhood, in integers of any size.

Where paths and swaps end, this does not: it knows every integer vector over the neighbourhood that
is orthogonal to all shown cells. A vector that is 0 outside the neighbourhood needs to be balanced
only in the residues that reach into it, so what is found here is a witness in the whole table.
"""

from collections.abc import Collection, Iterable, Mapping
from math import gcd

from analysis.disclosure.shown_cells import GROUND, Cell, Opening, ShownCells
from analysis.disclosure.witnesses import Witness

_Vector = dict[int, int]


class NullSpace:
    """All balanced vectors over a stretch of atoms, as a basis."""

    def __init__(self, cells: ShownCells, low: int, beyond: int) -> None:
        rows: dict[tuple[int, int], _Vector] = {}
        for block, side in enumerate(cells.residues):
            for atom in range(low, beyond):
                if side.labels[atom] != GROUND:
                    rows.setdefault((block, side.labels[atom]), {})[atom] = 1
        self._basis = _null_vectors(rows.values(), range(low, beyond))

    def avoiding(self, atoms: Collection[int], opening: Opening) -> Witness | None:
        """Return a witness of a cell that is 0 at some atoms, the shortest of a basis, if any."""
        inner = frozenset(opening.inner)
        basis = self._basis
        for atom in sorted(atoms):
            basis = _without(basis, atom, inner)
        met = [vector for vector in basis if _product(vector, inner)]
        if not met:
            return None
        return Witness.of(min(met, key=lambda vector: (len(vector), sorted(vector))).items())


def local_derivation(
    cells: ShownCells, opening: Opening, low: int, beyond: int
) -> dict[Cell, int] | None:
    """Return the part that a cell would split off as a sum of shown cells, if one is near.

    Only residues wholly within the stretch of atoms take part, and only sums in whole numbers.
    """
    solved: list[tuple[int, _Vector, _Vector]] = []
    for node, row in _whole_residues(cells, low, beyond):
        vector, sums = _reduce(row, {node: 1}, solved)
        if vector:
            solved.append((min(vector), vector, sums))
    left, sums = _reduce(dict.fromkeys(opening.inner, 1), {-1: 1}, solved)
    times = sums.pop(-1)
    if left or any(factor % times for factor in sums.values()):
        return None
    found: dict[Cell, int] = {}
    for node, factor in sums.items():
        for cell, sign in cells.residue_in_cells(node).items():
            found[cell] = found.get(cell, 0) - sign * factor // times
    return found


def _whole_residues(cells: ShownCells, low: int, beyond: int) -> Iterable[tuple[int, _Vector]]:
    for side in cells.residues:
        for node in dict.fromkeys(side.labels[low:beyond]):
            if node != GROUND:
                members = [a for a in side.members[node] if side.labels[a] == node]
                if low <= members[0] and members[-1] < beyond:
                    yield node, dict.fromkeys(members, 1)


def _null_vectors(rows: Iterable[_Vector], atoms: Iterable[int]) -> list[_Vector]:
    solved: dict[int, _Vector] = {}
    for given in rows:
        row = dict(given)
        for pivot in [atom for atom in row if atom in solved]:
            row = _combine(row, solved[pivot], pivot)
        if not row:
            continue
        pivot = min(row)
        for place, other in solved.items():
            if pivot in other:
                solved[place] = _combine(other, row, pivot)
        solved[pivot] = row
    holders: dict[int, list[int]] = {}
    for pivot, row in solved.items():
        for atom in row:
            if atom != pivot:
                holders.setdefault(atom, []).append(pivot)
    return [
        _null_vector(atom, [(pivot, solved[pivot]) for pivot in holders.get(atom, [])])
        for atom in atoms
        if atom not in solved
    ]


def _null_vector(free: int, rows: Iterable[tuple[int, Mapping[int, int]]]) -> _Vector:
    """Return the vector in which one free atom decides the pivots of the rows that hold it."""
    times = 1
    for pivot, row in rows:
        times = times * row[pivot] // gcd(times, row[pivot])
    vector = {free: times}
    for pivot, row in rows:
        vector[pivot] = -row[free] * (times // row[pivot])
    return _primitive(vector)


def _without(basis: list[_Vector], atom: int, inner: frozenset[int]) -> list[_Vector]:
    """Return a basis of those vectors that are 0 at an atom."""
    holding = [vector for vector in basis if atom in vector]
    if not holding:
        return basis
    pivot = min(holding, key=lambda v: (_product(v, inner) != 0, len(v), sorted(v)))
    return [
        _combine(vector, pivot, atom) if atom in vector else vector
        for vector in basis
        if vector is not pivot
    ]


def _combine(vector: Mapping[int, int], other: Mapping[int, int], atom: int) -> _Vector:
    """Return the smallest whole combination of two vectors that is 0 at an atom."""
    common = gcd(vector[atom], other[atom])
    ours, theirs = other[atom] // common, vector[atom] // common
    sums = {place: value * ours for place, value in vector.items()}
    for place, value in other.items():
        left = sums.get(place, 0) - value * theirs
        if left:
            sums[place] = left
        else:
            sums.pop(place, None)
    return _primitive(sums)


def _reduce(
    row: _Vector, sums: _Vector, solved: Iterable[tuple[int, _Vector, _Vector]]
) -> tuple[_Vector, _Vector]:
    """Clear the pivots of solved rows out of a row, and keep the account of what was summed."""
    for pivot, other, other_sums in solved:
        if pivot in row:
            ours, theirs = other[pivot], row[pivot]
            row = _add(row, ours, other, -theirs)
            sums = _add(sums, ours, other_sums, -theirs)
    return row, sums


def _add(one: _Vector, factor: int, other: _Vector, other_factor: int) -> _Vector:
    sums = {place: value * factor for place, value in one.items()}
    for place, value in other.items():
        sums[place] = sums.get(place, 0) + value * other_factor
    return {place: value for place, value in sums.items() if value}


def _primitive(vector: _Vector) -> _Vector:
    common = gcd(*vector.values()) if vector else 1
    return {place: value // common for place, value in vector.items()} if common > 1 else vector


def _product(vector: Mapping[int, int], inner: frozenset[int]) -> int:
    return sum(value for atom, value in vector.items() if atom in inner)
