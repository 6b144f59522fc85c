"""Greatest flow between two nodes of a graph, up to a limit, looking only at what lies near them.

The graph is undirected and changes with every cell that is shown, so nothing is kept from one
question to the next. Paths are searched from both ends at once, the end that has done less work
going on, and nodes with many neighbours are looked into a piece at a time: most questions are
settled within a few nodes, whatever the size of the organisation.
"""

from collections import deque
from itertools import islice, pairwise

Adjacency = dict[int, dict[int, int]]
"""For each node its neighbours and the respondents (people) on the edge, the same both ways."""

_PIECE = 16
"""A node with more neighbours than this is looked into a piece at a time, others in between."""


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
        forward, backward = _End(source, self._adjacent), _End(sink, self._adjacent)
        meeting = None
        while meeting is None and forward.waiting and backward.waiting:
            if forward.work <= backward.work:
                meeting = self._look_around(forward, backward, is_forward=True)
            else:
                meeting = self._look_around(backward, forward, is_forward=False)
            if self.steps + forward.work + backward.work > last:
                raise StepsUsedUpError
        self.steps += forward.work + backward.work
        if meeting is not None:
            return [*forward.way_to(meeting), *backward.way_to(meeting)[-2::-1]], set()
        return [], set((backward if forward.waiting else forward).reached)

    def _look_around(self, here: "_End", there: "_End", *, is_forward: bool) -> int | None:
        """Reach a few neighbours of the next node; return one that the other end reached, if any.

        What lies next to the other end counts as reached by it, however many neighbours that has.
        """
        adjacent, reached, others, end = self._adjacent, here.reached, there.reached, there.start
        beside_end = adjacent[end]
        node, around = here.waiting.popleft()
        seen = 0
        for other, weight in islice(around, _PIECE):
            seen += 1
            if other not in reached and (weight if is_forward else adjacent[other][node]):
                reached[other] = node
                if other in others:
                    return other
                if other in beside_end and (
                    adjacent[other][end] if is_forward else beside_end[other]
                ):
                    others[other] = end
                    return other
                here.waiting.append((other, iter(adjacent[other].items())))
        here.work += seen
        if seen == _PIECE:
            here.waiting.append((node, around))
        return None


class _End:
    """What one end of a search has reached and from where, and what it has not yet looked into."""

    __slots__ = ("reached", "start", "waiting", "work")

    def __init__(self, start: int, adjacent: Adjacency) -> None:
        self.start = start
        self.reached = {start: start}
        self.waiting = deque([(start, iter(adjacent[start].items()))])
        self.work = 0

    def way_to(self, node: int) -> list[int]:
        """Return the path from the start to a node that was reached."""
        way = [node]
        while self.reached[way[-1]] != way[-1]:
            way.append(self.reached[way[-1]])
        return way[::-1]
