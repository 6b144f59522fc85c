"""The self-attack on tables finds what is there to find, and nothing where nothing is."""

from random import Random

import numpy as np
import pytest

from analysis.disclosure import elimination_attacks, table_attack
from analysis.disclosure.attack import AttackReport, ControlSilentError
from analysis.disclosure.frequency_tables import FrequencyTable, TablePattern
from analysis.disclosure.published_tables import Atoms, PublishedTable
from analysis.disclosure.rules import Rules
from analysis.disclosure.table_attack import attack_published, attack_table, attack_with_atoms
from tests.analysis.disclosure.attacked_tables import (
    Atom,
    Cell,
    is_safe,
    random_pattern,
    random_table,
    showing,
    table_of,
)

TWO, PARTS, KINDS, CUTS, SOLVE, COMPARE, RANDOM, INTERVALS = (
    attack.name
    for attack in (
        table_attack._TWO,
        table_attack._PARTS,
        table_attack._KINDS,
        table_attack._CUTS,
        table_attack._ALL,
        table_attack._COMPARE,
        table_attack._RANDOM,
        table_attack._INTERVALS,
    )
)
K3 = Rules(3)


def from_outside(table: FrequencyTable, pattern: TablePattern, k: int = 3) -> AttackReport:
    published = pattern.published(table)
    return attack_table(table.parents, table.categories, table.blocks, published, Rules(k))


def firing(report: AttackReport) -> set[str]:
    return {name for name, found in report.found.items() if found}


def test_two_people_beside_a_shown_category_are_found_by_one_subtraction() -> None:
    table = table_of([-1], [2], [(0, (0,), 3), (0, (1,), 2)])
    report = from_outside(table, showing(table, [(0, 0, 0), (1, 0, 0)]))
    assert {TWO, PARTS, KINDS} <= firing(report)


def test_people_who_named_no_category_are_found_beside_all_categories() -> None:
    table = table_of([-1], [2], [(0, (0,), 3), (0, (1,), 3), (0, (-1,), 2)])
    report = from_outside(table, showing(table, [(0, 0, 0), (1, 0, 0), (1, 0, 1)]))
    assert firing(report) == {PARTS, KINDS}


def test_a_category_that_is_shown_further_down_is_subtracted_as_well() -> None:
    table = table_of([-1, 0, 0], [1], [(1, (0,), 4), (2, (0,), 5), (0, (-1,), 2)])
    report = from_outside(table, showing(table, [(0, 0, 0), (1, 1, 0), (1, 2, 0)]))
    assert PARTS in firing(report)
    assert TWO not in firing(report)


def test_a_residue_without_the_residues_in_it_is_found() -> None:
    """The unit's own two people without a category, though every shown cell has many more."""
    atoms = [(0, (-1,), 2), (0, (0,), 4), (1, (0,), 5), (1, (-1,), 4)]
    table = table_of([-1, 0], [1], atoms)
    report = from_outside(table, showing(table, [(0, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 0)]))
    assert PARTS in firing(report)
    assert TWO not in firing(report)


def test_people_over_several_residues_of_totals_are_found() -> None:
    """All of role 1 outside team 1, spread over team 2 and the service itself."""
    atoms: list[Atom] = [
        (0, (0,), 2),
        (0, (1,), 1),
        (1, (0,), 3),
        (1, (1,), 3),
        (2, (0,), 3),
        (2, (1,), 1),
    ]
    table = table_of([-1, 0, 0], [2], atoms)
    cells: list[Cell] = [(0, 0, 0), (0, 1, 0), (0, 2, 0), (1, 0, 0), (1, 1, 0)]
    assert firing(from_outside(table, showing(table, cells))) == {PARTS}


def test_one_person_between_cells_of_two_demographics_is_found_with_sealed_counts_only() -> None:
    table = table_of([-1], [2, 2], [(0, (0, 0), 4), (0, (0, 1), 1), (0, (1, 1), 4)])
    pattern = showing(table, [(1, 0, 0), (2, 0, 0)])
    assert firing(from_outside(table, pattern)) == set()
    assert firing(attack_with_atoms(table, pattern, K3)) == {CUTS, SOLVE, COMPARE, RANDOM}


def test_one_person_between_a_team_and_a_role_far_above_it_is_found() -> None:
    atoms: list[Atom] = [(2, (0,), 5), (1, (0,), 1), (2, (1,), 1), (0, (1,), 4)]
    table = table_of([-1, 0, 1], [2], atoms)
    pattern = showing(table, [(1, 0, 0), (0, 2, 0)])
    assert firing(from_outside(table, pattern)) == set()
    assert COMPARE in firing(attack_with_atoms(table, pattern, K3))


