"""Means of few answers on a bounded scale: an interval for any spread, and what a team can show."""

import numpy as np
from scipy.special import betaincinv, nctdtr, stdtrit

_LEVEL = 0.975  # both tails together leave 5 %


def bounded_mean_interval(
    mean: float, *, respondents: int, scale_points: int
) -> tuple[float, float]:
    """Return an interval of at least 95 % for a mean, however answers spread over the scale.

    The mean, moved to 0 to 1, is treated as a share of the answers at the highest point, all
    others being at the lowest, which is the widest spread there is; its interval is that of
    Clopper and Pearson with a count that need not be whole. It is wide: four fifths of the scale
    for five answers. Where the spread is known, `intervals.mean_interval` says far more
    (docs/decisions/0133-intervals-of-small-means.md).

    Args:
        mean: of the answers, from 1 to scale_points; not rounded.
        respondents: answers behind it, at least 1.
        scale_points: the highest score; the lowest is 1.

    Raises:
        ValueError: the mean is off the scale, or there is no answer.
    """
    if respondents < 1 or not 1 <= mean <= scale_points:
        raise ValueError(f"{mean} is no mean of {respondents} answers from 1 to {scale_points}")
    width = scale_points - 1
    high_end = respondents * (mean - 1) / width
    low_end = respondents - high_end
    low = betaincinv(high_end, low_end + 1, 1 - _LEVEL) if high_end > 0 else 0.0
    high = betaincinv(high_end + 1, low_end, _LEVEL) if low_end > 0 else 1.0
    return 1 + width * float(low), 1 + width * float(high)


def power_to_see(drop: float, *, spread: float, respondents: int, respondents_before: int) -> float:
    """Return how often a two-sided t test at 5 % shows a real drop between two means.

    Args:
        drop: the real change, in scale points.
        spread: standard deviation of single answers in both, in scale points, above 0.
        respondents: answers behind the later mean, at least 2.
        respondents_before: answers behind the earlier one, at least 2; all those of a year
            together where a month is compared with the year before.

    Raises:
        ValueError: a spread or a number of answers is too small.
    """
    if spread <= 0 or min(respondents, respondents_before) < 2:  # noqa: PLR2004 - t needs a spread
        raise ValueError("power needs a spread above 0 and two answers on each side")
    freedom = respondents + respondents_before - 2
    error = spread * np.sqrt(1 / respondents + 1 / respondents_before)
    distance = abs(drop) / error
    quantile = stdtrit(freedom, _LEVEL)
    # Seen as a drop, or, rarely, as a rise.
    as_drop = 1 - nctdtr(freedom, distance, quantile)
    as_rise = nctdtr(freedom, distance, -quantile)
    return float(as_drop + as_rise)
