"""Adjusted p values: the published example, statsmodels, and what must hold for all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from analysis.trends.multiple_tests import benjamini_hochberg

PUBLISHED = [
    .0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344,
    .0459, .3240, .4262, .5719, .6528, .7590, 1.000,
]  # fmt: skip
P = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def test_benjamini_and_hochbergs_own_example_finds_their_four() -> None:
    # Table of the 1995 paper: at 5 % the first four of fifteen are findings.
    assert (benjamini_hochberg(np.array(PUBLISHED)) <= 0.05).sum() == 4


def test_three_tests_by_hand() -> None:
    # .01 * 3 / 1 = .03; .04 * 3 / 2 = .06, but the last has .05 * 3 / 3 = .05.
    adjusted = benjamini_hochberg(np.array([0.05, 0.01, 0.04]))
    assert adjusted.tolist() == pytest.approx([0.05, 0.03, 0.05])


@given(P)
def test_they_are_those_of_statsmodels(p: list[float]) -> None:
    expected = multipletests(p, method="fdr_bh")[1]
    assert benjamini_hochberg(np.array(p)) == pytest.approx(expected, rel=1e-12, abs=1e-300)


@given(P)
def test_adjusting_keeps_the_order_and_never_lowers_a_p(p: list[float]) -> None:
    before, after = np.array(p), benjamini_hochberg(np.array(p))
    assert (np.diff(after[np.argsort(before, kind="stable")]) >= 0).all()
    assert ((before <= after) & (after <= 1)).all()


def test_what_is_no_test_stays_out() -> None:
    adjusted = benjamini_hochberg(np.array([0.01, np.nan, 0.04]))
    assert adjusted[[0, 2]].tolist() == pytest.approx([0.02, 0.04])
    assert np.isnan(adjusted[1])
    assert np.isnan(benjamini_hochberg(np.array([np.nan]))).all()


@pytest.mark.parametrize("p", [-0.01, 1.01])
def test_what_is_no_probability_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match="outside 0 to 1"):
        benjamini_hochberg(np.array([p]))
