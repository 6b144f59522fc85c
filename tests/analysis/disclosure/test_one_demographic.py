"""A tree and one demographic are protected jointly: safe, nothing hidden in vain, determined."""

import random
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from analysis.disclosure.accounts import Method
from analysis.disclosure.engine import protect
from analysis.disclosure.frequency_tables import (
    FrequencyTable,
    TablePattern,
)
from analysis.disclosure.rules import Rules
from tests.analysis.disclosure.one_demographic_judges import (
    Cell,
    all_cells,
    respondents,
    shown_cells,
    tells_on_few,
)
from tests.analysis.disclosure.one_demographic_tables import (
    make_table,
    random_table,
    synthetic_table,
    tables,
)

K5 = Rules(5)


def shown(table: FrequencyTable, rules: Rules = K5) -> set[Cell]:
    return set(shown_cells(protect(table, rules).pattern))


@given(tables(), st.integers(1, 7))
@settings(max_examples=300, deadline=None)
def test_no_combination_of_shown_figures_depends_on_1_to_k_minus_1_people(
    table: FrequencyTable, k: int
) -> None:
    assert not tells_on_few(table, list(shown(table, Rules(k))), k)


@given(tables(), st.integers(1, 7))
@settings(max_examples=200, deadline=None)
def test_every_shown_cell_has_k_respondents_and_lies_where_its_block_may_be_shown(
    table: FrequencyTable, k: int
) -> None:
    cells = shown(table, Rules(k))
    assert all(respondents(table, cell) >= k for cell in cells)
    assert cells <= set(all_cells(table))


@given(tables(), st.integers(2, 7))
@settings(max_examples=200, deadline=None)
def test_no_cell_could_be_shown_besides(table: FrequencyTable, k: int) -> None:
    cells = shown(table, Rules(k))
    for cell in set(all_cells(table)) - cells:
        assert respondents(table, cell) < k or tells_on_few(table, [*cells, cell], k)


@given(tables(), st.integers(2, 7), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_empty_atoms_and_the_order_of_atoms_change_nothing(
    table: FrequencyTable, k: int, chance: random.Random
) -> None:
    atoms = [
        (unit, category, people)
        for unit, (category,), people in zip(
            table.atom_units.tolist(),
            table.atom_categories.tolist(),
            table.atom_counts.tolist(),
            strict=True,
        )
        if people
    ]
    chance.shuffle(atoms)
    other = make_table(table.parents, atoms, table.categories[0], table.blocks)
    assert shown(other, Rules(k)) == shown(table, Rules(k))


@given(tables(), st.integers(1, 7))
@settings(max_examples=100, deadline=None)
def test_the_account_names_every_shown_cell_once_and_counts_it(
    table: FrequencyTable, k: int
) -> None:
    protected = protect(table, Rules(k))
    named = [(each.block, each.unit, each.category) for each in protected.account.decisions]
    assert sorted(named) == sorted(shown_cells(protected.pattern))
    for number, block in enumerate(protected.account.blocks):
        methods = [each.method for each in protected.account.decisions if each.block == number]
        assert block.inserted == len(methods) - methods.count(Method.CLOSURE)
        assert block.closed == methods.count(Method.CLOSURE)
        enough = [
            cell for cell in all_cells(table) if cell[0] == number and respondents(table, cell) >= k
        ]
        assert block.candidates == len(enough)


def narrowest_cut(table: FrequencyTable, pattern: TablePattern) -> int:
    """Return the least cut above 0 of the graph of residues, by flow from one node to each other.

    Residues are named by (block, unit, category) of the lowest shown cell, found by walking up.
    """
    nodes: dict[Cell | None, int] = {None: 0}

    def node(block: int, unit: int, category: int) -> int:
        at = unit
        while at >= 0 and not (category >= 0 and pattern.shown[block][at, category]):
            at = table.parents[at]
        return nodes.setdefault((block, at, category) if at >= 0 else None, len(nodes))

    ends = [
        (node(0, unit, 0), node(1, unit, int(category)), people)
        for unit, (category,), people in zip(
            table.atom_units.tolist(), table.atom_categories, table.atom_counts, strict=True
        )
        if people
    ]
    rows, columns, weights = (np.array(each) for each in zip(*ends, strict=True))
    graph = csr_array((weights, (rows, columns)), shape=(len(nodes), len(nodes)))
    both_ways = csr_array(graph + graph.T, dtype=np.int32)
    flows = [maximum_flow(both_ways, 0, sink).flow_value for sink in range(1, len(nodes))]
    return min((flow for flow in flows if flow), default=sys.maxsize)


@pytest.mark.parametrize("seed", range(4))
def test_no_cut_of_a_larger_organisation_is_narrower_than_k(seed: int) -> None:
    table = synthetic_table(120, seed)
    protected = protect(table, K5)
    assert sum(int(block.sum()) for block in protected.pattern.shown) > 100
    assert narrowest_cut(table, protected.pattern) >= 5


def test_another_hash_seed_and_another_process_give_the_same_bytes() -> None:
    program = (
        "import hashlib; from analysis.disclosure.engine import protect;"
        "from analysis.disclosure.rules import Rules;"
        "from tests.analysis.disclosure.one_demographic_tables import synthetic_table;"
        "made = protect(synthetic_table(120, 1), Rules(5));"
        "print(hashlib.sha256(repr(made.account).encode()"
        " + b''.join(block.tobytes() for block in made.pattern.shown)).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(found) == 1


def test_an_organisation_of_30_000_units_is_protected() -> None:
    table = synthetic_table(30_000, 9)
    pattern = protect(table, K5).pattern
    # Sums over the atoms of each residue, an independent look at the simplest cuts.
    for number, block in enumerate(table.blocks):
        category = table.category_of_atoms(block)
        residues: Counter[tuple[int, int]] = Counter()
        for unit, within, people in zip(
            table.atom_units.tolist(), category.tolist(), table.atom_counts.tolist(), strict=True
        ):
            at = unit
            while at >= 0 and (within < 0 or not pattern.shown[number][at, within]):
                at = table.parents[at]
            residues[at, within if at >= 0 else -1] += people
        assert all(people == 0 or people >= 5 for people in residues.values())
        assert len(residues) > 10_000


def optimum(table: FrequencyTable, k: int) -> int:
    """Return the size of the largest safe set of cells, by branching on each of them in turn."""
    cells = [cell for cell in all_cells(table) if respondents(table, cell) >= k]
    best = 0

    def branch(place: int, chosen: list[Cell]) -> None:
        nonlocal best
        if len(chosen) + len(cells) - place <= best:
            return
        if place == len(cells):
            best = len(chosen)
            return
        if not tells_on_few(table, [*chosen, cells[place]], k):
            branch(place + 1, [*chosen, cells[place]])
        branch(place + 1, chosen)

    branch(0, [])
    return best


def test_small_organisations_show_as_many_cells_as_can_be_shown() -> None:
    chance = random.Random(5)
    drawn = [random_table(chance, most_units=7) for _ in range(80)]
    best = [optimum(table, 4) for table in drawn]
    found = [len(shown(table, Rules(4))) for table in drawn]
    assert sum(best) > 250
    assert found == best


def test_a_search_without_steps_left_ends_with_a_safe_pattern(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = synthetic_table(120, 2)
    searched = len(shown(table))
    for steps in (0, 5_000):
        monkeypatch.setattr("analysis.disclosure.local_search.MOST_STEPS", steps)
        pattern = protect(table, K5).pattern
        assert narrowest_cut(table, pattern) >= 5
        assert len(shown_cells(pattern)) < searched
