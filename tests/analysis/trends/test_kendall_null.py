"""The exact p of Kendall's S against every order written out, scipy and a published table."""

from collections import Counter
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.trends.kendall_null import exact_p


def kendall_s(values: tuple[int, ...]) -> int:
    return sum((b > a) - (b < a) for a, b in combinations(values, 2))


@given(st.lists(st.integers(0, 4), min_size=2, max_size=6))
def test_exact_p_is_the_share_of_all_orders_that_are_as_far_from_nothing(values: list[int]) -> None:
    s = kendall_s(tuple(values))
    every = [kendall_s(order) for order in permutations(values)]
    expected = sum(abs(other) >= abs(s) for other in every) / len(every)
    assert exact_p(s, list(Counter(values).values())) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    "order", [(0, 1, 2, 3, 4, 5, 6, 7), (3, 0, 1, 2, 5, 4, 7, 6), (1, 0, 3, 2)]
)
def test_exact_p_without_ties_is_scipys(order: tuple[int, ...]) -> None:
    expected = stats.kendalltau(range(len(order)), order, method="exact").pvalue
    assert exact_p(kendall_s(order), [1] * len(order)) == pytest.approx(expected, rel=1e-12)


def test_gilberts_four_values_have_his_probability() -> None:
    # R. O. Gilbert, Statistical Methods for Environmental Pollution Monitoring (1987), 16.4.1:
    # 10, 15, 14, 20 have S = 4, one-sided .167.
    assert exact_p(4, [1, 1, 1, 1]) / 2 == pytest.approx(0.167, abs=5e-4)


def test_equal_values_have_only_one_order() -> None:
    assert exact_p(0, [7]) == 1
