"""What a small team can show: how often a real drop between two means is seen."""

import numpy as np
from scipy.special import nctdtr, stdtrit

_LEVEL = 0.975  # both tails together leave 5 %


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
