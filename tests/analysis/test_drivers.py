"""What moves with morale: against statsmodels, brute force, and data with a known answer."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from analysis.drivers import (
    Joint,
    Refused,
    Single,
    composite,
    joint_between,
    joint_within,
    single_between,
    single_within,
)
from analysis.relative_weights import (
    are_told_apart,
    r_squared,
    relative_weights,
    standardised_betas,
)

Table = tuple[np.ndarray, np.ndarray]


def drawn(units: int, questions: int, *, seed: int = 4, noise: float = 0.5) -> Table:
    """Draw unit means: questions with something in common, morale from the first two."""
    random = np.random.default_rng(seed)
    table = random.normal(3, 0.4, (units, 1)) + random.normal(0, 0.5, (units, questions))
    morale = 0.6 * table[:, 0] + 0.3 * table[:, 1 % questions] + random.normal(0, noise, units)
    return np.round(morale, 1), np.round(table, 1)


def correlations_of(morale: np.ndarray, questions: np.ndarray) -> np.ndarray:
    matrix: np.ndarray = np.corrcoef(np.column_stack([morale, questions]).T)
    return matrix


def johnson_by_singular_values(morale: np.ndarray, questions: np.ndarray) -> np.ndarray:
    """Return the weights as Johnson wrote them down, from the data and not from correlations."""
    x = (questions - questions.mean(axis=0)) / questions.std(axis=0)
    y = (morale - morale.mean()) / morale.std()
    left, singular, right = np.linalg.svd(x, full_matrices=False)
    nearest = left @ right * np.sqrt(len(y))
    loadings = right.T @ np.diag(singular) @ right / np.sqrt(len(y))
    of_nearest = np.linalg.lstsq(nearest, y, rcond=None)[0]
    weights: np.ndarray = loadings**2 @ of_nearest**2
    return weights


def joint_of(found: Joint | Refused) -> Joint:
    assert isinstance(found, Joint)
    return found


def single(morale: np.ndarray, questions: np.ndarray) -> tuple[Single | Refused, ...]:
    """Set the same morale beside every question, as in one month."""
    return single_between(np.broadcast_to(morale[:, np.newaxis], questions.shape), questions)


def singles_of(found: tuple[Single | Refused, ...]) -> list[Single]:
    return [each for each in found if isinstance(each, Single)]


@pytest.mark.parametrize("seed", range(5))
def test_betas_and_r_squared_are_those_of_statsmodels(seed: int) -> None:
    morale, questions = drawn(60, 4, seed=seed)
    standard = stats.zscore(np.column_stack([morale, questions]))
    fit = sm.OLS(standard[:, 0], standard[:, 1:]).fit()
    found = joint_of(joint_between(morale, questions))
    assert [term.beta for term in found.terms] == pytest.approx(fit.params.tolist())
    assert found.r_squared == pytest.approx(fit.rsquared)


@pytest.mark.parametrize("seed", range(5))
def test_weights_are_those_of_singular_values_of_the_data(seed: int) -> None:
    morale, questions = drawn(80, 5, seed=seed)
    weights = [term.weight for term in joint_of(joint_between(morale, questions)).terms]
    assert weights == pytest.approx(johnson_by_singular_values(morale, questions).tolist())


def test_with_two_questions_weights_are_the_mean_gain_over_both_orders() -> None:
    """With two predictors Johnson's weights equal those of dominance analysis."""
    morale, questions = drawn(70, 2)

    def share(places: tuple[int, ...]) -> float:
        if not places:
            return 0.0
        return float(r_squared(correlations_of(morale, questions[:, list(places)])))

    gains = [
        (share((0,)) + share((0, 1)) - share((1,))) / 2,
        (share((1,)) + share((0, 1)) - share((0,))) / 2,
    ]
    assert relative_weights(correlations_of(morale, questions)) == pytest.approx(gains)


