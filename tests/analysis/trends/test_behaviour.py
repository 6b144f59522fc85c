"""A series as a process: average, limits that widen, cautions and the latest signal."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from analysis.trends.behaviour import (
    Caution,
    Direction,
    JudgedPoint,
    ProcessBehaviour,
    Rule,
    latest_signal,
    process_behaviours,
)
from analysis.trends.measures import HiddenPoint, Point, SeriesPoint
from surveys.months import Month
from tests.analysis.trends.behaviours import process_behaviour

Series = Callable[..., tuple[Point, ...]]
Points = Callable[..., SeriesPoint]


def judged_points(behaviour: ProcessBehaviour) -> list[JudgedPoint]:
    return [point for point in behaviour.points if isinstance(point, JudgedPoint)]


def test_the_own_average_is_that_of_the_first_twelve_shown_months(
    series: Series, steady: tuple[float, ...]
) -> None:
    behaviour = process_behaviour(series([*steady[:6], None, *steady[6:], 5.0, 5.0]))
    assert behaviour.centre == 3.4
    assert behaviour.fixed_at == Month(2026, 1)
    assert isinstance(behaviour.points[6], HiddenPoint)


def test_fewer_answers_make_wider_limits(
    series: Series, point: Points, steady: tuple[float, ...]
) -> None:
    points = [*series(steady), point(3.4, month=Month(2026, 1), respondents=5)]
    *_, twenty, five = judged_points(process_behaviour(points))
    assert twenty.lower_limit is not None
    assert five.lower_limit is not None
    assert 3.4 - five.lower_limit == pytest.approx(2 * (3.4 - twenty.lower_limit))


def test_the_same_low_month_is_outside_with_many_answers_and_ordinary_with_few(
    series: Series, point: Points, steady: tuple[float, ...]
) -> None:
    low = Month(2026, 1)
    many = process_behaviour([*series(steady), point(2.8, month=low, respondents=20)])
    few = process_behaviour([*series(steady), point(2.8, month=low, respondents=5)])
    assert judged_points(many)[-1].rule is Rule.OUTSIDE
    assert judged_points(few)[-1].rule is Rule.ORDINARY


def test_limits_are_not_drawn_off_the_scale(series: Series) -> None:
    behaviour = process_behaviour(series([1.2, 4.8] * 6, respondents=5))
    for judged in judged_points(behaviour):
        assert (judged.lower_limit, judged.upper_limit) == (1.0, 5.0)


def test_below_six_shown_months_it_is_too_early_for_limits(series: Series) -> None:
    behaviour = process_behaviour(series([3.0, 3.4, 2.9, None, 3.1, 3.3]))
    assert behaviour.cautions == (Caution.TOO_EARLY,)
    assert behaviour.centre is None
    assert {judged.lower_limit for judged in judged_points(behaviour)} == {None}
    assert latest_signal(behaviour) is None


def test_limits_are_provisional_until_twelve_months_are_shown(
    series: Series, steady: tuple[float, ...]
) -> None:
    assert process_behaviour(series(steady[:11])).is_provisional
    assert not process_behaviour(series(steady)).is_provisional


def test_months_that_resemble_their_neighbours_call_for_care(series: Series) -> None:
    slow = [3.0, 3.1, 3.2, 3.3, 3.4, 3.5, 3.4, 3.3, 3.2, 3.1, 3.0, 2.9, 3.0, 3.1]
    assert Caution.AUTOCORRELATED in process_behaviour(series(slow)).cautions


def test_a_shift_after_the_baseline_calls_for_none(
    series: Series, steady: tuple[float, ...]
) -> None:
    assert process_behaviour(series([*steady, *[3.0] * 12])).cautions == ()


def test_ordinary_months_and_a_constant_call_for_none(
    series: Series, steady: tuple[float, ...]
) -> None:
    assert process_behaviour(series(steady)).cautions == ()
    assert process_behaviour(series([3.4] * 14)).cautions == ()


def test_many_series_of_different_length_are_judged_as_each_alone(
    series: Series, steady: tuple[float, ...]
) -> None:
    many = [series([*steady, *[2.9] * 8]), series([3.0, None, 3.1]), (), series(steady)]
    assert process_behaviours(many) == tuple(process_behaviour(one) for one in many)


@pytest.mark.parametrize(
    ("later", "rule", "direction", "length"),
    [
        ((3.3, 3.2, 3.3, 3.2, 3.3, 3.2, 3.3), Rule.SHIFT, Direction.LOWER, 8),
        ((3.4, 4.3), Rule.OUTSIDE, Direction.HIGHER, 1),
        ((3.4, 3.8, 3.4, 3.8), Rule.TWO_IN_THREE, Direction.HIGHER, 3),
        ((3.6, 3.1, 3.2, 3.3, 3.4, 3.5, 3.6, 3.7), Rule.TREND, Direction.HIGHER, 7),
    ],
)
def test_the_latest_signal_names_its_rule_direction_and_run(
    later: tuple[float, ...],
    rule: Rule,
    direction: Direction,
    length: int,
    series: Series,
    steady: tuple[float, ...],
) -> None:
    signal = latest_signal(process_behaviour(series([*steady, *later])))
    assert signal is not None
    assert (signal.rule, signal.direction, len(signal.months)) == (rule, direction, length)


def test_a_signal_that_ended_is_not_the_latest(series: Series, steady: tuple[float, ...]) -> None:
    assert latest_signal(process_behaviour(series([*steady, 4.3, 3.4]))) is None


def test_nothing_is_said_of_a_hidden_latest_month(
    series: Series, steady: tuple[float, ...]
) -> None:
    assert latest_signal(process_behaviour(series([*steady, *[3.0] * 7, None]))) is None


def test_a_run_does_not_reach_over_a_hidden_month(
    series: Series, steady: tuple[float, ...]
) -> None:
    later = [3.2] * 4 + [None] + [3.2] * 6
    assert latest_signal(process_behaviour(series([*steady, *later]))) is None


def coarse_at(points: Sequence[Point], place: int) -> list[Point]:
    """Return the series with one month shown coarsely."""
    point = points[place]
    assert isinstance(point, SeriesPoint)
    return [*points[:place], replace(point, is_coarse=True), *points[place + 1 :]]


def test_a_month_that_is_shown_coarsely_is_not_judged_however_far_off_it_is(
    series: Series, steady: tuple[float, ...]
) -> None:
    points = series([*steady, 5.0])
    assert latest_signal(process_behaviour(points)) is not None
    behaviour = process_behaviour(coarse_at(points, -1 + len(points)))
    assert latest_signal(behaviour) is None
    latest = judged_points(behaviour)[-1]
    assert (latest.point.mean, latest.lower_limit, latest.rule) == (5.0, None, Rule.ORDINARY)


def test_a_month_that_is_shown_coarsely_breaks_a_run_as_a_hidden_one_does(
    series: Series, steady: tuple[float, ...]
) -> None:
    later = [3.2] * 11
    points = series([*steady, *later])
    assert latest_signal(process_behaviour(points)) is not None
    assert latest_signal(process_behaviour(coarse_at(points, len(steady) + 4))) is None


def test_a_month_that_is_shown_coarsely_is_in_no_average_and_no_limit(
    series: Series, steady: tuple[float, ...]
) -> None:
    coarse = process_behaviour(coarse_at(series([*steady[:6], 5.0, *steady[6:], 3.4]), 6))
    hidden = process_behaviour(series([*steady[:6], None, *steady[6:], 3.4]))
    assert (coarse.centre, coarse.fixed_at) == (hidden.centre, hidden.fixed_at)
    last_coarse, last_hidden = judged_points(coarse)[-1], judged_points(hidden)[-1]
    assert last_coarse.upper_limit == last_hidden.upper_limit
