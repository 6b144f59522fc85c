"""How well questions work together: the reliability of the instrument, from sums alone.

Nothing here sees an answer: covariances come from `analysis.complete_answers`, everything else from
figures that a release shows. ICC(1) and ICC(2) are in `analysis.trends.shrinkage`.
"""

import numpy as np
import numpy.typing as npt

from analysis.one_factor import FEWEST_ITEMS, fit_one_factor

FloatArray = npt.NDArray[np.float64]


def cronbach_alpha(covariance: FloatArray) -> float:
    """Return Cronbach's alpha of the sum of the items; it can be negative.

    alpha = J / (J - 1) x (1 - sum of item variances / variance of the sum). It equals the share of
    true variance if all items measure one thing equally strongly, and else is a lower bound.

    Args:
        covariance: of J items, two or more, in squared scale points.

    Raises:
        ValueError: there are fewer than two items, or their sum does not vary.

    Source: L. J. Cronbach, Coefficient alpha and the internal structure of tests, Psychometrika 16
    (1951).
    """
    items = len(covariance)
    total = float(covariance.sum())
    if items < 2:  # noqa: PLR2004 - one item has nothing to agree with
        raise ValueError("alpha needs two items or more")
    if total <= 0:
        raise ValueError("a sum that does not vary has no reliability")
    return items / (items - 1) * (1 - float(np.trace(covariance)) / total)


def omega_total(covariance: FloatArray) -> float | None:
    """Return McDonald's omega total of one factor, or None where one factor does not describe it.

    omega = (sum of loadings)^2 / ((sum of loadings)^2 + sum of uniquenesses). Items may measure
    their common thing with different strength. None stands for fewer than three items, items that
    repeat each other, and fits in which an item has no variance of its own left.

    Args:
        covariance: of the items, in squared scale points.

    Source: R. P. McDonald, Test theory: a unified treatment (1999), chapter 6; the fit is that of
    `analysis.one_factor`.
    """
    if len(covariance) < FEWEST_ITEMS:
        return None
    try:
        factor = fit_one_factor(covariance)
    except ValueError:
        return None
    if not factor.is_proper:
        return None
    common = float(factor.loadings.sum()) ** 2
    return common / (common + float(factor.uniquenesses.sum()))


def item_rest_correlations(covariance: FloatArray) -> FloatArray:
    """Return each item's correlation with the sum of the others (corrected item-total).

    Args:
        covariance: of two items or more, each of which varies.

    Raises:
        ValueError: there are fewer than two items, or a sum of others does not vary.

    Source: J. C. Nunnally, Psychometric theory (1978); the item is left out of the total, with
    which it would otherwise correlate by itself.
    """
    if len(covariance) < 2:  # noqa: PLR2004 - as in `cronbach_alpha`
        raise ValueError("an item-total correlation needs two items or more")
    variances = np.diag(covariance)
    with_all = covariance.sum(axis=1)
    rest = covariance.sum() - 2 * with_all + variances
    if (rest <= 0).any() or (variances <= 0).any():
        raise ValueError("what does not vary has no correlation")
    correlations: FloatArray = (with_all - variances) / np.sqrt(variances * rest)
    return correlations


def agreement(variances_within: FloatArray, *, labels: int) -> float:
    """Return r_wg(j): how far people in one unit agree, against answers spread evenly by chance.

    With V the mean of the items' pooled variances within units and E = (labels^2 - 1) / 12 that of
    answers spread evenly over the labels: J (1 - V/E) / (J (1 - V/E) + V/E). 1 is full agreement, 0
    none beyond chance; below 0 becomes 0, as usual. It pools all units, so it is a figure of no
    single unit.

    Args:
        variances_within: of each of the J items, in squared scale points; one item gives r_wg.
        labels: scores that the scale has.

    Source: L. R. James, R. G. Demaree and G. Wolf, Journal of Applied Psychology 69 (1984); pooled
    over groups, J. M. LeBreton and J. L. Senter, Organizational Research Methods 11 (2008).
    """
    by_chance = (labels * labels - 1) / 12
    ratio = float(variances_within.mean()) / by_chance
    if ratio >= 1:
        return 0.0
    shared = len(variances_within) * (1 - ratio)
    return shared / (shared + ratio)
