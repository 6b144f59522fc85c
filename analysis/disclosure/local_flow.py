"""Greatest flow between two nodes of a graph, up to a limit, looking only at what lies near them.

The graph is undirected and changes with every cell that is shown, so nothing is kept from one
question to the next. Paths are searched from both ends at once, the end that has done less work
going on, and nodes with many neighbours wait until nothing else is left: most questions are
settled within a few nodes, whatever the size of the organisation.
"""

from collections import deque
from itertools import pairwise

Adjacency = dict[int, dict[int, int]]
"""For each node its neighbours and the respondents (people) on the edge, the same both ways."""

_HUB = 48
"""From this many neighbours on, a node is looked into only when nothing else is left."""


class StepsUsedUpError(Exception):
    """The answer was not found within the steps allowed."""


class LocalFlow:
    """Questions about flow in one graph; `steps` counts the edges looked at in all of them."""

    def __init__(self, adjacent: Adjacency) -> None:
        self._adjacent = adjacent
        self.steps = 0

    def capped(self, source: int, sink: int, most: int, steps: int) -> tuple[int, set[int]]:
        """Return the greatest flow, at most `most`, and if it is less one side of a least cut.

        While it runs, the weights say what is left of each edge in each direction; afterwards
        they are as before. The side is the one of the source or the one of the sink.

        Raises:
            StepsUsedUpError: more than `steps` edges would have to be looked at.
        """
        sent: list[tuple[list[int], int]] = []
        last = self.steps + steps
        try:
            flow = self._send_short(source, sink, most, sent)
            while flow < most:
                path, side = self._find_path(source, sink, last)
                if side:
                    return flow, side
                flow += self._send(path, most - flow, sent)
            return flow, set()
        finally:
            for path, amount in sent:
                for before, after in pairwise(path):
                    self._adjacent[before][after] += amount
                    self._adjacent[after][before] -= amount

    def _send(self, path: list[int], most: int, sent: list[tuple[list[int], int]]) -> int:
        """Send what fits through a path and note it."""
        adjacent = self._adjacent
        amount = min(most, *(adjacent[before][after] for before, after in pairwise(path)))
        for before, after in pairwise(path):
            adjacent[before][after] -= amount
            adjacent[after][before] += amount
        sent.append((path, amount))
        return amount

    def _send_short(
        self, source: int, sink: int, most: int, sent: list[tuple[list[int], int]]
    ) -> int:
        """Send through paths of one and two edges, which are found without a search."""
        flow = 0
        around, to_sink = self._adjacent[source], self._adjacent[sink]
        self.steps += len(around)
        for node in around:
            if node == sink or node in to_sink:
                path = [source, sink] if node == sink else [source, node, sink]
                flow += self._send(path, most - flow, sent)
                if flow == most:
                    break
        return flow

    def _find_path(self, source: int, sink: int, last: int) -> tuple[list[int], set[int]]:
        """Return a path with something left on each edge, or else all that one end reaches."""
        forward, backward = _End(source), _End(sink)
        while True:
            here, there = forward, backward
            if backward.urgency() < forward.urgency():
                here, there = backward, forward
            node = here.next_node()
            if node is None:
                return [], set(here.reached)
            around = self._adjacent[node]
            self.steps += len(around)
            here.work += len(around)
            if self.steps > last:
                raise StepsUsedUpError
            meeting = self._look_around(node, here, there, is_forward=here is forward)
            if meeting is not None:
                return [*forward.way_to(meeting), *backward.way_to(meeting)[-2::-1]], set()

    def _look_around(
        self, node: int, here: "_End", there: "_End", *, is_forward: bool
    ) -> int | None:
        """Reach the neighbours of a node; return one that the other end has reached, if any."""
        adjacent, reached, others = self._adjacent, here.reached, there.reached
        for other, weight in adjacent[node].items():
            if other not in reached and (weight if is_forward else adjacent[other][node]):
                reached[other] = node
                if other in others:
                    return other
                (here.waiting if len(adjacent[other]) < _HUB else here.hubs).append(other)
        return None


class _End:
    """What one end of a search has reached, and from where."""

    __slots__ = ("hubs", "reached", "waiting", "work")

    def __init__(self, start: int) -> None:
        self.reached = {start: start}
        self.waiting = deque[int]()
        self.hubs = deque([start])
        self.work = 0

    def urgency(self) -> tuple[int, int]:
        """Return where to go on, least first: an end with nothing left settles the question."""
        return 1 if self.waiting else 2 if self.hubs else 0, self.work

    def next_node(self) -> int | None:
        """Return the next node to look into, hubs last; None when all were looked into."""
        if self.waiting:
            return self.waiting.popleft()
        return self.hubs.popleft() if self.hubs else None

    def way_to(self, node: int) -> list[int]:
        """Return the path from the start to a node that was reached."""
        way = [node]
        while self.reached[way[-1]] != way[-1]:
            way.append(self.reached[way[-1]])
        return way[::-1]