@given(st.integers(0, 10_000), st.integers(2, 6))
def test_weights_are_not_negative_and_add_up_to_r_squared(seed: int, questions: int) -> None:
    matrix = correlations_of(*drawn(50, questions, seed=seed))
    assume(bool(are_told_apart(matrix)))
    weights = relative_weights(matrix)
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(float(r_squared(matrix)))


@given(st.integers(0, 10_000), st.permutations(range(4)))
def test_the_order_of_questions_changes_nothing(seed: int, order: list[int]) -> None:
    morale, questions = drawn(50, 4, seed=seed)
    whole, other = (correlations_of(morale, q) for q in (questions, questions[:, order]))
    assume(bool(are_told_apart(whole)))
    assert relative_weights(other) == pytest.approx(relative_weights(whole)[order])
    assert standardised_betas(other) == pytest.approx(standardised_betas(whole)[order])


def test_uncorrelated_questions_have_their_squared_correlations_as_weights() -> None:
    matrix = np.array([[1, 0.5, 0.3], [0.5, 1, 0], [0.3, 0, 1]])
    assert relative_weights(matrix) == pytest.approx([0.25, 0.09])
    assert standardised_betas(matrix) == pytest.approx([0.5, 0.3])


def test_a_stack_of_matrices_gives_what_each_gives_alone() -> None:
    matrices = np.array([correlations_of(*drawn(40, 3, seed=seed)) for seed in range(4)])
    assert relative_weights(matrices) == pytest.approx(
        np.array([relative_weights(each) for each in matrices])
    )


def test_questions_that_say_the_same_twice_are_not_told_apart() -> None:
    morale, questions = drawn(60, 3)
    questions[:, 2] = questions[:, 1]
    found = joint_between(morale, questions)
    assert isinstance(found, Refused)
    assert "cannot be told apart" in found.reason


def test_too_few_units_for_the_questions_are_refused_with_how_many_more() -> None:
    found = joint_between(*drawn(17, 4))
    assert found == Refused("At least 20 units that show both are needed. There are 17, so 3 more.")
    assert isinstance(joint_between(*drawn(20, 4)), Joint)
    assert joint_between(*drawn(9, 1)) == Refused(
        "At least 10 units that show both are needed. There are 9, so 1 more."
    )


def test_a_unit_that_lacks_a_question_takes_no_part_in_the_regression() -> None:
    morale, questions = drawn(40, 3)
    questions[:7, 1] = np.nan
    found = joint_of(joint_between(morale, questions))
    assert found == joint_between(morale[7:], questions[7:])
    assert found.n == 33


def test_single_correlations_are_those_of_scipy_over_units_that_show_both() -> None:
    morale, questions = drawn(40, 3)
    questions[:5, 0] = np.nan
    found = singles_of(single(morale, questions))
    assert [each.n for each in found] == [35, 40, 40]
    assert found[0].estimate == pytest.approx(stats.spearmanr(morale[5:], questions[5:, 0])[0])
    assert found[2].estimate == pytest.approx(stats.spearmanr(morale, questions[:, 2])[0])
    assert all(each.low <= each.estimate <= each.high for each in found)


def test_each_question_stands_beside_the_morale_of_its_own_months() -> None:
    morale, questions = drawn(40, 2)
    other = morale[::-1]
    found = singles_of(single_between(np.column_stack([morale, other]), questions))
    assert found[1].estimate == pytest.approx(stats.spearmanr(other, questions[:, 1])[0])


def test_a_question_shown_by_nine_units_is_refused_and_the_others_are_told() -> None:
    morale, questions = drawn(40, 2)
    questions[9:, 0] = np.nan
    few, told = single(morale, questions)
    assert few == Refused("At least 10 units that show both are needed. There are 9, so 1 more.")
    assert isinstance(told, Single)


def test_a_question_that_is_the_same_everywhere_is_refused() -> None:
    morale, questions = drawn(40, 2)
    questions[:, 0] = 3.4
    refused, _told = single(morale, questions)
    assert isinstance(refused, Refused)
    assert "same mean" in refused.reason


