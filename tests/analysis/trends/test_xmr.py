"""The rules by hand, and a plain Python reading of them on random series."""

from collections.abc import Iterator
from itertools import pairwise, product
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.trends.xmr import Limits, RuleCode, XmrOptions, judge, process_limits

NAN = float("nan")
Marks = Iterator[tuple[int, int, int]]
PLAIN = XmrOptions(baseline_points=None)


def row(*values: float) -> np.ndarray:
    return np.array([values], dtype=np.float64)


def wide(values: np.ndarray, *, centre: float = 0.0, half: float = 100.0) -> Limits:
    """Return limits so far away that only runs can signal."""
    widths = np.full(values.shape, half)
    return Limits(np.full(len(values), centre), widths, widths * 2 / 3)


def rules(values: np.ndarray, limits: Limits, options: XmrOptions = PLAIN) -> list[int]:
    return judge(values, limits, options=options).rule[0].tolist()


def directions(values: np.ndarray, limits: Limits, options: XmrOptions = PLAIN) -> list[int]:
    return judge(values, limits, options=options).direction[0].tolist()


def test_limits_are_the_mean_and_two_point_six_six_average_moving_ranges() -> None:
    limits = process_limits(row(3, 5, 4, 4), options=PLAIN)
    assert limits.centre[0] == 4
    assert limits.half_width[0].tolist() == pytest.approx([2.66] * 4)  # ranges 2, 1, 0


def test_a_range_at_the_screening_limit_is_left_out_and_one_below_it_is_kept() -> None:
    # Five ranges of 1 and one of x: x is screened if and only if x >= 3.267 (5 + x) / 6.
    at_least = 3.267 * 5 / (6 - 3.267)
    kept = process_limits(row(0, 1, 0, 1, 0, 1, 1 + at_least * 0.999), options=PLAIN)
    left_out = process_limits(row(0, 1, 0, 1, 0, 1, 1 + at_least * 1.001), options=PLAIN)
    assert left_out.half_width[0, 0] == pytest.approx(2.66)
    assert kept.half_width[0, 0] == pytest.approx(2.66 * (5 + at_least * 0.999) / 6)


def test_screening_can_be_turned_off() -> None:
    options = XmrOptions(screen_ranges=False, baseline_points=None)
    limits = process_limits(row(0, 1, 0, 1, 0, 1, 11), options=options)
    assert limits.half_width[0, 0] == pytest.approx(2.66 * 15 / 6)


def test_a_missing_month_takes_its_two_moving_ranges_with_it() -> None:
    limits = process_limits(row(1, 2, NAN, 9, 11), options=PLAIN)
    assert limits.half_width[0, 0] == pytest.approx(2.66 * 1.5)  # ranges 1 and 2 only


def test_limits_stay_fixed_after_the_first_twelve_shown_points() -> None:
    first = [1.0, 2.0] * 3 + [NAN] + [1.0, 2.0] * 3
    before = process_limits(row(*first), options=XmrOptions())
    after = process_limits(row(*first, 50, 60, 70), options=XmrOptions())
    assert after.centre[0] == before.centre[0] == 1.5
    assert set(after.half_width[0].tolist()) == {before.half_width[0, 0]}


def test_a_constant_series_has_its_mean_as_limits_and_no_signal() -> None:
    values = np.full((1, 24), 0.1)
    limits = process_limits(values, options=PLAIN)
    assert limits.lower[0, 0] == limits.upper[0, 0] == pytest.approx(0.1)
    assert rules(values, limits) == [RuleCode.ORDINARY] * 24


@pytest.mark.parametrize("values", [row(), row(NAN, NAN, NAN), row(3.0), row(3.0, NAN, 4.0)])
def test_without_two_neighbouring_points_there_are_no_limits_and_no_signals(
    values: np.ndarray,
) -> None:
    limits = process_limits(values, options=PLAIN)
    assert np.isnan(limits.centre).all()
    assert not judge(values, limits, options=PLAIN).rule.any()


def test_a_point_on_a_limit_is_inside_and_one_beyond_it_outside() -> None:
    values = row(3.0, 3.1, -3.0, -3.1)
    limits = wide(values, half=3.0)
    assert rules(values, limits)[1::2] == [RuleCode.OUTSIDE] * 2
    assert RuleCode.OUTSIDE not in rules(values, limits)[::2]
    assert directions(values, limits)[1::2] == [1, -1]