def test_two_safe_tables_unsafe_together_are_passed_over_by_cuts_and_found_by_solving() -> None:
    """The total without a role and a tenure counts one person twice and one not at all."""
    atoms: list[Atom] = [(0, (0, 0), 1), (0, (0, 1), 3), (0, (1, 0), 3), (0, (1, 1), 1)]
    table = table_of([-1], [2, 2], atoms)
    report = attack_with_atoms(table, showing(table, [(0, 0, 0), (1, 0, 0), (2, 0, 0)]), K3)
    assert firing(report) == {SOLVE, COMPARE, RANDOM}


def test_a_combination_of_four_cells_is_found_by_solving() -> None:
    atoms: list[Atom] = [
        (0, (0, 1), 3),
        (0, (1, 1), 3),
        (0, (2, 0), 3),
        (0, (1, 0), 1),
        (0, (2, 1), 1),
    ]
    table = table_of([-1], [3, 2], atoms)
    report = attack_with_atoms(
        table, showing(table, [(0, 0, 0), (1, 0, 0), (1, 0, 1), (2, 0, 0)]), K3
    )
    assert firing(report) == {SOLVE, RANDOM}


def test_a_crossing_is_subtracted_from_the_category_it_divides() -> None:
    table = table_of([-1], [2, 2], [(0, (0, 0), 4), (0, (0, 1), 2), (0, (1, 1), 5)], crossed=True)
    report = from_outside(table, showing(table, [(1, 0, 0), (3, 0, 0)]))
    assert {TWO, PARTS, KINDS} <= firing(report)


def test_an_empty_cell_that_is_shown_is_called_a_leak() -> None:
    table = table_of([-1], [2], [(0, (0,), 9)])
    assert from_outside(table, showing(table, [(0, 0, 0), (1, 0, 1)])).leaks


def test_figures_that_contradict_each_other_are_called_a_leak() -> None:
    report = attack_table(
        [-1],
        [1],
        table_of([-1], [1], [(0, (0,), 1)]).blocks,
        [np.array([[9]]), np.array([[11]])],
        K3,
    )
    assert report.leaks


def test_with_a_threshold_of_one_nobody_can_be_isolated() -> None:
    table = table_of([-1], [2], [(0, (0,), 3), (0, (1,), 2)])
    assert not attack_with_atoms(table, showing(table, [(0, 0, 0), (1, 0, 0)]), Rules(1)).leaks


def test_a_table_without_units_or_without_shown_cells_has_nothing_to_find() -> None:
    assert not attack_table(
        [],
        [2],
        table_of([-1], [2], [(0, (0,), 1)]).blocks,
        [np.zeros((0, 1), dtype=np.int64), np.zeros((0, 2), dtype=np.int64)],
        K3,
    ).leaks
    table = table_of([-1, 0], [2], [(0, (0,), 3), (1, (1,), 2)])
    assert not attack_with_atoms(table, showing(table, []), K3).leaks


