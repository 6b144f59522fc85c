"""Linked tables never tell about fewer than k people together, and hide little that they need not."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure.frequency_tables import (
    NO_CATEGORY,
    TOTALS,
    Block,
    FrequencyTable,
    TablePattern,
)
from analysis.disclosure.linked import Budget, Decision, LinkedAccount, Method, protect_linked
from analysis.disclosure.rules import Rules
from analysis.disclosure.table_attack import attack_with_atoms
from analysis.disclosure.witnesses import Pool, Witness
from benchmarks.synthetic import frequency_table
from tests.analysis.disclosure.small_groups import (
    Cell,
    cell_row,
    depends_on,
    exposes,
    shown_cells,
)

K5 = Rules(5)
ROLE, TENURE = Block((0,)), Block((1,))
CROSSED_AT_THE_TOP = Block((0, 1), levels=frozenset({0, 1}))


def make_table(
    parents: tuple[int, ...],
    atoms: Mapping[tuple[int, ...], int],
    categories: tuple[int, ...] = (2, 2),
    blocks: tuple[Block, ...] = (TOTALS, ROLE, TENURE),
) -> FrequencyTable:
    """Return a table from people by (unit, category of each demographic)."""
    rows = np.array(sorted(atoms), dtype=np.int64).reshape(len(atoms), 1 + len(categories))
    counts = np.array([atoms[key] for key in sorted(atoms)], dtype=np.int64)
    return FrequencyTable(parents, categories, rows[:, 0], rows[:, 1:], counts, blocks)


def random_table(seed: int) -> tuple[FrequencyTable, int]:
    """Return a small table of up to 7 units and 14 atoms, some of them empty, and a k."""
    random = Random(seed)
    units = random.randint(2, 7)
    parents = (-1, *(random.choice([0, random.randint(0, unit - 1)]) for unit in range(1, units)))
    categories = tuple(random.randint(1, 3) for _ in range(random.choice([2, 2, 3])))
    atoms = {}
    for _ in range(random.randint(1, 14)):
        divided = [
            random.choice([NO_CATEGORY] * (random.random() < 0.2) + [*range(width)])
            for width in categories
        ]
        atoms[random.randrange(units), *divided] = random.choice([0, 1, 1, 1, 2, 2, 3, 4, 5])
    blocks = [TOTALS, *(Block((place,)) for place in range(len(categories)))]
    if random.random() < 0.5:
        blocks.append(CROSSED_AT_THE_TOP)
    return make_table(parents, atoms, categories, tuple(blocks)), random.choice([2, 3, 4, 5])


def is_shown(pattern: TablePattern, cell: Cell) -> bool:
    block, unit, category = cell
    return bool(pattern.shown[block][unit, category])


def decision_on(account: LinkedAccount, cell: Cell) -> Decision:
    return next(decision for decision in account.decisions if decision.cell == cell)


@pytest.mark.parametrize("hundred", range(5))
def test_no_set_of_fewer_than_k_people_is_exposed_in_any_small_organisation(hundred: int) -> None:
    shown = needless = 0
    for seed in range(100 * hundred, 100 * hundred + 100):
        table, k = random_table(seed)
        pattern, account = protect_linked(table, Rules(k))
        cells = shown_cells(pattern)
        assert not exposes(table, cells, k), f"organisation {seed}"
        shown += len(cells)
        for decision in account.decisions:
            if decision.cell.block and not decision.is_shown:
                needless += not exposes(table, [*cells, decision.cell], k)
    assert shown > 300
    assert needless <= 0.01 * shown


def test_the_search_for_small_groups_finds_what_is_planted() -> None:
    table = make_table((-1,), {(0, 0, 0): 4, (0, 0, 1): 1, (0, 1, 0): 9})
    assert not exposes(table, [(0, 0, 0), (1, 0, 0)], 5)
    assert exposes(table, [(1, 0, 0), (2, 0, 0), (0, 0, 0)], 5)


def test_two_tables_that_are_safe_alone_expose_one_person_together() -> None:
    # The first role has 9 people, the first tenure 8, and all of those have the first role.
    atoms = {(0, 0, 0): 8, (0, 0, 1): 1, (0, 1, 1): 7}
    both = make_table((-1,), atoms)
    for block in (ROLE, TENURE):
        alone, _ = protect_linked(make_table((-1,), atoms, blocks=(TOTALS, block)), K5)
        assert alone.shown[1].all()
    assert exposes(both, [(1, 0, 0), (2, 0, 0)], 5)
    pattern, _ = protect_linked(both, K5)
    assert not (is_shown(pattern, (1, 0, 0)) and is_shown(pattern, (2, 0, 0)))
    assert pattern.shown[1].any() or pattern.shown[2].any()


def test_people_who_skipped_are_protected_as_what_a_total_leaves_over() -> None:
    atoms = {(0, 0, 0): 6, (0, 1, 0): 7, (0, NO_CATEGORY, 0): 2}
    pattern, account = protect_linked(make_table((-1,), atoms), K5)
    assert pattern.shown[1].sum() == 1
    hidden = decision_on(account, (1, 0, 1))
    assert hidden.method in {Method.SMALL_PART, Method.EXPOSED}


def test_the_last_category_follows_from_the_total_and_the_others() -> None:
    atoms = {(0, 0, 0): 6, (0, 0, 1): 6, (0, 1, 0): 7, (0, 1, 1): 9}
    pattern, account = protect_linked(make_table((-1,), atoms), K5)
    assert all(shown.all() for shown in pattern.shown)
    methods = [decision.method for decision in account.decisions]
    assert methods.count(Method.FOLLOWS) == 2


def test_a_team_all_of_one_category_shows_it_for_free() -> None:
    atoms = {(1, 0, 0): 6, (2, 0, 1): 7, (2, 1, 0): 8}
    pattern, account = protect_linked(make_table((-1, 0, 0), atoms), K5)
    assert is_shown(pattern, (1, 1, 0))
    assert decision_on(account, (1, 1, 0)).method == Method.FOLLOWS


def test_a_crossing_is_shown_at_its_levels_only_and_safe_with_what_it_crosses() -> None:
    atoms = {(unit, role, tenure): 6 for unit in (1, 2) for role in (0, 1) for tenure in (0, 1)}
    blocks = (TOTALS, ROLE, TENURE, Block((0, 1), levels=frozenset({0})))
    table = make_table((-1, 0, 0), atoms, blocks=blocks)
    pattern, _ = protect_linked(table, K5)
    assert pattern.shown[3].tolist() == [[True] * 4, [False] * 4, [False] * 4]
    assert not exposes(table, shown_cells(pattern), 5)


def test_cells_of_fewer_than_k_and_empty_cells_are_hidden_alike() -> None:
    atoms = {(1, 0, 0): 9, (1, 1, 1): 4, (2, 0, 1): 9, (2, 0, 0): 9}
    pattern, account = protect_linked(make_table((-1, 0, 0), atoms), K5)
    assert not is_shown(pattern, (1, 1, 1))
    assert not is_shown(pattern, (1, 2, 1))
    decided = {decision.cell for decision in account.decisions}
    assert (1, 1, 1) not in decided
    assert (1, 2, 1) not in decided


def test_crossings_beneath_the_top_are_proved_by_exchanges_that_undo_each_other() -> None:
    made = frequency_table(150, seed=5, demographics=2)
    table = replace(made, blocks=(TOTALS, ROLE, TENURE, CROSSED_AT_THE_TOP))
    pattern, account = protect_linked(table, K5)
    assert attack_with_atoms(table, pattern, K5).leaks == 0
    proved = [
        decision
        for decision in account.decisions
        if decision.cell.block == 3 and table.depths[decision.cell.unit] == 1
        if any(len(witness.atoms) > 6 for witness in decision.witnesses)
    ]
    assert len(proved) >= 5


@pytest.mark.parametrize("atoms", [{}, {(0, 0, 0): 0, (1, 1, 1): 0}, {(1, 0, 0): 1}])
def test_an_empty_wave_and_an_organisation_of_one_show_nothing(
    atoms: dict[tuple[int, ...], int],
) -> None:
    pattern, account = protect_linked(make_table((-1, 0), atoms), K5)
    assert not any(shown.any() for shown in pattern.shown)
    assert account.decisions == ()


@pytest.mark.parametrize("seed", range(20))
def test_out_of_budget_hides_and_never_exposes(seed: int) -> None:
    table, k = random_table(seed)
    nothing = Budget(fan=0, pairs=0, widenings=1, eliminated=0, answers=0, full_depth=-1)
    pattern, account = protect_linked(table, Rules(k), nothing)
    generous, _ = protect_linked(table, Rules(k))
    assert not exposes(table, shown_cells(pattern), k)
    assert sum(len(decision.witnesses) for decision in account.decisions) <= 2
    assert len(shown_cells(pattern)) <= len(shown_cells(generous))


def test_out_of_branches_counts_as_exposed() -> None:
    triangle = [
        Witness.of([(0, 1), (1, -1)]),
        Witness.of([(1, 1), (2, -1)]),
        Witness.of([(0, 1), (2, -1)]),
    ]
    for branches, is_decided in ((100, True), (1, False)):
        pool = Pool([2, 2, 2], 4, branches)
        for witness in triangle:
            pool.add(witness)
        assert (pool.judge().exposed is None) is is_decided


def test_colluders_raise_the_threshold_that_the_engine_works_with() -> None:
    table, _ = random_table(7)
    assert repr(protect_linked(table, Rules(2, 1))) == repr(protect_linked(table, Rules(3)))


@st.composite
def tables(draw: st.DrawFn) -> FrequencyTable:
    units = draw(st.integers(1, 8))
    parents = (-1, *(draw(st.integers(0, unit - 1)) for unit in range(1, units)))
    key = st.tuples(st.integers(0, units - 1), st.integers(-1, 1), st.integers(-1, 2))
    atoms = draw(st.dictionaries(key, st.integers(0, 4), max_size=16))
    blocks = (TOTALS, ROLE, TENURE, CROSSED_AT_THE_TOP)
    return make_table(parents, atoms, (2, 3), blocks)


@given(tables(), st.integers(1, 5))
@settings(deadline=None)
def test_g0_g2_and_z_hold_for_any_organisation(table: FrequencyTable, k: int) -> None:
    pattern, _ = protect_linked(table, Rules(k))
    for shown, block in zip(pattern.shown, table.blocks, strict=True):
        assert (table.cell_counts(block)[shown] >= k).all()
        assert not shown[~table.candidates(block)].any()
    assert not exposes(table, shown_cells(pattern), k)


@given(tables(), st.integers(1, 5))
@settings(deadline=None)
def test_the_account_alone_proves_every_shown_cell(table: FrequencyTable, k: int) -> None:
    pattern, account = protect_linked(table, Rules(k))
    before: list[Cell] = []
    for decision in account.decisions:
        if not decision.is_shown:
            continue
        if decision.method == Method.FOLLOWS:
            assert_is_the_sum(table, before, decision)
        if decision.method == Method.WITNESSED:
            assert_is_witnessed(table, before, decision, k)
        before.append(decision.cell)
    assert sorted(before) == shown_cells(pattern)


def assert_is_the_sum(table: FrequencyTable, before: list[Cell], decision: Decision) -> None:
    left = np.array(cell_row(table, decision.cell))
    for cell, factor in decision.derivation:
        assert cell in before
        left -= factor * np.array(cell_row(table, cell))
    assert not left.any()
    assert depends_on(table, before, decision.cell)


def assert_is_witnessed(
    table: FrequencyTable, before: list[Cell], decision: Decision, k: int
) -> None:
    people = table.atom_counts.tolist()
    row = cell_row(table, decision.cell)
    rows = [cell_row(table, cell) for cell in before]
    for witness in decision.witnesses:
        vector = list(zip(witness.atoms, witness.values, strict=True))
        assert all(sum(value * shown[atom] for atom, value in vector) == 0 for shown in rows)
        assert sum(Fraction(value * row[atom]) for atom, value in vector) != 0
    supports = [frozenset(witness.atoms) for witness in decision.witnesses]
    assert not can_be_met(supports, people, k - 1)


def can_be_met(supports: list[frozenset[int]], people: list[int], left: int) -> bool:
    """Return whether atoms of at most `left` people meet every support, trying all of the first."""
    if not supports:
        return True
    return any(
        can_be_met([s for s in supports if atom not in s], people, left - people[atom])
        for atom in supports[0]
        if people[atom] <= left
    )


PRINT_A_PATTERN = """
from tests.analysis.disclosure.test_linked import random_table
from analysis.disclosure.linked import protect_linked
from analysis.disclosure.rules import Rules
for seed in range(40):
    table, k = random_table(seed)
    print(protect_linked(table, Rules(k)))
"""


def test_the_same_counts_give_the_same_account_byte_for_byte_also_two_at_once() -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PRINT_A_PATTERN],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path.cwd())},
            stdout=subprocess.PIPE,
        )
        for seed in ("1", "2")
    ]
    first, second = (process.communicate(timeout=120)[0] for process in running)
    assert len(first) > 10_000
    assert first == second
