"""Limits that a person starts anew: what takes effect, and what it changes."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.release import Bound
from analysis.trends.behaviour import (
    Caution,
    Rule,
    latest_signal,
    process_behaviours,
)
from analysis.trends.measures import HiddenPoint, Point, SeriesPoint
from analysis.trends.rebasing import possible_starts, starts_in_force
from surveys.months import Month
from tests.analysis.trends.behaviours import process_behaviour

Series = Callable[..., tuple[Point, ...]]
START = Month(2025, 1)
LOW = (2.4, 2.5, 2.3, 2.4, 2.6, 2.4, 2.5)


def test_after_a_rebase_the_average_and_limits_are_those_of_the_new_months(
    series: Series, steady: tuple[float, ...]
) -> None:
    months = series([*steady, *LOW])
    alone = process_behaviour(months[12:])
    rebased = process_behaviour(months, starts=[months[12].month])

    assert rebased.centre == alone.centre == 2.4
    assert rebased.points[12:] == alone.points
    assert rebased.points[:12] == process_behaviour(months[:12]).points
    assert [part.centre for part in rebased.stretches] == [3.4, 2.4]
    assert rebased.stretches[0].last == months[11].month


def test_a_shift_is_told_before_a_rebase_and_not_after_it(
    series: Series, steady: tuple[float, ...]
) -> None:
    months = series([*steady, *LOW])
    before = latest_signal(process_behaviour(months))
    assert before is not None
    assert before.rule is Rule.SHIFT
    assert latest_signal(process_behaviour(months, starts=[months[12].month])) is None


def test_no_run_reaches_back_over_a_rebase(series: Series, steady: tuple[float, ...]) -> None:
    falling = [3.4, 3.3, 3.2, 3.1, 3.0, 2.9, 2.8, 2.7, 2.6]
    months = series([*steady, *falling])
    rebased = process_behaviour(months, starts=[months[15].month])
    signal = latest_signal(process_behaviour(months))
    assert signal is not None
    assert signal.months[0] < months[15].month
    new = latest_signal(rebased)
    assert new is None or new.months[0] >= months[15].month


def test_new_limits_are_provisional_until_they_have_a_baseline_of_their_own(
    series: Series, steady: tuple[float, ...]
) -> None:
    months = series([*steady, *LOW])
    assert process_behaviour(months, starts=[months[12].month]).cautions == (Caution.PROVISIONAL,)
    longer = series([*steady, *LOW, *LOW])
    rebased = process_behaviour(longer, starts=[longer[12].month])
    assert rebased.fixed_at == longer[23].month


def test_series_with_and_without_a_rebase_are_judged_together_as_alone(
    series: Series, steady: tuple[float, ...]
) -> None:
    many = [series([*steady, *LOW]), series(steady), series([*LOW, None, *steady])]
    starts: list[Sequence[Month]] = [[START.shifted(12)], [], [START.shifted(7)]]
    together = process_behaviours(many, starts=starts)
    alone = [process_behaviour(one, starts=s) for one, s in zip(many, starts, strict=True)]
    assert list(together) == alone


@pytest.mark.parametrize(
    ("place", "is_in_force"), [(5, False), (6, True), (12, True), (13, True), (14, False)]
)
def test_a_rebase_needs_six_shown_months_on_either_side(
    series: Series, steady: tuple[float, ...], place: int, *, is_in_force: bool
) -> None:
    months = series([*steady, *LOW])  # 19 months
    wanted = [months[place].month]
    assert starts_in_force(months, wanted) == (tuple(wanted) if is_in_force else ())


def test_hidden_and_coarse_months_do_not_count(series: Series) -> None:
    months = series([3.4] * 5 + [None] + [3.4] * 6)
    assert starts_in_force(months, [START.shifted(6)]) == ()
    assert starts_in_force(series([3.4] * 12), [START.shifted(6)]) == (START.shifted(6),)


def test_months_that_are_shown_one_by_one_between_hidden_ones_give_no_limits(
    series: Series,
) -> None:
    months = series([3.4] * 6 + [None, 3.4] * 7)
    assert starts_in_force(months, [START.shifted(6)]) == ()


def test_of_two_rebases_too_close_together_the_older_takes_effect(series: Series) -> None:
    months = series([3.4] * 30)
    wanted = [START.shifted(13), START.shifted(10), START.shifted(16)]
    assert starts_in_force(months, wanted) == (START.shifted(10), START.shifted(16))


def test_the_possible_months_are_those_that_would_take_effect(series: Series) -> None:
    months = series([3.4] * 14)
    assert possible_starts(months, []) == (START.shifted(6), START.shifted(7), START.shifted(8))
    assert possible_starts(months, [START.shifted(7)]) == ()
    assert possible_starts(series([3.4] * 11), []) == ()


@given(
    st.lists(st.none() | st.floats(1, 5).map(lambda mean: round(mean, 1)), max_size=40),
    st.lists(st.integers(-3, 45), max_size=5),
)
def test_every_stretch_of_a_rebased_series_has_limits(
    means: list[float | None], places: list[int]
) -> None:
    points: list[Point] = [
        HiddenPoint(START.shifted(place), ())
        if mean is None
        else SeriesPoint(START.shifted(place), mean, 20, None, Bound.EXACT, is_small=False)
        for place, mean in enumerate(means)
    ]
    starts = starts_in_force(points, [START.shifted(place) for place in places])
    behaviour = process_behaviour(points, starts=starts)
    if starts:
        assert len(behaviour.stretches) == len(starts) + 1
        assert all(part.centre is not None for part in behaviour.stretches)
