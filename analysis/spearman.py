"""Spearman's rank correlation with intervals for single and for clustered observations."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_DRAWS = 999
_SEED = 20_260_101  # any fixed number: the same figures give the same interval
_CELLS_AT_ONCE = 2_000_000  # draws times observations held in memory
_TWO_SIDED = 0.975
_NORMAL_QUANTILE = 1.959963984540054


def midranks(values: FloatArray) -> FloatArray:
    """Return ranks from 1; ties share the mean of theirs."""
    _distinct, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    ranks: FloatArray = (last - (count - 1) / 2)[place]
    return ranks


def spearman(first: FloatArray, second: FloatArray) -> float:
    """Return Pearson's correlation of the midranks, which is Spearman's with ties.

    Raises:
        ValueError: one of them is constant.
    """
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        raise ValueError("a constant has no correlation")
    a, b = midranks(first), midranks(second)
    a, b = a - a.mean(), b - b.mean()
    return float(np.clip((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()), -1, 1))


def between_interval(estimate: float, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a rank correlation of n independent pairs, n above 3.

    Fisher's z with standard error sqrt((1 + r^2 / 2) / (n - 3)): D. G. Bonett and T. A. Wright,
    Sample size requirements for estimating Pearson, Kendall and Spearman correlations,
    Psychometrika 65 (2000). A perfect order has no z; there the interval of the next lower order
    (two neighbours swapped) is taken, with its far end moved to 1.
    """
    next_lower = 1 - 12 / (n**3 - n)
    used = max(-next_lower, min(next_lower, estimate))
    error = np.sqrt((1 + used * used / 2) / (n - 3))
    middle = np.arctanh(used)
    low = float(np.tanh(middle - _NORMAL_QUANTILE * error))
    high = float(np.tanh(middle + _NORMAL_QUANTILE * error))
    return min(low, estimate), max(high, estimate)


def clustered_interval(
    first: FloatArray, second: FloatArray, *, clusters: IntArray
) -> tuple[float, float]:
    """Return the 95 % interval of a rank correlation whose pairs come in clusters.

    Whole clusters are drawn with replacement 999 times. The spread of Fisher's z over the draws
    is its standard error, and the quantile is Student's with (clusters - 1) degrees of freedom,
    because the plain percentiles of the draws are too narrow with few clusters. The seed is
    fixed: the same figures give the same interval.

    Equal pairs are counted together, so that half a million pairs of few different values cost
    little more than few pairs do.

    Args:
        first: one value per pair.
        second: the other.
        clusters: the cluster of each pair, numbered from 0 without gaps; at least two.
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - most pages that load this never need it

    number = int(clusters.max()) + 1
    # A draw in which a value is constant says nothing; one in perfect order has no finite z.
    drawn = _drawn_correlations(first, second, clusters, number)
    error = float(np.nanstd(np.arctanh(np.clip(drawn, -1 + 1e-9, 1 - 1e-9)), ddof=1))
    middle = np.arctanh(np.clip(spearman(first, second), -1 + 1e-9, 1 - 1e-9))
    half = float(stdtrit(number - 1, _TWO_SIDED)) * error
    return float(np.tanh(middle - half)), float(np.tanh(middle + half))


def _drawn_correlations(
    first: FloatArray, second: FloatArray, clusters: IntArray, number: int
) -> FloatArray:
    """Return the correlation of each draw of clusters; nan where a value is constant."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - as above

    random = np.random.default_rng(_SEED)
    draws = random.multinomial(number, np.full(number, 1 / number), size=_DRAWS)
    pairs, place = np.unique(np.column_stack([first, second]), axis=0, return_inverse=True)
    ones = np.ones(len(first), dtype=np.int64)
    in_clusters = csr_array((ones, (place.ravel(), clusters)), shape=(len(pairs), number))
    step = max(1, _CELLS_AT_ONCE // len(pairs))
    parts = [
        _weighted_spearman(
            pairs[:, 0],
            pairs[:, 1],
            np.asarray(in_clusters @ draws[at : at + step].T, dtype=np.int64).T,
        )
        for at in range(0, _DRAWS, step)
    ]
    return np.concatenate(parts)


def _weighted_spearman(first: FloatArray, second: FloatArray, weights: IntArray) -> FloatArray:
    """Return one correlation per row of weights; a weight says how often a pair was drawn."""
    total = weights.sum(axis=1, keepdims=True)
    a = _weighted_midranks(first, weights) - (total + 1) / 2
    b = _weighted_midranks(second, weights) - (total + 1) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        products = (weights * a * b).sum(axis=1)
        squares = (weights * a * a).sum(axis=1) * (weights * b * b).sum(axis=1)
        result: FloatArray = products / np.sqrt(squares)
    return result


def _weighted_midranks(values: FloatArray, weights: IntArray) -> FloatArray:
    """Return midranks as if each pair stood there as often as its weight says."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] > ordered[:-1])))
    tied = np.add.reduceat(weights[:, order], starts, axis=1)
    middle = np.cumsum(tied, axis=1) - (tied - 1) / 2
    group = np.cumsum(np.concatenate(([True], ordered[1:] > ordered[:-1]))) - 1
    ranks = np.empty(weights.shape)
    ranks[:, order] = middle[:, group]
    return ranks
