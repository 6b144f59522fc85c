"""Every small cut of a pattern with unit totals and one demographic, for any size of organisation.

The people whom a combination of shown cells depends on are a cut of the graph of residues (see
`brute_force.is_safe_by_cuts`, which tries every cut and which this must equal). Nodes that no
small cut can separate are merged, one pair of neighbours after the other, until one node per
component is left. Shares no code with the engine.
"""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from analysis.disclosure.frequency_tables import NO_CATEGORY, FrequencyTable, TablePattern
from tests.analysis.disclosure.brute_force import Cell

GROUND = 0
Weights = dict[int, int]  # neighbour -> people


@dataclass(frozen=True, slots=True)
class SmallCut:
    """A combination of shown cells that depends on 1 to k-1 people; it needs all these cells."""

    people: int
    cells: frozenset[Cell]


@dataclass(frozen=True)
class ResidueGraph:
    """Node 0 is the ground, node i is the residue of `cells[i - 1]`; edges weigh people."""

    cells: list[Cell]
    above: list[int]
    """For each cell the node of the lowest shown cell above it in its category, or the ground."""
    neighbours: list[Weights]


def residue_graph(table: FrequencyTable, pattern: TablePattern) -> ResidueGraph:
    """Return the graph whose cuts are what can be computed from the pattern.

    Raises:
        ValueError: the table has another block than unit totals and one demographic.
    """
    if len(table.blocks) != 2 or len(table.blocks[1].demographics) != 1:
        raise ValueError("cuts describe unit totals and one demographic")
    cells: list[Cell] = []
    above: list[int] = []
    ends = []
    for place, block in enumerate(table.blocks):
        nodes = np.zeros((len(table.parents) + 1, table.width(block) + 1), dtype=np.int64)
        for unit, parent in enumerate(table.parents):
            nodes[unit] = nodes[parent]  # row -1 is the ground above all roots
            for category in np.flatnonzero(pattern.shown[place][unit]):
                cells.append(Cell(place, unit, int(category)))
                above.append(int(nodes[unit, category]))
                nodes[unit, category] = len(cells)
        nodes[:, NO_CATEGORY] = GROUND
        ends.append(nodes[table.atom_units, table.category_of_atoms(block)])
    neighbours: list[Weights] = [{} for _ in range(len(cells) + 1)]
    edges = np.column_stack([*ends, table.atom_counts]).tolist()
    for left, right, count in edges:
        if left != right and count:
            _add(neighbours, left, right, count)
    return ResidueGraph(cells, above, neighbours)


def small_cuts(table: FrequencyTable, pattern: TablePattern, k: int) -> list[SmallCut]:
    """Return small cuts, none exactly when the pattern keeps G2; not all of them if there are.

    Of small cuts that separate the same two neighbours one is returned, the first found.
    """
    graph = residue_graph(table, pattern)
    combinations = _Combinations(graph)
    merging = _Merging(graph.neighbours, k)
    return [
        SmallCut(people, combinations.taking_part(side)) for people, side in merging.separations()
    ]


