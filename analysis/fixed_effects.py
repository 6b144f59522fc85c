"""Fixed-effects Poisson regression of exits on what changed within a unit.

log E[exits] = log headcount + unit effect + period effect + coefficients x predictors. Given a
unit's exits over all its periods, their spread over the periods is multinomial with shares that
know no unit effect (a softmax over the periods), so unit effects are never estimated.

Source: Hausman, Hall and Griliches, Econometrica 52 (1984); sandwich by unit as in Wooldridge,
Journal of Econometrics 90 (1999) and Cameron and Miller, Journal of Human Resources 50 (2015).
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_STEPS = 60
_HALVINGS = 20
_DECREMENT = 1e-10  # of the log-likelihood; Newton's last step squares what is left of it
_NULL_DIRECTION = 1e-11  # of the largest eigenvalue; period effects have at least one
_NO_VARIATION = 1e-9  # share of a predictor's variance that units and periods leave
_SEPARATED = 15.0  # log rate ratio from the lowest to the highest value: over three million


class NoFit(StrEnum):
    """Why the coefficients cannot be estimated."""

    TOO_FEW_ROWS = "too_few_rows"
    NO_VARIATION = "no_variation"
    SEPARATED = "separated"
    NOT_CONVERGED = "not_converged"


@dataclass(frozen=True, slots=True)
class Dropped:
    """What takes no part because it says nothing about change within a unit."""

    rows_without_figure: int
    units_without_figure: int
    units_without_exits: int
    units_with_one_period: int
    periods_without_exits: int


@dataclass(frozen=True, slots=True)
class Sample:
    """The units and periods that take part, as grids of units x periods.

    `headcount` is 0 where a unit has no row; `exits` and `predictors` (predictors x units x
    periods) are 0 there as well. `unit_places` and `period_places` say where each unit and period
    stood in the grids that were given.
    """

    exits: FloatArray
    headcount: FloatArray
    predictors: FloatArray
    unit_places: npt.NDArray[np.intp]
    period_places: npt.NDArray[np.intp]
    dropped: Dropped

    @property
    def is_present(self) -> BoolArray:
        return self.headcount > 0

    @property
    def rows(self) -> int:
        return int(np.count_nonzero(self.headcount))

    def with_predictors(self, predictors: FloatArray) -> "Sample":
        return replace(self, predictors=predictors)


@dataclass(frozen=True, slots=True)
class WithinFit:
    """Coefficients, log rate ratios per whole unit of a predictor, and their CR1 covariance.

    `expected` (units x periods) are the exits that the fit expects.
    """

    coefficients: FloatArray
    covariance: FloatArray
    expected: FloatArray
    newton_steps: int


@dataclass(frozen=True, slots=True)
class _Point:
    """Where Newton's method stands; `shares` of a unit's exits add up to 1."""

    coefficients: FloatArray
    period_effects: FloatArray
    shares: FloatArray
    log_likelihood: float


@dataclass(frozen=True, slots=True)
class _Curvature:
    """The information about the coefficients once period effects are taken out of it.

    `free_periods` counts the period effects that can be told: all but one where periods are linked.
    `weights` (periods x predictors) is the part of each predictor that periods explain.
    """

    residuals: FloatArray
    inverse_of_periods: FloatArray
    free_periods: int
    weights: FloatArray
    information: FloatArray


def take_part(exits: FloatArray, headcount: FloatArray, predictors: FloatArray) -> Sample:
    """Return the units and periods that can say something, and count those that cannot.

    Args:
        exits: people who left, units x periods, NaN where there is no row.
        headcount: people in post, NaN or 0 where there is no row.
        predictors: predictors x units x periods, NaN where unknown.

    Raises:
        ValueError: the shapes differ, or a number of people is negative or without end.
    """
    if exits.shape != headcount.shape or predictors.shape[1:] != exits.shape:
        raise ValueError("exits, headcount and every predictor need the same units and periods")
    for people in (exits, headcount):
        if np.any(people < 0) or np.any(np.isinf(people)):
            raise ValueError("exits and headcount are numbers of people, 0 or more")
    is_row = ~np.isnan(exits) & (headcount > 0)
    is_known = is_row & np.isfinite(predictors).all(axis=0)
    units, periods = _informative(exits, is_known)
    chosen = np.ix_(units, periods)
    is_used = is_known[chosen]
    return Sample(
        exits=np.where(is_used, exits[chosen], 0.0),
        headcount=np.where(is_used, headcount[chosen], 0.0),
        predictors=np.where(is_used, predictors[:, units[:, None], periods[None, :]], 0.0),
        unit_places=units,
        period_places=periods,
        dropped=_dropped(exits, is_row, is_known, kept=len(units)),
    )


def _informative(
    exits: FloatArray, is_known: BoolArray
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return places of units with exits and two periods, of periods with exits, until all hold."""
    is_left = is_known.copy()
    while True:
        counted = np.where(is_left, exits, 0.0)
        units = (counted.sum(axis=1) > 0) & (np.count_nonzero(is_left, axis=1) > 1)
        periods = counted[units].sum(axis=0) > 0
        still = is_left & units[:, None] & periods[None, :]
        if np.array_equal(still, is_left):
            return np.flatnonzero(units), np.flatnonzero(periods)
        is_left = still


