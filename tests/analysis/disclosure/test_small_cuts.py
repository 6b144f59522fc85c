"""Small cuts of graphs."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure.small_cuts import count_small_cuts

Edge = tuple[int, int, int]
EDGES = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(1, 6)).filter(
        lambda edge: edge[0] != edge[1]
    ),
    min_size=1,
    max_size=14,
    unique_by=lambda edge: frozenset(edge[:2]),
)


def found(edges: list[Edge], k: int) -> int:
    first, second, people = (
        np.array(column, dtype=np.int64) for column in zip(*edges, strict=True)
    )
    return count_small_cuts((first, second, people), k)


def has_small_cut(edges: list[Edge], k: int) -> bool:
    """Weigh every division of the nodes in two."""
    nodes = sorted({node for a, b, _ in edges for node in (a, b)})
    for sides in product((False, True), repeat=len(nodes)):
        side = dict(zip(nodes, sides, strict=True))
        if 1 <= sum(weight for a, b, weight in edges if side[a] != side[b]) < k:
            return True
    return False


@given(EDGES, st.integers(2, 9))
@settings(max_examples=400, deadline=None)
def test_a_small_cut_is_found_exactly_where_there_is_one(edges: list[Edge], k: int) -> None:
    assert (found(edges, k) > 0) is has_small_cut(edges, k)


def test_two_strong_halves_joined_by_a_few_people_are_found() -> None:
    """No node by itself is held by fewer than five."""
    halves = [(a, b, 5) for a, b in ((0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5))]
    assert found([*halves, (0, 3, 2), (1, 4, 2)], 5) > 0
    assert found([*halves, (0, 3, 2), (1, 4, 3)], 5) == 0


def test_parts_that_nothing_joins_are_no_small_cut() -> None:
    assert found([(0, 1, 5), (2, 3, 5)], 5) == 0
