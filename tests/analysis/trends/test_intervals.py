"""Intervals by hand, at the ends of the scale, and their coverage."""

import numpy as np
import pytest
from scipy.stats import t

from analysis.release import Bound
from analysis.trends.intervals import mean_interval


def interval(
    mean: float, n: int, *spreads: float, bound: Bound = Bound.EXACT
) -> tuple[float, float]:
    return mean_interval(mean, respondents=n, spreads=spreads, bound=bound, scale_points=5)


def test_the_half_width_is_student_times_the_error_of_sampling_and_rounding() -> None:
    low, high = interval(3.0, 19, 0.85)
    half = t.ppf(0.975, 18) * np.sqrt(0.85**2 / 19 + 0.1**2 / 12)
    assert (low, high) == pytest.approx((3.0 - half, 3.0 + half))


def test_several_items_are_taken_to_be_answered_alike() -> None:
    assert interval(3.0, 19, 0.6, 1.0) == pytest.approx(interval(3.0, 19, 0.8))


def test_an_interval_stays_on_the_scale() -> None:
    assert interval(1.1, 5, 1.0)[0] == 1.0
    assert interval(4.9, 5, 1.0)[1] == 5.0


def test_a_coded_mean_reaches_to_the_end_of_the_scale() -> None:
    assert interval(4.6, 40, 0.5, bound=Bound.AT_LEAST)[1] == 5.0
    assert interval(1.4, 40, 0.5, bound=Bound.AT_MOST)[0] == 1.0


def test_more_answers_make_it_narrower() -> None:
    widths = [np.diff(interval(3.0, n, 0.9))[0] for n in (5, 10, 20, 40, 400)]
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize(("n", "spreads"), [(1, (0.9,)), (10, ())])
def test_no_spread_and_a_single_answer_are_refused(n: int, spreads: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="interval needs"):
        interval(3.0, n, *spreads)


@pytest.mark.parametrize("n", [5, 20, 400])
def test_about_95_of_100_intervals_hold_the_mean_they_are_about(n: int) -> None:
    """Answers on five points, their mean rounded to one decimal as a release shows it."""
    random = np.random.default_rng(11)
    shares = np.array([0.08, 0.17, 0.25, 0.35, 0.15])
    scores = np.arange(1, 6)
    truth = float(shares @ scores)
    spread = round(float(np.sqrt(shares @ (scores - truth) ** 2)), 2)
    means = np.round(random.multinomial(n, shares, size=2000) @ scores / n, 1)
    hits = [low <= truth <= high for low, high in (interval(float(m), n, spread) for m in means)]
    assert np.mean(hits) > 0.94
