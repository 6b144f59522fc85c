"""Which questions move with morale, between units and between people within units.

Both are about the organisation as a whole. Between units: the shown means of units that have none
below them. Within units: the released correlations of items around the means of units. Neither
says why (docs/statistics/drivers.md).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.relative_weights import (
    are_told_apart,
    r_squared,
    relative_weights,
    standardised_betas,
)
from analysis.spearman import between_interval, spearman
from analysis.trends.multiple_tests import benjamini_hochberg

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

FEWEST_UNITS = 10
UNITS_PER_QUESTION = 5
"""Questions are taken together only with so many units for each; else the fit is to noise."""

_DRAWS = 999
_SEED = 20_260_102  # any fixed number: the same figures give the same intervals
_SHARE_OF_DRAWS = 0.9
_PERCENTILES = (2.5, 97.5)
_NORMAL_QUANTILE = 1.959963984540054
_NEARLY_ONE = 0.995  # what 1 may have been before it was rounded to two decimals
_FALSE_DISCOVERIES = 0.05
_TIE_DECIMALS = 9


@dataclass(frozen=True, slots=True)
class Refused:
    """No figure is told, and in words what is missing and how much more of it is needed."""

    reason: str


@dataclass(frozen=True, slots=True)
class Single:
    """One question beside morale: a correlation, its 95 % interval and the n behind it.

    `n` counts units (between) or degrees of freedom of people, at least (within). `adjusted_p` is
    adjusted for all questions that are looked at together.
    """

    estimate: float
    low: float
    high: float
    n: int
    adjusted_p: float

    @property
    def is_distinguishable(self) -> bool:
        return self.adjusted_p <= _FALSE_DISCOVERIES


@dataclass(frozen=True, slots=True)
class Term:
    """One question among several: its standardised coefficient and its share of R squared."""

    beta: float
    beta_interval: tuple[float, float]
    weight: float
    weight_interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Joint:
    """All questions at once; the terms' weights add up to `r_squared`."""

    terms: tuple[Term, ...]
    r_squared: float
    r_squared_interval: tuple[float, float]
    n: int


def single_between(morale: FloatArray, questions: FloatArray) -> tuple[Single | Refused, ...]:
    """Return Spearman's correlation of units' morale with each question.

    Args:
        morale: units' means in scale points, for each question over the months in which both are
            shown: the same shape as `questions`.
        questions: a row per unit and a column per question; nan where the unit shows none.
    """
    found: list[Single | Refused] = []
    for beside, column in zip(morale.T, questions.T, strict=True):
        shown = np.isfinite(column) & np.isfinite(beside)
        pair = (_ties_kept(beside[shown]), _ties_kept(column[shown]))
        if int(shown.sum()) < FEWEST_UNITS:
            found.append(_too_few_units(int(shown.sum()), FEWEST_UNITS))
        elif not all(np.ptp(values) > 0 for values in pair):
            found.append(Refused("All shown units have the same mean, so nothing can move."))
        else:
            estimate, n = spearman(*pair), int(shown.sum())
            low, high = between_interval(estimate, n)
            error = math.sqrt((1 + estimate**2 / 2) / (n - 3))
            found.append(Single(estimate, low, high, n, _two_sided(estimate, error)))
    return _adjusted(found)


def single_within(correlations: FloatArray, *, freedom: int) -> tuple[Single | Refused, ...]:
    """Return morale's correlation with each question around the means of units, with its interval.

    The interval is Fisher's, with standard error 1 / sqrt(freedom - 2).

    Args:
        correlations: of morale with each question; nan where none was released.
        freedom: the least degrees of freedom that may stand behind them.

    Source: R. A. Fisher, On the probable error of a coefficient of correlation, Metron 1 (1921);
    around means of units the freedom takes the place of n - 1.
    """
    error = 1 / math.sqrt(freedom - 2)
    found: list[Single | Refused] = []
    for estimate in correlations.tolist():
        if math.isnan(estimate):
            found.append(Refused("No month that asked it released its correlations."))
            continue
        middle = math.atanh(max(-_NEARLY_ONE, min(_NEARLY_ONE, estimate)))
        half = _NORMAL_QUANTILE * error
        interval = math.tanh(middle - half), math.tanh(middle + half)
        found.append(Single(estimate, *interval, freedom, _two_sided(estimate, error)))
    return _adjusted(found)


def joint_between(morale: FloatArray, questions: FloatArray) -> Joint | Refused:
    """Return the regression of units' morale on all questions, intervals by drawing units again.

    Units are drawn with replacement 999 times with a fixed seed, and the interval runs from the
    2.5th to the 97.5th percentile. A weight is never negative, so its interval never reaches 0.

    Args:
        morale: the mean of each unit in scale points.
        questions: a row per unit and a column per question; units that lack one take no part.

    Source: S. Tonidandel, J. M. LeBreton and J. W. Johnson, Psychological Methods 14 (2009).
    """
    table = np.column_stack([morale, questions])
    table = table[np.isfinite(table).all(axis=1)]
    units, fewest = len(table), max(FEWEST_UNITS, UNITS_PER_QUESTION * questions.shape[1])
    if units < fewest:
        return _too_few_units(units, fewest)
    random = np.random.default_rng(_SEED)
    times = random.multinomial(units, np.full(units, 1 / units), size=_DRAWS)
    return _joint(_weighted(table, np.ones((1, units)))[0], _weighted(table, times), n=units)