@dataclass
class _Merging:
    """Nodes merged so far: a merged node lists its members and has no neighbours of its own."""

    neighbours: list[Weights]
    k: int
    members: dict[int, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.members = {node: [node] for node in range(len(self.neighbours))}

    def separations(self) -> list[tuple[int, set[int]]]:
        """Return people and one side of a small cut per pair of neighbours that has one."""
        for node in range(len(self.neighbours)):
            self._merge_heavy(node)
        found = []
        waiting = deque(sorted(self.members, key=lambda node: (len(self.neighbours[node]), node)))
        while waiting:
            node = waiting.popleft()
            if node not in self.members or not self.neighbours[node]:
                continue
            nearest = max(self.neighbours[node], key=lambda end: (self.neighbours[node][end], -end))
            people, side = flow_up_to(self.neighbours, node, nearest, self.k)
            if people < self.k:
                found.append((people, {one for end in side for one in self.members[end]}))
            kept = self._merge(node, nearest)
            waiting.append(self._merge_heavy(kept))
        return found

    def _merge_heavy(self, node: int) -> int:
        """Merge a node with neighbours that k people or more tie it to; return what it is now."""
        while node in self.members:
            tied = [end for end, people in self.neighbours[node].items() if people >= self.k]
            if not tied:
                break
            node = self._merge(node, tied[0])
        return node

    def _merge(self, left: int, right: int) -> int:
        kept, gone = (
            (left, right)
            if len(self.neighbours[left]) >= len(self.neighbours[right])
            else (right, left)
        )
        for end, people in self.neighbours[gone].items():
            del self.neighbours[end][gone]
            if end != kept:
                _add(self.neighbours, kept, end, people)
        self.neighbours[gone] = {}
        self.members[kept] += self.members.pop(gone)
        return kept


def flow_up_to(neighbours: list[Weights], source: int, sink: int, k: int) -> tuple[int, set[int]]:
    """Return the least people between two nodes, at most k, and the source's side if below k."""
    used: dict[tuple[int, int], int] = {}
    flow = 0
    while flow < k:
        came_from = {source: source}
        waiting = deque([source])
        while waiting and sink not in came_from:
            node = waiting.popleft()
            for end, people in neighbours[node].items():
                if end not in came_from and people - used.get((node, end), 0) > 0:
                    came_from[end] = node
                    waiting.append(end)
        if sink not in came_from:
            return flow, set(came_from)
        path, end = [], sink
        while end != source:
            path.append((came_from[end], end))
            end = came_from[end]
        more = min(neighbours[a][b] - used.get((a, b), 0) for a, b in path)
        for a, b in path:
            used[a, b] = used.get((a, b), 0) + more
            used[b, a] = used.get((b, a), 0) - more
        flow += more
    return k, set()


def _add(neighbours: list[Weights], left: int, right: int, people: int) -> None:
    for one, other in ((left, right), (right, left)):
        neighbours[one][other] = neighbours[one].get(other, 0) + people


def _components(neighbours: list[Weights]) -> list[int]:
    """Return for each node the least node that it is tied to."""
    component = [-1] * len(neighbours)
    for start in range(len(neighbours)):
        waiting = [start] if component[start] < 0 else []
        while waiting:
            node = waiting.pop()
            if component[node] < 0:
                component[node] = start
                waiting.extend(neighbours[node])
    return component


class _Combinations:
    """Reads cuts as combinations of cells.

    A residue is its cell less the shown cells directly below, so a cell counts with its own
    node and against the node above it: it falls out where both are on the same side.
    """

    def __init__(self, graph: ResidueGraph) -> None:
        self._graph = graph
        self._part = _components(graph.neighbours)
        self._nodes: dict[int, list[int]] = {}
        for node, part in enumerate(self._part):
            self._nodes.setdefault(part, []).append(node)
        self._pairs: dict[int, list[tuple[int, int]]] = {part: [] for part in self._nodes}
        for node, above in enumerate(graph.above, start=1):
            if self._part[node] != self._part[above]:
                self._pairs[self._part[node]].append((node, above))
                self._pairs[self._part[above]].append((node, above))

    def taking_part(self, side: set[int]) -> frozenset[Cell]:
        """Return cells whose figures the cut adds or subtracts, as few as flips can make them.

        Components that the cut does not pass through may be on either side: they add nobody.
        """
        cut_part = self._part[next(iter(side))]
        inside = set(side)
        waiting = deque([cut_part])
        while waiting:
            for pair in self._pairs[waiting.popleft()]:
                for part in {self._part[end] for end in pair} - {cut_part}:
                    if self._is_better_flipped(part, inside):
                        inside.symmetric_difference_update(self._nodes[part])
                        waiting.append(part)
        ends = zip(self._graph.cells, self._graph.above, strict=True)
        return frozenset(
            cell
            for node, (cell, above) in enumerate(ends, start=1)
            if (node in inside) != (above in inside)
        )

    def _is_better_flipped(self, part: int, inside: set[int]) -> bool:
        pairs = self._pairs[part]
        return 2 * sum((one in inside) != (other in inside) for one, other in pairs) > len(pairs)
