"""The permutation of whole series: what it counts, and what it is to refitting every draw."""

import numpy as np
import pytest

from analysis.fixed_effects import Sample, WithinFit, fit_within, take_part
from analysis.series_permutation import Permuted, _orders, _Score, permute_series
from tests.analysis.poisson_panels import make_panel, with_gaps


def fitted(sample: Sample) -> WithinFit:
    fit = fit_within(sample)
    assert isinstance(fit, WithinFit)
    return fit


def permuted(sample: Sample, *, draws: int = 199) -> Permuted:
    found = permute_series(sample, predictor=0, draws=draws)
    assert found is not None
    return found


def refitted_p_value(sample: Sample, *, draws: int) -> float:
    """Return the p-value of the coefficient over its error, fitted anew in each draw."""
    sizes = []
    for order in (np.arange(len(sample.exits)), *_orders(len(sample.exits), draws)):
        fit = fitted(sample.with_predictors(sample.predictors[:, order]))
        sizes.append(abs(fit.coefficients[0]) / np.sqrt(fit.covariance[0, 0]))
    return float(np.mean(np.array(sizes) >= sizes[0] - 1e-9))


def test_the_score_test_says_what_refitting_every_draw_says() -> None:
    pairs = []
    for seed in range(8):
        exits, headcount, score = make_panel(16, 12, coefficient=-0.3, seed=seed, rate=0.03)
        sample = take_part(exits, headcount, score[None])
        pairs.append((permuted(sample, draws=99).p_value, refitted_p_value(sample, draws=99)))
    quick, refitted = np.array(pairs).T
    assert np.corrcoef(quick, refitted)[0, 1] > 0.95
    assert quick == pytest.approx(refitted, abs=0.1)


def test_a_strong_association_is_beyond_all_draws() -> None:
    exits, headcount, score = make_panel(coefficient=-1.5)
    found = permuted(take_part(exits, headcount, score[None]), draws=99)
    assert found == Permuted(p_value=0.01, draws=99)


def test_the_same_figures_give_the_same_chance() -> None:
    exits, headcount, score = make_panel()
    sample = take_part(exits, headcount, with_gaps(score)[None])
    assert permuted(sample) == permuted(sample)


@pytest.mark.parametrize("beside", [0, 1])
def test_the_real_order_has_the_score_over_its_clustered_error(beside: int) -> None:
    # The score statistic by its definition: the full set of dummies, weighted least squares.
    exits, headcount, score = make_panel(12, 8, coefficient=-0.3, rate=0.05)
    other = 0.5 * score + np.random.default_rng(8).normal(size=score.shape)
    sample = take_part(exits, headcount, np.stack([score, other])[: 1 + beside])
    null = fitted(sample.with_predictors(sample.predictors[1:]))
    unit, period = (places.ravel() for places in np.indices(exits.shape))
    columns = [
        np.eye(12)[unit],
        np.eye(8)[period],
        sample.predictors[1:].reshape(beside, exits.size).T,
    ]
    weights = np.sqrt(null.expected.ravel())
    design = np.column_stack(columns) * weights[:, None]
    slopes = np.linalg.lstsq(design, score.ravel() * weights, rcond=None)[0]
    cleared = (score.ravel() - np.column_stack(columns) @ slopes).reshape(exits.shape)
    scores = (cleared * (exits - null.expected)).sum(axis=1)
    by_hand = abs(scores.sum()) / np.sqrt((scores**2).sum())
    test = _Score.of(sample.exits, null.expected, sample.predictors[1:])
    assert test.size(sample.predictors[0]) == pytest.approx(by_hand, rel=1e-8)


def test_what_all_units_have_in_common_and_what_each_has_always_is_centred_away() -> None:
    exits, headcount, score = make_panel(20, 12)
    hidden = with_gaps(score)
    added = hidden + np.linspace(0, 5, 20)[:, None] + np.linspace(3, -2, 12)
    plain = permuted(take_part(exits, headcount, hidden[None]))
    assert permuted(take_part(exits, headcount, added[None])) == plain


def test_orders_give_each_series_once_and_are_the_same_each_time() -> None:
    orders = np.array(list(_orders(12, 250)))
    assert orders.shape == (250, 12)
    assert np.array_equal(np.sort(orders, axis=1), np.tile(np.arange(12), (250, 1)))
    assert len({tuple(order) for order in orders}) > 245
    assert np.array_equal(orders, list(_orders(12, 250)))


def test_drawing_stops_when_fifty_draws_were_as_far() -> None:
    exits, headcount, score = make_panel(12, 12, rate=0.05)
    sample = take_part(exits, headcount, score[None])
    early, few = permuted(sample, draws=2000), permuted(sample, draws=49)
    assert early.draws < 2000
    assert early.p_value == pytest.approx(50 / early.draws)
    assert few.draws == 49
    assert early.p_value == pytest.approx(few.p_value, abs=0.15)


def test_a_score_without_association_is_found_about_as_often_as_the_level_says() -> None:
    # 200 panels of 12 units with a trending score and overdispersed exits; 5 % is 10 +- 3.
    found = 0
    for seed in range(200):
        random = np.random.default_rng(seed)
        exits, headcount, _score = make_panel(12, 12, seed=seed)
        exits = np.minimum(exits * random.integers(0, 3, exits.shape), headcount)
        score = 3.5 + np.cumsum(random.normal(0, 0.1, exits.shape), axis=1)
        found += permuted(take_part(exits, headcount, score[None]), draws=99).p_value <= 0.05
    assert 2 <= found <= 19
