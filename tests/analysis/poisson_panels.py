"""Made panels of units x periods, and what other programs say about a sample."""

import numpy as np
import statsmodels.api as sm
from scipy.optimize import minimize

from analysis.fixed_effects import FloatArray, Sample


def make_panel(
    units: int = 30,
    periods: int = 24,
    *,
    coefficient: float = 0.0,
    seed: int = 1,
    rate: float = 0.02,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return exits, headcount and score; exits depend on the score of the same period."""
    random = np.random.default_rng(seed)
    headcount = np.repeat(random.integers(20, 200, (units, 1)), periods, axis=1).astype(float)
    score = 3.5 + 0.4 * random.normal(size=(units, 1)) + 0.3 * random.normal(size=(units, periods))
    of_unit, of_period = random.normal(size=(units, 1)), random.normal(size=periods)
    log_rate = 0.5 * of_unit + 0.1 * of_period + coefficient * (score - 3.5)
    exits = random.poisson(headcount * rate * np.exp(log_rate)).astype(float)
    return np.minimum(exits, headcount), headcount, score


def with_gaps(grid: FloatArray, *, share: float = 0.1, seed: int = 2) -> FloatArray:
    """Return the grid with a share of its cells unknown."""
    return np.where(np.random.default_rng(seed).random(grid.shape) < share, np.nan, grid)


def statsmodels_fit(sample: Sample) -> tuple[FloatArray, FloatArray]:
    """Return coefficients and clustered errors of a Poisson GLM with a dummy for all effects."""
    is_present = sample.is_present
    unit, period = np.nonzero(is_present)
    units, periods = is_present.shape
    dummies = np.column_stack([np.eye(units)[unit], np.eye(periods)[period][:, 1:]])
    predictors = sample.predictors[:, is_present].T
    model = sm.GLM(
        sample.exits[is_present],
        np.column_stack([predictors, dummies]),
        offset=np.log(sample.headcount[is_present]),
        family=sm.families.Poisson(),
    )
    groups = {"groups": unit, "use_correction": False}
    fitted = model.fit(tol=1e-13, maxiter=100, cov_type="cluster", cov_kwds=groups)
    wanted, rows = predictors.shape[1], len(unit)
    factor = units / (units - 1) * (rows - 1) / (rows - wanted - periods)
    return fitted.params[:wanted], fitted.bse[:wanted] * np.sqrt(factor)


def scipy_coefficients(sample: Sample) -> FloatArray:
    """Return the coefficients that maximise the multinomial likelihood, by BFGS from zero."""
    wanted, periods = len(sample.predictors), sample.exits.shape[1]
    rows = [np.flatnonzero(present) for present in sample.is_present]

    def loss(parameters: FloatArray) -> float:
        effects = np.concatenate([[0.0], parameters[wanted:]])
        total = 0.0
        for unit, own in enumerate(rows):
            linear = np.log(sample.headcount[unit, own]) + effects[own]
            linear = linear + parameters[:wanted] @ sample.predictors[:, unit, own]
            total -= sample.exits[unit, own] @ (linear - np.log(np.exp(linear).sum()))
        return total / sample.exits.sum()

    found = minimize(loss, np.zeros(wanted + periods - 1), method="BFGS", options={"gtol": 1e-8})
    return np.asarray(found.x[:wanted])