def _dropped(exits: FloatArray, is_row: BoolArray, is_known: BoolArray, *, kept: int) -> Dropped:
    counted = np.where(is_known, exits, 0.0)
    has_rows = is_known.any(axis=1)
    idle = int(np.count_nonzero(has_rows & (counted.sum(axis=1) == 0)))
    return Dropped(
        rows_without_figure=int(np.count_nonzero(is_row & ~is_known)),
        units_without_figure=int(np.count_nonzero(is_row.any(axis=1) & ~has_rows)),
        units_without_exits=idle,
        units_with_one_period=int(np.count_nonzero(has_rows)) - idle - kept,
        periods_without_exits=int(
            np.count_nonzero(is_known.any(axis=0) & (counted.sum(axis=0) == 0))
        ),
    )


def fit_within(sample: Sample) -> WithinFit | NoFit:
    """Return the coefficients that make the spread of exits over each unit's periods likeliest.

    Newton's method with period effects taken out by a Schur complement; a step that lowers the
    likelihood is halved. The covariance is CR1, clustered by unit: the sandwich times
    G / (G - 1) x (N - 1) / (N - K), where G are units, N rows and K predictors, free period
    effects and the constant. Unit effects lie within clusters and are not counted.
    """
    if len(sample.exits) < 2:  # noqa: PLR2004 - nothing is clustered in one unit
        return NoFit.TOO_FEW_ROWS
    point = _start(sample)
    curvature = _curvature(sample, point)
    if not _varies(sample, curvature):
        return NoFit.NO_VARIATION
    for step in range(1, _STEPS + 1):
        moved, decrement = _newton_step(sample, point, curvature)
        if moved is None:
            return NoFit.NOT_CONVERGED
        point, curvature = moved, _curvature(sample, moved)
        if decrement < _DECREMENT:
            return _checked(sample, point, curvature, step)
    return NoFit.NOT_CONVERGED


def _start(sample: Sample) -> _Point:
    """Start from period effects as if all units were alike, and no association."""
    rates = sample.exits.sum(axis=0) / sample.headcount.sum(axis=0)
    return _point(sample, np.zeros(len(sample.predictors)), np.log(rates))


def _point(sample: Sample, coefficients: FloatArray, period_effects: FloatArray) -> _Point:
    linear = np.broadcast_to(period_effects, sample.exits.shape).copy()
    for coefficient, predictor in zip(coefficients, sample.predictors, strict=True):
        linear += coefficient * predictor
    linear -= linear.max(axis=1, keepdims=True)
    expected = sample.headcount * np.exp(linear)
    totals = expected.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):  # a step too far; it will be halved
        likelihood = float(
            np.vdot(sample.exits, linear) - sample.exits.sum(axis=1) @ np.log(totals)
        )
        shares = expected / totals[:, None]
    return _Point(coefficients, period_effects, shares, likelihood)


