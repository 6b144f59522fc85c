"""Standardised regression and Johnson's relative weights, from correlation matrices alone.

Every function takes one matrix or a stack of them; the first variable is the outcome, the others
are the predictors.
"""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

LEAST_EIGENVALUE = 0.01
"""Below it predictors say the same thing twice, and no share can be given to one of them."""


def are_told_apart(correlations: FloatArray) -> npt.NDArray[np.bool_]:
    """Return for each matrix whether its predictors differ enough to be told apart."""
    finite = np.asarray(np.isfinite(correlations).all(axis=(-2, -1)))
    inner = np.where(finite[..., np.newaxis, np.newaxis], correlations, 0.0)[..., 1:, 1:]
    enough: npt.NDArray[np.bool_] = np.linalg.eigvalsh(inner)[..., 0] >= LEAST_EIGENVALUE
    return enough & finite


def standardised_betas(correlations: FloatArray) -> FloatArray:
    """Return the regression coefficients of standardised variables, one per predictor.

    Args:
        correlations: (..., 1 + p, 1 + p), predictors told apart.
    """
    inner, outer = correlations[..., 1:, 1:], correlations[..., 1:, :1]
    return np.asarray(np.linalg.solve(inner, outer)[..., 0], dtype=np.float64)


def r_squared(correlations: FloatArray) -> FloatArray:
    """Return the share of the outcome's variance that goes along with the predictors together."""
    share: FloatArray = (standardised_betas(correlations) * correlations[..., 1:, 0]).sum(axis=-1)
    return share


def relative_weights(correlations: FloatArray) -> FloatArray:
    """Return Johnson's relative weights, which are not negative and add up to R squared.

    The predictors are replaced by the uncorrelated variables nearest to them; each of these has a
    share of R squared of its own, which is given back to the predictors by their squared loadings.

    Args:
        correlations: (..., 1 + p, 1 + p), predictors told apart.

    Source: J. W. Johnson, A heuristic method for estimating the relative weight of predictor
    variables in multiple regression, Multivariate Behavioral Research 35 (2000).
    """
    values, vectors = np.linalg.eigh(correlations[..., 1:, 1:])
    roots = np.sqrt(values)[..., np.newaxis, :]
    transposed = np.swapaxes(vectors, -1, -2)
    loadings = (vectors * roots) @ transposed
    of_nearest = (vectors / roots) @ (transposed @ correlations[..., 1:, :1])
    weights: FloatArray = (loadings**2 @ of_nearest**2)[..., 0]
    return weights
