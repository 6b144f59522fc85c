"""Sums up the unit tree: what each unit holds with everything below it."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]


def levels_of(parents: Sequence[int]) -> tuple[Whole, ...]:
    """Return the places at each depth, roots first.

    Args:
        parents: for each place its parent's, which comes before it; -1 for a root.
    """
    depths: list[int] = []
    for parent in parents:
        depths.append(0 if parent < 0 else depths[parent] + 1)
    by_depth = np.argsort(np.array(depths, dtype=np.int64), kind="stable").astype(np.int64)
    ends = np.cumsum(np.bincount(depths)) if depths else np.zeros(0, dtype=np.int64)
    return tuple(np.split(by_depth, ends[:-1])) if depths else ()


def sum_up(own: Whole, parents: Sequence[int]) -> Whole:
    """Return each place's own row plus the rows of all places below it."""
    total = own.copy()
    above = np.array(parents, dtype=np.int64)
    for places in reversed(levels_of(parents)[1:]):
        np.add.at(total, above[places], total[places])
    return total
