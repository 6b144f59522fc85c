"""The integer program finds the safe pattern with the most cells; it is what engines are held to."""

from itertools import chain, combinations

import numpy as np
import pytest

from analysis.disclosure.frequency_tables import TOTALS, Block, FrequencyTable
from analysis.disclosure.rules import Rules
from analysis.disclosure.tree import protect_tree
from benchmarks.synthetic import LEAN, SOLID, Profile, frequency_table
from tests.analysis.disclosure.brute_force import Cell, cells_of, is_safe, pattern_of, people
from tests.analysis.disclosure.cut_check import small_cuts
from tests.analysis.disclosure.optimum import optimum
from tests.analysis.disclosure.small_tables import make_table, random_table

K = 4
CROSSED = (TOTALS, Block((0,)), Block((0, 1), levels=frozenset({0})))


def by_trying_all(table: FrequencyTable, k: int) -> int:
    cells = [
        Cell(place, int(unit), int(category))
        for place, block in enumerate(table.blocks)
        for unit, category in np.argwhere(
            (table.cell_counts(block) >= k) & table.candidates(block)[:, None]
        )
    ]
    subsets = chain.from_iterable(combinations(cells, size) for size in range(len(cells), -1, -1))
    return next(len(some) for some in subsets if is_safe(table, pattern_of(table, some), k))


@pytest.mark.parametrize(
    ("categories", "blocks", "units"),
    [((2,), None, 3), ((2, 2), None, 2), ((2, 2), CROSSED, 2)],
    ids=["one demographic", "two demographics", "crossed"],
)
def test_the_optimum_equals_the_best_of_all_patterns(
    categories: tuple[int, ...], blocks: tuple[Block, ...] | None, units: int
) -> None:
    random = np.random.default_rng(8)
    hidden = 0
    for _ in range(60):
        table = random_table(random, units=units, categories=categories, blocks=blocks)
        found = optimum(table, K)
        assert found.pattern is not None
        assert is_safe(table, found.pattern, K)
        assert len(cells_of(found.pattern)) == found.bound == by_trying_all(table, K)
        hidden += found.rules > 0
    assert hidden > 10  # in many of them not everything could be shown


@pytest.mark.parametrize("profile", [LEAN, SOLID], ids=["lean", "solid"])
def test_the_optimum_of_an_organisation_is_safe_and_keeps_the_given_totals(
    profile: Profile,
) -> None:
    table = frequency_table(100, seed=5, profile=profile, demographics=1)
    own = np.bincount(table.atom_units, table.atom_counts, len(table.parents)).astype(int)
    totals = protect_tree(table.parents, own.tolist(), Rules(5)).shown
    found = optimum(table, 5, totals=totals)
    assert found.pattern is not None
    assert found.pattern.shown[0][:, 0].tolist() == list(totals)
    assert not small_cuts(table, found.pattern, 5)
    assert all(people(table, cell) >= 5 for cell in cells_of(found.pattern))


def test_totals_that_are_unsafe_themselves_are_refused() -> None:
    table = make_table([-1, 0, 0], [(1, (0,), 3), (2, (0,), 9)])
    with pytest.raises(ValueError, match="cannot be shown together"):
        optimum(table, 5, totals=(True, False, True))


def test_without_time_the_bound_is_every_cell_of_at_least_k_people() -> None:
    table = frequency_table(20, seed=5, demographics=1)
    found = optimum(table, 5, seconds=0.0)
    assert found.pattern is None
    assert found.bound == sum(int((table.cell_counts(one) >= 5).sum()) for one in table.blocks)


def test_where_totals_are_free_at_least_as_many_cells_can_be_shown() -> None:
    table = frequency_table(60, seed=5, demographics=1)
    own = np.bincount(table.atom_units, table.atom_counts, len(table.parents)).astype(int)
    totals = protect_tree(table.parents, own.tolist(), Rules(5)).shown
    assert optimum(table, 5).bound >= optimum(table, 5, totals=totals).bound
