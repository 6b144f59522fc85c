"""The shown cells of a table as nodes: what each atom is bound by while cells are inserted.

Within one category of one block cells are nested or disjoint, as in a tree. So each atom lies, per
block, in the residue of exactly one shown cell, the lowest that holds it, or in none (GROUND). All
linear combinations of shown cells are combinations of these residues, and an integer vector over
the atoms is orthogonal to every shown cell if and only if its sum over every residue is 0.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from analysis.disclosure.frequency_tables import FrequencyTable, Whole

GROUND = -1
"""The label of an atom that no shown cell of a block holds: nothing binds it there."""

_MASK = (1 << 64) - 1


class Cell(NamedTuple):
    """A unit with all below it, in one category of a block; all three are places."""

    block: int
    unit: int
    category: int


@dataclass
class Side:
    """One side of a graph whose edges are atoms: each atom's vertex, and each vertex's atoms.

    `members` may still hold atoms that have moved on to another vertex; `labels` decides.
    """

    labels: list[int]
    members: dict[int, list[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opening:
    """A cell about to be shown: it would split `inner` off the residue `node` (GROUND: of none)."""

    cell: Cell
    node: int
    inner: list[int]
    people: int
    rest: int
    """People of the residue that would be left; 0 for GROUND, where nothing is left to tell."""


class ShownCells:
    """Atoms with respondents, in the order of a walk through the tree, and the cells shown so far.

    Atoms are numbered anew here: `places` gives the place of each in the table. Atoms of 0 people
    are left out, because the attacker is taken to know them.
    """

    def __init__(self, table: FrequencyTable) -> None:
        self.table = table
        self.first, self.beyond = _walk(table.parents)
        turn = np.array(self.first, dtype=np.int64)
        kept = np.flatnonzero(table.atom_counts > 0)
        kept = kept[np.argsort(turn[table.atom_units[kept]], kind="stable")]
        self.places: Whole = kept
        self.people: list[int] = table.atom_counts[kept].tolist()
        turns = turn[table.atom_units[kept]]
        self._turns: list[int] = turns.tolist()
        blocks = range(len(table.blocks))
        self._atoms = [_by_category(table, block, kept, turns) for block in blocks]
        everybody = range(len(kept))
        self.residues = [_ungrounded(everybody) for _ in table.blocks]
        self.classes = [_ungrounded(everybody) for _ in table.blocks]
        self._free_class = 0
        self.marks: npt.NDArray[np.uint64] = np.zeros(len(kept) + 1, dtype=np.uint64)
        self.marks_of = [self.marks.copy() for _ in table.blocks]
        self.nodes: dict[Cell, int] = {}
        self.cells: list[Cell] = []
        self._beneath: dict[int, list[int]] = {}
        self._roots: dict[tuple[int, int], list[int]] = {}
        self._node_people: list[int] = []

    def atoms_between(self, unit: int) -> tuple[int, int]:
        """Return the first atom of a unit's subtree, and the first one beyond it."""
        low = bisect_left(self._turns, self.first[unit])
        return low, bisect_left(self._turns, self.beyond[unit])

    def atoms_of(self, cell: Cell) -> list[int]:
        """Return the atoms with respondents that a cell holds."""
        atoms, turns = self._atoms[cell.block][cell.category]
        low = bisect_left(turns, self.first[cell.unit])
        return atoms[low : bisect_left(turns, self.beyond[cell.unit])]

    def node_above(self, cell: Cell) -> int:
        """Return the node of the lowest shown cell that strictly holds a cell, or GROUND."""
        unit = self.table.parents[cell.unit]
        while unit >= 0:
            node = self.nodes.get(Cell(cell.block, unit, cell.category))
            if node is not None:
                return node
            unit = self.table.parents[unit]
        return GROUND

    def open(self, cell: Cell) -> Opening:
        """Return what showing a cell would split."""
        node = self.node_above(cell)
        labels = self.residues[cell.block].labels
        inner = [atom for atom in self.atoms_of(cell) if labels[atom] == node]
        people = sum(self.people[atom] for atom in inner)
        rest = self._node_people[node] - people if node != GROUND else 0
        return Opening(cell, node, inner, people, rest)

    def show(self, opening: Opening) -> None:
        """Add a cell to the shown ones; the atoms split off get a label of their own."""
        node = len(self.cells)
        self.cells.append(opening.cell)
        self.nodes[opening.cell] = node
        self._node_people.append(opening.people)
        block, side = opening.cell.block, self.residues[opening.cell.block]
        for atom in opening.inner:
            side.labels[atom] = node
        side.members[node] = list(opening.inner)
        siblings = self._siblings(opening)
        self._beneath[node], siblings[:] = self._split(siblings, opening.cell)
        siblings.append(node)
        self._shrink(side, opening)
        self._relabel_classes(block, opening.inner)
        if block and opening.inner:
            added = np.uint64((_mark(node) - _mark(opening.node)) & _MASK)
            self.marks[opening.inner] += added
            self.marks_of[block][opening.inner] += added

    def residue_in_cells(self, node: int) -> dict[Cell, int]:
        """Return a residue as a sum of shown cells, each with its coefficient."""
        beneath = self._beneath[node]
        return {self.cells[node]: 1} | {self.cells[lower]: -1 for lower in beneath}

    def highest_beneath(self, opening: Opening) -> list[Cell]:
        """Return the highest shown cells that a cell strictly holds."""
        return [self.cells[node] for node in self._split(self._siblings(opening), opening.cell)[0]]

    def balances(self, vector: Iterable[tuple[int, int]]) -> bool:
        """Return whether an integer vector over atoms is orthogonal to every shown cell."""
        sums: dict[tuple[int, int], int] = {}
        for atom, value in vector:
            for block, side in enumerate(self.residues):
                label = side.labels[atom]
                if label != GROUND:
                    sums[block, label] = sums.get((block, label), 0) + value
        return not any(sums.values())

    def _siblings(self, opening: Opening) -> list[int]:
        if opening.node != GROUND:
            return self._beneath[opening.node]
        return self._roots.setdefault((opening.cell.block, opening.cell.category), [])

    def _split(self, nodes: list[int], cell: Cell) -> tuple[list[int], list[int]]:
        """Part nodes into those whose units lie beneath a cell's unit, and the others."""
        low, beyond = self.first[cell.unit], self.beyond[cell.unit]
        within: list[int] = []
        others: list[int] = []
        for node in nodes:
            turn = self.first[self.cells[node].unit]
            (within if low <= turn < beyond else others).append(node)
        return within, others

    def _shrink(self, side: Side, opening: Opening) -> None:
        if opening.node != GROUND:
            self._node_people[opening.node] -= opening.people
        left = side.members[opening.node]
        if len(opening.inner) * 8 > len(left):
            labels = side.labels
            side.members[opening.node] = [a for a in left if labels[a] == opening.node]

    def _relabel_classes(self, block: int, atoms: Sequence[int]) -> None:
        """Split those atoms off their classes of all other blocks whose residue in one changed.

        They got a label that nobody had, so atoms of one class stay together and meet no others.
        """
        for other, side in enumerate(self.classes):
            if other == block:
                continue
            parted: dict[int, int] = {}
            labels, members = side.labels, side.members
            for atom in atoms:
                place = parted.get(labels[atom])
                if place is None:
                    place = parted[labels[atom]] = self._free_class
                    self._free_class += 1
                    members[place] = []
                members[place].append(atom)
                labels[atom] = place
            for old, new in parted.items():
                if len(members[new]) * 8 > len(members[old]):
                    members[old] = [atom for atom in members[old] if labels[atom] == old]
                    if old != GROUND and not members[old]:
                        del members[old]


