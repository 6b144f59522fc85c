"""Mann-Kendall and Theil-Sen against scipy, by hand, and under changes that must not matter."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.trends import direction
from analysis.trends.direction import EXACT_UP_TO, mann_kendall, theil_sen

NAN = float("nan")
SERIES = st.lists(st.integers(0, 8), min_size=11, max_size=18)


def noise(series: int, times: int, *, missing: float = 0.1, seed: int = 7) -> np.ndarray:
    """Return means to one decimal, so with ties, some of them missing."""
    random = np.random.default_rng(seed)
    values = np.round(3.4 + 0.3 * random.normal(size=(series, times)), 1)
    values[random.random(values.shape) < missing] = np.nan
    return values


def one(values: list[float]) -> direction.MannKendall:
    return mann_kendall(np.array([values], dtype=np.float64))


def test_s_counts_pairs_that_rise_less_pairs_that_fall() -> None:
    # Rising: 1-2, 1-2, 1-3, 2-3, 2-3; falling: none; one pair is equal.
    assert one([1, 2, 2, 3]).s.tolist() == [5]


def test_hollander_and_wolfes_cloud_seeding_ratios_have_their_numbers() -> None:
    # Nonparametric Statistical Methods, 2nd ed., example 9.1: K = -6, slope -.056, one-sided .117.
    ratios = np.array([[1.26, 1.27, 1.12, 1.16, 1.03]])
    test = mann_kendall(ratios)
    line = theil_sen(ratios, np.arange(1.0, 6.0), variance=test.variance)
    assert test.s.tolist() == [-6]
    assert test.p[0] / 2 == pytest.approx(0.117, abs=5e-4)
    assert line.slope[0] == pytest.approx(-0.05625)


def test_the_variance_with_ties_is_as_worked_out_by_hand() -> None:
    # Twelve values with a pair and a group of three:
    # (12 * 11 * 29 - 2 * 1 * 9 - 3 * 2 * 11) / 18 = (3828 - 18 - 66) / 18 = 208.
    test = one([1, 1, 2, 2, 2, 3, 4, 5, 6, 7, 8, 9])
    assert test.variance.tolist() == [208]
    assert test.s.tolist() == [62]  # 66 pairs, 4 of them equal
    assert test.z[0] == pytest.approx(61 / np.sqrt(208))


def test_z_and_variance_are_those_of_scipys_kendall_tau() -> None:
    values = noise(200, 40)
    test = mann_kendall(values)
    for row, series in enumerate(values):
        shown = series[~np.isnan(series)]
        assert test.n[row] == len(shown)
        # scipy gives p of S over its deviation, without correction for continuity.
        p = stats.kendalltau(np.arange(len(shown)), shown, method="asymptotic").pvalue
        plain = 2 * stats.norm.sf(abs(test.s[row]) / np.sqrt(test.variance[row]))
        assert plain == pytest.approx(p, rel=1e-9)
        corrected = (abs(test.s[row]) - 1) / np.sqrt(test.variance[row]) if test.s[row] else 0
        assert test.p[row] == pytest.approx(2 * stats.norm.sf(corrected), rel=1e-9)


def test_short_series_have_the_exact_p_and_long_ones_the_normal() -> None:
    short, longer = one(list(range(EXACT_UP_TO))), one(list(range(EXACT_UP_TO + 1)))
    exact = stats.kendalltau(range(10), range(10), method="exact").pvalue
    assert short.p[0] == pytest.approx(exact, rel=1e-12)
    assert longer.p[0] == pytest.approx(2 * stats.norm.sf(longer.z[0]), rel=1e-12)


def test_slope_and_interval_are_scipys_on_uneven_days_with_missing_values() -> None:
    random = np.random.default_rng(3)
    days = np.cumsum(random.integers(20, 45, size=36)).astype(np.float64)
    values = noise(100, 36)
    line = theil_sen(values, days / 365.25, variance=mann_kendall(values).variance)
    for row, series in enumerate(values):
        shown = ~np.isnan(series)
        expected = stats.theilslopes(series[shown], days[shown] / 365.25)
        ours = (line.slope[row], line.low[row], line.high[row])
        assert ours == pytest.approx(
            (expected.slope, expected.low_slope, expected.high_slope), rel=1e-9, abs=1e-12
        )


def test_each_series_may_have_days_of_its_own() -> None:
    values = np.array([[1.0, 2.0, 4.0], [1.0, 2.0, 4.0]])
    x = np.array([[0.0, 1.0, 2.0], [0.0, 2.0, 4.0]])
    line = theil_sen(values, x, variance=mann_kendall(values).variance)
    assert line.slope.tolist() == [1.5, 0.75]


def test_many_series_are_as_each_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    values, x = noise(50, 12, missing=0.4), np.arange(12.0)
    alone = [mann_kendall(row[None]) for row in values]
    lines = [
        theil_sen(row[None], x, variance=t.variance) for row, t in zip(values, alone, strict=True)
    ]
    monkeypatch.setattr(direction, "_PAIRS_AT_ONCE", 300)
    monkeypatch.setattr(direction, "_VALUES_AT_ONCE", 100)
    together = mann_kendall(values)
    line = theil_sen(values, x, variance=together.variance)
    assert np.array_equal(together.p, np.concatenate([t.p for t in alone]), equal_nan=True)
    assert np.array_equal(line.high, np.concatenate([each.high for each in lines]), equal_nan=True)


def test_float_noise_breaks_no_tie() -> None:
    noisy = one([0.3, 0.1 + 0.2, 0.7, 0.1 * 7, 0.9, 1.2])
    assert noisy.s.tolist() == one([0.3, 0.3, 0.7, 0.7, 0.9, 1.2]).s.tolist() == [13]
    assert noisy.p.tolist() == one([0.3, 0.3, 0.7, 0.7, 0.9, 1.2]).p.tolist()


def test_tiny_values_are_rounded_in_their_own_digits() -> None:
    assert one([1e-12, 2e-12, 3e-12, 4e-12, 5e-12]).s.tolist() == [10]


def test_a_constant_series_has_no_direction() -> None:
    test = one([3.4] * 12)
    line = theil_sen(np.full((1, 12), 3.4), np.arange(12.0), variance=test.variance)
    assert (test.s[0], test.z[0], test.p[0], line.slope[0]) == (0, 0, 1, 0)


@pytest.mark.parametrize("values", [[NAN, NAN, NAN], [NAN, 3.0, NAN]])
def test_fewer_than_two_values_have_neither_p_nor_slope(values: list[float]) -> None:
    test = one(values)
    line = theil_sen(np.array([values]), np.arange(3.0), variance=test.variance)
    assert np.isnan([test.p[0], line.slope[0], line.low[0], line.high[0]]).all()


def test_four_values_are_too_few_for_an_interval_and_five_are_enough() -> None:
    for count, is_known in ((4, False), (5, True)):
        values = np.arange(float(count))[None]
        line = theil_sen(values, np.arange(float(count)), variance=mann_kendall(values).variance)
        assert line.slope[0] == 1
        assert bool(np.isfinite(line.low[0]) and np.isfinite(line.high[0])) is is_known


def test_no_series_and_no_months_give_empty_results() -> None:
    assert mann_kendall(np.empty((0, 12))).n.shape == (0,)
    assert np.isnan(mann_kendall(np.empty((3, 0))).p).all()


@pytest.mark.parametrize("x", [[0.0, 1.0, 1.0], [0.0, 2.0, 1.0], [0.0, 1.0]])
def test_times_that_do_not_rise_are_refused(x: list[float]) -> None:
    with pytest.raises(ValueError, match="x "):
        theil_sen(np.zeros((1, 3)), np.array(x), variance=np.ones(1))


def test_an_infinite_value_is_refused() -> None:
    with pytest.raises(ValueError, match="infinite"):
        one([1.0, float("inf"), 2.0])


@given(SERIES, st.integers(-50, 50), st.sampled_from([0.01, 0.5, 3.0, 1000.0]))
def test_a_shift_changes_nothing_and_a_unit_scales_the_slope_alone(
    series: list[int], shift: int, unit: float
) -> None:
    x = np.arange(float(len(series)))
    before, after = np.array([series], dtype=np.float64), np.array([series]) * unit + shift * unit
    tests = mann_kendall(before), mann_kendall(after)
    lines = [
        theil_sen(v, x, variance=t.variance) for v, t in zip((before, after), tests, strict=True)
    ]
    assert tests[0].p.tolist() == tests[1].p.tolist()
    assert (lines[0].slope * unit)[0] == pytest.approx(lines[1].slope[0], rel=1e-7, abs=1e-9 * unit)
    assert (lines[0].low * unit)[0] == pytest.approx(lines[1].low[0], rel=1e-7, abs=1e-9 * unit)


@given(SERIES)
def test_turning_time_around_turns_the_direction_around(series: list[int]) -> None:
    forwards, backwards = one(list(series)), one(series[::-1])
    assert forwards.s.tolist() == (-backwards.s).tolist()
    assert forwards.p.tolist() == backwards.p.tolist()


@given(st.lists(st.one_of(st.just(NAN), st.integers(0, 8).map(float)), min_size=2, max_size=16))
def test_a_missing_value_is_as_if_it_had_never_been(series: list[float]) -> None:
    shown = [value for value in series if not np.isnan(value)]
    expected = sum((b > a) - (b < a) for a, b in combinations(shown, 2))
    assert one(series).s.tolist() == [expected]
    if len(shown) > 1:
        assert one(series).p.tolist() == one(shown).p.tolist()


@pytest.mark.parametrize(("length", "least"), [(6, 0.01), (10, 0.03), (24, 0.04)])
def test_pure_noise_has_p_below_five_percent_at_most_so_often(length: int, least: float) -> None:
    # Six values have few different p: the largest below 5 % is 2 * 6 / 720 = 1.7 %.
    noise = np.random.default_rng(11).normal(size=(10_000, length))
    assert least < (mann_kendall(noise).p < 0.05).mean() < 0.055
