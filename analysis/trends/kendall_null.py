"""The exact distribution of Kendall's S when chance alone orders the values, ties included."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate


def exact_p(s: int, ties: Sequence[int]) -> float:
    """Return the two-sided p: the share of all orders whose S is at least as far from 0.

    Args:
        s: Kendall's S of the series.
        ties: how many values are equal, for each different value; their sum is the length.

    Source: S is the number of unequal pairs less twice the inversions, and the orders of a
    multiset are counted by inversions by the Gaussian multinomial coefficient (P. A. MacMahon,
    Combinatory Analysis, 1915). Without ties this is Kendall's own table.
    """
    orders = _orders_by_inversions(tuple(sorted(ties)))
    pairs = len(orders) - 1
    as_far = sum(count for place, count in enumerate(orders) if abs(pairs - 2 * place) >= abs(s))
    return as_far / sum(orders)


@lru_cache(maxsize=1024)
def _orders_by_inversions(ties: tuple[int, ...]) -> tuple[int, ...]:
    """Return how many orders of the multiset have 0, 1, 2, ... inversions."""
    orders = [1]
    length = 0
    for tie in ties:
        for factor in range(1, tie + 1):
            length += 1
            orders = _times(orders, length)
            orders = _divided(orders, factor)
    return tuple(orders)


def _times(orders: Sequence[int], length: int) -> list[int]:
    """Multiply by 1 + q + ... + q^(length - 1): put one more value in any of its places."""
    padded = [*orders, *([0] * (length - 1))]
    sums = [0, *accumulate(padded)]
    return [sums[end] - sums[max(0, end - length)] for end in range(1, len(sums))]


def _divided(orders: Sequence[int], factor: int) -> list[int]:
    """Divide by the same polynomial; a Gaussian binomial coefficient leaves no remainder."""
    quotient: list[int] = []
    for place in range(len(orders) - factor + 1):
        taken = sum(quotient[max(0, place - factor + 1) : place])
        quotient.append(orders[place] - taken)
    return quotient
