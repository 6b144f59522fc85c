"""Does a unit have fewer exits after the periods in which its own morale was higher?

The third question beside `analysis.turnover`: within units over time. It is about groups, never
about a person, and tells no causes. Formulas and sources: docs/statistics/turnover.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

import numpy as np
from scipy.special import stdtr, stdtrit

from analysis.fixed_effects import (
    Dropped,
    FloatArray,
    NoFit,
    Sample,
    WithinFit,
    fit_within,
    take_part,
)
from analysis.series_permutation import permute_series
from analysis.trends.multiple_tests import benjamini_hochberg
from analysis.turnover import FEWEST_LEAVERS, FEWEST_MONTHS, FEWEST_UNITS, Need, Shortage, needs_of

LAGS = (1, 2, 3)
"""Exits are set against morale this many periods earlier; fixed before anybody looked."""
PLACEBO = -1
"""Morale one period after the exits, which cannot have come before them."""
DRAWS = 999
LEVEL = 0.05
_LOGARITHM_LIMIT = 700.0  # beyond it a rate ratio is no number of the machine


class Predictor(StrEnum):
    MEAN = "mean"
    SPREAD = "spread"


STEP_OF = {Predictor.MEAN: 0.5, Predictor.SPREAD: 0.1}
"""What a rate ratio is told for: half a scale point, or a tenth of a band's width of spread."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Units x periods without gaps; NaN where there is no row.

    `exits` and `headcount` are people.
    """

    exits: FloatArray
    headcount: FloatArray


@dataclass(frozen=True, slots=True)
class Theme:
    """Shown scores of units x periods, in scale points, NaN where hidden; and their spread."""

    score: FloatArray
    spread: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class Chances:
    """How often chance alone gives as much: by the CR1 standard error, and by permutation.

    The adjusted ones are Benjamini and Hochberg's over all lags, themes and predictors.
    """

    by_unit: float
    by_permutation: float
    by_unit_adjusted: float
    by_permutation_adjusted: float

    @property
    def is_small(self) -> bool:
        return max(self.by_unit_adjusted, self.by_permutation_adjusted) <= LEVEL


@dataclass(frozen=True, slots=True)
class Subject:
    """What is set against exits: `lag` periods earlier, or later if it is negative."""

    theme: str
    figure: Predictor
    lag: int


@dataclass(frozen=True, slots=True)
class WithinAssociation:
    """The rate ratio of exits per `step` of the predictor, with its 95 % interval."""

    subject: Subject
    step: float
    rate_ratio: float
    low: float
    high: float
    coefficient: float
    standard_error: float
    chances: Chances
    units: int
    periods: int
    exits: int
    rows: int
    dropped: Dropped
    words: str

    @property
    def is_distinguishable(self) -> bool:
        """Whether both inferences, adjusted, and the interval leave out "no association"."""
        return self.chances.is_small and not self.low <= 1 <= self.high


@dataclass(frozen=True, slots=True)
class WithinRefused:
    """No association is told; everything that is missing."""

    subject: Subject
    needs: tuple[Need, ...]
    dropped: Dropped

    @property
    def words(self) -> str:
        return " ".join(need.words for need in self.needs)


Finding = WithinAssociation | WithinRefused


@dataclass(frozen=True, slots=True)
class WithinStudy:
    """All lags of all themes, and beside them the placebo of each."""

    findings: tuple[Finding, ...]
    placebos: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Raw:
    """An association before it is adjusted for how many were looked at."""

    subject: Subject
    coefficient: float
    standard_error: float
    by_unit: float
    by_permutation: float
    sample: Sample


def study_within(
    panel: Panel, themes: Mapping[str, Theme], *, lags: Sequence[int] = LAGS, draws: int = DRAWS
) -> WithinStudy:
    """Return the association of each theme with exits within units, at each lag and as placebo.

    A model holds one theme at one lag: its score and, where known, its spread beside it.

    Raises:
        ValueError: no lag, a lag below 1 or twice, no draws, or grids of unlike shape.
    """
    if not lags or min(lags) < 1 or len(set(lags)) != len(lags):
        raise ValueError("lags are different whole numbers of periods, 1 or more")
    if draws < 1:
        raise ValueError("a permutation needs at least one draw")
    by_lag = [_raw(panel, theme, draws, lag=lag) for theme, lag in product(themes.items(), lags)]
    placebos = [_raw(panel, theme, draws, lag=PLACEBO) for theme in themes.items()]
    return WithinStudy(_told(by_lag), _told(placebos))


def band_spread(lowest: FloatArray, highest: FloatArray) -> FloatArray:
    """Return the standard deviation of answers coded -1, 0, 1 by their band, in bands.

    Args:
        lowest: the share of scored answers in the lowest of three bands, 0 to 1.
        highest: the share in the highest.
    """
    return np.sqrt(np.maximum(lowest + highest - (highest - lowest) ** 2, 0.0))


def _raw(
    panel: Panel, named: tuple[str, Theme], draws: int, *, lag: int
) -> list[_Raw | WithinRefused]:
    name, theme = named
    kinds = [Predictor.MEAN] if theme.spread is None else list(Predictor)
    grids = [theme.score] if theme.spread is None else [theme.score, theme.spread]
    sample = take_part(
        panel.exits, panel.headcount, np.stack([earlier(grid, lag) for grid in grids])
    )
    subjects = [Subject(name, kind, lag) for kind in kinds]
    needs = _shortages(sample)
    fit = NoFit.TOO_FEW_ROWS if needs else fit_within(sample)
    if isinstance(fit, NoFit):
        why = needs or (_need_of(fit),)
        return [WithinRefused(subject, why, sample.dropped) for subject in subjects]
    found = [
        _tested(sample, fit, subject, place=place, draws=draws)
        for place, subject in enumerate(subjects)
    ]
    return list(found)


def earlier(grid: FloatArray, lag: int) -> FloatArray:
    """Return what each unit had `lag` periods before each period."""
    moved = np.full_like(grid, np.nan, dtype=np.float64)
    if lag > 0:
        moved[:, lag:] = grid[:, :-lag]
    else:
        moved[:, :lag] = grid[:, -lag:]
    return moved


def _shortages(sample: Sample) -> tuple[Need, ...]:
    units, periods = sample.exits.shape
    exits = int(sample.exits.sum())
    minima = (
        (Shortage.UNITS, units, FEWEST_UNITS, "units with exits and a shown figure"),
        (Shortage.MONTHS, periods, FEWEST_MONTHS, "periods with exits and a shown figure"),
        (Shortage.LEAVERS, exits, FEWEST_LEAVERS, "exits in those units and periods"),
    )
    return needs_of(minima)


def _need_of(fit: NoFit) -> Need:
    if fit is NoFit.NO_VARIATION:
        return Need(
            Shortage.MORALE_VARIES,
            "Within units, beside what all of them have in common in a period, the figure does not "
            "vary, so nothing can move with it.",
        )
    if fit is NoFit.SEPARATED:
        return Need(
            Shortage.LEAVERS,
            "In every unit the exits stand at one end of its figures only, so the rate ratio has "
            "no limit. More periods with exits are needed.",
        )
    if fit is NoFit.TOO_FEW_ROWS:
        return Need(
            Shortage.MONTHS,
            "There are not more rows than units and periods together; more periods with a shown "
            "figure are needed.",
        )
    return Need(
        Shortage.LEAVERS,
        "The calculation did not settle on a rate ratio. More periods with exits are needed.",
    )


def _tested(
    sample: Sample, fit: WithinFit, subject: Subject, *, place: int, draws: int
) -> _Raw | WithinRefused:
    permuted = permute_series(sample, predictor=place, draws=draws)
    error = float(np.sqrt(fit.covariance[place, place]))
    coefficient = float(fit.coefficients[place])
    if permuted is None or error == 0:
        return WithinRefused(subject, (_need_of(NoFit.NOT_CONVERGED),), sample.dropped)
    return _Raw(
        subject=subject,
        coefficient=coefficient,
        standard_error=error,
        by_unit=float(2 * stdtr(len(sample.exits) - 1, -abs(coefficient) / error)),
        by_permutation=permuted.p_value,
        sample=sample,
    )


def _told(groups: Sequence[Sequence[_Raw | WithinRefused]]) -> tuple[Finding, ...]:
    """Adjust what was found for how many were looked at, and put it in words."""
    items = [item for group in groups for item in group]
    found = [item for item in items if isinstance(item, _Raw)]
    by_unit = iter(_adjusted([item.by_unit for item in found]))
    by_permutation = iter(_adjusted([item.by_permutation for item in found]))
    return tuple(
        _association(item, next(by_unit), next(by_permutation)) if isinstance(item, _Raw) else item
        for item in items
    )


def _adjusted(p_values: Sequence[float]) -> list[float]:
    adjusted: list[float] = benjamini_hochberg(np.array(p_values, dtype=np.float64)).tolist()
    return adjusted


def _association(raw: _Raw, by_unit: float, by_permutation: float) -> WithinAssociation:
    sample, step = raw.sample, STEP_OF[raw.subject.figure]
    units, periods = sample.exits.shape
    half = float(stdtrit(units - 1, 0.975)) * raw.standard_error
    ends = np.clip(
        step * (raw.coefficient + np.array([-half, 0.0, half])), -_LOGARITHM_LIMIT, _LOGARITHM_LIMIT
    )
    low, ratio, high = (float(value) for value in np.exp(ends))
    chances = Chances(raw.by_unit, raw.by_permutation, by_unit, by_permutation)
    return WithinAssociation(
        subject=raw.subject,
        step=step,
        rate_ratio=ratio,
        low=low,
        high=high,
        coefficient=raw.coefficient,
        standard_error=raw.standard_error,
        chances=chances,
        units=units,
        periods=periods,
        exits=int(sample.exits.sum()),
        rows=sample.rows,
        dropped=sample.dropped,
        words=_words(raw.subject, ratio, is_told=chances.is_small and not low <= 1 <= high),
    )


def _words(subject: Subject, ratio: float, *, is_told: bool) -> str:
    if not is_told:
        return "Not distinguishable from no association."
    what = "a higher figure" if subject.figure is Predictor.MEAN else "a wider spread"
    amount = "fewer" if ratio < 1 else "more"
    periods = "1 period" if abs(subject.lag) == 1 else f"{abs(subject.lag)} periods"
    when = "later" if subject.lag > 0 else "earlier"
    return (
        f"Moves with: within a unit, periods with {what} are those with {amount} exits "
        f"{periods} {when}."
    )
