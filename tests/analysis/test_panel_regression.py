"""Linear regression within units: equal to dummies for everything, and less wrong where dynamic."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.fixed_effects import BoolArray, FloatArray, NoFit
from analysis.panel_regression import (
    LinearFit,
    LinearSample,
    fit_line,
    take_part_in_line,
    without_effects,
)
from tests.analysis.poisson_panels import with_gaps


def make_dynamic(
    units: int, periods: int, *, own: float = 0.4, cross: float = 0.0, seed: int = 1
) -> tuple[FloatArray, FloatArray]:
    """Return two series of units x periods; the second follows the first by `cross`."""
    random = np.random.default_rng(seed)
    first, second = np.zeros((2, units, periods + 30))
    for t in range(1, periods + 30):
        common = random.normal(size=units)
        first[:, t] = own * first[:, t - 1] + common + random.normal(size=units)
        second[:, t] = own * second[:, t - 1] + cross * first[:, t - 1] + common
        second[:, t] += random.normal(size=units)
    own_levels = random.normal(size=(2, units, 1))
    return first[:, 30:] + own_levels[0], second[:, 30:] + own_levels[1]


def cross_lagged(first: FloatArray, second: FloatArray) -> LinearSample:
    return take_part_in_line(second[:, 1:], np.stack([first[:, :-1], second[:, :-1]]))


def fitted(sample: LinearSample, *, is_dynamic: bool = False) -> LinearFit:
    fit = fit_line(sample, is_dynamic=is_dynamic)
    assert isinstance(fit, LinearFit), fit
    return fit


def statsmodels_fit(sample: LinearSample, chosen: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Return coefficients and CR1 covariance of OLS with a dummy for each unit and period."""
    unit, period = np.nonzero(chosen)
    _units, unit = np.unique(unit, return_inverse=True)
    _periods, period = np.unique(period, return_inverse=True)
    units, periods = unit.max() + 1, period.max() + 1
    wanted = len(sample.predictors)
    design = np.column_stack(
        [sample.predictors[:, chosen].T, np.eye(units)[unit], np.eye(periods)[period][:, 1:]]
    )
    groups = {"groups": unit, "use_correction": False}
    fit = sm.OLS(sample.outcome[chosen], design).fit(cov_type="cluster", cov_kwds=groups)
    factor = units / (units - 1) * (len(unit) - 1) / (len(unit) - wanted - periods)
    return fit.params[:wanted], factor * fit.cov_params()[:wanted, :wanted]


@pytest.mark.parametrize("gaps", [0.0, 0.2])
def test_coefficients_and_errors_are_those_of_dummies_in_statsmodels(gaps: float) -> None:
    first, second = make_dynamic(25, 14, cross=0.3)
    sample = cross_lagged(with_gaps(first, share=gaps), with_gaps(second, share=gaps, seed=7))
    fit = fitted(sample)
    coefficients, covariance = statsmodels_fit(sample, sample.is_present)
    assert fit.coefficients == pytest.approx(coefficients, rel=1e-6)
    assert fit.covariance == pytest.approx(covariance, rel=1e-6)


@pytest.mark.parametrize("periods", [13, 14])
def test_the_jackknife_is_twice_the_whole_less_the_halves_by_statsmodels(periods: int) -> None:
    sample = cross_lagged(*(with_gaps(g) for g in make_dynamic(25, periods, cross=0.3)))
    whole, _covariance = statsmodels_fit(sample, sample.is_present)
    is_early = np.arange(periods - 1) < (periods - 1) // 2
    early, _ = statsmodels_fit(sample, sample.is_present & is_early)
    late, _ = statsmodels_fit(sample, sample.is_present & ~is_early)
    share = is_early.mean()
    expected = 2 * whole - share * early - (1 - share) * late
    assert fitted(sample, is_dynamic=True).coefficients == pytest.approx(expected, rel=1e-6)


def test_the_jackknife_takes_most_of_nickells_bias_away() -> None:
    # Own effect 0.4 over 12 periods: the plain coefficient is low by about 1.4 / 12.
    plain, corrected = [], []
    for seed in range(60):
        sample = cross_lagged(*make_dynamic(60, 13, own=0.4, cross=0.3, seed=seed))
        plain.append(fitted(sample).coefficients)
        corrected.append(fitted(sample, is_dynamic=True).coefficients)
    wrong_plain = np.mean(plain, axis=0) - [0.3, 0.4]
    wrong_corrected = np.mean(corrected, axis=0) - [0.3, 0.4]
    assert wrong_plain[1] < -0.07
    assert np.all(np.abs(wrong_corrected) < 0.35 * np.abs(wrong_plain).max())


def test_spreads_are_of_what_units_and_periods_leave() -> None:
    first, second = make_dynamic(20, 12)
    sample = cross_lagged(first, second)
    added = cross_lagged(
        first + np.linspace(0, 9, 20)[:, None], second + np.linspace(0, 4, 12)[None, :]
    )
    assert fitted(added).spreads == pytest.approx(fitted(sample).spreads)
    clear, _rank = without_effects(sample.outcome[None], sample.is_present)
    assert fitted(sample).spreads[0] == pytest.approx(clear.std())


@settings(max_examples=25, deadline=None)
@given(
    units=st.integers(3, 12),
    periods=st.integers(4, 9),
    seed=st.integers(0, 999),
    gaps=st.floats(0, 0.5),
)
def test_what_is_left_has_neither_unit_nor_period_means(
    units: int, periods: int, seed: int, gaps: float
) -> None:
    random = np.random.default_rng(seed)
    is_present = random.random((units, periods)) >= gaps
    grid = np.where(is_present, random.normal(3, 1, (units, periods)), 0.0)
    left, _rank = without_effects(grid[None], is_present)
    assert left[0].sum(axis=1) == pytest.approx(np.zeros(units), abs=1e-9)
    assert left[0].sum(axis=0) == pytest.approx(np.zeros(periods), abs=1e-9)


def test_rows_that_say_nothing_are_left_out_and_counted() -> None:
    first, second = make_dynamic(6, 8)
    second[0, 1:] = np.nan
    second[1, 2:] = np.nan
    sample = cross_lagged(first, second)
    assert sample.is_present.shape == (4, 7)
    assert sample.units_left_out == 2
    assert sample.rows_left_out == 2 * 7


def test_a_predictor_that_only_units_and_periods_move_is_refused() -> None:
    first, second = make_dynamic(12, 10)
    common = np.tile(np.arange(10.0), (12, 1)) + np.arange(12.0)[:, None]
    assert fit_line(cross_lagged(common, second), is_dynamic=True) is NoFit.NO_VARIATION
    assert fit_line(cross_lagged(np.full_like(first, 3.0), second), is_dynamic=False) is (
        NoFit.NO_VARIATION
    )


def test_too_few_rows_are_refused() -> None:
    first, second = make_dynamic(3, 4)
    assert fit_line(cross_lagged(first, second), is_dynamic=True) is NoFit.TOO_FEW_ROWS


def test_grids_of_unlike_shape_are_refused() -> None:
    first, second = make_dynamic(4, 6)
    with pytest.raises(ValueError, match="same units and periods"):
        take_part_in_line(second, np.stack([first[:, :-1]]))
