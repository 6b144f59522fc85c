"""The chain: links forward and backward, when their order is told, and what is refused."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from analysis.chain import EXITS, BothWays, Link, LinkRefused, Pair, Told, study_chain
from analysis.fixed_effects import FloatArray, take_part
from analysis.turnover import Shortage
from analysis.within_turnover import Panel
from tests.analysis.poisson_panels import make_panel, statsmodels_fit, with_gaps
from tests.analysis.test_panel_regression import make_dynamic

A_TO_B = Pair("a", "b")
TO_EXITS = Pair("a", EXITS)


def no_people(grid: FloatArray) -> Panel:
    return Panel(np.full_like(grid, np.nan), np.full_like(grid, np.nan))


def link_of_scores(first: FloatArray, second: FloatArray) -> BothWays:
    (both,) = study_chain(no_people(first), {"a": first, "b": second}, [A_TO_B])
    return both


def told(link: Told) -> Link:
    assert isinstance(link, Link), link
    return link


def refused(link: Told) -> LinkRefused:
    assert isinstance(link, LinkRefused), link
    return link


def test_a_link_that_was_put_in_is_found_with_its_order() -> None:
    both = link_of_scores(*make_dynamic(60, 18, cross=0.4))
    assert both.is_found
    assert both.is_in_order
    assert told(both.forward).is_positive
    assert not told(both.backward).is_distinguishable


def test_a_link_that_runs_backward_is_not_found_forward() -> None:
    first, second = make_dynamic(60, 18, cross=0.4)
    both = link_of_scores(second, first)
    assert not both.is_found
    assert not both.is_in_order
    assert told(both.backward).is_distinguishable


def test_what_lowers_the_later_one_is_found_with_its_order_too() -> None:
    first, second = make_dynamic(60, 18, cross=-0.5)
    both = link_of_scores(first, second)
    assert both.is_in_order
    assert not told(both.forward).is_positive


def test_two_noisy_figures_of_the_same_thing_give_a_link_but_no_order() -> None:
    # Each holds what the other lacks, so both look as if they came first.
    random = np.random.default_rng(2)
    true = np.cumsum(random.normal(size=(200, 36)), axis=1)
    both = link_of_scores(*(true + random.normal(0, 1.5, true.shape) for _ in range(2)))
    assert told(both.forward).is_distinguishable
    assert told(both.backward).is_distinguishable
    assert not both.is_in_order


def test_estimates_are_in_ordinary_movements_whatever_the_units() -> None:
    first, second = make_dynamic(30, 14, cross=0.3)
    plain, stretched = link_of_scores(first, second), link_of_scores(10 * first, second / 3)
    assert told(stretched.forward).estimate == pytest.approx(told(plain.forward).estimate)
    assert told(stretched.forward).high == pytest.approx(told(plain.forward).high)
    assert plain.order is not None
    assert stretched.order is not None
    assert stretched.order.difference == pytest.approx(plain.order.difference)


def test_interval_and_chance_are_students_with_one_degree_less_than_units() -> None:
    link = told(link_of_scores(*make_dynamic(14, 12, cross=0.2)).forward)
    scale = link.estimate / link.coefficient
    half = scale * stats.t.ppf(0.975, 13) * link.standard_error
    assert (link.low, link.high) == pytest.approx((link.estimate - half, link.estimate + half))
    tail = stats.t.sf(abs(link.coefficient) / link.standard_error, 13)
    assert link.chance == pytest.approx(2 * tail)


def test_the_difference_of_both_ways_has_about_the_error_of_leaving_units_out() -> None:
    # A jackknife over units of the whole procedure is another way to the same error.
    first, second = make_dynamic(150, 14, cross=0.3)
    both = link_of_scores(first, second)
    assert both.order is not None
    left_out = []
    for unit in range(150):
        rest = np.arange(150) != unit
        order = link_of_scores(first[rest], second[rest]).order
        assert order is not None
        left_out.append(order.difference)
    error = np.sqrt(149 / 150 * np.sum((np.array(left_out) - np.mean(left_out)) ** 2))
    half = (both.order.high - both.order.low) / 2
    assert half == pytest.approx(stats.t.ppf(0.975, 149) * error, rel=0.12)


def test_exits_hold_the_share_that_left_before_as_in_statsmodels() -> None:
    exits, headcount, score = make_panel(20, 14, coefficient=-0.6, rate=0.04)
    hidden = with_gaps(score)
    (both,) = study_chain(Panel(exits, headcount), {"a": hidden}, [TO_EXITS])
    before = np.full((2, 20, 14), np.nan)
    before[:, :, 1:] = np.stack([hidden, exits / headcount])[:, :, :-1]
    sample = take_part(exits, headcount, before)
    coefficients, errors = statsmodels_fit(sample)
    link = told(both.forward)
    assert link.coefficient == pytest.approx(coefficients[0], rel=1e-6)
    assert link.standard_error == pytest.approx(errors[0], rel=1e-6)
    assert link.estimate == pytest.approx(np.exp(0.5 * link.coefficient))
    assert link.exits == sample.exits.sum()
    assert both.order is None


def test_scores_held_by_their_own_past_are_fitted_as_in_statsmodels() -> None:
    first, second = make_dynamic(20, 13, cross=0.3)
    link = told(link_of_scores(first, second).forward)
    parts = [slice(0, 12), slice(0, 6), slice(6, 12)]
    found = [
        _dummies(first[:, :-1][:, p], second[:, :-1][:, p], second[:, 1:][:, p]) for p in parts
    ]
    assert link.coefficient == pytest.approx(2 * found[0] - (found[1] + found[2]) / 2, rel=1e-6)


def _dummies(first: FloatArray, before: FloatArray, outcome: FloatArray) -> float:
    units, periods = outcome.shape
    unit, period = (places.ravel() for places in np.indices(outcome.shape))
    effects = [np.eye(units)[unit], np.eye(periods)[period][:, 1:]]
    design = np.column_stack([first.ravel(), before.ravel(), *effects])
    return float(sm.OLS(outcome.ravel(), design).fit().params[0])


def test_chances_are_adjusted_over_all_links_of_a_direction() -> None:
    grids = dict(
        zip("abcd", (*make_dynamic(20, 12, cross=0.3), *make_dynamic(20, 12, seed=4)), strict=True)
    )
    pairs = [Pair("a", "b"), Pair("b", "c"), Pair("c", "d")]
    links = study_chain(no_people(grids["a"]), grids, pairs)
    for name in ("forward", "backward"):
        found = [told(getattr(each, name)) for each in links]
        expected = stats.false_discovery_control([link.chance for link in found])
        assert [link.adjusted for link in found] == pytest.approx(expected)
    orders = [each.order for each in links if each.order is not None]
    expected = stats.false_discovery_control([order.chance for order in orders])
    assert [order.adjusted for order in orders] == pytest.approx(expected)


def test_nine_units_are_refused_with_how_many_more() -> None:
    both = link_of_scores(*make_dynamic(9, 12))
    assert [need.shortage for need in refused(both.forward).needs] == [Shortage.UNITS]
    assert "There are 9, so 1 more." in refused(both.forward).reason
    assert both.order is None


@pytest.mark.parametrize(("months", "is_told"), [(8, False), (9, True)])
def test_eight_months_after_a_month_are_enough(months: int, *, is_told: bool) -> None:
    both = link_of_scores(*make_dynamic(12, months))
    assert isinstance(both.forward, Link) == is_told


def test_few_exits_are_refused() -> None:
    exits, headcount, score = make_panel(12, 12)
    few = np.minimum(exits, 0)
    few[:, ::2] = np.eye(12)[:, ::2] + np.eye(12)[:, 1::2]
    (both,) = study_chain(Panel(few, headcount), {"a": score}, [TO_EXITS])
    assert Shortage.LEAVERS in {need.shortage for need in refused(both.forward).needs}


def test_a_measure_asked_every_fourth_month_has_no_own_month_before() -> None:
    first, second = make_dynamic(20, 24)
    first[:, np.arange(24) % 4 != 0] = np.nan
    both = link_of_scores(first, second)
    assert "There are 6, so 2 more." in refused(both.forward).reason
    assert "There are 0, so 8 more." in refused(both.backward).reason


def test_a_measure_that_was_never_asked_is_refused_in_words() -> None:
    first, _second = make_dynamic(12, 12)
    (both,) = study_chain(no_people(first), {"a": first}, [A_TO_B])
    assert refused(both.forward).reason == "One of the two was never asked."


def test_a_score_that_never_varies_is_refused() -> None:
    first, second = make_dynamic(12, 12)
    reason = refused(link_of_scores(np.full_like(first, 3.5), second).forward).reason
    assert "does not vary" in reason


def test_exits_before_a_score_are_no_link_of_the_chain() -> None:
    first, _second = make_dynamic(12, 12)
    with pytest.raises(ValueError, match="end of the chain"):
        study_chain(no_people(first), {"a": first}, [Pair(EXITS, "a")])
