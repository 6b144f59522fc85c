"""Wilson's interval."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from analysis.trends.share_intervals import wilson_interval


def test_four_of_ten_is_a_sixth_to_two_thirds() -> None:
    assert wilson_interval(4, 10) == pytest.approx((0.168, 0.687), abs=5e-4)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_it_is_that_of_statsmodels_and_holds_the_share(share: tuple[int, int]) -> None:
    low, high = wilson_interval(*share)
    assert (low, high) == pytest.approx(proportion_confint(*share, method="wilson"), abs=1e-12)
    assert 0 <= low <= share[0] / share[1] <= high <= 1


@pytest.mark.parametrize(("count", "of"), [(1, 0), (0, 0), (-1, 5), (6, 5)])
def test_what_is_no_share_is_refused(count: int, of: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson_interval(count, of)
