"""Morale and leavers of groups: two associations side by side, and what they need to be told.

Between units: do units with higher morale have fewer leavers over the same months? Pooled: all
unit-months together, morale of a month against leavers one month later. They answer different
questions (docs/statistics/turnover.md). Neither is about a person, and neither says why.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from analysis.disclosure.rules import Rules
from analysis.disclosure.tree import protect_tree
from analysis.spearman import FloatArray, between_interval, clustered_interval, spearman

FEWEST_UNITS = 10
FEWEST_MONTHS = 8
FEWEST_LEAVERS = 30
LAG_MONTHS = 1
"""Morale is set against the leavers of this many months later; fixed before anybody looked."""

_TIE_DECIMALS = 9


class Question(StrEnum):
    BETWEEN = "between"
    POOLED = "pooled"


@dataclass(frozen=True, slots=True)
class Association:
    """Spearman's correlation of morale and leaver rate with its 95 % interval.

    `n` counts what was correlated: units (between) or pairs of months (pooled). `units_left_out`
    gave no pair: their morale is hidden, or they have no workforce figures beside it.
    """

    question: Question
    estimate: float
    low: float
    high: float
    n: int
    units: int
    months: int
    leavers: int
    units_left_out: int
    words: str

    @property
    def is_distinguishable(self) -> bool:
        """Whether the interval leaves out "no association"."""
        return self.low > 0 or self.high < 0


class Shortage(StrEnum):
    """What an association lacks."""

    UNITS = "units"
    MONTHS = "months"
    LEAVERS = "leavers"
    MORALE_VARIES = "morale_varies"
    LEAVERS_VARY = "leavers_vary"


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that is missing, and in words how much more of it is needed.

    `missing` says the same as a number, 0 where no number would do.
    """

    shortage: Shortage
    words: str
    missing: int = 0


def needs_of(minima: Iterable[tuple[Shortage, int, int, str]]) -> tuple[Need, ...]:
    """Return what is missing of each (shortage, what there is, least, what it is), in words."""
    return tuple(
        Need(
            shortage,
            f"At least {least} {what} are needed. There are {have}, so {least - have} more.",
            least - have,
        )
        for shortage, have, least, what in minima
        if have < least
    )


@dataclass(frozen=True, slots=True)
class Refused:
    """No association is told, everything that is missing, and how many units took no part."""

    question: Question
    needs: tuple[Need, ...]
    units_left_out: int

    @property
    def reason(self) -> str:
        """All needs as one paragraph."""
        return " ".join(need.words for need in self.needs)


@dataclass(frozen=True, slots=True)
class MonthGrid:
    """Shown morale, people and leavers of units x months without gaps; NaN where unknown."""

    morale: FloatArray
    headcount: FloatArray
    leavers: FloatArray


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Arrays of equal length: a unit's number, morale, leavers and people for each pair."""

    unit: npt.NDArray[np.int64]
    morale: FloatArray
    leavers: FloatArray
    headcount: FloatArray
    units: int
    months: int
    left_out: int


def between_units(grid: MonthGrid) -> Association | Refused:
    """Return the correlation of units' mean morale with their leaver rate over the same months.

    A unit's morale is the plain mean of its shown months; its rate is leavers over person-months
    in those months. Every unit counts once. The interval is Fisher's with the variance of
    Bonett and Wright (2000).

    Args:
        grid: units without units of this grid below them, so that nobody is counted twice.
    """
    pairs = _paired(grid, lag=0)
    needs = _shortages(pairs)
    if pairs.units:
        per_unit = np.bincount(pairs.unit)
        morale = _ties_kept(np.bincount(pairs.unit, pairs.morale) / per_unit)
        person_months = np.bincount(pairs.unit, pairs.headcount)
        rate = _ties_kept(np.bincount(pairs.unit, pairs.leavers) / person_months)
        needs += _flat(morale, rate)
    if needs:
        return Refused(Question.BETWEEN, needs, pairs.left_out)
    estimate = spearman(morale, rate)
    return _told(Question.BETWEEN, estimate, between_interval(estimate, pairs.units), pairs)


