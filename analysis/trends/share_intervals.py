"""Intervals of shares."""

from math import sqrt

_NORMAL_QUANTILE = 1.959963984540054  # both tails together leave 5 %


def wilson_interval(count: int, of: int) -> tuple[float, float]:
    """Return the ends of the 95 % interval of the share `count` / `of`, within 0 to 1.

    Raises:
        ValueError: `of` is below 1, or the count below 0 or above it.

    Source: E. B. Wilson, Journal of the American Statistical Association 22 (1927).
    """
    if not 0 <= count <= of or of < 1:
        raise ValueError(f"{count} of {of} is no share")
    squared = _NORMAL_QUANTILE**2
    middle = (count + squared / 2) / (of + squared)
    half = _NORMAL_QUANTILE * sqrt(count * (of - count) / of + squared / 4) / (of + squared)
    # At the ends of the scale the interval holds the end itself, whatever floats make of it.
    return (0.0 if count == 0 else middle - half, 1.0 if count == of else middle + half)
