"""The engine shows nothing that trying everything refutes, and hides nothing without need."""

import numpy as np
import pytest

from analysis.disclosure.engine import protect
from analysis.disclosure.frequency_tables import TablePattern
from analysis.disclosure.rules import Rules
from benchmarks.synthetic import PROFILES, frequency_table
from tests.analysis.disclosure.cut_check import small_cuts
from tests.analysis.disclosure.optimum import optimum
from tests.analysis.disclosure.small_tables import make_table
from tests.attacks.engine_decisions import EXACT, KINDS, judge, judged_tables


def shown_cells(pattern: TablePattern) -> int:
    return sum(int(shown.sum()) for shown in pattern.shown)


@pytest.mark.parametrize("kind", KINDS)
def test_every_decision_on_random_tables_is_safe_and_few_cells_are_hidden_needlessly(
    kind: str,
) -> None:
    judged = list(judged_tables(kind, tables=100, seed=31))
    assert all(one.is_safe for one in judged)
    hidden = sum(one.hidden for one in judged)
    needless = sum(len(one.needless) for one in judged)
    assert hidden > 20
    assert needless <= (0 if kind in EXACT else 0.05 * hidden)


def test_the_judge_calls_a_planted_leak_unsafe_and_an_empty_pattern_needless() -> None:
    table = make_table([-1], [(0, (0,), 9), (0, (1,), 3)])
    everything = TablePattern((np.array([[True]]), np.array([[True, False]])))
    nothing = TablePattern((np.array([[False]]), np.array([[False, False]])))
    assert not judge(table, everything, 5).is_safe
    assert len(judge(table, nothing, 5).needless) == 2


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(("teams", "seed"), [(20, 51), (60, 52), (120, 53), (200, 54)])
def test_the_engine_is_safe_and_within_a_cell_per_60_teams_of_the_optimum(
    profile: str, teams: int, seed: int
) -> None:
    table = frequency_table(teams, seed=seed, profile=PROFILES[profile], demographics=1)
    pattern = protect(table, Rules(5)).pattern
    assert not small_cuts(table, pattern, 5)
    best = optimum(table, 5, totals=[bool(one) for one in pattern.shown[0][:, 0]])
    assert best.pattern is not None
    assert shown_cells(pattern) <= best.bound
    assert best.bound - shown_cells(pattern) <= max(1, teams // 60)
