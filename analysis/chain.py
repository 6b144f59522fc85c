"""The chain of the mission: learning and little blame, then safety, then morale, then staying.

Each link sets a figure of a unit against the next one of the chain a period later, beside what
that next one was already. The same the other way round stands beside it as a check. Nothing here
is about a person, and nothing tells causes. Formulas and limits: docs/statistics/turnover.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from analysis.fixed_effects import FloatArray, NoFit, Sample, fit_within, take_part
from analysis.panel_regression import LinearSample, fit_line, take_part_in_line
from analysis.trends.multiple_tests import benjamini_hochberg
from analysis.turnover import FEWEST_LEAVERS, FEWEST_MONTHS, FEWEST_UNITS, Need, Shortage, needs_of
from analysis.within_turnover import LEVEL, STEP_OF, Panel, Predictor, earlier

EXITS = "exits"
"""The step at the end of a chain: people who left, instead of a score."""
STEP = STEP_OF[Predictor.MEAN]
_LAG = 1
_LOGARITHM_LIMIT = 700.0  # beyond it a rate ratio is no number of the machine


@dataclass(frozen=True, slots=True)
class Pair:
    """What comes earlier and what comes a period later, by their codes; see `EXITS`."""

    earlier: str
    later: str

    @property
    def turned(self) -> "Pair":
        return Pair(self.later, self.earlier)

    @property
    def is_of_exits(self) -> bool:
        return self.later == EXITS


@dataclass(frozen=True, slots=True)
class Link:
    """One association of the chain with its 95 % interval.

    Of scores: how many of its own ordinary movements the later one is higher after the earlier one
    was higher by one of its own; an ordinary movement is a standard deviation within units. Of
    exits: the rate ratio per half a scale point. `chance` is by the CR1 standard error with
    Student's quantile for (units - 1) degrees of freedom, `adjusted` Benjamini and Hochberg's over
    all links of one direction. `exits` is None where no exits take part.
    """

    pair: Pair
    estimate: float
    low: float
    high: float
    coefficient: float
    standard_error: float
    chance: float
    adjusted: float
    units: int
    periods: int
    rows: int
    exits: int | None

    @property
    def null(self) -> float:
        return 1.0 if self.pair.is_of_exits else 0.0

    @property
    def is_distinguishable(self) -> bool:
        """Whether the adjusted chance is small and the interval leaves out "no association"."""
        return self.adjusted <= LEVEL and not self.low <= self.null <= self.high

    @property
    def is_positive(self) -> bool:
        return self.estimate > self.null


@dataclass(frozen=True, slots=True)
class LinkRefused:
    """No association is told; everything that is missing."""

    pair: Pair
    needs: tuple[Need, ...]

    @property
    def reason(self) -> str:
        return " ".join(need.words for need in self.needs)


Told = Link | LinkRefused


@dataclass(frozen=True, slots=True)
class Order:
    """How much larger a link of scores is forward than backward, with its 95 % interval.

    That one direction is found and the other is not says nothing about which comes first: both may
    be as strong. `adjusted` is Benjamini and Hochberg's over all links.
    """

    difference: float
    low: float
    high: float
    chance: float
    adjusted: float

    def is_beyond(self, *, positive: bool) -> bool:
        """Whether the difference is told apart from none, above it or else below it."""
        return self.adjusted <= LEVEL and (self.low > 0 if positive else self.high < 0)


@dataclass(frozen=True, slots=True)
class BothWays:
    """A link of the chain, the same two the other way round, and which of them is stronger.

    `order` is None for exits, whose two directions have different scales, and where one is refused.
    """

    forward: Told
    backward: Told
    order: Order | None

    @property
    def is_found(self) -> bool:
        return isinstance(self.forward, Link) and self.forward.is_distinguishable

    @property
    def is_in_order(self) -> bool:
        """Whether the link is found, and its order in time can be told."""
        if not isinstance(self.forward, Link) or self.order is None:
            return False
        return self.is_found and self.order.is_beyond(positive=self.forward.is_positive)


@dataclass(frozen=True, slots=True)
class _Raw:
    """A link before it is adjusted for how many were looked at.

    `scale` turns the coefficient into what is told; `by_unit` says what each unit of the panel
    adds to the error of that.
    """

    pair: Pair
    coefficient: float
    standard_error: float
    scale: float
    units: int
    periods: int
    rows: int
    exits: int | None = None
    by_unit: FloatArray | None = None

    @property
    def chance(self) -> float:
        return _chance(self.coefficient / self.standard_error, units=self.units)


def _chance(ratio: float, *, units: int) -> float:
    return float(2 * stdtr(units - 1, -abs(ratio)))


def study_chain(
    panel: Panel, scores: Mapping[str, FloatArray], pairs: Sequence[Pair]
) -> tuple[BothWays, ...]:
    """Return each link of the chain, forward and backward, in the order of the pairs.

    Scores are fitted by least squares with unit and period effects, bias of the own past taken
    out by the half-panel jackknife; exits by the fixed-effects Poisson. In both the later one's own
    figure of the period before stands beside the earlier one (for exits, the share that left).

    Args:
        panel: people and exits, units x periods.
        scores: shown scores by code, units x periods, NaN where hidden or not asked.
        pairs: what is set against what; a code without scores is refused in words.

    Raises:
        ValueError: grids of unlike shape, or exits before a score in `pairs`.
    """
    if any(pair.earlier == EXITS for pair in pairs):
        raise ValueError("exits stand at the end of the chain")
    forward = [_raw(panel, scores, pair) for pair in pairs]
    backward = [_raw(panel, scores, pair.turned) for pair in pairs]
    told = zip(_adjusted(forward), _adjusted(backward), _orders(forward, backward), strict=True)
    return tuple(BothWays(*each) for each in told)


def _raw(panel: Panel, scores: Mapping[str, FloatArray], pair: Pair) -> _Raw | LinkRefused:
    absent = [code for code in (pair.earlier, pair.later) if code not in {*scores, EXITS}]
    if absent:
        needs = (Need(Shortage.MONTHS, "One of the two was never asked."),)
        return LinkRefused(pair, needs)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(panel.headcount > 0, panel.exits / panel.headcount, np.nan)
    grids = {**scores, EXITS: share}
    before = np.stack([earlier(grids[code], _LAG) for code in (pair.earlier, pair.later)])
    if pair.is_of_exits:
        return _raw_of_exits(take_part(panel.exits, panel.headcount, before), pair)
    sample = take_part_in_line(grids[pair.later], before)
    return _raw_of_scores(sample, pair, units_of_panel=len(share))


def _raw_of_scores(sample: LinearSample, pair: Pair, *, units_of_panel: int) -> _Raw | LinkRefused:
    needs = _shortages(*sample.is_present.shape)
    fit = NoFit.TOO_FEW_ROWS if needs else fit_line(sample, is_dynamic=True)
    if isinstance(fit, NoFit):
        return LinkRefused(pair, needs or (_need_of(fit),))
    error = float(np.sqrt(fit.covariance[0, 0]))
    if error == 0 or fit.spreads[0] == 0:
        return LinkRefused(pair, (_need_of(NoFit.NO_VARIATION),))
    scale = float(fit.spreads[1] / fit.spreads[0])
    by_unit = np.zeros(units_of_panel)
    by_unit[sample.unit_places] = scale * fit.by_unit[:, 0]
    return _Raw(
        pair=pair,
        coefficient=float(fit.coefficients[0]),
        standard_error=error,
        scale=scale,
        units=sample.is_present.shape[0],
        periods=sample.is_present.shape[1],
        rows=sample.rows,
        by_unit=by_unit,
    )


def _raw_of_exits(sample: Sample, pair: Pair) -> _Raw | LinkRefused:
    exits = int(sample.exits.sum())
    needs = _shortages(*sample.exits.shape, exits=exits)
    fit = NoFit.TOO_FEW_ROWS if needs else fit_within(sample)
    if isinstance(fit, NoFit):
        return LinkRefused(pair, needs or (_need_of(fit),))
    error = float(np.sqrt(fit.covariance[0, 0]))
    if error == 0:
        return LinkRefused(pair, (_need_of(NoFit.NO_VARIATION),))
    return _Raw(
        pair=pair,
        coefficient=float(fit.coefficients[0]),
        standard_error=error,
        scale=STEP,
        units=sample.exits.shape[0],
        periods=sample.exits.shape[1],
        rows=sample.rows,
        exits=exits,
    )


def _shortages(units: int, periods: int, *, exits: int | None = None) -> tuple[Need, ...]:
    minima = [
        (Shortage.UNITS, units, FEWEST_UNITS, "units that show both figures two months running"),
        (Shortage.MONTHS, periods, FEWEST_MONTHS, "months with both figures and the month before"),
    ]
    if exits is not None:
        minima.append((Shortage.LEAVERS, exits, FEWEST_LEAVERS, "exits in those units and months"))
    return needs_of(minima)


def _need_of(fit: NoFit) -> Need:
    if fit is NoFit.NO_VARIATION:
        return Need(
            Shortage.MORALE_VARIES,
            "Within units, beside what all of them have in common in a month, one of the two does "
            "not vary, so nothing can move with it.",
        )
    if fit is NoFit.TOO_FEW_ROWS:
        return Need(
            Shortage.MONTHS,
            "There are not more figures than units and months together; more months with shown "
            "figures are needed.",
        )
    return Need(
        Shortage.LEAVERS,
        "The exits are too few or too uneven for a rate ratio. More months with exits are needed.",
    )


def _adjusted(raws: Sequence[_Raw | LinkRefused]) -> list[Told]:
    found = [raw for raw in raws if isinstance(raw, _Raw)]
    chances = np.array([raw.chance for raw in found], dtype=np.float64)
    adjusted = iter(benjamini_hochberg(chances).tolist())
    return [_link(raw, next(adjusted)) if isinstance(raw, _Raw) else raw for raw in raws]


def _orders(
    forward: Sequence[_Raw | LinkRefused], backward: Sequence[_Raw | LinkRefused]
) -> list[Order | None]:
    ratios = [_difference(*both) for both in zip(forward, backward, strict=True)]
    known = [each for each in ratios if each is not None]
    chances = [_chance(size / error, units=units) for size, error, units in known]
    adjusted = benjamini_hochberg(np.array(chances, dtype=np.float64)).tolist()
    orders = iter(
        Order(
            difference=size,
            low=size - float(stdtrit(units - 1, 0.975)) * error,
            high=size + float(stdtrit(units - 1, 0.975)) * error,
            chance=chance,
            adjusted=after,
        )
        for (size, error, units), chance, after in zip(known, chances, adjusted, strict=True)
    )
    return [None if each is None else next(orders) for each in ratios]


def _difference(
    forward: _Raw | LinkRefused, backward: _Raw | LinkRefused
) -> tuple[float, float, int] | None:
    """Return forward less backward, its standard error and its units; None where not comparable."""
    if isinstance(forward, LinkRefused) or isinstance(backward, LinkRefused):
        return None
    if forward.by_unit is None or backward.by_unit is None:
        return None
    size = forward.scale * forward.coefficient - backward.scale * backward.coefficient
    error = float(np.linalg.norm(forward.by_unit - backward.by_unit))
    return (size, error, min(forward.units, backward.units)) if error > 0 else None


def _link(raw: _Raw, adjusted: float) -> Link:
    half = float(stdtrit(raw.units - 1, 0.975)) * raw.standard_error
    ends = raw.scale * (raw.coefficient + np.array([-half, 0.0, half]))
    if raw.pair.is_of_exits:
        ends = np.exp(np.clip(ends, -_LOGARITHM_LIMIT, _LOGARITHM_LIMIT))
    low, estimate, high = (float(end) for end in ends)
    return Link(
        pair=raw.pair,
        estimate=estimate,
        low=low,
        high=high,
        coefficient=raw.coefficient,
        standard_error=raw.standard_error,
        chance=raw.chance,
        adjusted=adjusted,
        units=raw.units,
        periods=raw.periods,
        rows=raw.rows,
        exits=raw.exits,
    )
