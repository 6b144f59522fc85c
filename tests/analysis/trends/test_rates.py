"""Leaver rates as p' charts."""

import numpy as np
import pytest

from analysis.trends.behaviour import Direction, Rule
from analysis.trends.rates import RateMonth, rate_behaviour
from surveys.months import Month

FIRST = Month(2025, 1)


def months(*events: int | None, people: int = 100) -> list[RateMonth]:
    return [RateMonth(FIRST.shifted(place), people, each) for place, each in enumerate(events)]


def test_a_rate_is_events_in_percent_of_people_and_none_where_either_is_missing() -> None:
    assert RateMonth(FIRST, 40, 1).rate == 2.5
    assert RateMonth(FIRST, 40, None).rate is None
    assert RateMonth(FIRST, 0, 0).rate is None


def test_limits_are_laneys_worked_out_by_hand() -> None:
    """p-bar, the p chart's sigma per month, z, its moving range, and 3 sigma of z on top."""
    events = np.array([2, 4, 1, 3, 5, 2, 3, 4])
    people = np.array([100, 120, 80, 100, 150, 90, 110, 100])
    shares = events / people
    mean = events.sum() / people.sum()
    sigma = np.sqrt(mean * (1 - mean) / people)
    z = (shares - mean) / sigma
    ranges = np.abs(np.diff(z))
    sigma_z = ranges[ranges < 3.267 * ranges.mean()].mean() / 1.128
    by_hand = mean + 3 * sigma * sigma_z

    judged = rate_behaviour(
        [
            RateMonth(FIRST.shifted(place), int(people[place]), int(events[place]))
            for place in range(len(events))
        ]
    )

    assert judged.centre == pytest.approx(100 * mean)
    assert [month.upper_limit for month in judged.months] == pytest.approx(
        (100 * by_hand).tolist(), rel=1e-12
    )


def test_a_month_far_above_its_own_past_is_a_signal() -> None:
    judged = rate_behaviour(months(2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 15))

    assert (judged.months[-1].rule, judged.months[-1].direction) == (Rule.OUTSIDE, Direction.HIGHER)
    assert judged.fixed_at == FIRST.shifted(11)


def test_a_hidden_month_is_a_gap_and_has_no_part_in_average_or_signals() -> None:
    with_gap = rate_behaviour(months(2, 3, 2, None, 3, 2, 3, 2))

    assert with_gap.months[3].rule is Rule.ORDINARY
    assert with_gap.centre == pytest.approx(100 * 17 / 700)


def test_few_months_have_no_limits() -> None:
    judged = rate_behaviour(months(2, 3, 2, 3, 2))

    assert judged.centre is None
    assert judged.months[0].upper_limit is None


def test_limits_stay_between_nobody_and_everybody() -> None:
    judged = rate_behaviour(months(0, 1, 0, 1, 0, 1, people=4))

    assert judged.months[0].lower_limit == 0
    assert judged.months[0].upper_limit is not None
    assert judged.months[0].upper_limit <= 100


def test_no_month_gives_nothing() -> None:
    assert rate_behaviour([]).months == ()


def test_the_first_leaver_after_a_year_without_any_is_no_signal() -> None:
    judged = rate_behaviour(months(*[0] * 12, 1))

    assert judged.centre == 0
    assert judged.months[-1].rule is Rule.ORDINARY
    assert (judged.months[-1].lower_limit, judged.months[-1].upper_limit) == (0, 0)
