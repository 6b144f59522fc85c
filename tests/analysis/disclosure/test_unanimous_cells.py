"""The attack on unanimous groups of breakdown cells."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.coding import CodingRules, code_item
from analysis.disclosure.frequency_tables import TOTALS, Block
from analysis.disclosure.rules import Rules
from analysis.disclosure.unanimity import PublishedItem, UnanimityReport, find_unanimous
from analysis.disclosure.unanimous_cells import find_unanimous_cells
from analysis.self_attack import published_item
from surveys.policy import AnonymityPolicy
from tests.analysis.release_factories import AGREE

CODING = CodingRules.of(AnonymityPolicy(threshold=5), coarse=False)
ROLE = (TOTALS, Block((0,)))
CROSSED = (TOTALS, Block((0,)), Block((1,)), Block((0, 1)))

Answers = Sequence[int]
Cell = tuple[int, int, int]
"""Block, unit, category."""


def search(
    parents: Sequence[int],
    categories: Sequence[int],
    blocks: Sequence[Block],
    cells: Mapping[Cell, Answers],
) -> UnanimityReport:
    """Publish these cells, each with its answers by option, and search them."""
    widths = [int(np.prod([categories[d] for d in block.demographics])) for block in blocks]
    published = [np.full((len(parents), width), -1) for width in widths]
    first = np.cumsum([0, *(counts.size for counts in published)]).tolist()
    places = []
    for (block, unit, category), answers in cells.items():
        published[block][unit, category] = sum(answers)
        places.append(first[block] + unit * widths[block] + category)
    items = [publish(list(cells.values()), places, first[-1])]
    return find_unanimous_cells(parents, categories, blocks, published, items, Rules(5))


def publish(cells: Sequence[Answers], places: Sequence[int], rows: int) -> PublishedItem:
    counts = np.array(cells, dtype=np.int64)
    people = counts.sum(axis=1)
    coded = code_item(counts, people, scale=AGREE, reverse_keyed=False, rules=CODING)
    steps = CODING.steps(people).tolist()
    return published_item(coded, labels=5, places=places, steps=steps, units=rows)


MIXED = [0, 2, 2, 1, 0, 0]
ALL = [0, 2, 2, 1, 5, 0]  # the mixed five and five who gave the highest score but one


def test_a_hidden_category_of_one_mind_beside_a_shown_one_is_found() -> None:
    assert search([-1], [2], ROLE, {(0, 0, 0): ALL, (1, 0, 0): MIXED}).found == (1,)


def test_it_is_safe_when_one_of_it_differs() -> None:
    cells = {(0, 0, 0): [0, 2, 3, 1, 4, 0], (1, 0, 0): MIXED}
    assert search([-1], [2], ROLE, cells).found == (0,)


def test_a_category_of_one_mind_outside_a_team_that_shows_it_is_found() -> None:
    assert search([-1, 0], [2], ROLE, {(1, 0, 1): ALL, (1, 1, 1): MIXED}).found == (1,)


def test_categories_shown_further_down_are_taken_away_as_well() -> None:
    """Role 0 of one team and role 1 of another leave five of one mind in the service."""
    cells = {
        (0, 0, 0): [0, 4, 4, 2, 5, 0],
        (1, 1, 0): MIXED,
        (1, 2, 1): MIXED,
    }
    assert search([-1, 0, 0], [2], ROLE, cells).found == (1,)


def test_a_shown_team_and_a_category_beside_it_are_taken_away_together() -> None:
    """What is left of the service is in no shown team and in no shown category."""
    cells = {
        (0, 0, 0): [0, 4, 4, 2, 5, 0],
        (0, 1, 0): MIXED,
        (1, 2, 0): MIXED,
    }
    assert search([-1, 0, 0], [2], ROLE, cells).found == (1,)


def test_a_crossing_is_taken_from_the_category_that_it_divides() -> None:
    cells = {(2, 0, 1): ALL, (3, 0, 3): MIXED}
    assert search([-1], [2, 2], CROSSED, cells).found == (1,)


def test_a_crossing_is_not_taken_from_a_category_that_it_does_not_divide() -> None:
    cells = {(2, 0, 1): ALL, (3, 0, 2): MIXED}
    assert search([-1], [2, 2], CROSSED, cells).found == (0,)


def test_every_cell_and_every_difference_is_tried_once() -> None:
    cells = {(0, 0, 0): ALL, (1, 0, 0): MIXED}
    assert search([-1], [2], ROLE, cells).tried == 3  # two residues, and the total less role 0


@pytest.mark.parametrize("shown", [(ALL, MIXED), (ALL, [0, 1, 1, 1, 3, 0])])
def test_with_unit_totals_alone_it_is_the_attack_on_the_tree(
    shown: tuple[Answers, Answers],
) -> None:
    item = publish(shown, [0, 1], 2)
    people = [sum(answers) for answers in shown]
    assert search([-1, 0], [], (TOTALS,), {(0, 0, 0): shown[0], (0, 1, 0): shown[1]}) == (
        find_unanimous([-1, 0], people, [item], Rules(5))
    )


CELL = st.lists(st.integers(0, 5), min_size=6, max_size=6).filter(lambda c: sum(c[:5]) >= 5)
REST = st.lists(st.integers(0, 5), min_size=6, max_size=6).filter(lambda c: sum(c) >= 5)


@given(CELL, CELL, REST)
@settings(max_examples=200, deadline=None)
def test_what_is_proved_of_a_rest_of_categories_is_true(
    one: list[int], other: list[int], rest: list[int]
) -> None:
    total = [sum(each) for each in zip(one, other, rest, strict=True)]
    report = search([-1], [3], ROLE, {(0, 0, 0): total, (1, 0, 0): one, (1, 0, 1): other})
    if report.found[0]:
        assert sum(band > 0 for band in (rest[0] + rest[1], rest[2], rest[3] + rest[4])) <= 1
