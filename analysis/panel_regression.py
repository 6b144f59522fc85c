"""Linear regression with an effect of each unit and each period, on grids with gaps.

outcome = unit effect + period effect + coefficients x predictors. Where a predictor is the
outcome of the period before, the plain coefficients are wrong by an amount that shrinks with the
number of periods (Nickell); the half-panel jackknife takes its largest part away.

Source: S. Nickell, Biases in dynamic models with fixed effects, Econometrica 49 (1981); G. Dhaene
and K. Jochmans, Split-panel jackknife estimation of fixed-effect models, Review of Economic
Studies 82 (2015); A. Chudik, M. H. Pesaran and J.-C. Yang, Half-panel jackknife fixed-effects
estimation of linear panels with weakly exogenous regressors, Journal of Applied Econometrics 33
(2018).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.fixed_effects import BoolArray, FloatArray, NoFit, pseudo_inverse

_FEWEST = 2  # rows of a unit or a period, below which it says nothing beside its own effect
_NO_VARIATION = 1e-9  # share of a predictor's variance that units and periods leave


@dataclass(frozen=True, slots=True)
class LinearSample:
    """The units and periods that take part, as grids of units x periods; 0 where not present.

    `predictors` are predictors x units x periods; `unit_places` say where each unit stood in the
    grids that were given. What was left out because a row has no figure, or its unit or period has
    only one, is counted.
    """

    outcome: FloatArray
    predictors: FloatArray
    is_present: BoolArray
    unit_places: npt.NDArray[np.intp]
    rows_left_out: int
    units_left_out: int

    @property
    def rows(self) -> int:
        return int(np.count_nonzero(self.is_present))


@dataclass(frozen=True, slots=True)
class LinearFit:
    """Coefficients per whole unit of a predictor, and what each unit adds to their error.

    The squares of `by_unit` (units x predictors), summed, are the CR1 covariance. `spreads` are the
    standard deviations of outcome and predictors (in this order) once unit and period effects are
    taken out.
    """

    coefficients: FloatArray
    by_unit: FloatArray
    spreads: FloatArray

    @property
    def covariance(self) -> FloatArray:
        return np.asarray(self.by_unit.T @ self.by_unit)


@dataclass(frozen=True, slots=True)
class _Cleared:
    """Outcome and predictors without unit and period effects, and the plain coefficients."""

    outcome: FloatArray
    predictors: FloatArray
    free_periods: int
    bread: FloatArray
    coefficients: FloatArray


def take_part_in_line(outcome: FloatArray, predictors: FloatArray) -> LinearSample:
    """Return the rows in which outcome and predictors are all known, as far as they tell anything.

    Args:
        outcome: units x periods, NaN where unknown.
        predictors: predictors x units x periods, NaN where unknown.

    Raises:
        ValueError: the shapes differ.
    """
    if predictors.shape[1:] != outcome.shape:
        raise ValueError("outcome and every predictor need the same units and periods")
    is_known = np.isfinite(outcome) & np.isfinite(predictors).all(axis=0)
    is_left = is_known
    while True:
        units = np.count_nonzero(is_left, axis=1) >= _FEWEST
        periods = np.count_nonzero(is_left & units[:, None], axis=0) >= _FEWEST
        still = is_left & units[:, None] & periods[None, :]
        if np.array_equal(still, is_left):
            break
        is_left = still
    chosen = np.ix_(units, periods)
    kept = is_left[chosen]
    has_figures = np.isfinite(outcome) | np.isfinite(predictors).any(axis=0)
    return LinearSample(
        outcome=np.where(kept, outcome[chosen], 0.0),
        predictors=np.where(kept, predictors[:, units][:, :, periods], 0.0),
        is_present=kept,
        unit_places=np.flatnonzero(units),
        rows_left_out=int(np.count_nonzero(has_figures)) - int(np.count_nonzero(kept)),
        units_left_out=int(np.count_nonzero(has_figures.any(axis=1)) - np.count_nonzero(units)),
    )


def fit_line(sample: LinearSample, *, is_dynamic: bool) -> LinearFit | NoFit:
    """Return the coefficients of least squares, with CR1 covariance by unit.

    CR1 is the sandwich times G / (G - 1) x (N - 1) / (N - K), where G are units, N rows and K
    predictors, free period effects and the constant; unit effects lie within clusters and are not
    counted.

    Args:
        sample: the rows that take part.
        is_dynamic: whether to take out the bias of a predictor that is the outcome of the period
            before, by the half-panel jackknife: twice the coefficients, less those of the earlier
            and the later half of the periods, averaged by their lengths.
    """
    units, periods = sample.is_present.shape
    if units < _FEWEST or periods < 2 * _FEWEST:
        return NoFit.TOO_FEW_ROWS
    whole = _clear(sample, sample.is_present)
    if isinstance(whole, NoFit):
        return whole
    parameters = len(sample.predictors) + whole.free_periods + 1
    if sample.rows < units + parameters:
        return NoFit.TOO_FEW_ROWS
    coefficients, influence = whole.coefficients, _weights(whole)
    if is_dynamic:
        coefficients, influence = 2 * coefficients, 2 * influence
        for half, share in _halves(sample):
            part = _clear(sample, half)
            if isinstance(part, NoFit):
                return part
            coefficients = coefficients - share * part.coefficients
            influence = influence - share * _weights(part)
    residuals = whole.outcome - np.einsum("k,kut->ut", coefficients, whole.predictors)
    by_unit = np.einsum("kut,ut->uk", influence, residuals)
    factor = units / (units - 1) * (sample.rows - 1) / (sample.rows - parameters)
    return LinearFit(coefficients, factor**0.5 * by_unit, _spreads(whole, sample.rows))


def _halves(sample: LinearSample) -> list[tuple[BoolArray, float]]:
    """Return which rows lie in the earlier and in the later half, and each half's share."""
    periods = sample.is_present.shape[1]
    is_early = np.arange(periods) < periods // 2
    return [
        (sample.is_present & is_early, periods // 2 / periods),
        (sample.is_present & ~is_early, (periods - periods // 2) / periods),
    ]


def _clear(sample: LinearSample, is_present: BoolArray) -> _Cleared | NoFit:
    grids = np.concatenate([sample.outcome[None], sample.predictors]) * is_present
    cleared, free_periods = without_effects(grids, is_present)
    outcome, predictors = cleared[0], cleared[1:]
    moments = np.einsum("kut,jut->kj", predictors, predictors)
    rows = max(int(np.count_nonzero(is_present)), 1)
    means = grids[1:].sum(axis=(1, 2)) / rows
    totals = np.einsum("kut,kut->k", grids[1:], grids[1:]) - rows * means**2
    floor = np.finfo(float).eps * rows * (1.0 + means**2)
    scale = np.sqrt(np.maximum(totals, floor))
    scaled = moments / np.outer(scale, scale)
    if np.any(totals <= floor) or np.linalg.eigvalsh(scaled).min() <= _NO_VARIATION:
        return NoFit.NO_VARIATION
    bread = np.linalg.inv(moments)
    coefficients = bread @ np.einsum("kut,ut->k", predictors, outcome)
    return _Cleared(outcome, predictors, free_periods, bread, coefficients)


def without_effects(grids: FloatArray, is_present: BoolArray) -> tuple[FloatArray, int]:
    """Return the grids (any number x units x periods) without unit and period effects.

    Beside them the number of free period effects. Effects are those of least squares, also where
    rows are missing: period effects by the equations that are left once units are taken out.
    """
    present = is_present.astype(np.float64)
    of_unit = np.maximum(present.sum(axis=1), 1.0)
    equations = np.diag(present.sum(axis=0)) - present.T @ (present / of_unit[:, None])
    inverse, free_periods = pseudo_inverse(equations)
    unit_means = grids.sum(axis=2) / of_unit
    effects = (grids.sum(axis=1) - unit_means @ present) @ inverse
    left = (grids - effects[:, None, :]) * present
    left -= (left.sum(axis=2) / of_unit)[:, :, None]
    return np.asarray(left * present), free_periods


def _weights(cleared: _Cleared) -> FloatArray:
    """Return how much each row's outcome moves each coefficient."""
    return np.asarray(np.einsum("kj,jut->kut", cleared.bread, cleared.predictors))


def _spreads(cleared: _Cleared, rows: int) -> npt.NDArray[np.float64]:
    grids = np.concatenate([cleared.outcome[None], cleared.predictors])
    return np.asarray(np.sqrt(np.einsum("kut,kut->k", grids, grids) / rows))
