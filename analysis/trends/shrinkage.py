"""Best guesses for many units: each mean pulled to the mean of all, most where it is least sure.

One-way random effects: a unit's true mean varies between units with variance tau^2, its shown mean
varies around that with the variance within units over the number of answers.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

FEWEST_UNITS = 2


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """Best guesses beside raw means; one element per unit in the arrays.

    `weights` is what a unit's own mean counts, 0 to 1; `grand_mean` counts the rest.
    `tau_squared` is the variance between units, 0 where the means differ no more than chance has
    them differ: then all best guesses are the grand mean. `standard_errors` are of the best
    guesses with tau^2 and the grand mean taken as known, so with few units they are too small.
    """

    grand_mean: float
    tau_squared: float
    weights: FloatArray
    best_guesses: FloatArray
    standard_errors: FloatArray


@dataclass(frozen=True, slots=True)
class IntraclassCorrelations:
    """`icc1`: share of the variance of single answers that lies between units; can be negative.

    `icc2`: reliability of the units' means at their average size. It is nan for equal means and
    negative where means differ less than chance has them differ: then they tell units not apart.
    """

    icc1: float
    icc2: float


def shrink(means: FloatArray, counts: IntArray, within_variance: float | FloatArray) -> Shrinkage:
    """Return the empirical-Bayes best guesses of the units' true means.

    Args:
        means: the raw mean of each unit, in scale points.
        counts: the answers behind each, at least 1.
        within_variance: of single answers within a unit, in squared scale points: one for all
            (the squared released standard deviation) or one for each.

    Raises:
        ValueError: fewer than two units, a count below 1 or a variance that is not above 0.

    Source: tau^2 by the method of moments of R. DerSimonian and N. Laird, Controlled Clinical
    Trials 7 (1986), cut off at 0; with one variance for all it is the estimate from the one-way
    analysis of variance of unequal groups. Best guesses: D. V. Lindley and A. F. M. Smith,
    Journal of the Royal Statistical Society B 34 (1972).
    """
    errors = _error_variances(means, counts, within_variance)
    precision = 1 / errors
    total = precision.sum()
    centre = (precision * means).sum() / total
    heterogeneity = (precision * (means - centre) ** 2).sum()
    expected = len(means) - 1
    scale = total - (precision**2).sum() / total
    tau_squared = max(0.0, float((heterogeneity - expected) / scale))
    marginal = 1 / (tau_squared + errors)
    grand_mean = float((marginal * means).sum() / marginal.sum())
    weights = tau_squared * marginal
    return Shrinkage(
        grand_mean=grand_mean,
        tau_squared=tau_squared,
        weights=weights,
        best_guesses=grand_mean + weights * (means - grand_mean),
        standard_errors=np.sqrt(weights * errors),
    )


def intraclass_correlations(
    means: FloatArray, counts: IntArray, within_variance: float
) -> IntraclassCorrelations:
    """Return ICC(1) and ICC(2) from the units' means; see `shrink` for arguments and errors.

    Source: J. J. Bartko, Psychological Bulletin 83 (1976); for unequal groups the size is
    (N - sum n^2 / N) / (units - 1).
    """
    _error_variances(means, counts, within_variance)
    answers = counts.sum()
    grand = (counts * means).sum() / answers
    between = float((counts * (means - grand) ** 2).sum() / (len(means) - 1))
    size = float((answers - (counts**2).sum() / answers) / (len(means) - 1))
    icc1 = (between - within_variance) / (between + (size - 1) * within_variance)
    icc2 = (between - within_variance) / between if between > 0 else float("nan")
    return IntraclassCorrelations(icc1=float(icc1), icc2=float(icc2))


def _error_variances(
    means: FloatArray, counts: IntArray, within_variance: float | FloatArray
) -> FloatArray:
    if len(means) < FEWEST_UNITS:
        raise ValueError("there is nothing to pull a mean to with fewer than two units")
    if len(counts) != len(means):
        raise ValueError(f"{len(means)} means have {len(counts)} counts")
    if (counts < 1).any():
        raise ValueError("a mean rests on at least one answer")
    variances = np.broadcast_to(np.asarray(within_variance, dtype=np.float64), means.shape)
    if not (variances > 0).all():
        raise ValueError("the variance within units must be above 0")
    return variances / counts
