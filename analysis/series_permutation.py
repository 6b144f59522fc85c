"""Would units' exits move with somebody else's series as much? A permutation of whole series.

The second inference beside standard errors by unit: it needs no formula for the variance and keeps
each unit's own course over time, with all its ups and downs, in one piece.
"""

from dataclasses import dataclass

import numpy as np

from analysis.fixed_effects import BoolArray, FloatArray, Sample, WithinFit, fit_within

_BLOCK_UNITS = 256
_SWEEPS = 50  # each takes unit and period means out; one is enough where no row is missing
_TIES = 1e-9  # noise of floating point does not make a draw less extreme
_SEED = 20_260_112


@dataclass(frozen=True, slots=True)
class Permuted:
    """The share of draws (the real one counted in) at least as far from zero as the real one."""

    p_value: float
    draws: int


def permute_series(sample: Sample, *, predictor: int, draws: int) -> Permuted | None:
    """Return the permutation p-value of one predictor, None where its null cannot be fitted.

    The test is the score test, studentised by unit: sum of s over the root of the sum of s squared,
    where s is a unit's centred series times its residuals in the model without the predictor.
    A draw gives each unit the series of another; where that one has no value it counts as average.
    Series are centred without regard to exits, so that all orders of them are treated alike.
    Nothing is fitted again in a draw. The draws are the same each time (fixed seed).

    Args:
        sample: what took part in the fit.
        predictor: the place of the predictor in question.
        draws: how often the series are given out anew, 1 or more.
    """
    others = np.delete(sample.predictors, predictor, axis=0)
    null = fit_within(sample.with_predictors(others))
    if not isinstance(null, WithinFit):
        return None
    order = _orders(len(sample.exits), draws)
    series = _centred(sample.predictors[predictor], others, sample.is_present)
    statistic = _statistics(series, null.residuals, order)
    as_far = np.count_nonzero(statistic >= statistic[0] - _TIES)
    return Permuted(p_value=float(as_far / (draws + 1)), draws=draws)


def _centred(series: FloatArray, others: FloatArray, is_present: BoolArray) -> FloatArray:
    """Return what unit means, period means and the other predictors leave; 0 where no row is."""
    left = _without_means(series, is_present)
    beside = np.array([_without_means(other, is_present)[is_present] for other in others])
    if len(beside):
        slopes, *_rest = np.linalg.lstsq(beside.T, left[is_present], rcond=None)
        left[is_present] -= slopes @ beside
    return left


def _without_means(grid: FloatArray, is_present: BoolArray) -> FloatArray:
    left = np.where(is_present, grid, 0.0)
    for _ in range(1 if is_present.all() else _SWEEPS):
        for axis in (1, 0):
            counts = is_present.sum(axis=axis, keepdims=True)
            left -= left.sum(axis=axis, keepdims=True) / counts
            left *= is_present
    return left


def _orders(units: int, draws: int) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """Return whose series each unit gets: as it is first, then in random order."""
    orders = np.tile(np.arange(units, dtype=np.int32), (draws + 1, 1))
    np.random.default_rng(_SEED).permuted(orders[1:], axis=1, out=orders[1:])
    return orders


def _statistics(
    centred: FloatArray,
    residuals: FloatArray,
    orders: np.ndarray[tuple[int, int], np.dtype[np.int32]],
) -> FloatArray:
    """Return the size of the studentised score for each order."""
    total, square = np.zeros(len(orders)), np.zeros(len(orders))
    for first in range(0, len(residuals), _BLOCK_UNITS):
        block = residuals[first : first + _BLOCK_UNITS]
        every_pair = centred @ block.T
        scores = every_pair[orders[:, first : first + _BLOCK_UNITS], np.arange(len(block))]
        total += scores.sum(axis=1)
        square += np.einsum("du,du->d", scores, scores)
    with np.errstate(invalid="ignore"):
        return np.where(square > 0, np.abs(total) / np.sqrt(square), 0.0)
