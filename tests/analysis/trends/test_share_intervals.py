"""Wilson's interval."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from analysis.release import Bound, CodedNumber
from analysis.trends.share_intervals import released_share_interval, wilson_interval


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


def test_a_released_share_has_the_interval_of_the_people_behind_it_in_steps_of_five() -> None:
    assert released_share_interval(CodedNumber(40), 10) == (15, 70)  # 16.8 to 68.7
    assert released_share_interval(CodedNumber(60), 35) == (40, 75)


@pytest.mark.parametrize("bound", [Bound.AT_LEAST, Bound.AT_MOST])
def test_a_share_that_is_a_range_itself_has_no_interval(bound: Bound) -> None:
    assert released_share_interval(CodedNumber(90, bound), 12) is None


@given(st.integers(0, 20), st.integers(5, 500))
def test_the_ends_lie_outside_wilsons_and_on_the_scale(step: int, respondents: int) -> None:
    ends = released_share_interval(CodedNumber(5 * step), respondents)
    assert ends is not None
    low, high = wilson_interval(step / 20 * respondents, respondents)
    assert 0 <= ends[0] <= 100 * low + 1e-9
    assert 100 * high - 1e-9 <= ends[1] <= 100