def pooled_months(grid: MonthGrid) -> Association | Refused:
    """Return the correlation of morale with the leaver rate one month later, over all pairs.

    Months of one unit resemble each other, so the interval draws whole units again and again
    (cluster bootstrap with a fixed seed).

    Args:
        grid: units without units of this grid below them, so that nobody is counted twice.
    """
    pairs = _paired(grid, lag=LAG_MONTHS)
    needs = _shortages(pairs)
    rate = _ties_kept(pairs.leavers / pairs.headcount)
    if pairs.units:
        needs += _flat(pairs.morale, rate)
    if needs:
        return Refused(Question.POOLED, needs, pairs.left_out)
    estimate = spearman(pairs.morale, rate)
    interval = clustered_interval(pairs.morale, rate, clusters=pairs.unit)
    return _told(Question.POOLED, estimate, interval, pairs)


def _paired(grid: MonthGrid, *, lag: int) -> _Pairs:
    """Pair each shown morale with the unit's workforce figures `lag` months later."""
    months = grid.morale.shape[1]
    morale = grid.morale[:, : max(months - lag, 0)]
    headcount, leavers = grid.headcount[:, lag:], grid.leavers[:, lag:]
    is_pair = np.isfinite(morale) & (headcount > 0) & np.isfinite(leavers)
    unit, month = np.nonzero(is_pair)
    places, number = np.unique(unit, return_inverse=True)
    return _Pairs(
        unit=number.astype(np.int64),
        morale=morale[is_pair],
        leavers=leavers[is_pair],
        headcount=headcount[is_pair],
        units=len(places),
        months=len(np.unique(month)),
        left_out=len(grid.morale) - len(places),
    )


def _ties_kept(values: FloatArray) -> FloatArray:
    """Return the values without the noise of floating point, which would order equal ones."""
    return np.round(values, _TIE_DECIMALS)


def _shortages(pairs: _Pairs) -> tuple[Need, ...]:
    leavers = int(pairs.leavers.sum())
    minima = (
        (Shortage.UNITS, pairs.units, FEWEST_UNITS, "units with shown morale and leaver figures"),
        (Shortage.MONTHS, pairs.months, FEWEST_MONTHS, "months with both figures"),
        (Shortage.LEAVERS, leavers, FEWEST_LEAVERS, "leavers in those units and months"),
    )
    return needs_of(minima)


def _flat(
    morale: FloatArray,
    rate: FloatArray,
) -> tuple[Need, ...]:
    found: list[Need] = []
    if np.ptp(morale) == 0:
        found.append(
            Need(
                Shortage.MORALE_VARIES,
                "Shown morale is the same throughout, so nothing can move with it.",
            )
        )
    if np.ptp(rate) == 0:
        found.append(
            Need(
                Shortage.LEAVERS_VARY,
                "The leaver rate is the same throughout, so nothing can move with it.",
            )
        )
    return tuple(found)


def _told(
    question: Question, estimate: float, interval: tuple[float, float], pairs: _Pairs
) -> Association:
    low, high = interval
    return Association(
        question=question,
        estimate=estimate,
        low=low,
        high=high,
        n=pairs.units if question is Question.BETWEEN else len(pairs.morale),
        units=pairs.units,
        months=pairs.months,
        leavers=int(pairs.leavers.sum()),
        units_left_out=pairs.left_out,
        words=_words(question, low, high),
    )


def _words(question: Question, low: float, high: float) -> str:
    if low <= 0 <= high:
        return "Not distinguishable from no association."
    amount = "fewer" if high < 0 else "more"
    if question is Question.BETWEEN:
        return f"Moves with: units with higher morale have {amount} leavers."
    return f"Moves with: months with higher morale are followed by {amount} leavers."


def protected_leavers(
    parents: Sequence[int], leavers: Sequence[int], *, threshold: int
) -> tuple[int | None, ...]:
    """Return each unit's leavers with those of all units below it, None where hidden.

    No shown number rests on fewer than `threshold` leavers, and no difference of shown numbers
    is 1 to `threshold` - 1. None and few look alike, so that a hidden number tells nothing. Use it
    for periods that do not overlap: the difference of two overlapping periods is protected by
    nobody.

    Args:
        parents: for each unit the index of its parent, which comes before it; -1 for a root.
        leavers: each unit's own leavers (people) in one period.
        threshold: fewest leavers behind a shown number (policy: `leavers_threshold`).
    """
    pattern = protect_tree(parents, leavers, Rules(threshold))
    return tuple(
        total if shown else None
        for total, shown in zip(pattern.respondents, pattern.shown, strict=True)
    )
