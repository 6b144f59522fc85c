"""How far a shown mean may be from what everybody there would say: 95 % intervals.

They rest on released figures alone: the mean, the number of answers and the standard deviation
within units that travels with the release.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import stdtrit

from analysis.release import Bound

_LEVEL = 0.975  # both tails together leave 5 %
_ROUNDING_SD = 1 / np.sqrt(12)  # of a number rounded to steps of 1, in steps


def mean_interval(
    mean: float,
    *,
    respondents: int,
    spreads: Sequence[float],
    bound: Bound,
    scale_points: int,
    display_step: float = 0.1,
) -> tuple[float, float]:
    """Return the ends of the 95 % interval of a mean of item means, in scale points.

    The half width is t(n - 1) times the root of (s^2 / n + step^2 / 12): sampling and the
    rounding of the shown mean. For several items s is the mean of their s, which is right if
    people answer all of them alike and too wide otherwise (Cauchy-Schwarz), never too narrow. The
    interval stays on the scale; of a mean that is coded "or more" or "or less" it reaches to the
    scale's end.

    Args:
        mean: the shown mean.
        respondents: people who answered in the cell; those who skipped an item are among them.
        spreads: the released within-unit standard deviation of each item.
        bound: how the mean is coded.
        scale_points: the highest score; the lowest is 1.
        display_step: to which the mean is rounded.

    Raises:
        ValueError: fewer than two respondents or no item.
    """
    if respondents < 2:  # noqa: PLR2004 - one answer has no spread
        raise ValueError("an interval needs at least two respondents")
    if not spreads:
        raise ValueError("an interval needs the spread of at least one item")
    spread = sum(spreads) / len(spreads)
    error = np.sqrt(spread**2 / respondents + (display_step * _ROUNDING_SD) ** 2)
    half = float(stdtrit(respondents - 1, _LEVEL) * error)
    low = 1.0 if bound is Bound.AT_MOST else max(1.0, mean - half)
    high = float(scale_points) if bound is Bound.AT_LEAST else min(float(scale_points), mean + half)
    return low, high
