"""The within-unit Poisson fit, beside statsmodels with all dummies and scipy by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.fixed_effects import NoFit, Sample, WithinFit, fit_within, take_part
from tests.analysis.poisson_panels import (
    make_panel,
    scipy_coefficients,
    statsmodels_fit,
    with_gaps,
)


def fitted(sample: Sample) -> WithinFit:
    fit = fit_within(sample)
    assert isinstance(fit, WithinFit)
    return fit


def sample_of(*, seed: int = 1, predictors: int = 1, gaps: bool = False) -> Sample:
    exits, headcount, score = make_panel(14, 10, coefficient=-0.6, seed=seed)
    random = np.random.default_rng(seed + 100)
    extra = [random.normal(size=score.shape) for _ in range(predictors - 1)]
    first = with_gaps(score) if gaps else score
    if gaps:
        exits = with_gaps(exits, seed=3)
    return take_part(exits, headcount, np.stack([first, *extra]))


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("predictors", [1, 2])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_coefficients_and_errors_are_those_of_statsmodels(
    seed: int, predictors: int, *, gaps: bool
) -> None:
    sample = sample_of(seed=seed, predictors=predictors, gaps=gaps)
    fit = fitted(sample)
    coefficients, errors = statsmodels_fit(sample)
    assert fit.coefficients == pytest.approx(coefficients, rel=1e-6)
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(errors, rel=1e-6)


def test_coefficients_are_those_of_scipy_by_hand() -> None:
    sample = sample_of(predictors=2, gaps=True)
    assert fitted(sample).coefficients == pytest.approx(scipy_coefficients(sample), rel=1e-4)


def test_one_changing_unit_among_steady_ones_by_hand() -> None:
    # The steady units fix the period effect at 0; the odds of the changing one are halved.
    exits = np.array([[8.0, 4.0], [6.0, 6.0], [6.0, 6.0]])
    score = np.array([[0.0, 1.0], [0.0, 0.0], [0.0, 0.0]])
    fit = fitted(take_part(exits, np.full((3, 2), 50.0), score[None]))
    assert fit.coefficients == pytest.approx([np.log(4 / 8)], rel=1e-9)


def test_as_many_effects_as_rows_have_no_fit() -> None:
    exits = np.array([[8.0, 4.0], [6.0, 6.0]])
    score = np.array([[0.0, 1.0], [0.0, 0.0]])
    assert fit_within(take_part(exits, np.full((2, 2), 50.0), score[None])) is NoFit.TOO_FEW_ROWS


def test_larger_units_with_the_same_exits_have_the_same_coefficient() -> None:
    exits, headcount, score = make_panel(coefficient=-0.5)
    once = fitted(take_part(exits, headcount, score[None]))
    more = fitted(take_part(exits, headcount * 3, score[None]))
    assert more.coefficients == pytest.approx(once.coefficients, rel=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_what_is_added_to_a_unit_or_a_period_changes_nothing(seed: int) -> None:
    exits, headcount, score = make_panel(12, 10, seed=seed % 20)
    random = np.random.default_rng(seed)
    added = score + 3 * random.normal(size=(12, 1)) + 3 * random.normal(size=10)
    plain = fitted(take_part(exits, headcount, score[None]))
    shifted = fitted(take_part(exits, headcount, added[None]))
    assert shifted.coefficients == pytest.approx(plain.coefficients, rel=1e-6, abs=1e-8)
    assert shifted.covariance == pytest.approx(plain.covariance, rel=1e-5)


def test_residuals_add_up_to_nothing_in_every_unit_and_period() -> None:
    sample = sample_of(gaps=True)
    residuals = sample.exits - fitted(sample).expected
    assert residuals.sum(axis=0) == pytest.approx(0, abs=1e-7)
    assert residuals.sum(axis=1) == pytest.approx(0, abs=1e-7)
    assert np.vdot(sample.predictors[0], residuals) == pytest.approx(0, abs=1e-7)


def test_units_and_periods_that_say_nothing_are_dropped_and_counted() -> None:
    exits, headcount, score = make_panel(13, 10, rate=0.05)
    score[12] = np.nan  # a unit whose score is hidden throughout
    exits[3] = 0  # a unit without exits
    exits[:, 4] = 0  # a period without exits
    score[5, 1:] = np.nan  # a unit with one period
    exits[5, 0] = 2
    score[7, 2] = np.nan
    headcount[8, 8] = np.nan  # no row, not a row without a score
    sample = take_part(exits, headcount, score[None])
    assert list(sample.unit_places) == [0, 1, 2, 4, 6, 7, 8, 9, 10, 11]
    assert list(sample.period_places) == [0, 1, 2, 3, 5, 6, 7, 8, 9]
    assert sample.dropped.rows_without_figure == 10 + 9 + 1
    assert sample.dropped.units_without_figure == 1
    assert sample.dropped.units_without_exits == 1
    assert sample.dropped.units_with_one_period == 1
    assert sample.dropped.periods_without_exits == 1
    assert sample.rows == 10 * 9 - 2


def test_units_that_say_nothing_leave_the_fit_as_it_is() -> None:
    exits, headcount, score = make_panel(12, 10, coefficient=-0.5)
    before = fitted(take_part(exits, headcount, score[None]))
    silent = np.zeros((1, 10))
    after = fitted(
        take_part(
            np.vstack([exits, silent]),
            np.vstack([headcount, silent + 40]),
            np.vstack([score, silent + np.arange(10.0)])[None],
        )
    )
    assert after.coefficients == pytest.approx(before.coefficients, rel=1e-12)
    assert after.covariance == pytest.approx(before.covariance, rel=1e-12)


def test_two_groups_of_units_that_share_no_period_are_fitted_together() -> None:
    exits, headcount, score = make_panel(20, 16, coefficient=-0.5)
    exits[:10, 8:] = np.nan
    exits[10:, :8] = np.nan
    sample = take_part(exits, headcount, score[None])
    assert fitted(sample).coefficients == pytest.approx(scipy_coefficients(sample), rel=1e-4)


@pytest.mark.parametrize(
    "flat",
    [
        pytest.param(lambda score: np.full_like(score, 3.4), id="one score throughout"),
        pytest.param(lambda score: score[:, :1] + 0 * score, id="one score per unit"),
        pytest.param(lambda score: score[:, :1] + score[:1], id="the same change in all units"),
    ],
)
def test_a_score_that_does_not_vary_within_units_has_no_fit(flat: object) -> None:
    exits, headcount, score = make_panel()
    assert callable(flat)
    assert fit_within(take_part(exits, headcount, flat(score)[None])) is NoFit.NO_VARIATION


def test_two_predictors_that_are_one_have_no_fit() -> None:
    exits, headcount, score = make_panel()
    both = np.stack([score, 2 * score + 1])
    assert fit_within(take_part(exits, headcount, both)) is NoFit.NO_VARIATION


def test_exits_only_at_the_lowest_score_have_no_finite_coefficient() -> None:
    _exits, headcount, score = make_panel(40, 12)
    exits = np.where(score == score.min(axis=1, keepdims=True), 3.0, 0.0)
    score = score - score.min(axis=1, keepdims=True)
    assert fit_within(take_part(exits, headcount, score[None])) is NoFit.SEPARATED


def test_a_period_effect_without_limit_leaves_the_coefficient_finite() -> None:
    exits, headcount, score = make_panel(20, 12, coefficient=-0.5)
    exits[:, 6] = np.nan
    exits[4] = 0
    exits[4, 6] = 5  # no other unit has that period, and this one has exits in no other period
    sample = take_part(exits, headcount, score[None])
    without = np.delete(np.delete(score, 4, axis=0), 6, axis=1)
    rest = take_part(
        np.delete(np.delete(exits, 4, axis=0), 6, axis=1),
        np.delete(np.delete(headcount, 4, axis=0), 6, axis=1),
        without[None],
    )
    assert fitted(sample).coefficients == pytest.approx(fitted(rest).coefficients, rel=1e-5)


def test_nothing_at_all_has_no_fit() -> None:
    nothing = np.full((3, 4), np.nan)
    sample = take_part(nothing, nothing, nothing[None])
    assert sample.rows == 0
    assert fit_within(sample) is NoFit.TOO_FEW_ROWS


def test_numbers_of_people_below_zero_are_refused() -> None:
    exits, headcount, score = make_panel()
    with pytest.raises(ValueError, match="0 or more"):
        take_part(exits - 5, headcount, score[None])
    with pytest.raises(ValueError, match="same units"):
        take_part(exits, headcount[:2], score[None])
