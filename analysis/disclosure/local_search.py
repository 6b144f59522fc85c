"""Show more cells by hiding a few: one shown cell gives way to several that it stood against.

What was refused stays refused while more is shown, because what it would have told together with
the shown cells it still tells. So a refused cell is worth another test only after one of the
cells that it was refused for is hidden, and hiding a cell can only pay if it stands against two.
"""

from collections import deque
from collections.abc import Iterable

from analysis.disclosure.cut_graph import CutGraph

STEPS_PER_EDGE = 2_000
"""Edges that the search may look at for each edge of the graph; then it ends where it is."""


class LocalSearch:
    """Cells offered to a cut graph, those it refused, and the shown cells they were refused for."""

    def __init__(self, graph: CutGraph) -> None:
        self._graph = graph
        self._blockers: dict[int, tuple[int, ...]] = {}
        self._refused_for: dict[int, dict[int, None]] = {}

    def offer(self, cell: int) -> bool:
        """Show a cell if that is safe, and else remember what it was refused for."""
        tested = self._graph.insert(cell)
        self._remember(cell, tested.blockers)
        return tested.is_shown

    def improve(self) -> None:
        """Exchange shown cells for more of the refused ones until no single exchange pays."""
        last = self._graph.steps + STEPS_PER_EDGE * len(self._graph.order.people)
        waiting = deque(sorted(self._rivals(self._refused_for), key=self._rivalry))
        queued = set(waiting)
        while waiting and self._graph.steps < last:
            cell = waiting.popleft()
            queued.discard(cell)
            if not self._is_rival(cell):
                continue
            refused = list(self._refused_for[cell])
            gained = self._exchange(cell)
            if gained:
                near = {cell, *gained}
                for other in (cell, *refused):
                    near.update(self._blockers.get(other, ()))
                again = sorted(other for other in self._rivals(near) if other not in queued)
                waiting += again
                queued.update(again)

    def _exchange(self, cell: int) -> list[int]:
        """Hide a cell and show what it stood against; undo that if it shows no more than before."""
        graph = self._graph
        refused = sorted(self._refused_for[cell], key=graph.order.top_down)
        before = {other: self._blockers[other] for other in refused}
        graph.withdraw(cell)
        gained = [other for other in refused if self.offer(other)]
        if len(gained) > 1:
            self.offer(cell)  # refused, since what it stood against is shown: remember why
            return gained
        for other in gained:
            graph.withdraw(other)
        graph.show(cell)
        for other in refused:
            if other in gained or not all(graph.shown[each] for each in self._blockers[other]):
                self._remember(other, before[other])
        return []

    def _is_rival(self, cell: int) -> bool:
        return bool(self._graph.shown[cell]) and len(self._refused_for.get(cell, ())) > 1

    def _rivals(self, cells: Iterable[int]) -> list[int]:
        """Return those of some cells that are shown and stand against two refused ones or more."""
        return [cell for cell in cells if self._is_rival(cell)]

    def _rivalry(self, cell: int) -> tuple[int, int]:
        return len(self._refused_for[cell]), cell

    def _remember(self, cell: int, blockers: tuple[int, ...]) -> None:
        for other in self._blockers.pop(cell, ()):
            del self._refused_for[other][cell]
        if blockers:
            self._blockers[cell] = blockers
            for other in blockers:
                self._refused_for.setdefault(other, {})[cell] = None
