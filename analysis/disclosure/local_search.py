"""Show more cells by hiding a few: shown cells give way to more of those that they stood against.

What was refused stays refused while more is shown, because what it would have told together with
the shown cells it still tells. So a refused cell is worth another test only after one of the
cells that it was refused for is hidden, and hiding a single cell can only pay if it stands against
two. Where no single cell pays any more, refused cells are forced in one after the other, up to
three shown ones giving way; what shows as many as before is kept too, since it opens new ways.
"""

import random
import sys
from collections import deque
from collections.abc import Iterable

from analysis.disclosure.cut_graph import CutGraph

ROUNDS = 24
"""How often each refused cell is forced in, while there are steps left."""

LAST_ROUNDS = 4
"""The same at the end, when an exchange must show more cells, or as many with more people."""

MOST_EVICTED = 3
"""Shown cells that may give way to one that is forced in."""

MOST_STEPS = 6_000_000
"""Edges that the search may look at; then it ends where it is. A clock would not be determined."""


class LocalSearch:
    """Cells offered to a cut graph, those it refused, and the shown cells they were refused for."""

    def __init__(self, graph: CutGraph) -> None:
        self._graph = graph
        self._blockers: dict[int, tuple[int, ...]] = {}
        self._refused_for: dict[int, dict[int, None]] = {}
        self._before: dict[int, tuple[bool, tuple[int, ...]]] = {}
        self._chance = random.Random(1)  # noqa: S311 - the same counts must give the same pattern

    def offer(self, cell: int) -> bool:
        """Show a cell if that is safe, and else remember what it was refused for."""
        self._note(cell)
        tested = self._graph.insert(cell)
        self._remember(cell, tested.blockers)
        return tested.is_shown

    def improve(self) -> None:
        """Exchange shown cells for more of the refused ones, within the steps allowed."""
        last = self._graph.steps + MOST_STEPS
        self._exchange_all(self._refused_for, last)
        self._force_all(ROUNDS, (0, -sys.maxsize), last)
        self._force_all(LAST_ROUNDS, (0, 1), last + MOST_STEPS // 4)

    def _force_all(self, rounds: int, least: tuple[int, int], last: int) -> None:
        """Force each refused cell in, again and again, and keep what gains at least so much."""
        for _ in range(rounds):
            for cell in sorted(self._blockers, key=lambda _: self._chance.random()):
                if cell in self._blockers and self._graph.steps < last:
                    self._force(cell, least, last)

    def _exchange_all(self, cells: Iterable[int], last: int) -> None:
        """Exchange each of some shown cells where that pays, and then those near a change."""
        waiting = deque(
            sorted(self._rivals(cells), key=lambda cell: (len(self._refused_for[cell]), cell))
        )
        queued = set(waiting)
        while waiting and self._graph.steps < last:
            cell = waiting.popleft()
            queued.discard(cell)
            if self._is_rival(cell):
                again = sorted(set(self._rivals(self._exchange(cell))) - queued)
                waiting += again
                queued.update(again)

    def _exchange(self, cell: int) -> set[int]:
        """Hide a cell and show what it stood against; return what stands near if that pays."""
        outer, self._before = self._before, {}
        self._evict(cell)
        near = self._fill([cell])
        pays = self._gain() > (0, 0)
        self._end(outer, keep=pays)
        return near if pays else set()

    def _force(self, cell: int, least: tuple[int, int], last: int) -> None:
        """Show a refused cell in place of others; undo that if it does not gain enough."""
        self._before = {}
        evicted: list[int] = []
        while cell in self._blockers and len(evicted) < MOST_EVICTED:
            blockers = self._blockers[cell]
            evicted.append(blockers[int(self._chance.random() * len(blockers))])
            self._evict(evicted[-1])
            self.offer(cell)
        if self._graph.shown[cell]:
            self._exchange_all(self._fill(evicted) - {cell}, last)
        self._end({}, keep=bool(self._graph.shown[cell]) and self._gain() >= least)

    def _evict(self, cell: int) -> None:
        self._note(cell)
        self._graph.withdraw(cell)

    def _fill(self, evicted: list[int]) -> set[int]:
        """Offer what was refused for evicted cells, then those; return what stands near them."""
        refused = {other for cell in evicted for other in self._refused_for.get(cell, ())}
        near = set(evicted)
        for cell in (*sorted(refused, key=self._graph.order.top_down), *evicted):
            if not self._graph.shown[cell]:
                self.offer(cell)
            near.update(self._blockers.get(cell, (cell,)))
        return near

    def _note(self, cell: int) -> None:
        """Remember how a cell was before the running attempt."""
        if cell not in self._before:
            self._before[cell] = bool(self._graph.shown[cell]), self._blockers.get(cell, ())

    def _gain(self) -> tuple[int, int]:
        """Return how many cells and respondents in cells more than before the attempt are shown."""
        graph = self._graph
        cells = people = 0
        for cell, (was_shown, _) in self._before.items():
            change = graph.shown[cell] - was_shown
            cells += change
            people += change * graph.order.respondents[cell]
        return cells, people

    def _end(self, outer: dict[int, tuple[bool, tuple[int, ...]]], *, keep: bool) -> None:
        """End an attempt within an outer one: hand on what it changed, or undo it."""
        graph = self._graph
        if keep:
            for cell, state in self._before.items():
                outer.setdefault(cell, state)
        else:
            for cell, (was_shown, _) in self._before.items():
                if graph.shown[cell] and not was_shown:
                    graph.withdraw(cell)
            for cell, (was_shown, blockers) in self._before.items():
                if was_shown and not graph.shown[cell]:
                    graph.show(cell)
                self._remember(cell, blockers)
        self._before = outer

    def _is_rival(self, cell: int) -> bool:
        """Return whether a cell is shown and stands against two refused ones or more."""
        return bool(self._graph.shown[cell]) and len(self._refused_for.get(cell, ())) > 1

    def _rivals(self, cells: Iterable[int]) -> list[int]:
        return [cell for cell in cells if self._is_rival(cell)]

    def _remember(self, cell: int, blockers: tuple[int, ...]) -> None:
        for other in self._blockers.pop(cell, ()):
            del self._refused_for[other][cell]
        if blockers:
            self._blockers[cell] = blockers
            for other in blockers:
                self._refused_for.setdefault(other, {})[cell] = None