def test_seven_points_on_one_side_are_a_shift_and_all_are_flagged() -> None:
    values = row(-1, 1, 2, 1, 2, 1, 2, 1, -1)
    assert rules(values, wide(values)) == [0, 4, 4, 4, 4, 4, 4, 4, 0]
    assert directions(values, wide(values)) == [0, 1, 1, 1, 1, 1, 1, 1, 0]


def test_six_points_on_one_side_are_a_shift_only_with_the_option() -> None:
    values = row(-1, 1, 2, 1, 2, 1, 2, -1)
    assert not any(rules(values, wide(values)))
    six = XmrOptions(shift_points=6, baseline_points=None)
    assert rules(values, wide(values), six) == [0, 4, 4, 4, 4, 4, 4, 0]


@pytest.mark.parametrize("breaker", [0.0, NAN])
def test_a_point_on_the_average_or_a_missing_month_breaks_a_shift(breaker: float) -> None:
    values = row(1, 2, 1, breaker, 2, 1, 2, 1)
    assert not any(rules(values, wide(values)))


def test_six_strict_steps_are_a_trend_of_seven_points() -> None:
    values = row(5, -3, -2, -1, 0, 1, 2, 3, -5)
    assert rules(values, wide(values)) == [0, 2, 2, 2, 2, 2, 2, 2, 0]
    assert directions(values, wide(values)) == [0, 1, 1, 1, 1, 1, 1, 1, 0]


def test_five_steps_are_a_trend_only_with_the_option() -> None:
    values = row(2, -3, -2, -1, 0, 1, 2, -1)
    assert not any(rules(values, wide(values)))
    six = XmrOptions(trend_points=6, baseline_points=None)
    assert rules(values, wide(values), six) == [0, 2, 2, 2, 2, 2, 2, 0]


@pytest.mark.parametrize("values", [row(-3, -2, -1, -1, 0, 1, 2), row(-3, -2, -1, NAN, 0, 1, 2)])
def test_a_tie_or_a_missing_month_breaks_a_trend(values: np.ndarray) -> None:
    assert not any(rules(values, wide(values)))


def test_the_later_trend_takes_a_shared_turning_point() -> None:
    values = row(-3, -2, -1, 0, 1, 2, 3, 2, 1, 0, -1, -2, -3)
    assert rules(values, wide(values)) == [2] * 13
    assert directions(values, wide(values)) == [1] * 6 + [-1] * 7


def test_two_of_three_beyond_the_same_near_limit_flag_those_two() -> None:
    values = row(0, 2.5, 0.5, 2.5, 0, 0)
    assert rules(values, wide(values, half=3.0)) == [0, 3, 0, 3, 0, 0]


@pytest.mark.parametrize(
    "values",
    [
        row(0, 2.5, 0, -2.5, 0, 0),  # different sides
        row(0, 2.5, 0, 0, 2.5, 0),  # too far apart
        row(0, 2.5, NAN, 2.5, 0, 0),  # a missing month between
        row(0, 2.0, 2.0, 0, 0, 0),  # on the near limit
    ],
)
def test_what_is_not_two_of_three_beyond_one_near_limit_is_ordinary(values: np.ndarray) -> None:
    assert not any(rules(values, wide(values, half=3.0)))


def test_a_point_outside_does_not_count_towards_two_in_three() -> None:
    values = row(0, 3.5, 2.5, 0, 0, 0)
    assert rules(values, wide(values, half=3.0)) == [0, 1, 0, 0, 0, 0]


def test_outside_goes_before_trend_before_two_in_three_before_shift() -> None:
    values = row(0.1, 2.1, 2.2, 2.3, 2.4, 2.5, 3.1, 1, 2.5, 2.6, 0.5)
    assert rules(values, wide(values, half=3.0)) == [2, 2, 2, 2, 2, 2, 1, 4, 3, 3, 4]


def test_with_equal_answers_the_widening_limits_are_plain_limits() -> None:
    values = np.random.default_rng(1).normal(3, 0.3, size=(20, 24))
    plain = process_limits(values, options=XmrOptions())
    sized = process_limits(values, sizes=np.full(values.shape, 17.0), options=XmrOptions())
    assert sized.centre == pytest.approx(plain.centre)
    assert sized.half_width == pytest.approx(plain.half_width)


