"""Rank correlations against scipy, brute force and simulation."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from analysis.spearman import between_interval, clustered_interval, midranks, spearman

VALUES = st.lists(st.integers(0, 6).map(float), min_size=3, max_size=30)


def test_ties_share_the_mean_of_their_ranks() -> None:
    assert midranks(np.array([3.0, 1.0, 3.0, 7.0])).tolist() == [2.5, 1.0, 2.5, 4.0]


@given(VALUES)
def test_the_estimate_is_scipys_ties_and_all(values: list[float]) -> None:
    first = np.array(values)
    second = np.roll(first, 1) + np.round(first / 3)
    assume(np.ptp(first) > 0)
    assume(np.ptp(second) > 0)
    assert spearman(first, second) == pytest.approx(stats.spearmanr(first, second).statistic)


def test_a_constant_has_no_correlation() -> None:
    with pytest.raises(ValueError, match="constant"):
        spearman(np.array([1.0, 1.0, 1.0]), np.array([1.0, 2.0, 3.0]))


def test_the_interval_between_units_by_hand() -> None:
    low, high = between_interval(-0.41, 38)
    error = np.sqrt((1 + 0.41**2 / 2) / 35)
    assert low == pytest.approx(np.tanh(np.arctanh(-0.41) - 1.959964 * error), abs=1e-6)
    assert high == pytest.approx(np.tanh(np.arctanh(-0.41) + 1.959964 * error), abs=1e-6)


@pytest.mark.parametrize("estimate", [1.0, -1.0])
def test_a_perfect_order_has_a_finite_interval_that_holds_it(estimate: float) -> None:
    low, high = between_interval(estimate, 10)
    assert -1 <= low <= estimate <= high <= 1
    assert low < high
    assert np.sign(low) == np.sign(high)


@pytest.mark.parametrize(("n", "rho"), [(10, 0.0), (20, -0.5), (40, -0.5)])
def test_about_95_of_100_intervals_between_units_hold_the_truth(n: int, rho: float) -> None:
    random = np.random.default_rng(17)
    truth = 6 / np.pi * np.arcsin(rho / 2)  # Spearman's of a normal pair
    pairs = random.multivariate_normal([0, 0], [[1, rho], [rho, 1]], size=(1500, n))
    intervals = [between_interval(spearman(p[:, 0], p[:, 1]), n) for p in pairs]
    assert np.mean([low <= truth <= high for low, high in intervals]) == pytest.approx(
        0.955, abs=0.02
    )


def clustered(units: int, *, random: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Return morale and leaver rates that are alike within units and have nothing in common."""
    level, pull = random.normal(size=(2, units, 1))
    morale = np.round(3.4 + 0.3 * level + 0.2 * random.normal(size=(units, 16)), 1)
    people = random.integers(8, 40, size=(units, 1))
    rate = random.poisson(people * 0.02 * np.exp(0.5 * pull), size=(units, 16)) / people
    return morale.ravel(), rate.ravel(), np.repeat(np.arange(units), 16)


@pytest.mark.parametrize("units", [10, 40])
def test_about_95_of_100_clustered_intervals_hold_no_association_where_there_is_none(
    units: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.spearman._DRAWS", 199)  # enough for a standard error, quicker
    random = np.random.default_rng(23)
    hits = 0
    for _ in range(120):
        morale, rate, clusters = clustered(units, random=random)
        low, high = clustered_interval(morale, rate, clusters=clusters)
        hits += low <= 0 <= high
    assert 0.88 <= hits / 120 <= 1


def test_a_clustered_interval_is_wider_than_one_that_takes_months_as_independent() -> None:
    """Months that repeat their unit add no information about units."""
    random = np.random.default_rng(29)
    morale, rate = random.normal(size=(2, 20))
    low, high = clustered_interval(
        np.repeat(morale, 12), np.repeat(rate, 12), clusters=np.repeat(np.arange(20), 12)
    )
    naive_low, naive_high = between_interval(spearman(morale, rate), 240)
    assert high - low > 2.5 * (naive_high - naive_low)


def test_the_same_figures_give_the_same_interval() -> None:
    morale, rate, clusters = clustered(12, random=np.random.default_rng(31))
    first = clustered_interval(morale, rate, clusters=clusters)
    assert clustered_interval(morale, rate, clusters=clusters) == first


def test_drawing_in_parts_gives_the_same_interval_as_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    morale, rate, clusters = clustered(12, random=np.random.default_rng(37))
    whole = clustered_interval(morale, rate, clusters=clusters)
    monkeypatch.setattr("analysis.spearman._CELLS_AT_ONCE", 5000)
    assert clustered_interval(morale, rate, clusters=clusters) == pytest.approx(whole)


def test_a_draw_is_the_correlation_of_the_units_it_drew_written_out() -> None:
    """The weighted ranks of the bootstrap against units repeated in full."""
    from analysis.spearman import _weighted_spearman  # noqa: PLC0415 - the inner step on purpose

    random = np.random.default_rng(41)
    morale, rate, clusters = clustered(8, random=random)
    for _ in range(20):
        drawn = random.integers(0, 8, size=8)
        weights = np.bincount(drawn, minlength=8)[clusters]
        rows = np.repeat(np.arange(len(morale)), weights)
        expected = stats.spearmanr(morale[rows], rate[rows]).statistic
        assert _weighted_spearman(morale, rate, weights[None, :])[0] == pytest.approx(expected)
