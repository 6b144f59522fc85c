"""Intervals of small means for any spread, and the power to see a drop."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.power import TTestIndPower
from statsmodels.stats.proportion import proportion_confint

from analysis.trends.bounded_means import bounded_mean_interval, power_to_see


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_answers_at_both_ends_alone_have_the_interval_of_their_share(
    share: tuple[int, int],
) -> None:
    count, n = share
    low, high = bounded_mean_interval(1 + 4 * count / n, respondents=n, scale_points=5)
    expected = proportion_confint(count, n, method="beta")
    assert ((low - 1) / 4, (high - 1) / 4) == pytest.approx(expected, abs=1e-9)


@given(st.floats(1, 5), st.integers(1, 200))
def test_it_stays_on_the_scale_and_holds_the_mean(mean: float, n: int) -> None:
    low, high = bounded_mean_interval(mean, respondents=n, scale_points=5)
    assert 1 <= low <= mean + 1e-9
    assert mean - 1e-9 <= high <= 5


@given(st.floats(1, 5), st.integers(1, 100))
def test_turning_the_scale_around_turns_the_interval_around(mean: float, n: int) -> None:
    low, high = bounded_mean_interval(mean, respondents=n, scale_points=5)
    turned = bounded_mean_interval(6 - mean, respondents=n, scale_points=5)
    assert turned == pytest.approx((6 - high, 6 - low), abs=1e-6)


@pytest.mark.parametrize(
    "shares",
    [
        (0.05, 0, 0, 0, 0.95),
        (0.01, 0, 0, 0, 0.99),
        (0.5, 0, 0, 0, 0.5),
        (0, 0.01, 0.02, 0.12, 0.85),
        (0.1, 0.2, 0.4, 0.2, 0.1),
    ],
)
@pytest.mark.parametrize("n", [5, 10, 30])
def test_it_holds_the_truth_at_least_95_times_in_100(shares: tuple[float, ...], n: int) -> None:
    points = np.arange(1.0, 6.0)
    means = np.random.default_rng(4).choice(points, size=(2_000, n), p=shares).mean(axis=1)
    distinct, counts = np.unique(means, return_counts=True)
    truth = float(np.dot(shares, points))
    held = 0
    for mean, count in zip(distinct, counts, strict=True):
        low, high = bounded_mean_interval(float(mean), respondents=n, scale_points=5)
        held += int(count) * (low <= truth <= high)
    assert held / 2_000 >= 0.95


@pytest.mark.parametrize(("mean", "n"), [(0.9, 5), (5.1, 5), (3.0, 0)])
def test_what_is_no_mean_is_refused(mean: float, n: int) -> None:
    with pytest.raises(ValueError, match="no mean"):
        bounded_mean_interval(mean, respondents=n, scale_points=5)


@pytest.mark.parametrize("n", [5, 10, 30])
@pytest.mark.parametrize("months", [1, 12])
def test_power_is_that_of_statsmodels(n: int, months: int) -> None:
    ours = power_to_see(0.36, spread=0.9, respondents=n, respondents_before=months * n)
    expected = TTestIndPower().power(0.4, nobs1=n, alpha=0.05, ratio=months)
    assert ours == pytest.approx(expected, abs=1e-6)


def test_a_rise_is_seen_as_often_as_a_drop_and_no_change_five_times_in_100() -> None:
    sides = {"spread": 0.9, "respondents": 8, "respondents_before": 9}
    assert power_to_see(-0.4, **sides) == power_to_see(0.4, **sides)
    assert power_to_see(0.0, **sides) == pytest.approx(0.05)


@pytest.mark.parametrize(("spread", "n"), [(0.0, 5), (0.9, 1)])
def test_power_without_a_spread_is_refused(spread: float, n: int) -> None:
    with pytest.raises(ValueError, match="power needs"):
        power_to_see(0.3, spread=spread, respondents=n, respondents_before=10)
