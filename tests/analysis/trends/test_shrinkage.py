"""Best guesses and intraclass correlations: by hand, published, and beside statsmodels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.meta_analysis import combine_effects

from analysis.trends.shrinkage import intraclass_correlations, shrink

# P. E. Shrout and J. L. Fleiss, Intraclass correlations, Psychological Bulletin 86 (1979): six
# targets, four judges.
RATINGS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
)
UNITS = st.lists(
    st.tuples(st.floats(1, 5), st.integers(1, 60), st.floats(0.05, 4)), min_size=2, max_size=12
)


def test_two_units_by_hand() -> None:
    # Error variance 1/4 each, so Q = 4 * (.5^2 + .5^2) = 2, scale = 8 - 32 / 8 = 4 and
    # tau^2 = (2 - 1) / 4 = .25: each mean counts one half.
    found = shrink(np.array([3.0, 4.0]), np.array([4, 4]), 1.0)
    assert found.tau_squared == pytest.approx(0.25)
    assert found.weights.tolist() == pytest.approx([0.5, 0.5])
    assert found.best_guesses.tolist() == pytest.approx([3.25, 3.75])
    assert found.standard_errors.tolist() == pytest.approx([np.sqrt(0.125)] * 2)


def test_the_fewer_answers_the_further_a_mean_is_pulled() -> None:
    found = shrink(np.array([4.5, 4.5, 2.0, 3.0]), np.array([5, 50, 20, 20]), 0.8)
    assert found.best_guesses[0] < found.best_guesses[1] < 4.5
    assert found.weights[0] < found.weights[1]


def test_means_that_differ_less_than_by_chance_are_all_the_grand_mean() -> None:
    found = shrink(np.array([3.3, 3.4, 3.5]), np.array([5, 5, 10]), 1.0)
    assert found.tau_squared == 0
    assert found.best_guesses.tolist() == pytest.approx([(3.3 * 5 + 3.4 * 5 + 3.5 * 10) / 20] * 3)


@given(UNITS)
def test_variance_between_and_grand_mean_are_those_of_statsmodels(
    units: list[tuple[float, int, float]],
) -> None:
    means, counts, variances = (np.array(column) for column in zip(*units, strict=True))
    found = shrink(means, counts, variances)
    with np.errstate(all="ignore"):  # the oracle divides by 0 where it finds tau^2 below 0
        expected = combine_effects(means, variances / counts, method_re="dl")
    assert found.tau_squared == pytest.approx(max(0.0, expected.tau2), rel=1e-6, abs=1e-9)
    if expected.tau2 > 0:
        assert found.grand_mean == pytest.approx(expected.mean_effect_re, rel=1e-6)


@given(UNITS)
def test_a_best_guess_lies_between_the_raw_and_the_grand_mean(
    units: list[tuple[float, int, float]],
) -> None:
    means, counts, variances = (np.array(column) for column in zip(*units, strict=True))
    found = shrink(means, counts, variances)
    assert found.tau_squared >= 0
    assert (np.minimum(means, found.grand_mean) - 1e-9 <= found.best_guesses).all()
    assert (found.best_guesses <= np.maximum(means, found.grand_mean) + 1e-9).all()


def test_best_guesses_are_nearer_to_the_truth_than_raw_means() -> None:
    random = np.random.default_rng(5)
    truth = random.normal(3.4, 0.25, size=300)
    counts = random.integers(5, 30, size=300)
    means = truth + 0.9 / np.sqrt(counts) * random.normal(size=300)
    found = shrink(means, counts, 0.81)
    assert found.tau_squared == pytest.approx(0.0625, rel=0.4)
    assert ((found.best_guesses - truth) ** 2).mean() < 0.75 * ((means - truth) ** 2).mean()


def test_shrout_and_fleiss_ratings_have_their_correlations() -> None:
    within = float(RATINGS.var(axis=1, ddof=1).mean())
    found = intraclass_correlations(RATINGS.mean(axis=1), np.full(6, 4), within)
    assert found.icc1 == pytest.approx(0.17, abs=5e-3)
    assert found.icc2 == pytest.approx(0.44, abs=5e-3)


def test_icc_of_unequal_groups_is_that_of_the_analysis_of_variance() -> None:
    groups = [np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0]), np.array([3.0, 3.0, 4.0, 6.0])]
    counts = np.array([3, 2, 4])
    everything = np.concatenate(groups)
    within = sum(((g - g.mean()) ** 2).sum() for g in groups) / 6
    between = (((everything - everything.mean()) ** 2).sum() - 6 * within) / 2
    size = (9 - (9 + 4 + 16) / 9) / 2
    found = intraclass_correlations(np.array([g.mean() for g in groups]), counts, float(within))
    assert found.icc1 == pytest.approx((between - within) / (between + (size - 1) * within))
    assert found.icc2 == pytest.approx(1 - within / between)


def test_equal_means_have_no_reliability() -> None:
    found = intraclass_correlations(np.array([3.0, 3.0]), np.array([5, 5]), 1.0)
    assert found.icc1 == pytest.approx(-0.25)
    assert np.isnan(found.icc2)


@pytest.mark.parametrize(
    ("means", "counts", "variance", "rule"),
    [
        ([3.0], [5], 1.0, "fewer than two units"),
        ([3.0, 4.0], [5], 1.0, "2 means have 1 counts"),
        ([3.0, 4.0], [5, 0], 1.0, "at least one answer"),
        ([3.0, 4.0], [5, 5], 0.0, "above 0"),
        ([3.0, 4.0], [5, 5], float("nan"), "above 0"),
    ],
)
def test_what_has_no_best_guess_is_refused(
    means: list[float], counts: list[int], variance: float, rule: str
) -> None:
    with pytest.raises(ValueError, match=rule):
        shrink(np.array(means), np.array(counts), variance)
