"""How the questions of a month go together: worked out at close, before the counts are forgotten.

Only what cannot be had from shown cells is made here: correlations of items and what rests on them.
Standard deviations are not published beside them. With those, the spread between units would
follow more sharply than from the shown means, hidden units included (docs/decisions/0140).
"""

import math
from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from analysis.complete_answers import CompleteAnswers
from analysis.release import Bound, CodedNumber, Matrix, QuestionnaireFigures, ScaleFigures
from analysis.reliability import cronbach_alpha, item_rest_correlations, omega_total
from analysis.tally import ItemTally, MonthTally
from surveys.instruments import ConstructCode, ItemCode
from surveys.policy import AnonymityPolicy

FloatArray = npt.NDArray[np.float64]

_FLOORS = (200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
"""The number of complete answers is published as the highest of these that it reaches."""

_FEWEST_ITEMS = 2  # one question goes together with nothing
_STEPS = (5, 10, 20, 25)
_TIMES_THRESHOLD = 4
"""So many times k complete answers there must be: a quarter of people is the widest step."""

_LEAST_VARIANCE_WITHIN = 0.01  # squared scale points; spreads below 0.1 are not told either
_PERCENT = 100


def questionnaire_figures(
    tally: MonthTally, policy: AnonymityPolicy, *, shown: Collection[ItemCode]
) -> QuestionnaireFigures | None:
    """Return the month's figures; None where not declared or too few answers are complete.

    An item takes part if cells show it and at least `shown_threshold` people with complete answers
    gave another score than most did: of fewer, a correlation would tell what just these few said.

    Args:
        tally: the counts, with the sums over complete answers if they may be used.
        policy: the policy in force.
        shown: the items that cells show.
    """
    complete = tally.complete
    fewest = max(policy.reliability_from, _TIMES_THRESHOLD * policy.shown_threshold)
    if complete is None or complete.number < fewest:
        return None
    items = tuple(
        code
        for code in complete.items
        if code in shown
        and _least_off_mode(tally.items[code], complete.number) >= policy.shown_threshold
    )
    if len(items) < _FEWEST_ITEMS:
        return None
    chosen = complete.of_items(items)
    covariance = chosen.covariance()
    has_within = chosen.freedom_within >= policy.reliability_from
    return QuestionnaireFigures(
        answers_from=max([policy.reliability_from, *(f for f in _FLOORS if f <= chosen.number)]),
        items=items,
        without_score=tuple(share_without_score(tally.items[code], policy) for code in items),
        correlations=_rounded(_correlations(covariance)),
        correlations_within=_within(chosen) if has_within else None,
        scales=_scales(tally, items, covariance),
    )


def _least_off_mode(tally: ItemTally, complete: int) -> int:
    """Return how many complete answers to the item differ from the most frequent score, at least.

    Counts are of all answers; those that are not complete may all be among the ones that differ.
    """
    scored = tally.counts[:, : len(tally.scale.labels)].sum(axis=0)
    return complete - int(scored.max())


def _within(complete: CompleteAnswers) -> Matrix | None:
    covariance = complete.covariance_within()
    if (np.diag(covariance) < _LEAST_VARIANCE_WITHIN).any():
        return None  # within units nearly all are of one mind on some item, and that is not said
    return _rounded(_correlations(covariance))


def _correlations(covariance: FloatArray) -> FloatArray:
    deviations = np.sqrt(np.diag(covariance))
    correlations: FloatArray = covariance / np.outer(deviations, deviations)
    return correlations


def _scales(
    tally: MonthTally, items: Sequence[ItemCode], covariance: FloatArray
) -> tuple[ScaleFigures, ...]:
    """Return a scale for each construct of which two items or more take part."""
    places: dict[ConstructCode, list[int]] = {}
    for place, code in enumerate(items):
        places.setdefault(tally.items[code].item.construct, []).append(place)
    return tuple(
        _scale(construct, [items[each] for each in own], covariance[np.ix_(own, own)])
        for construct, own in places.items()
        if len(own) > 1 and _all_sums_vary(covariance[np.ix_(own, own)])
    )


def _all_sums_vary(covariance: FloatArray) -> bool:
    """Return whether the sum varies, also without any one item: else nothing is reliable."""
    with_all = covariance.sum(axis=1)
    rest = covariance.sum() - 2 * with_all + np.diag(covariance)
    least = 1e-9 * float(np.trace(covariance))
    return bool(covariance.sum() > least and (rest > least).all())


def _scale(
    construct: ConstructCode, items: Sequence[ItemCode], covariance: FloatArray
) -> ScaleFigures:
    omega = omega_total(covariance)
    return ScaleFigures(
        construct=construct,
        items=tuple(items),
        alpha=_two_decimals(cronbach_alpha(covariance)),
        omega=None if omega is None else _two_decimals(omega),
        item_rest=tuple(map(_two_decimals, item_rest_correlations(covariance).tolist())),
    )


def share_without_score(tally: ItemTally, policy: AnonymityPolicy) -> CodedNumber:
    """Return the share of respondents without a scored answer, in percent, in steps.

    A step and both ends stand for at least `shown_threshold` people, so that the number of those
    who skipped follows for no smaller group.
    """
    labels = len(tally.scale.labels)
    people = int(tally.counts.sum())
    without = people - int(tally.counts[:, :labels].sum())
    needed = max(-(-_PERCENT * policy.shown_threshold // people), policy.share_step)
    step = next(step for step in (*_STEPS, policy.share_step) if step >= needed)
    share = step * ((2 * _PERCENT * without + step * people) // (2 * step * people))
    if share <= step:
        return CodedNumber(step, Bound.AT_MOST)
    if share >= _PERCENT - step:
        return CodedNumber(_PERCENT - step, Bound.AT_LEAST)
    return CodedNumber(share)


def _rounded(matrix: FloatArray) -> Matrix:
    return tuple(tuple(_two_decimals(value) for value in row) for row in matrix.tolist())


def _two_decimals(value: float) -> float:
    return math.floor(value * 100 + 0.5) / 100  # halves up; never -0.0
