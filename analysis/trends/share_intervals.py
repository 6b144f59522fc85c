"""Intervals of shares."""

from math import ceil, floor, sqrt

from analysis.release import Bound, CodedNumber

_PERCENT = 100
_ENDS = 5  # percentage points; a finer end would say more than the rounded share does
_NORMAL_QUANTILE = 1.959963984540054  # both tails together leave 5 %


def wilson_interval(count: float, of: int) -> tuple[float, float]:
    """Return the ends of the 95 % interval of the share `count` / `of`, within 0 to 1.

    The count need not be whole: a released share is rounded.

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


def released_share_interval(share: CodedNumber, respondents: int) -> tuple[int, int] | None:
    """Return Wilson's interval of a released share in percent, its ends rounded outward to fives.

    None for a share that stands for a range itself ("90 % or more"). It rests on the rounded
    share and on everybody who answered, since how many skipped the question is not released.
    """
    if share.bound is not Bound.EXACT:
        return None
    low, high = wilson_interval(share.value / _PERCENT * respondents, respondents)
    return _ENDS * floor(_PERCENT * low / _ENDS), _ENDS * ceil(_PERCENT * high / _ENDS)