def _curvature(sample: Sample, point: _Point) -> _Curvature:
    exits_of_unit = sample.exits.sum(axis=1)
    expected = point.shares * exits_of_unit[:, None]
    of_periods = np.diag(expected.sum(axis=0)) - expected.T @ point.shares
    unit_means = np.einsum("kut,ut->ku", sample.predictors, point.shares)
    deviations = (sample.predictors - unit_means[:, :, None]) * expected
    mixed = deviations.sum(axis=1).T
    raw = np.einsum("kut,jut->kj", deviations, sample.predictors)
    inverse, free_periods = pseudo_inverse(of_periods)
    weights = inverse @ mixed
    return _Curvature(
        residuals=sample.exits - expected,
        inverse_of_periods=inverse,
        free_periods=free_periods,
        weights=weights,
        information=raw - mixed.T @ weights,
    )


def pseudo_inverse(symmetric: FloatArray) -> tuple[FloatArray, int]:
    """Return the inverse on what is not flat, and its rank: period effects lack a constant."""
    values, vectors = np.linalg.eigh(symmetric)
    is_kept = values > _NULL_DIRECTION * values.max(initial=0.0)
    kept = vectors[:, is_kept]
    return np.asarray((kept / values[is_kept]) @ kept.T), int(np.count_nonzero(is_kept))


def _varies(sample: Sample, curvature: _Curvature) -> bool:
    """Tell whether units, periods and the other predictors leave something of each predictor."""
    x = sample.predictors
    counts = sample.is_present
    means = x.sum(axis=(1, 2)) / sample.rows
    deviations = np.where(counts, x - means[:, None, None], 0.0)
    weights = sample.exits.sum() / sample.rows
    variances = weights * np.einsum("kut,kut->k", deviations, deviations)
    floor = np.finfo(float).eps * (1.0 + means**2) * sample.exits.sum()
    if np.any(variances <= floor):
        return False
    scale = np.sqrt(variances)
    scaled = curvature.information / np.outer(scale, scale)
    return bool(np.linalg.eigvalsh(scaled).min(initial=1.0) > _NO_VARIATION)


def _newton_step(
    sample: Sample, point: _Point, curvature: _Curvature
) -> tuple[_Point | None, float]:
    """Return the next point, None where there is none, and how much likelihood is still to gain."""
    slope_of_periods = curvature.residuals.sum(axis=0)
    slope = np.einsum("kut,ut->k", sample.predictors, curvature.residuals)
    efficient = slope - curvature.weights.T @ slope_of_periods
    try:
        by = np.linalg.solve(curvature.information, efficient)
    except np.linalg.LinAlgError:
        return None, np.inf
    by_periods = curvature.inverse_of_periods @ slope_of_periods - curvature.weights @ by
    decrement = float(by @ slope + by_periods @ slope_of_periods)
    size = 1.0
    lowest = point.log_likelihood - 1e-12 * abs(point.log_likelihood)
    for _ in range(_HALVINGS):
        moved = _point(
            sample, point.coefficients + size * by, point.period_effects + size * by_periods
        )
        if moved.log_likelihood >= lowest:
            return moved, decrement
        size /= 2
    return None, decrement


def _checked(sample: Sample, point: _Point, curvature: _Curvature, steps: int) -> WithinFit | NoFit:
    is_present = np.broadcast_to(sample.is_present, sample.predictors.shape)
    highest = sample.predictors.max(axis=(1, 2), where=is_present, initial=-np.inf)
    lowest = sample.predictors.min(axis=(1, 2), where=is_present, initial=np.inf)
    if np.any(np.abs(point.coefficients) * (highest - lowest) > _SEPARATED):
        return NoFit.SEPARATED
    units, parameters = len(sample.exits), len(sample.predictors) + curvature.free_periods + 1
    if sample.rows < units + parameters:
        return NoFit.TOO_FEW_ROWS
    centred = sample.predictors - curvature.weights.T[:, None, :]
    centred -= np.einsum("kut,ut->ku", centred, point.shares)[:, :, None]
    centred *= sample.is_present
    scores = np.einsum("kut,ut->uk", centred, curvature.residuals)
    factor = units / (units - 1) * (sample.rows - 1) / (sample.rows - parameters)
    bread = np.linalg.inv(curvature.information)
    return WithinFit(
        coefficients=point.coefficients,
        covariance=factor * bread @ (scores.T @ scores) @ bread,
        expected=sample.exits - curvature.residuals,
        newton_steps=steps,
    )