def joint_within(correlations: FloatArray, *, freedom: int) -> Joint | Refused:
    """Return the regression of morale on all questions between people within units.

    Single answers are gone, so intervals come from 999 matrices drawn (fixed seed) as samples of
    so many people from a normal population with these correlations.

    Args:
        correlations: of morale (first) and the questions.
        freedom: the least degrees of freedom that may stand behind them.

    Source: the draws are Wishart by Bartlett's decomposition, M. S. Bartlett, Proceedings of the
    Royal Society of Edinburgh 53 (1933).
    """
    if np.linalg.eigvalsh(correlations)[0] <= 0:
        return _told_apart_no_more()
    size = len(correlations)
    random = np.random.default_rng(_SEED)
    lower = np.tril(random.normal(size=(_DRAWS, size, size)), -1)
    squares = random.chisquare(freedom - np.arange(size), size=(_DRAWS, size))
    lower[:, np.arange(size), np.arange(size)] = np.sqrt(squares)
    factor = np.linalg.cholesky(correlations) @ lower
    return _joint(correlations, _scaled(factor @ np.swapaxes(factor, 1, 2)), n=freedom)


def composite(
    correlations: FloatArray, deviations: FloatArray, outcome: Sequence[int]
) -> FloatArray:
    """Return the correlations of the mean of some items (first) and of all others, in order.

    Args:
        correlations: of all items.
        deviations: their standard deviations, in scale points.
        outcome: the places of the items whose mean is taken.
    """
    others = [place for place in range(len(correlations)) if place not in outcome]
    weights = np.zeros((1 + len(others), len(correlations)))
    weights[0, list(outcome)] = 1 / len(outcome)
    weights[np.arange(1, 1 + len(others)), others] = 1.0
    covariance = correlations * np.outer(deviations, deviations)
    return _scaled(weights @ covariance @ weights.T)


def _joint(correlations: FloatArray, draws: FloatArray, *, n: int) -> Joint | Refused:
    kept = draws[are_told_apart(draws)]
    if not are_told_apart(correlations) or len(kept) < _SHARE_OF_DRAWS * len(draws):
        return _told_apart_no_more()
    betas, weights = standardised_betas(correlations), relative_weights(correlations)
    beta_bounds = _bounds(standardised_betas(kept))
    weight_bounds = _bounds(relative_weights(kept))
    return Joint(
        terms=tuple(
            Term(float(betas[place]), beta_bounds[place], float(weight), weight_bounds[place])
            for place, weight in enumerate(weights)
        ),
        r_squared=float(r_squared(correlations)),
        r_squared_interval=_bounds(r_squared(kept)[:, np.newaxis])[0],
        n=n,
    )


def _bounds(draws: FloatArray) -> list[tuple[float, float]]:
    low, high = np.percentile(draws, _PERCENTILES, axis=0)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def _weighted(table: FloatArray, times: npt.NDArray[np.floating | np.integer]) -> FloatArray:
    """Return a correlation matrix per row of `times`, which says how often each unit counts."""
    total = times.sum(axis=1)
    means = times @ table / total[:, np.newaxis]
    squares = np.einsum("du,ui,uj->dij", times, table, table, optimize=True)
    around = np.einsum("di,dj->dij", means, means) * total[:, np.newaxis, np.newaxis]
    return _scaled(squares - around)


def _scaled(covariances: FloatArray) -> FloatArray:
    """Return correlations; nan where something does not vary."""
    variances = np.diagonal(covariances, axis1=-2, axis2=-1)
    deviations = np.sqrt(np.where(variances > 10**-_TIE_DECIMALS, variances, np.nan))
    scaled: FloatArray = covariances / (
        deviations[..., :, np.newaxis] * deviations[..., np.newaxis, :]
    )
    return scaled


def _adjusted(found: Sequence[Single | Refused]) -> tuple[Single | Refused, ...]:
    """Adjust the p of all questions together; until here `adjusted_p` holds each one's own."""
    p = np.array([each.adjusted_p if isinstance(each, Single) else np.nan for each in found])
    return tuple(
        Single(each.estimate, each.low, each.high, each.n, adjusted)
        if isinstance(each, Single)
        else each
        for each, adjusted in zip(found, benjamini_hochberg(p).tolist(), strict=True)
    )


def _two_sided(estimate: float, error: float) -> float:
    if abs(estimate) >= 1:
        return 0.0
    return math.erfc(abs(math.atanh(estimate)) / error / math.sqrt(2))


def _ties_kept(values: FloatArray) -> FloatArray:
    """Return the values without the noise of floating point, which would order equal ones."""
    return np.round(values, _TIE_DECIMALS)


def _too_few_units(have: int, needed: int) -> Refused:
    return Refused(
        f"At least {needed} units that show both are needed. There are {have}, so "
        f"{needed - have} more."
    )


def _told_apart_no_more() -> Refused:
    return Refused(
        "The answers to some of these questions are so much alike that their shares cannot be "
        "told apart."
    )
