"""Would units' exits move with somebody else's series as much? A permutation of whole series.

The second inference beside standard errors by unit: it needs no formula for the variance and keeps
each unit's own course over time, with all its ups and downs, in one piece.

Source of stopping early: J. Besag and P. Clifford, Sequential Monte Carlo p-values, Biometrika 78
(1991).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from analysis.fixed_effects import (
    BoolArray,
    FloatArray,
    Sample,
    WithinFit,
    fit_within,
    pseudo_inverse,
)

_SWEEPS = 50  # each takes unit and period means out; one is enough where no row is missing
_TIES = 1e-9  # noise of floating point does not make a draw less extreme
_SEED = 20_260_112
_ENOUGH = 50  # draws as far as the real one; by then it is clear that the chance is not small
_AT_ONCE = 100  # orders held in memory


@dataclass(frozen=True, slots=True)
class Permuted:
    """How often a draw is at least as far from zero as the real order, and how many were drawn.

    `p_value` is the share of draws, the real one counted in; where drawing stopped early it is the
    share of those drawn.
    """

    p_value: float
    draws: int


def permute_series(sample: Sample, *, predictor: int, draws: int) -> Permuted | None:
    """Return the permutation p-value of one predictor, None where its null cannot be fitted.

    The test is the score test, studentised by unit: sum of s over the root of the sum of s squared,
    where s is a unit's series times its residuals in the model without the predictor. In every
    draw the series are first cleared of units, periods and the other predictors by the weights of
    that model, the real order like all others. A draw gives each unit the series of another;
    where that one has no value it counts as average. Nothing is fitted again in a draw. The draws
    are the same each time (fixed seed). After 50 draws as far as the real order no more are made:
    the chance is then not small, and nobody in a large organisation need wait for the rest.

    Args:
        sample: what took part in the fit.
        predictor: the place of the predictor in question.
        draws: how often the series are given out anew at most, 1 or more.
    """
    others = np.delete(sample.predictors, predictor, axis=0)
    null = fit_within(sample.with_predictors(others))
    if not isinstance(null, WithinFit):
        return None
    series = _without_means(sample.predictors[predictor], sample.is_present)
    score = _Score.of(sample.exits, null.expected, others)
    real = score.size(series) - _TIES
    as_far = 0
    for drawn, order in enumerate(_orders(len(series), draws), start=1):
        as_far += score.size(series[order]) >= real
        if as_far == _ENOUGH:
            return Permuted(p_value=as_far / drawn, draws=drawn)
    return Permuted(p_value=(as_far + 1) / (draws + 1), draws=draws)


@dataclass(frozen=True, slots=True)
class _Score:
    """The score test of one more predictor in a fitted model; grids are units x periods.

    `weighted` are the predictors in the model, cleared of units and periods, times the expected
    exits; `of_others` (units x predictors) is what each unit's residuals are to them, and `inverse`
    turns the one into slopes. All that no draw changes is worked out once.
    """

    residuals: FloatArray
    expected: FloatArray
    shares: FloatArray
    inverse_of_periods: FloatArray
    weighted: FloatArray
    of_others: FloatArray
    inverse: FloatArray

    @classmethod
    def of(cls, exits: FloatArray, expected: FloatArray, others: FloatArray) -> "_Score":
        shares = expected / expected.sum(axis=1, keepdims=True)
        inverse, _rank = pseudo_inverse(np.diag(expected.sum(axis=0)) - expected.T @ shares)
        none = np.empty((0, *exits.shape))
        bare = cls(
            exits - expected, expected, shares, inverse, none, np.empty((0, 0)), np.empty((0, 0))
        )
        if not len(others):
            return bare
        cleared = np.array(
            [
                other - periods - bare.of_units(other - periods)[:, None]
                for other, periods in ((other, bare.of_periods(other)) for other in others)
            ]
        )
        weighted = cleared * expected
        return replace(
            bare,
            weighted=weighted,
            of_others=np.einsum("kut,ut->uk", cleared, bare.residuals),
            inverse=np.linalg.inv(np.einsum("kut,jut->kj", weighted, cleared)),
        )

    def of_units(self, series: FloatArray) -> FloatArray:
        """Return the mean of each unit's series by its expected exits."""
        return np.asarray(np.einsum("ut,ut->u", series, self.shares))

    def of_periods(self, series: FloatArray) -> FloatArray:
        """Return the effect of each period on the series, beside those of units."""
        total = np.einsum("ut,ut->t", series, self.expected)
        left = total - self.expected.T @ self.of_units(series)
        return np.asarray(self.inverse_of_periods @ left)

    def size(self, series: FloatArray) -> float:
        """Return the size of the studentised score, 0 where nothing of the series is left."""
        # Residuals of a unit add up to 0, so its own mean need not be taken out here.
        scores = np.einsum("ut,ut->u", series, self.residuals)
        scores -= self.residuals @ self.of_periods(series)
        if len(self.weighted):
            slopes = self.inverse @ np.einsum("kut,ut->k", self.weighted, series)
            scores -= self.of_others @ slopes
        square = float(scores @ scores)
        return abs(float(scores.sum())) / square**0.5 if square > 0 else 0.0


def _without_means(grid: FloatArray, is_present: BoolArray) -> FloatArray:
    left = np.where(is_present, grid, 0.0)
    for _ in range(1 if is_present.all() else _SWEEPS):
        for axis in (1, 0):
            counts = is_present.sum(axis=axis, keepdims=True)
            left -= left.sum(axis=axis, keepdims=True) / counts
            left *= is_present
    return left


def _orders(units: int, draws: int) -> Iterator[npt.NDArray[np.int32]]:
    """Yield whose series each unit gets, in random orders that are the same each time."""
    random = np.random.default_rng(_SEED)
    for first in range(0, draws, _AT_ONCE):
        block = np.tile(np.arange(units, dtype=np.int32), (min(_AT_ONCE, draws - first), 1))
        yield from random.permuted(block, axis=1)