def test_a_quarter_of_the_answers_doubles_the_width() -> None:
    values = row(3, 5, 4, 4, 3)
    sizes = row(40, 40, 10, 40, 40)
    half = process_limits(values, sizes=sizes, options=PLAIN).half_width[0]
    assert half[2] == pytest.approx(2 * half[0])


def test_the_average_is_weighted_by_answers() -> None:
    limits = process_limits(row(3, 4), sizes=row(30, 10), options=PLAIN)
    assert limits.centre[0] == pytest.approx(3.25)


def test_rounded_values_never_signal_for_one_display_step() -> None:
    values = row(*[3.4] * 12, 3.5, 3.3, 3.5, 3.5, 3.5)
    options = XmrOptions(display_step=0.1)
    limits = process_limits(values, sizes=np.full(values.shape, 900.0), options=options)
    assert not any(rules(values, limits, options))


def test_an_average_is_rounded_like_the_figures_so_that_equal_figures_lie_on_it() -> None:
    values = row(3.5, *[3.4] * 23)
    options = XmrOptions(display_step=0.1)
    limits = process_limits(values, options=options)
    assert limits.centre[0] == pytest.approx(3.4)
    assert not any(rules(values, limits, options))


@pytest.mark.parametrize(
    "wrong",
    [{"shift_points": 1}, {"trend_points": 1}, {"baseline_points": 1}, {"display_step": -1}],
)
def test_options_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"run|baseline|step"):
        XmrOptions(**wrong)


def shifts_by_hand(values: list[float]) -> Marks:
    for sign, first in product((1, -1), range(len(values) - 6)):
        if all(v * sign > 0 for v in values[first : first + 7]):
            yield from ((place, 4, sign) for place in range(first, first + 7))


def two_in_three_by_hand(values: list[float], half: float) -> Marks:
    for sign, first in product((1, -1), range(len(values) - 2)):
        window = values[first : first + 3]
        close = [p for p, v in enumerate(window, first) if half * 2 / 3 < v * sign <= half]
        if len(close) >= 2 and not any(isnan(v) for v in window):
            yield from ((place, 3, sign) for place in close)


def trends_by_hand(values: list[float]) -> Marks:
    for first, sign in product(range(len(values) - 6), (1, -1)):  # the later one comes later
        if all((b - a) * sign > 0 for a, b in pairwise(values[first : first + 7])):
            yield from ((place, 2, sign) for place in range(first, first + 7))


def outside_by_hand(values: list[float], half: float) -> Marks:
    yield from ((place, 1, 1 if v > 0 else -1) for place, v in enumerate(values) if abs(v) > half)


def by_hand(values: list[float], half: float) -> list[tuple[int, int]]:
    """Return rule and direction of each point around 0, read off the rules one at a time."""
    found = [(0, 0)] * len(values)
    for marks in (
        shifts_by_hand(values),
        two_in_three_by_hand(values, half),
        trends_by_hand(values),
        outside_by_hand(values, half),
    ):
        for place, rule, sign in marks:
            found[place] = (rule, sign)
    return found


@given(
    st.lists(st.one_of(st.integers(-7, 7).map(float), st.just(NAN)), min_size=1, max_size=40),
    st.sampled_from([2.5, 4.5, 6.5, 20.5]),
)
def test_the_vectorised_rules_are_the_rules_read_one_point_at_a_time(
    values: list[float], half: float
) -> None:
    array = row(*values)
    signals = judge(array, wide(array, half=half), options=PLAIN)
    got = list(zip(signals.rule[0].tolist(), signals.direction[0].tolist(), strict=True))
    assert got == by_hand(values, half)


def test_many_series_are_judged_as_each_alone() -> None:
    random = np.random.default_rng(5)
    values = random.normal(size=(3000, 30))  # more rows than are taken at once
    values[random.random(values.shape) < 0.1] = np.nan
    together = judge(values, process_limits(values, options=XmrOptions()), options=XmrOptions())
    for place in (0, 2047, 2048, 2999):
        one = values[place : place + 1]
        alone = judge(one, process_limits(one, options=XmrOptions()), options=XmrOptions())
        assert alone.rule[0].tolist() == together.rule[place].tolist()
        assert alone.direction[0].tolist() == together.direction[place].tolist()
