"""One entry point for tables: small cases by hand that each catch one way of subtracting.

Cells are (block, unit, category): block 0 the unit totals, block 1 the roles.
"""

from itertools import combinations

import numpy as np
import pytest

from analysis.disclosure.accounts import BlockAccount, Method
from analysis.disclosure.engine import ENGINE_VERSION, protect
from analysis.disclosure.frequency_tables import NO_CATEGORY, TOTALS, Block, FrequencyTable
from analysis.disclosure.linked import protect_linked
from analysis.disclosure.rules import Rules
from analysis.disclosure.tree import protect_tree
from tests.analysis.disclosure.one_demographic_judges import (
    Cell,
    all_cells,
    rank,
    respondents,
    row_of,
    shown_cells,
    tells_on_few,
)
from tests.analysis.disclosure.one_demographic_tables import make_table

K5 = Rules(5)
SEVERAL = pytest.mark.parametrize(
    "blocks",
    [(TOTALS, Block((0,)), Block((1,))), (TOTALS, Block((0, 1)))],
    ids=["two demographics", "a crossing"],
)


def shown(table: FrequencyTable, rules: Rules = K5) -> set[Cell]:
    cells = set(shown_cells(protect(table, rules).pattern))
    assert not tells_on_few(table, sorted(cells), rules.smallest_group)
    return cells


def total(unit: int) -> Cell:
    return 0, unit, 0


def role(unit: int, category: int) -> Cell:
    return 1, unit, category


def most_that_can_be_shown(table: FrequencyTable, k: int) -> int:
    """Return the size of the largest safe set of cells, by trying sets from the largest down."""
    cells = [cell for cell in all_cells(table) if respondents(table, cell) >= k]
    for size in range(len(cells), 0, -1):
        if any(not tells_on_few(table, chosen, k) for chosen in combinations(cells, size)):
            return size
    return 0


def test_two_small_siblings_hide_in_each_other_in_their_category() -> None:
    table = make_table(
        [-1, 0, 0, 0],
        [(1, 0, 3), (2, 0, 4), (3, 0, 20), (1, 1, 10), (2, 1, 10), (3, 1, 10)],
    )
    cells = shown(table)
    assert {role(0, 0), role(3, 0), role(0, 1), role(3, 1)} <= cells
    assert not {role(1, 0), role(2, 0)} & cells


def test_a_category_complement_of_1_to_k_minus_1_hides_the_category_or_the_unit() -> None:
    # A team of 13 with 10 in one role: the team less that role would be 3 people.
    table = make_table([-1], [(0, 0, 10), (0, 1, 3)])
    assert len(shown(table)) == 1
    assert shown(make_table([-1], [(0, 0, 10), (0, 1, 5)])) == {total(0), role(0, 0), role(0, 1)}


def test_people_who_skipped_the_question_are_not_found_by_taking_all_categories_away() -> None:
    atoms = [(0, 0, 10), (0, 1, 10), (0, NO_CATEGORY, 3)]
    assert len(shown(make_table([-1], atoms))) == 2
    enough = [*atoms[:2], (0, NO_CATEGORY, 5)]
    assert shown(make_table([-1], enough)) == {total(0), role(0, 0), role(0, 1)}


def test_a_signed_difference_across_rows_and_columns_is_seen() -> None:
    # (whole - team 1) - (role 0 of the whole - role 0 of team 1) is role 1 of team 2: 2 people,
    # though all four cells and all differences of two of them are large.
    table = make_table([-1, 0, 0], [(1, 0, 10), (1, 1, 10), (2, 0, 10), (2, 1, 2)])
    told = {total(0), total(1), role(0, 0), role(1, 0)}
    assert tells_on_few(table, sorted(told), 5)
    for left_out in told:
        assert not tells_on_few(table, sorted(told - {left_out}), 5)
    cells = shown(table)
    assert not told <= cells
    assert len(cells) == most_that_can_be_shown(table, 5)


def test_an_empty_cell_is_hidden_like_a_small_one() -> None:
    for people in (0, 3):
        atoms = [(1, 0, 7), (1, 1, people), (2, 0, 9), (2, 1, 9)]
        assert role(1, 1) not in shown(make_table([-1, 0, 0], atoms))


def test_an_atom_that_is_known_to_be_empty_protects_nobody() -> None:
    # Role 1 of team 1 is empty, so team 1 stands for its role 0 and leaves 4 of the whole's role 0.
    table = make_table([-1, 0, 0], [(1, 0, 7), (1, 1, 0), (2, 0, 4), (2, 1, 9)])
    assert tells_on_few(table, [total(1), role(0, 0)], 5)
    assert not {total(1), role(0, 0)} <= shown(table)