@pytest.mark.parametrize("seed", range(10))
def test_a_leak_is_called_exactly_where_trying_everything_finds_one(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for attacks in ("_PUBLIC", "_SEALED"):  # the last is slow, and judged by tests of its own
        monkeypatch.setattr(table_attack, attacks, getattr(table_attack, attacks)[:-1])
    random = Random(seed)
    for _ in range(20):
        k = random.choice((2, 3, 4))
        table = random_table(random)
        pattern = random_pattern(random, table, k)
        safe = is_safe(table, pattern, k)
        report = attack_with_atoms(table, pattern, Rules(k))
        assert (report.leaks == 0) is safe
        if len(table.blocks) <= 2:
            assert (report.found[CUTS] == 0) is safe
        if safe:
            assert from_outside(table, pattern, k).leaks == 0


def test_random_pivots_find_what_one_elimination_passes_over() -> None:
    atoms: list[Atom] = [
        (0, (0, -1, -1), 1),
        (0, (0, 0, 0), 1),
        (0, (2, 0, 0), 1),
        (1, (1, -1, 1), 1),
        (2, (0, 0, 1), 1),
        (2, (0, 1, 0), 2),
        (2, (1, 0, 1), 1),
        (2, (2, 1, 1), 1),
    ]
    table = table_of([-1, 0, 1], [3, 2, 2], atoms)
    pattern = showing(table, [(0, 2, 0), (1, 0, 0), (2, 0, 0), (3, 0, 1)])
    found = firing(attack_with_atoms(table, pattern, Rules(4)))
    assert RANDOM in found
    assert SOLVE not in found


def test_a_threshold_alone_is_caught_in_any_organisation() -> None:
    """A peer that shows every cell of k or more, and hides nothing beside a hidden one."""
    random = np.random.default_rng(5)
    parents = [-1, *[0] * 3, *np.repeat(range(1, 4), 5).tolist()]
    atoms: list[Atom] = [
        (unit, (int(random.integers(0, 3)), int(random.integers(0, 3))), 1)
        for unit in range(4, len(parents))
        for _ in range(int(random.integers(2, 16)))
    ]
    table = table_of(parents, [3, 3], atoms)
    every = TablePattern(tuple(table.cell_counts(block) >= 5 for block in table.blocks))
    assert {TWO, PARTS, KINDS} <= firing(from_outside(table, every, 5))
    inside = attack_with_atoms(table, every, Rules(5))
    assert {TWO, PARTS, CUTS, SOLVE, COMPARE, RANDOM} <= firing(inside)


def test_colluders_raise_what_counts_as_a_leak() -> None:
    table = table_of([-1], [2], [(0, (0,), 5), (0, (1,), 3)])
    pattern = showing(table, [(0, 0, 0), (1, 0, 0)])
    assert not attack_with_atoms(table, pattern, Rules(3)).leaks
    assert attack_with_atoms(table, pattern, Rules(3, colluders=1)).leaks


@pytest.mark.parametrize("attack", table_attack._SEALED, ids=lambda attack: attack.name)
def test_an_attack_that_has_gone_blind_stops_the_release(
    attack: table_attack._Attack, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind = table_attack._Attack(attack.name, lambda *_: table_attack.Finding(1, 0), attack.plants)
    others = tuple(blind if each is attack else each for each in table_attack._SEALED)
    monkeypatch.setattr(table_attack, "_SEALED", others)
    table = table_of([-1], [1], [(0, (0,), 9)])
    with pytest.raises(ControlSilentError, match=attack.name):
        attack_with_atoms(table, showing(table, [(0, 0, 0)]), K3)


@pytest.mark.parametrize(
    "attack",
    dict.fromkeys([*table_attack._SEALED, *table_attack._PUBLIC]),
    ids=lambda attack: attack.name,
)
@pytest.mark.parametrize("k", [2, 3, 5, 10, 23])
def test_every_planted_leak_is_found_at_every_threshold(
    attack: table_attack._Attack, k: int
) -> None:
    assert attack.plants
    assert all(attack.run(plant(k), k).found for plant in attack.plants)


def test_equal_figures_give_an_equal_report() -> None:
    table = random_table(Random(8))
    pattern = random_pattern(Random(8), table, 3)
    assert attack_with_atoms(table, pattern, K3) == attack_with_atoms(table, pattern, K3)


def test_sealed_counts_of_another_table_are_refused() -> None:
    table = table_of([-1], [1], [(0, (0,), 9)])
    atoms = Atoms(table.atom_units, table.atom_categories, table.atom_counts + 1)
    published = showing(table, [(0, 0, 0)]).published(table)
    held = PublishedTable(table.parents, table.categories, table.blocks, published, atoms)
    with pytest.raises(ValueError, match="unit 0"):
        attack_published(held, K3)


def test_counts_of_another_shape_are_refused() -> None:
    blocks = table_of([-1], [2], [(0, (0,), 9)]).blocks
    with pytest.raises(ValueError, match="block 1 needs a row per unit"):
        attack_table([-1], [2], blocks, [np.array([[9]]), np.array([[9]])], K3)
    with pytest.raises(ValueError, match="each block"):
        attack_table([-1], [2], blocks, [np.array([[9]])], K3)


def test_what_was_not_searched_is_named_with_its_size() -> None:
    atoms: list[Atom] = [(0, (0, 0), 2), (0, (1, 1), 2), (0, (0, 1), 2)]
    table = table_of([-1], [2, 2], atoms)
    report = attack_with_atoms(table, showing(table, [(0, 0, 0), (1, 0, 0)]), K3)
    gaps = " ".join(report.not_searched)
    assert "a sample of 3 out of 3" in gaps
    assert "24 random searches in each of 1 neighbourhoods" in gaps
    assert "0 shown cells above them" in gaps


def test_the_large_elimination_says_what_it_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elimination_attacks, "MOST_STEPS", -1)
    monkeypatch.setattr(
        table_attack, "_SEALED", (table_attack._Attack(SOLVE, table_attack._ALL.run, ()),)
    )
    table = table_of([-1], [2], [(0, (0,), 3), (0, (1,), 3)])
    report = attack_with_atoms(table, showing(table, [(0, 0, 0), (1, 0, 0)]), K3)
    assert "2 of 2 shown cells in the system of all shown cells" in report.not_searched
