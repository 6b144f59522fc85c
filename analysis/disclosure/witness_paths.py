"""Witnesses as paths: in a graph whose edges are atoms, from the people of a cell to the rest.

One side's vertices are the residues of the cell's own block, with the residue that the cell would
split cut in two; the other side's are the residues of another block, or the classes of atoms that
lie in the same residues of all other blocks. A path from the split-off part to the rest, with
+1 and -1 in turn at its atoms, is balanced in every residue on its way, so with classes on the
other side it is a witness. With one other block the graph holds all that these two blocks bind,
so that a flow below k there proves that the cell must stay hidden, and no flow at all that it
follows from what is shown.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from analysis.disclosure.shown_cells import GROUND, Cell, Opening, ShownCells, Side
from analysis.disclosure.witnesses import Witness

_SOURCE, _SINK = -2, -3
_Step = tuple[int, int, int]  # the vertex it comes from, the atom, +1 or -1
_Tree = dict[int, _Step | None]  # each vertex reached, and the step that reached it
_Star = tuple[list[int], int]  # atoms, and the label by which those at the vertex are known


@dataclass
class PathSearch:
    """Paths for one cell. `fan` bounds how many atoms of a vertex are looked at.

    `is_partial` tells whether that bound has ever left some out.
    """

    cells: ShownCells
    opening: Opening
    right: Side
    fan: int
    is_partial: bool = False
    _reached: frozenset[int] = frozenset()
    _inner: set[int] = field(init=False)
    _flow: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._inner = set(self.opening.inner)

    def flow(self, most: int) -> int:
        """Return the flow from the cell to the rest in people, capped at `most`."""
        reached = 0
        while reached < most:
            path = self._shortest((), _SOURCE, self._target())
            if path is None:
                break
            room = min(self._room(atom, sign) for _, atom, sign in path)
            amount = min(room, most - reached)
            for _, atom, sign in path:
                self._flow[atom] = self._flow.get(atom, 0) + sign * amount
            reached += amount
        return reached

    def avoiding(self, atoms: Collection[int]) -> Witness | None:
        """Return a shortest path that uses none of some atoms, whatever flows already."""
        kept, self._flow = self._flow, {}
        path = self._shortest(atoms, _SOURCE, self._target())
        self._flow = kept
        return None if path is None else Witness.of((atom, sign) for _, atom, sign in path)

    def witnesses(self) -> list[Witness]:
        """Take the flow apart into paths, and return each once."""
        leaving: dict[int, list[tuple[int, int, int]]] = {}
        for atom, amount in sorted(self._flow.items()):
            if amount:
                left, right = self._ends(atom)
                sign = 1 if amount > 0 else -1
                start, end = (left, right) if sign > 0 else (right, left)
                leaving.setdefault(start, []).extend([(end, atom, sign)] * abs(amount))
        found: dict[Witness, None] = {}
        sink = self._target()
        while leaving.get(_SOURCE):
            path: list[tuple[int, int, int]] = []
            at = _SOURCE
            while at != sink:
                step = leaving[at].pop()
                path.append(step)
                at = step[0]
            found[Witness.of((atom, sign) for _, atom, sign in _without_loops(path))] = None
        return list(found)

    def reached_residues(self) -> dict[Cell, int]:
        """Return the split-off part as a sum of shown cells, when no path leads to the rest.

        What is reached from the part holds whole residues of both blocks, and the part is all
        that its residues of the other block hold beyond those of its own. If GROUND was reached,
        which is no residue, the same holds of the rest, and the part is the residue without it.
        """
        if GROUND not in self._reached:
            return self._sum_up(self._reached, 1, {})
        self._shortest((), _SINK, None)
        whole = self.cells.residue_in_cells(self.opening.node)
        return self._sum_up(self._reached, -1, whole)

    def _sum_up(
        self, vertices: Iterable[int], sign: int, start: dict[Cell, int]
    ) -> dict[Cell, int]:
        sums = dict(start)
        for vertex in sorted(vertices):
            if vertex >= 0:
                side = sign if vertex % 2 else -sign
                for cell, factor in self.cells.residue_in_cells(vertex // 2).items():
                    sums[cell] = sums.get(cell, 0) + side * factor
        return sums

    def _target(self) -> int:
        return GROUND if self.opening.node == GROUND else _SINK

    def _room(self, atom: int, sign: int) -> int:
        return self.cells.people[atom] - sign * self._flow.get(atom, 0)

    def _ends(self, atom: int) -> tuple[int, int]:
        node = self.cells.residues[self.opening.cell.block].labels[atom]
        if atom in self._inner:
            left = _SOURCE
        elif node == GROUND:
            left = GROUND
        else:
            left = _SINK if node == self.opening.node else 2 * node
        right = self.right.labels[atom]
        return left, right if right == GROUND else 2 * right + 1

    def _shortest(
        self, avoided: Collection[int], source: int, target: int | None
    ) -> list[_Step] | None:
        """Return the shortest path, or None; then `_reached` holds how far it got."""
        came: _Tree = {source: None}
        waiting = [source]
        for vertex in waiting:
            for atoms, sign, label in self._stars(vertex):
                step = self._rightwards if sign > 0 else self._leftwards
                for end in step(came, vertex, (atoms, label), avoided):
                    if end == target:
                        return _walk_back(came, end)
                    waiting.append(end)
        self._reached = frozenset(came)
        return None

    def _rightwards(
        self, came: _Tree, vertex: int, star: _Star, avoided: Collection[int]
    ) -> Iterator[int]:
        """Enter vertices of the right side that are new, and yield them."""
        atoms, label = star
        lefts = self.cells.residues[self.opening.cell.block].labels
        rights, people, flow = self.right.labels, self.cells.people, self._flow
        excluded = self._inner if label == self.opening.node and vertex != _SOURCE else ()
        for atom in atoms:
            end = rights[atom]
            end = GROUND if end == GROUND else 2 * end + 1
            if end in came or lefts[atom] != label or atom in avoided or atom in excluded:
                continue
            if flow.get(atom, 0) < people[atom]:
                came[end] = (vertex, atom, 1)
                yield end

    def _leftwards(
        self, came: _Tree, vertex: int, star: _Star, avoided: Collection[int]
    ) -> Iterator[int]:
        """Enter vertices of the left side that are new, and yield them."""
        atoms, label = star
        lefts = self.cells.residues[self.opening.cell.block].labels
        rights, people, flow = self.right.labels, self.cells.people, self._flow
        for atom in atoms:
            if rights[atom] != label or atom in avoided:
                continue
            end = lefts[atom]
            if end == self.opening.node:
                end = _SOURCE if atom in self._inner else self._target()
            elif end != GROUND:
                end *= 2
            if end not in came and flow.get(atom, 0) > -people[atom]:
                came[end] = (vertex, atom, -1)
                yield end

    def _stars(self, vertex: int) -> Iterator[tuple[list[int], int, int]]:
        """Yield the atoms at a vertex, in which direction they lead away, and their label there."""
        left = self.cells.residues[self.opening.cell.block].members
        right = self.right.members
        if vertex == _SOURCE:
            yield self._sample(self.opening.inner), 1, self.opening.node
        elif vertex == _SINK:
            yield self._sample(left[self.opening.node]), 1, self.opening.node
        elif vertex == GROUND:
            yield self._sample(left[GROUND]), 1, GROUND
            yield self._sample(right[GROUND]), -1, GROUND
        elif vertex % 2 == 0:
            yield self._sample(left[vertex // 2]), 1, vertex // 2
        else:
            yield self._sample(right[vertex // 2]), -1, vertex // 2

    def _sample(self, atoms: list[int]) -> list[int]:
        if len(atoms) <= self.fan:
            return atoms
        self.is_partial = True
        return atoms[:: len(atoms) // self.fan] if self.fan else []


def _walk_back(came: _Tree, target: int) -> list[_Step]:
    path = []
    step = came[target]
    while step is not None:
        path.append(step)
        step = came[step[0]]
    return path


def _without_loops(path: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Cut out what a walk does between two visits of one vertex."""
    kept: list[tuple[int, int, int]] = []
    for step in path:
        for place, earlier in enumerate(kept):
            if earlier[0] == step[0]:
                del kept[place + 1 :]
                break
        else:
            kept.append(step)
    return kept