def _ungrounded(atoms: Iterable[int]) -> Side:
    everybody = list(atoms)
    return Side([GROUND] * len(everybody), {GROUND: everybody})


def _by_category(
    table: FrequencyTable, block: int, kept: Whole, turns: Whole
) -> list[tuple[list[int], list[int]]]:
    category = table.category_of_atoms(table.blocks[block])[kept]
    found = []
    for place in range(table.width(table.blocks[block])):
        atoms = np.flatnonzero(category == place)
        found.append((atoms.tolist(), turns[atoms].tolist()))
    return found


def _walk(parents: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return each unit's turn in a walk from parents to children, and the turn after its last."""
    size = [1] * len(parents)
    for unit in range(len(parents) - 1, -1, -1):
        if parents[unit] >= 0:
            size[parents[unit]] += size[unit]
    first, free = [0] * len(parents), [0] * len(parents)
    roots = 0
    for unit, parent in enumerate(parents):
        if parent < 0:
            first[unit], roots = roots, roots + size[unit]
        else:
            first[unit] = free[parent]
            free[parent] += size[unit]
        free[unit] = first[unit] + 1
    return first, [turn + size[unit] for unit, turn in enumerate(first)]


def _mark(node: int) -> int:
    """Return a number of 64 bits for a node, well mixed; 0 for GROUND (SplitMix64, Steele 2014)."""
    if node == GROUND:
        return 0
    mixed = (node + 1) * 0x9E3779B97F4A7C15 & _MASK
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _MASK
    return mixed ^ mixed >> 31
