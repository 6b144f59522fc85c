"""One factor behind several items: the model under McDonald's omega."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

FEWEST_ITEMS = 3
"""With two items a loading cannot be told from another: one correlation gives one number."""

_LEAST_UNIQUENESS = 0.005
_TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True)
class OneFactor:
    """A fitted model: item = loading x factor + what is the item's own.

    `loadings` are in scale points per standard deviation of the factor, their sum not negative;
    `uniquenesses` are squared scale points. `is_proper` is false where an item has no variance of
    its own left (a Heywood case): then the model does not describe the items.
    """

    loadings: FloatArray
    uniquenesses: FloatArray
    is_proper: bool


def fit_one_factor(covariance: FloatArray) -> OneFactor:
    """Return the maximum likelihood fit of one factor to a covariance matrix.

    For given uniquenesses the best loadings are known, so only the uniquenesses are searched.

    Args:
        covariance: of at least three items, positive definite, in squared scale points.

    Raises:
        ValueError: there are fewer than three items, or the matrix is not positive definite.

    Source: K. G. Joereskog, Some contributions to maximum likelihood factor analysis,
    Psychometrika 32 (1967).
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - most that load this never fit anything

    if len(covariance) < FEWEST_ITEMS:
        raise ValueError(f"one factor needs {FEWEST_ITEMS} items or more")
    deviations = np.sqrt(np.diag(covariance))
    correlations = covariance / np.outer(deviations, deviations)
    if not np.isfinite(correlations).all() or np.linalg.eigvalsh(correlations)[0] <= _TOLERANCE:
        raise ValueError("items that repeat each other have no factor model")
    start = np.clip(1 / np.diag(np.linalg.inv(correlations)), _LEAST_UNIQUENESS, 1)
    found = minimize(
        _misfit,
        np.log(start),
        args=(correlations,),
        jac=True,
        method="L-BFGS-B",
        bounds=[(np.log(_LEAST_UNIQUENESS), 0.0)] * len(start),
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 5000},
    )
    uniquenesses = np.exp(found.x)
    return OneFactor(
        loadings=_loadings(uniquenesses, correlations) * deviations,
        uniquenesses=uniquenesses * deviations**2,
        is_proper=bool((uniquenesses > _LEAST_UNIQUENESS * (1 + 1e-6)).all()),
    )


def _misfit(log_uniquenesses: FloatArray, correlations: FloatArray) -> tuple[float, FloatArray]:
    """Return the discrepancy of the best loadings and its gradient by the logarithms."""
    values, vectors = _eigen(np.exp(log_uniquenesses), correlations)
    rest = values[:-1]  # all but the largest belong to no factor
    value = float((rest - np.log(rest) - 1).sum())
    gradient = ((1 - rest) * vectors[:, :-1] ** 2).sum(axis=1)
    return value, gradient


def _loadings(uniquenesses: FloatArray, correlations: FloatArray) -> FloatArray:
    values, vectors = _eigen(uniquenesses, correlations)
    factor = vectors[:, -1] * np.sqrt(max(float(values[-1]) - 1, 0.0))
    loadings: FloatArray = np.sqrt(uniquenesses) * factor
    return loadings if loadings.sum() >= 0 else -loadings


def _eigen(uniquenesses: FloatArray, correlations: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return eigenvalues, smallest first, and eigenvectors of the scaled correlations."""
    root = np.sqrt(uniquenesses)
    values, vectors = np.linalg.eigh(correlations / np.outer(root, root))
    return values, vectors
