"""Rates of workforce figures over time: what each is made of, its sums, what may be shown of it.

Outside the HR office a number is shown only where at least so many people must stand behind it, and
behind every difference of shown numbers. Periods of a unit never overlap, so sums of different
periods have no person's figure in common and each period is protected by itself.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure.rules import Rules
from analysis.disclosure.tree import protect_tree
from analysis.workforce_figures import Figure
from analysis.workforce_periods import Period
from analysis.workforce_rates import FloatArray, working_days
from surveys.units import UnitCode, UnitTree

_ROUNDING = 1e-6


class RateCode(StrEnum):
    """A rate that is a share, so that it has a chart of the p' kind."""

    LEAVERS = "leavers"
    VACANCIES = "vacancies"
    AGENCY = "agency"
    ABSENCE = "absence"


@dataclass(frozen=True, slots=True)
class RateParts:
    """The two figures that a rate is made of: both heads or both FTE."""

    rate: RateCode
    events: Figure
    in_post: Figure


_PARTS: Mapping[RateCode, tuple[tuple[Figure, Figure], ...]] = {
    RateCode.LEAVERS: (
        (Figure.LEAVERS, Figure.HEADCOUNT),
        (Figure.LEAVERS_FTE, Figure.IN_POST_FTE),
    ),
    RateCode.VACANCIES: (
        (Figure.VACANCIES_FTE, Figure.IN_POST_FTE),
        (Figure.VACANCIES, Figure.HEADCOUNT),
    ),
    RateCode.AGENCY: (
        (Figure.AGENCY, Figure.HEADCOUNT),
        (Figure.AGENCY_FTE, Figure.IN_POST_FTE),
    ),
    RateCode.ABSENCE: (
        (Figure.DAYS_LOST, Figure.IN_POST_FTE),
        (Figure.DAYS_LOST, Figure.HEADCOUNT),
    ),
}


@dataclass(frozen=True, slots=True)
class PeriodSums:
    """One period: each unit's sums with all units below it, in the order of the tree.

    `has_figures` (units) tells where some unit of the subtree has both figures; `is_shown` (units)
    where the events may be shown.
    """

    period: Period
    tree: UnitTree
    events: FloatArray
    in_post: FloatArray
    has_figures: NDArray[np.bool_]
    is_shown: NDArray[np.bool_]


def parts_of(rate: RateCode, held: Collection[Figure]) -> RateParts | None:
    """Return what the rate is made of, None where its figures are not held.

    It is the same for all units and periods: heads of one and FTE of another do not add up, and
    both side by side would tell more than either.
    """
    for events, in_post in _PARTS[rate]:
        if events in held and in_post in held:
            return RateParts(rate, events, in_post)
    return None


def period_sums(
    own: Mapping[UnitCode, tuple[float, ...]],
    period: Period,
    tree: UnitTree,
    parts: RateParts,
    *,
    threshold: int | None,
) -> PeriodSums:
    """Return the sums of one period, protected with a threshold and open without one.

    Args:
        own: events and people in post of the units that have both, without the units below.
        period: which one it is.
        tree: on which units are summed up; units that it does not have are left out.
        parts: of the rate.
        threshold: fewest people behind a shown number (policy: `leavers_threshold`).
    """
    events, in_post, has = np.zeros((3, len(tree)))
    for place, unit in enumerate(tree):
        if unit.code in own:
            events[place], in_post[place] = own[unit.code]
            has[place] = 1
    parents = tree.parent_places
    shown = np.ones(len(tree), dtype=bool)
    if threshold is not None:
        shown = shown_sums(parents, people_behind(events, parts, period), threshold=threshold)
    return PeriodSums(
        period=period,
        tree=tree,
        events=_up(parents, events),
        in_post=_up(parents, in_post),
        has_figures=_up(parents, has) > 0,
        is_shown=shown,
    )


def people_behind(events: FloatArray, parts: RateParts, period: Period) -> NDArray[np.int_]:
    """Return the fewest people (or posts) that each unit's own number can stand for.

    Nobody is more than one head or one FTE, and nobody loses more days than there are working days.
    """
    most_each = working_days(period.months) if parts.events is Figure.DAYS_LOST else 1.0
    fewest = np.ceil(events / most_each - _ROUNDING)
    return np.where(events > 0, np.maximum(fewest, 1), 0).astype(int)


def shown_sums(
    parents: Sequence[int], people: NDArray[np.int_], *, threshold: int
) -> NDArray[np.bool_]:
    """Return which sums over subtrees may be shown together: the rule of `protected_leavers`."""
    return np.array(protect_tree(parents, people.tolist(), Rules(threshold)).shown, dtype=bool)


def rate_base(parts: RateParts, events: float, in_post: float, period: Period) -> float:
    """Return what the events are a share of: in post, all posts, or working days."""
    if parts.rate is RateCode.LEAVERS:
        return in_post
    if parts.rate is RateCode.ABSENCE:
        return in_post * working_days(period.months)
    return in_post + events


def _up(parents: Sequence[int], own: FloatArray) -> FloatArray:
    sums = own.copy()
    for place in range(len(parents) - 1, 0, -1):
        sums[parents[place]] += sums[place]
    return sums
