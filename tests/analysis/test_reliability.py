"""Reliability against numbers worked out by hand, statsmodels and data with a known answer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.multivariate.factor import Factor

from analysis.one_factor import fit_one_factor
from analysis.reliability import (
    agreement,
    cronbach_alpha,
    item_rest_correlations,
    omega_total,
)

# By hand: variances 2, 2 and 1.6; covariances 1.8, 1.2 and 1.2; variance of the sum 14.
SIX_PEOPLE = np.array(
    [[1, 2, 2], [2, 1, 2], [3, 3, 3], [4, 4, 2], [5, 5, 5], [3, 3, 4]], dtype=np.float64
)


def one_factor_covariance(loadings: list[float], own: list[float]) -> np.ndarray:
    return np.outer(loadings, loadings) + np.diag(own)


def drawn(seed: int, items: int, people: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    loadings = random.uniform(0.5, 0.9, items)
    common = random.normal(size=(people, 1)) * loadings
    return common + random.normal(size=(people, items)) * np.sqrt(1 - loadings**2)


def test_alpha_is_the_number_worked_out_by_hand() -> None:
    # Two items with variances 1 and covariance 0.5: 2 x (1 - 2 / 3).
    assert cronbach_alpha(np.array([[1, 0.5], [0.5, 1]])) == pytest.approx(2 / 3)
    assert cronbach_alpha(np.cov(SIX_PEOPLE.T)) == pytest.approx(1.5 * (1 - 5.6 / 14))


def test_alpha_of_items_that_pull_against_each_other_is_negative() -> None:
    assert cronbach_alpha(np.array([[1, -0.5], [-0.5, 1]])) == pytest.approx(-2)


def test_alpha_of_one_item_or_of_a_constant_is_refused() -> None:
    with pytest.raises(ValueError, match="two items or more"):
        cronbach_alpha(np.ones((1, 1)))
    with pytest.raises(ValueError, match="does not vary"):
        cronbach_alpha(np.array([[1, -1], [-1, 1]]))


def test_an_item_is_not_correlated_with_itself() -> None:
    expected = [
        np.corrcoef(SIX_PEOPLE[:, item], np.delete(SIX_PEOPLE, item, axis=1).sum(axis=1))[0, 1]
        for item in range(3)
    ]
    assert item_rest_correlations(np.cov(SIX_PEOPLE.T)) == pytest.approx(expected)


def test_omega_of_a_known_model_is_its_own() -> None:
    loadings, own = [0.9, 0.6, 0.7, 0.4], [0.3, 0.8, 0.5, 1.1]
    known = sum(loadings) ** 2 / (sum(loadings) ** 2 + sum(own))
    assert omega_total(one_factor_covariance(loadings, own)) == pytest.approx(known, abs=1e-6)


def test_alpha_equals_omega_where_all_items_load_alike_and_is_below_it_elsewhere() -> None:
    alike = one_factor_covariance([0.7] * 4, [0.2, 0.5, 0.9, 0.4])
    assert omega_total(alike) == pytest.approx(cronbach_alpha(alike), abs=1e-6)
    unlike = one_factor_covariance([1.2, 0.2, 0.9, 0.3], [0.5] * 4)
    omega = omega_total(unlike)
    assert omega is not None
    assert omega > cronbach_alpha(unlike) + 0.02


@pytest.mark.parametrize("seed", range(6))
def test_the_fit_is_that_of_statsmodels(seed: int) -> None:
    answers = drawn(seed, items=3 + seed % 4, people=400)
    deviations = answers.std(axis=0, ddof=1)
    fitted = fit_one_factor(np.cov(answers.T))
    oracle = Factor(corr=np.corrcoef(answers.T), n_factor=1, method="ml", nobs=400).fit()
    assert fitted.loadings / deviations == pytest.approx(np.abs(oracle.loadings[:, 0]), abs=1e-4)
    assert fitted.uniquenesses / deviations**2 == pytest.approx(oracle.uniqueness, abs=1e-4)


def test_simulated_people_give_the_omega_that_they_were_drawn_with() -> None:
    random = np.random.default_rng(3)
    loadings = np.array([0.8, 0.6, 0.7, 0.5])
    common = random.normal(size=(40_000, 1)) * loadings
    answers = common + random.normal(size=(40_000, 4)) * np.sqrt(1 - loadings**2)
    known = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())
    assert omega_total(np.cov(answers.T)) == pytest.approx(known, abs=0.01)


def test_there_is_no_omega_where_one_factor_does_not_describe_the_items() -> None:
    assert omega_total(np.array([[1, 0.5], [0.5, 1]])) is None  # two items
    repeated = np.array([[1, 1, 0.5], [1, 1, 0.5], [0.5, 0.5, 1]])
    assert omega_total(repeated) is None
    heywood = np.array([[1, 0.9, 0.9], [0.9, 1, 0.5], [0.9, 0.5, 1]])  # loading above 1
    assert omega_total(heywood) is None


@given(st.integers(0, 10_000), st.integers(3, 7), st.floats(0.1, 10))
def test_another_unit_of_measurement_changes_neither_alpha_nor_omega(
    seed: int, items: int, factor: float
) -> None:
    covariance = np.cov(drawn(seed, items, people=150).T)
    scaled = covariance * factor**2
    assert cronbach_alpha(scaled) == pytest.approx(cronbach_alpha(covariance))
    assert omega_total(scaled) == pytest.approx(omega_total(covariance), abs=1e-5)
    assert item_rest_correlations(scaled) == pytest.approx(item_rest_correlations(covariance))


def test_agreement_is_one_where_all_agree_and_nought_where_answers_are_spread_evenly() -> None:
    assert agreement(np.array([0.0]), labels=5) == 1
    assert agreement(np.array([2.0]), labels=5) == 0
    assert agreement(np.array([2.4]), labels=5) == 0  # two camps: below 0 becomes 0


def test_agreement_is_the_number_worked_out_by_hand() -> None:
    # One item: 1 - 0.5 / 2. Three of the kind: 3 x 0.75 / (3 x 0.75 + 0.25).
    assert agreement(np.array([0.5]), labels=5) == pytest.approx(0.75)
    assert agreement(np.array([0.4, 0.6, 0.5]), labels=5) == pytest.approx(0.9)
