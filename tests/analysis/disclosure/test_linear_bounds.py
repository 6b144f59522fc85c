"""Intervals of hidden counts, against every table that fits the shown ones."""

from itertools import product

import numpy as np
import pytest

from analysis.disclosure import linear_bounds
from analysis.disclosure.frequency_tables import TOTALS, Block
from analysis.disclosure.linear_bounds import IntervalAudit, audit_intervals
from analysis.disclosure.published_tables import PublishedTable

ROLE = (TOTALS, Block((0,)))
BOTH = (TOTALS, Block((0,)), Block((1,)), Block((0, 1)))


def held(parents: list[int], *published: list[list[int]]) -> PublishedTable:
    counts = tuple(np.array(block, dtype=np.int64) for block in published)
    return PublishedTable(tuple(parents), (counts[1].shape[1],), ROLE, counts)


def test_a_count_pinned_by_what_cannot_be_negative_is_found() -> None:
    """Both teams together are the service, so its role 0 is theirs: 9 - 5 is left for team 2."""
    table = held([-1, 0, 0], [[40], [20], [20]], [[9], [5], [-1]])
    assert audit_intervals(table, 5) == IntervalAudit(tried=1, hidden=1, found=1, narrowest=0)


def test_a_hidden_count_of_k_or_more_that_is_pinned_is_no_leak() -> None:
    table = held([-1, 0, 0], [[40], [20], [20]], [[10], [5], [-1]])
    assert audit_intervals(table, 5) == IntervalAudit(tried=1, hidden=1, found=0, narrowest=None)


def test_an_interval_is_as_wide_as_the_tables_that_fit() -> None:
    """Role 0 of team 1 and the service's own; the total leaves the rest free."""
    table = held([-1, 0], [[12], [7]], [[8], [-1]])
    fitting = [
        team
        for team, own in product(range(13), repeat=2)
        if team + own == 8 and team <= 7 and own <= 5
    ]
    width = max(fitting) - min(fitting)
    assert audit_intervals(table, 5).narrowest == width == 4


def test_a_crossing_narrows_its_categories_down() -> None:
    """Five hold both first ones and all twelve some, so the other three hold 2, 2 and 3."""
    counts = ([[12]], [[7, 5]], [[7, 5]], [[5, -1, -1, -1]])
    table = PublishedTable((-1,), (2, 2), BOTH, tuple(np.array(block) for block in counts))
    assert audit_intervals(table, 5) == IntervalAudit(tried=3, hidden=3, found=3, narrowest=0)


def test_without_any_shown_cell_a_hidden_one_has_no_end() -> None:
    assert audit_intervals(held([-1], [[-1]], [[-1]]), 5) == IntervalAudit(2, 2, 0, None)


def test_counts_that_contradict_each_other_are_found() -> None:
    assert audit_intervals(held([-1], [[9]], [[10, -1]]), 5).found == 1


def test_a_sample_is_drawn_from_many_and_always_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear_bounds, "MOST_CELLS", 3)
    parents = [-1, *[0] * 9]
    table = held(parents, [[90], *[[10]] * 9], [[40, 30], *[[-1, -1]] * 9])
    assert audit_intervals(table, 5) == audit_intervals(table, 5)
    assert (audit_intervals(table, 5).tried, audit_intervals(table, 5).hidden) == (3, 18)


def test_a_cell_is_bounded_within_its_own_part_of_a_large_tree(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(linear_bounds, "MOST_UNITS", 3)
    table = held([-1, 0, 1, 1], [[99], [40], [20], [20]], [[50], [9], [5], [-1]])
    assert audit_intervals(table, 5).found == 1
