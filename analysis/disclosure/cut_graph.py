"""The graph whose cuts are all that shown cells tell, and the test whether one more may be shown.

Terms follow the Handbook on Statistical Disclosure Control. The nodes are the residues of shown
unit totals, the residues of the shown cells of each category, and one ground node for what no
shown cell covers. Every atom is an edge, as wide as it has respondents, between the residue of
the unit totals and the residue of its category that hold it. A combination of shown figures
depends on the edges of a cut and every cut is such a combination, so nothing can be learned about
1 to k-1 people if and only if no cut is 1 to k-1 wide (docs/decisions/0110-cuts.md).

A node has the number of the shown cell whose residue it is.
"""

from dataclasses import dataclass

from analysis.disclosure.cell_order import CellOrder
from analysis.disclosure.local_flow import Adjacency, LocalFlow, StepsUsedUpError

STEPS_PER_TEST = 2_000_000
"""Edges that one test may look at. A cell whose test takes more stays hidden."""


@dataclass(frozen=True, slots=True)
class Tested:
    """The outcome of an insertion test.

    `flow` is 0 where the cell follows from what is shown, and k where nothing smaller can be
    learned by showing it. In between the cell together with `blockers`, all of them shown, would
    tell something about `flow` people; they are empty where the test was given up.
    """

    is_shown: bool
    flow: int
    blockers: tuple[int, ...] = ()


class CutGraph:
    """Which cells are shown, and the graph of their residues. At first nothing is shown."""

    def __init__(self, order: CellOrder, smallest_group: int) -> None:
        self.order = order
        self.ground = order.blocks * order.size
        self.shown = bytearray(self.ground)
        self._k = smallest_group
        self._node_of: tuple[list[int], list[int]] = (
            [self.ground] * len(order.people),
            [self.ground] * len(order.people),
        )
        self._adjacent: Adjacency = {self.ground: {}}
        self._flow = LocalFlow(self._adjacent)

    @property
    def steps(self) -> int:
        """Edges looked at in all tests so far."""
        return self._flow.steps

    def insert(self, cell: int) -> Tested:
        """Show a cell if nothing about 1 to k-1 people can be learned then."""
        parent = self._residue_above(cell)
        self._split(cell, parent)
        self.shown[cell] = True
        try:
            flow, side = self._flow.capped(cell, parent, self._k, STEPS_PER_TEST)
        except StepsUsedUpError:
            flow, side = 1, set()
        if 0 < flow < self._k:
            blockers = self._blockers(cell, side) if side else ()
            self._merge(cell, parent)
            self.shown[cell] = False
            return Tested(is_shown=False, flow=flow, blockers=blockers)
        self._relabel(cell, parent, cell)
        return Tested(is_shown=True, flow=flow)

    def show(self, cell: int) -> None:
        """Show a cell that is known to be safe."""
        parent = self._residue_above(cell)
        self._split(cell, parent)
        self.shown[cell] = True
        self._relabel(cell, parent, cell)

    def withdraw(self, cell: int) -> None:
        """Hide a shown cell. Its residue joins the one above; less can be learned, never more."""
        self.shown[cell] = False
        parent = self._residue_above(cell)
        self._relabel(cell, cell, parent)
        self._merge(cell, parent)

    def _residue_above(self, cell: int) -> int:
        """Return the node of the lowest shown cell of the same block above a cell."""
        first = cell - cell % self.order.size
        above, shown = self.order.above, self.shown
        place = above[cell - first]
        while place >= 0 and not shown[first + place]:
            place = above[place]
        return first + place if place >= 0 else self.ground

    def _split(self, cell: int, parent: int) -> None:
        """Take the part of a cell out of the node above it."""
        own, other = self._node_of if cell < self.order.size else self._node_of[::-1]
        people, adjacent = self.order.people, self._adjacent
        edges: dict[int, int] = {}
        for atom in self.order.atoms(cell):
            if own[atom] == parent:
                node = other[atom]
                edges[node] = edges.get(node, 0) + people[atom]
        left = adjacent[parent]
        for node, weight in edges.items():
            if node != parent:  # both at the ground: until now a loop, in no cut
                back = adjacent[node]
                if left[node] == weight:
                    del left[node], back[parent]
                else:
                    left[node] -= weight
                    back[parent] -= weight
            adjacent[node][cell] = weight
        adjacent[cell] = edges

    def _merge(self, cell: int, parent: int) -> None:
        """Give the edges of a node to the one above it."""
        adjacent = self._adjacent
        joined = adjacent[parent]
        for node, weight in adjacent.pop(cell).items():
            back = adjacent[node]
            del back[cell]
            if node != parent:
                joined[node] = back[parent] = joined.get(node, 0) + weight

    def _relabel(self, cell: int, before: int, after: int) -> None:
        own = self._node_of[0 if cell < self.order.size else 1]
        for atom in self.order.atoms(cell):
            if own[atom] == before:
                own[atom] = after

    def _blockers(self, cell: int, side: set[int]) -> tuple[int, ...]:
        """Return the shown cells that the combination of a cut is made of, without the new one.

        The combination adds the residues of one side. A residue is a shown cell less the shown
        ones beneath it, so a cell stays in the sum where just one of itself and the one above
        it lies on that side.
        """
        found: set[int] = set()
        for node in side:
            if node != self.ground and self._residue_above(node) not in side:
                found.add(node)
            found.update(below for below in self._residues_below(node) if below not in side)
        found.discard(cell)
        return tuple(sorted(found))

    def _residues_below(self, node: int) -> list[int]:
        """Return the highest shown cells beneath a node, in its block; all blocks at the ground."""
        size = self.order.size
        if node == self.ground:
            return [
                cell
                for first in range(0, self.ground, size)
                for cell in self._highest_shown(first, 0, size)
            ]
        first = node - node % size
        return self._highest_shown(first, node - first + 1, self.order.ends[node - first])

    def _highest_shown(self, first: int, place: int, end: int) -> list[int]:
        """Return the highest shown cells among positions of the block whose cells begin there."""
        found: list[int] = []
        at = place
        while at < end:
            if self.shown[first + at]:
                found.append(first + at)
                at = self.order.ends[at]
            else:
                at += 1
        return found
