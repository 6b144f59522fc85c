"""The slow judges agree with each other and with what can be seen by hand."""

import numpy as np
import pytest

from analysis.disclosure.frequency_tables import NO_CATEGORY, TOTALS, Block, FrequencyTable
from tests.analysis.disclosure.brute_force import (
    Cell,
    cells_of,
    exposed_sets,
    follows_already,
    is_safe,
    is_safe_by_cuts,
    is_safe_by_sets,
    members,
    pattern_of,
    people,
    rests_on_k,
)
from tests.analysis.disclosure.small_tables import make_table, random_pattern, random_table

TOTAL, FIRST, SECOND = 0, 1, 2


def verdicts(table: FrequencyTable, cells: list[Cell], k: int = 5) -> tuple[bool, bool]:
    pattern = pattern_of(table, cells)
    return is_safe_by_cuts(table, pattern, k), is_safe_by_sets(table, pattern, k)


def test_a_total_less_one_category_isolates_the_other() -> None:
    table = make_table([-1], [(0, (0,), 9), (0, (1,), 3)])
    assert verdicts(table, [Cell(TOTAL, 0, 0)]) == (True, True)
    assert verdicts(table, [Cell(TOTAL, 0, 0), Cell(FIRST, 0, 0)]) == (False, False)


def test_a_total_less_all_categories_isolates_those_who_skipped() -> None:
    table = make_table([-1], [(0, (0,), 9), (0, (1,), 9), (0, (NO_CATEGORY,), 2)])
    cells = [Cell(TOTAL, 0, 0), Cell(FIRST, 0, 0), Cell(FIRST, 0, 1)]
    assert verdicts(table, cells) == (False, False)
    assert verdicts(table, cells[1:]) == (True, True)


def test_rows_less_columns_isolate_a_corner() -> None:
    # Two teams by two roles: team 1 less role 1 of the whole is 6 of team 1 less 4 of team 2.
    table = make_table([-1, 0, 0], [(1, (0,), 6), (1, (1,), 6), (2, (0,), 2), (2, (1,), 6)])
    cells = [Cell(TOTAL, 1, 0), Cell(FIRST, 0, 0)]
    assert verdicts(table, cells) == (True, True)  # the signed difference rests on 6 + 2 people
    assert verdicts(table, [*cells, Cell(FIRST, 1, 0)]) == (False, False)


def test_two_tables_that_are_safe_alone_are_unsafe_together() -> None:
    table = make_table(
        [-1],
        [(0, (0, 0), 8), (0, (0, 1), 1), (0, (1, 1), 8)],
        categories=(2, 2),
    )
    role, tenure = Cell(FIRST, 0, 0), Cell(SECOND, 0, 0)
    for alone in (role, tenure):
        assert is_safe(table, pattern_of(table, [Cell(TOTAL, 0, 0), alone]), 5)
    together = [Cell(TOTAL, 0, 0), role, tenure]
    assert not is_safe(table, pattern_of(table, together), 5)
    assert list(exposed_sets(table, together, 5)) == [[1]]


def test_what_follows_from_shown_cells_is_told_from_what_does_not() -> None:
    table = make_table([-1], [(0, (0,), 9), (0, (1,), 6), (0, (NO_CATEGORY,), 0)])
    shown = pattern_of(table, [Cell(TOTAL, 0, 0), Cell(FIRST, 0, 0)])
    assert follows_already(table, shown, Cell(FIRST, 0, 1))  # the empty atom is known to be empty
    assert not follows_already(table, pattern_of(table, [Cell(TOTAL, 0, 0)]), Cell(FIRST, 0, 1))


def test_a_shown_cell_below_k_is_refused_even_when_it_is_empty() -> None:
    table = make_table([-1], [(0, (0,), 9), (0, (1,), 0)])
    assert rests_on_k(table, pattern_of(table, [Cell(FIRST, 0, 0)]), 5)
    assert not rests_on_k(table, pattern_of(table, [Cell(FIRST, 0, 1)]), 5)


def test_members_are_those_the_table_itself_counts() -> None:
    random = np.random.default_rng(1)
    blocks = (TOTALS, Block((1,)), Block((0, 1)))
    table = random_table(random, units=7, categories=(2, 3), blocks=blocks)
    for block, one in enumerate(blocks):
        counts = table.cell_counts(one)
        for unit, category in np.ndindex(*counts.shape):
            assert people(table, Cell(block, unit, category)) == counts[unit, category]
            assert len(members(table, Cell(block, unit, category))) == len(table.atom_counts)


@pytest.mark.parametrize("seed", range(4))
def test_cuts_and_sets_agree_on_random_patterns_of_one_demographic(seed: int) -> None:
    random = np.random.default_rng(seed)
    judged = [
        verdicts(table, cells_of(random_pattern(random, table, 4)), 4)
        for table in (random_table(random, units=4, categories=(2,)) for _ in range(100))
    ]
    assert all(by_cuts == by_sets for by_cuts, by_sets in judged)
    assert {by_cuts for by_cuts, _ in judged} == {False, True}


def test_cuts_do_not_judge_what_is_no_graph() -> None:
    table = random_table(np.random.default_rng(0), categories=(2, 2))
    with pytest.raises(ValueError, match="one demographic"):
        is_safe_by_cuts(table, pattern_of(table, []), 5)