def test_p_is_adjusted_for_all_questions_that_are_looked_at() -> None:
    morale, questions = drawn(40, 5)
    alone = singles_of(single(morale, questions[:, :1]))[0]
    together = singles_of(single(morale, questions))
    assert together[0].adjusted_p > alone.adjusted_p
    assert together[0].estimate == alone.estimate


def test_pure_noise_is_seldom_told_apart_from_no_association() -> None:
    random = np.random.default_rng(11)
    found = [
        any(
            each.is_distinguishable
            for each in singles_of(single(random.normal(size=25), random.normal(size=(25, 7))))
        )
        for _ in range(400)
    ]
    assert np.mean(found) < 0.09  # 5 % of pages are meant to have one; three standard errors above


def test_within_units_the_interval_is_fishers() -> None:
    first, second = singles_of(single_within(np.array([0.4, -0.1]), freedom=227))
    half = 1.959964 / np.sqrt(225)
    assert (first.low, first.high) == pytest.approx(
        tuple(np.tanh(np.arctanh(0.4) + sign * half) for sign in (-1, 1)), abs=1e-6
    )
    assert first.is_distinguishable
    assert not second.is_distinguishable


def test_a_question_without_a_released_correlation_is_refused_and_the_others_are_told() -> None:
    refused, told = single_within(np.array([np.nan, 0.3]), freedom=200)
    assert refused == Refused("No month that asked it released its correlations.")
    assert isinstance(told, Single)


def test_drawn_matrices_have_the_spread_of_samples_of_so_many_people() -> None:
    matrix = np.array([[1, 0.5, 0.3], [0.5, 1, 0.4], [0.3, 0.4, 1]])
    found = joint_of(joint_within(matrix, freedom=300))
    random = np.random.default_rng(8)
    samples = np.array(
        [
            standardised_betas(np.corrcoef(random.multivariate_normal(np.zeros(3), matrix, 301).T))
            for _ in range(3000)
        ]
    )
    for place, term in enumerate(found.terms):
        expected = np.percentile(samples[:, place], [2.5, 97.5])
        assert term.beta_interval == pytest.approx(tuple(expected), abs=0.02)
        assert term.beta == pytest.approx(float(standardised_betas(matrix)[place]))


@pytest.mark.parametrize("kind", ["between", "within"])
def test_intervals_hold_the_true_coefficient_about_as_often_as_they_say(kind: str) -> None:
    truth = np.array([[1, 0.5, 0.2], [0.5, 1, 0.3], [0.2, 0.3, 1]])
    known = standardised_betas(truth)
    random = np.random.default_rng(21)
    held = []
    for _ in range(120):
        sample = random.multivariate_normal(np.zeros(3), truth, 60)
        found = (
            joint_between(sample[:, 0], sample[:, 1:])
            if kind == "between"
            else joint_within(np.corrcoef(sample.T), freedom=59)
        )
        held += [
            term.beta_interval[0] <= beta <= term.beta_interval[1]
            for term, beta in zip(joint_of(found).terms, known, strict=True)
        ]
    assert 0.88 <= np.mean(held) <= 0.99  # meant to be 0.95


def test_the_same_figures_give_the_same_intervals() -> None:
    assert joint_between(*drawn(40, 3)) == joint_between(*drawn(40, 3))


@given(st.integers(0, 10_000))
def test_several_items_of_morale_are_taken_as_their_mean(seed: int) -> None:
    random = np.random.default_rng(seed)
    answers = random.normal(size=(300, 4)) + random.normal(size=(300, 1))
    deviations = answers.std(axis=0, ddof=1)
    expected = correlations_of(answers[:, [1, 3]].mean(axis=1), answers[:, [0, 2]])
    found = composite(np.corrcoef(answers.T), deviations, [1, 3])
    assert found == pytest.approx(expected)
    same = composite(np.corrcoef(answers.T), deviations, [0])
    assert same == pytest.approx(np.corrcoef(answers.T))
