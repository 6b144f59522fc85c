"""Long-run directions of units: which months count, and what is said of them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from analysis.trends.direction import DAYS_PER_YEAR, mann_kendall, theil_sen
from analysis.trends.direction_tables import SeriesDirection, Told
from analysis.trends.direction_words import (
    direction_sentence,
    direction_words,
    looked_at_words,
    signed,
)
from analysis.trends.measures import Point, SeriesPoint
from analysis.trends.unit_directions import unit_directions
from tests.analysis.trends.behaviours import process_behaviour

Series = Callable[..., tuple[Point, ...]]
MINUS = "\N{MINUS SIGN}"
FALLING = (3.9, 3.8, 3.8, 3.7, 3.6, 3.6, 3.5, 3.4, 3.4, 3.3, 3.2, 3.1)


def direction_of(points: Sequence[Point]) -> SeriesDirection:
    return unit_directions([process_behaviour(points)])[0]


def test_a_series_has_the_test_and_the_slope_of_its_shown_months_on_real_dates(
    series: Series,
) -> None:
    points = series([*FALLING[:5], None, *FALLING[5:]])
    found = direction_of(points)
    days = [point.month.first_day.toordinal() for point in points if isinstance(point, SeriesPoint)]
    values = np.array([FALLING])
    test = mann_kendall(values)
    line = theil_sen(values, np.array(days) / DAYS_PER_YEAR, variance=test.variance)
    assert (found.n, found.s, found.p) == (12, test.s[0], test.p[0])
    assert found.slope_per_year == line.slope[0]
    assert found.told is Told.FALLING


def test_coarse_months_are_no_values(series: Series) -> None:
    points = list(series(FALLING))
    last = points[-1]
    assert isinstance(last, SeriesPoint)
    assert direction_of([*points[:-1], replace(last, mean=5.0, is_coarse=True)]).n == 11


def test_a_rebase_does_not_change_the_direction(series: Series) -> None:
    points = series(FALLING)
    rebased = process_behaviour(points, starts=[points[6].month])
    assert unit_directions([rebased]) == unit_directions([process_behaviour(points)])


def test_many_series_are_adjusted_together_and_none_at_all_is_fine(series: Series) -> None:
    quiet = [process_behaviour(series([3.4, 3.3, 3.5, 3.4, 3.3, 3.5])) for _ in range(20)]
    slow = process_behaviour(series([3.9, 3.8, 3.7, 3.6, 3.5]))
    alone, among = unit_directions([slow])[0], unit_directions([slow, *quiet])[0]
    assert (alone.told, among.told) == (Told.FALLING, Told.NONE)
    assert unit_directions([]) == ()


def test_the_words_of_a_table_say_direction_size_and_months(series: Series) -> None:
    told = direction_words(direction_of(series(FALLING)))
    assert told.told == "falling"
    assert told.months == "12 months"
    assert told.change.startswith(f"{MINUS}0.8")
    assert " a year (" in told.change


def test_few_months_tell_nothing_and_no_change_is_written(series: Series) -> None:
    told = direction_words(direction_of(series([3.9, 3.8, 3.7, None])))
    assert (told.told, told.change, told.months) == ("too few months to tell", "", "3 months")


def test_no_clear_direction_is_called_so(series: Series) -> None:
    found = direction_of(series([3.4, 3.5] * 6))
    assert direction_words(found).told == "no clear direction"
    with pytest.raises(ValueError, match="clear direction"):
        direction_sentence(found, "Morale in North")


def test_the_sentence_gives_size_months_and_interval_without_a_sign(series: Series) -> None:
    found = replace(
        direction_of(series(FALLING)), slope_per_year=-0.31, low=-0.52, high=-0.1, resemblance=0.0
    )
    assert direction_sentence(found, "Morale in North") == (
        "Morale in North has fallen by about 0.31 a year over 12 shown months, "
        "95% interval 0.10 to 0.52."
    )
    alike = replace(found, resemblance=0.4)
    assert direction_sentence(alike, "Morale").endswith("months resemble the month before.")
    assert direction_words(alike).caution
    assert not direction_words(found).caution


@pytest.mark.parametrize(
    ("figure", "text"),
    [(0.314, "+0.31"), (-0.315, f"{MINUS}0.32"), (-0.001, "0.00"), (0.0, "0.00")],
)
def test_signs_stand_before_what_is_not_nothing(figure: float, text: str) -> None:
    assert signed(figure) == text


@pytest.mark.parametrize(
    ("tested", "told", "text"),
    [
        (0, 0, "No series has five shown months yet, so no long-run direction is told."),
        (1, 0, "1 series has five shown months or more. None of them has a clear long-run direction."),
        (40, 1, "40 series have five shown months or more. One of them has a clear long-run direction; of those told, about one in twenty at most would be chance."),
    ],
)  # fmt: skip
def test_a_page_says_how_many_series_it_tested_together(tested: int, told: int, text: str) -> None:
    assert looked_at_words(tested, told) == text
