"""p and p' limits by hand, and what they do at 0, at 1 and where nobody was there."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.trends.proportions import ProportionLimits, proportion_limits, shares
from analysis.trends.xmr import RuleCode, XmrOptions, judge

NAN = float("nan")
WHOLE = XmrOptions(baseline_points=None)
MONTHS = st.lists(
    st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=1,
    max_size=30,
)


def row(*values: float) -> np.ndarray:
    return np.array([values], dtype=np.float64)


def limits_of(
    events: np.ndarray,
    sizes: np.ndarray,
    *,
    is_laney: bool = True,
    options: XmrOptions = WHOLE,
) -> ProportionLimits:
    return proportion_limits(events, sizes, is_laney=is_laney, options=options)


def rules(events: np.ndarray, sizes: np.ndarray, options: XmrOptions = WHOLE) -> list[int]:
    found = limits_of(events, sizes, options=options)
    return judge(shares(events, sizes), found.limits, options=options).rule[0].tolist()


def test_p_limits_lie_three_binomial_standard_deviations_from_the_pooled_share() -> None:
    found = limits_of(row(10, 60, 20), row(100, 400, 100), is_laney=False)
    p = 90 / 600
    half = [3 * (p * (1 - p) / n) ** 0.5 for n in (100, 400, 100)]
    assert found.limits.centre[0] == p
    assert found.upper[0].tolist() == pytest.approx([p + each for each in half], rel=1e-12)
    assert found.lower[0].tolist() == pytest.approx([p - each for each in half], rel=1e-12)
    assert found.limits.near_width[0].tolist() == pytest.approx([2 / 3 * each for each in half])


def test_p_prime_limits_are_those_times_sigma_of_z() -> None:
    # p = 0.2, z = (share - 0.2) / 0.04: -2.5, 2.5, 0; ranges 5 and 2.5.
    found = limits_of(row(10, 30, 20), row(100, 100, 100))
    assert found.sigma_z[0] == pytest.approx(3.75 / 1.128)
    assert found.upper[0, 0] == pytest.approx(0.2 + 3 * 0.04 * 3.75 / 1.128)


def test_sigma_of_z_leaves_out_ranges_as_screening_says() -> None:
    events = row(20, 21, 20, 21, 20, 21, 20, 60)
    sizes = np.full((1, 8), 100.0)
    all_ranges = XmrOptions(screen_ranges=False, baseline_points=None)
    spread = ((p := 203 / 800) * (1 - p) / 100) ** 0.5
    assert limits_of(events, sizes).sigma_z[0] == pytest.approx(0.01 / spread / 1.128)
    unscreened = limits_of(events, sizes, options=all_ranges).sigma_z[0]
    assert unscreened == pytest.approx((0.46 / 7) / spread / 1.128)


def test_limits_rest_on_the_first_points_alone_if_so_asked() -> None:
    events, sizes = row(1, 3, 2, 2, 9), np.full((1, 5), 10.0)
    found = limits_of(events, sizes, options=XmrOptions(baseline_points=4))
    assert found.limits.centre[0] == 0.2
    assert found.sigma_z[0] == limits_of(events[:, :4], sizes[:, :4]).sigma_z[0]


def test_limits_end_at_0_and_1() -> None:
    low = limits_of(row(0, 2, 0, 1), np.full((1, 4), 10.0))
    high = limits_of(row(10, 8, 10, 9), np.full((1, 4), 10.0))
    assert low.lower[0].tolist() == [0.0] * 4
    assert high.upper[0].tolist() == [1.0] * 4


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_without_a_single_event_or_with_nothing_else_limits_are_the_share_and_no_point_signals(
    share: float,
) -> None:
    sizes = np.full((1, 24), 50.0)
    for is_laney in (False, True):
        found = limits_of(share * sizes, sizes, is_laney=is_laney)
        assert set(found.lower[0]) == set(found.upper[0]) == {share}
        assert set(judge(share * sizes / sizes, found.limits, options=WHOLE).rule[0]) == {0}


def test_after_a_baseline_without_events_one_event_is_no_signal_but_a_shift_is() -> None:
    fixed = XmrOptions(baseline_points=12)
    sizes = np.full((1, 19), 50.0)
    assert rules(row(*[0] * 18, 1), sizes, fixed) == [0] * 19
    assert rules(row(*[0] * 12, *[1] * 7), sizes, fixed)[12:] == [RuleCode.SHIFT] * 7


def test_a_month_of_nobody_is_missing() -> None:
    events, sizes = row(1, 3, 0, 2, 4), row(10, 10, 0, 10, 10)
    found = limits_of(events, sizes)
    gap = limits_of(row(1, 3, NAN, 2, 4), row(10, 10, NAN, 10, 10))
    assert found.limits.centre[0] == gap.limits.centre[0] == 0.25
    assert found.sigma_z[0] == gap.sigma_z[0]
    assert np.isnan(found.upper[0, 2])


def test_p_needs_one_month_and_p_prime_two_neighbours() -> None:
    for events in (row(2), row(2, NAN, 3)):
        sizes = np.full(events.shape, 10.0)
        assert np.isnan(limits_of(events, sizes).limits.centre[0])
        assert not np.isnan(limits_of(events, sizes, is_laney=False).limits.centre[0])


@given(MONTHS)
def test_limits_hold_the_average_between_0_and_1(months: list[tuple[int, int]]) -> None:
    events, sizes = (row(*each) for each in zip(*months, strict=True))
    for is_laney in (False, True):
        found = limits_of(events, sizes, is_laney=is_laney)
        drawn = ~np.isnan(found.lower)
        assert (found.lower[drawn] >= 0).all()
        assert (found.upper[drawn] <= 1).all()
        assert (found.lower <= found.limits.centre[:, None])[drawn].all()
        assert (found.upper >= found.limits.centre[:, None])[drawn].all()


@given(MONTHS)
def test_events_and_those_without_are_mirror_images(months: list[tuple[int, int]]) -> None:
    events, sizes = (row(*each) for each in zip(*months, strict=True))
    found, mirrored = limits_of(events, sizes), limits_of(sizes - events, sizes)
    assert found.lower == pytest.approx(1 - mirrored.upper, abs=1e-9, nan_ok=True)
    assert found.sigma_z == pytest.approx(mirrored.sigma_z, abs=1e-9, nan_ok=True)


# What p' is for


def test_on_pure_binomial_noise_sigma_of_z_is_about_1_and_p_and_p_prime_agree() -> None:
    random = np.random.default_rng(7)
    sizes = random.integers(50, 200, size=(4000, 36)).astype(np.float64)
    events = random.binomial(sizes.astype(np.int64), 0.2).astype(np.float64)
    found = limits_of(events, sizes)
    assert np.mean(found.sigma_z) == pytest.approx(1.0, abs=0.02)


def test_where_months_vary_more_than_one_urn_p_cries_out_and_p_prime_does_not() -> None:
    random = np.random.default_rng(8)
    sizes = np.full((2000, 36), 1000.0)
    share = random.beta(0.2 * 200, 0.8 * 200, size=sizes.shape)
    events = random.binomial(1000, share).astype(np.float64)
    outside = {
        is_laney: (
            judge(
                events / sizes,
                limits_of(events, sizes, is_laney=is_laney).limits,
                options=WHOLE,
            ).rule
            == RuleCode.OUTSIDE
        ).mean()
        for is_laney in (False, True)
    }
    # One urn of 1,000 has a variance of 0.16 / 1,000; the share itself adds 0.16 / 201.
    assert np.mean(limits_of(events, sizes).sigma_z) == pytest.approx(6**0.5, abs=0.1)
    assert outside[False] > 0.2
    assert outside[True] < 0.01