def test_a_unit_that_moves_between_waves_is_not_found_by_comparing_them() -> None:
    atoms = [(3, 0, 6), (3, 1, 3), (4, 0, 8), (4, 1, 9), (5, 0, 7), (5, 1, 6)]
    before = make_table([-1, 0, 0, 1, 1, 2], atoms)
    after = make_table([-1, 0, 0, 2, 1, 2], atoms)
    people = [n for _, _, n in atoms] * 2  # the unknowns are a person's answers in one wave
    width = len(atoms)
    rows = [row_of(before, cell) + [0] * width for cell in shown(before)]
    rows += [[0] * width + row_of(after, cell) for cell in shown(after)]
    full = rank(rows)
    small = [at for at, n in enumerate(people) if n < 5]
    for chosen in (chosen for size in (1, 2) for chosen in combinations(small, size)):
        if sum(people[at] for at in chosen) < 5:
            left = [[value for at, value in enumerate(row) if at not in chosen] for row in rows]
            assert rank(left) == full


def test_an_empty_wave_and_a_table_without_atoms_show_nothing() -> None:
    assert shown(make_table([-1, 0], [(1, 0, 0), (1, 1, 0)])) == set()
    assert shown(make_table([-1, 0], [])) == set()


def test_an_organisation_of_one_person_shows_nothing() -> None:
    assert shown(make_table([-1], [(0, 0, 1)])) == set()


def test_one_level_of_several_roots_is_protected_root_by_root() -> None:
    table = make_table([-1, -1], [(0, 0, 6), (0, 1, 6), (1, 0, 6), (1, 1, 2)])
    cells = shown(table)
    assert {total(0), role(0, 0), role(0, 1)} <= cells
    assert not {total(1), role(1, 0)} <= cells


def test_nine_levels_show_each_level_that_adds_nobody() -> None:
    parents = [-1, 0, 1, 2, 3, 4, 5, 6, 7]
    cells = shown(make_table(parents, [(8, 0, 6), (8, 1, 7)]))
    assert len(cells) == 27
    # Level 4 adds 2 people of role 0: it can be shown with the levels above or with those below.
    cells = shown(make_table(parents, [(8, 0, 6), (8, 1, 7), (4, 0, 2)]))
    assert not {role(0, 0), role(8, 0)} <= cells
    assert {role(unit, 1) for unit in range(9)} <= cells


def test_the_roles_are_shown_only_at_the_levels_of_their_block() -> None:
    atoms = [(1, 0, 9), (1, 1, 9), (2, 0, 9), (2, 1, 9)]
    table = make_table([-1, 0, 0], atoms, blocks=(TOTALS, Block((0,), frozenset({0}))))
    assert shown(table) == {total(0), total(1), total(2), role(0, 0), role(0, 1)}


def test_a_table_of_totals_only_gets_the_optimum_of_the_tree() -> None:
    parents, counts = [-1, 0, 0, 0, 1, 1], [0, 2, 9, 20, 3, 8]
    table = make_table(parents, [(u, 0, n) for u, n in enumerate(counts)], blocks=(TOTALS,))
    protected = protect(table, K5)
    pattern = protect_tree(parents, counts, K5)
    assert protected.pattern.shown[0][:, 0].tolist() == list(pattern.shown)
    assert protected.account.engine == ENGINE_VERSION
    assert protected.account.blocks == (BlockAccount(5, sum(pattern.shown), 0),)
    assert {decision.method for decision in protected.account.decisions} == {Method.TREE}


def test_totals_that_may_not_be_shown_at_a_level_count_for_the_unit_above() -> None:
    parents = [-1, 0, 1, 1]
    atoms = [(0, 0, 2), (1, 0, 4), (2, 0, 9), (3, 0, 3)]
    table = make_table(parents, atoms, blocks=(Block((), frozenset({0, 2})),))
    # Without level 1 the whole less team 2 is 9 people.
    assert shown(table) == {total(0), total(2)}
    without_root = make_table(parents, atoms, blocks=(Block((), frozenset({2})),))
    assert shown(without_root) == {total(2)}
    assert shown(make_table(parents, atoms, blocks=(Block((), frozenset()),))) == set()


def test_colluders_raise_the_threshold_that_the_engine_works_with() -> None:
    table = make_table([-1, 0, 0], [(1, 0, 6), (1, 1, 7), (2, 0, 9), (2, 1, 5)])
    assert shown(table, Rules(5, 2)) == shown(table, Rules(7))


@SEVERAL
def test_linked_tables_are_protected_by_witnesses(blocks: tuple[Block, ...]) -> None:
    rows = [(0, role, site, 6) for role in range(2) for site in range(2)]
    atoms = np.array(rows, dtype=np.int64)
    table = FrequencyTable((-1,), (2, 2), atoms[:, 0], atoms[:, 1:3], atoms[:, 3], blocks)
    protected = protect(table, K5)
    pattern, _account = protect_linked(table, K5)
    assert [part.tolist() for part in protected.pattern.shown] == [
        part.tolist() for part in pattern.shown
    ]
    assert any(each.witnesses for each in protected.account.decisions)
    assert len(protected.account.decisions) == sum(int(part.sum()) for part in pattern.shown)


@SEVERAL
def test_a_table_of_nobody_by_several_demographics_shows_nothing(blocks: tuple[Block, ...]) -> None:
    none = np.zeros(0, dtype=np.int64)
    table = FrequencyTable((-1,), (2, 2), none, none.reshape(0, 2), none, blocks)
    assert not any(cells.any() for cells in protect(table, K5).pattern.shown)
