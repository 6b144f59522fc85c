"""Released correlations within units, of morale and other questions, over some releases."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.driver_means import QuestionKey, morale_codes
from analysis.drivers import composite
from analysis.release import ReleasedItem, ReleaseHead
from surveys.policy import LIMITS

FloatArray = npt.NDArray[np.float64]

_FEWEST_FREEDOM = LIMITS["reliability_from"][0]
"""Correlations within units are released only with so many degrees of freedom, or more."""


@dataclass(frozen=True, slots=True)
class WithinCorrelations:
    """Correlations around the means of units, averaged over releases.

    `singles` has morale's correlation with each question, nan where no release has it. `together`
    is the matrix of morale (first) and the questions that every month asked; None where no release
    has them all. `freedom` is the least number of degrees of freedom behind any one release: people
    answer again and again, so releases do not add up.
    """

    singles: FloatArray
    together: FloatArray | None
    freedom: int
    releases: int


def within_correlations(
    heads: Sequence[ReleaseHead], questions: Sequence[ReleasedItem], together: Sequence[int]
) -> WithinCorrelations | None:
    """Return what the releases say about the questions; None where none of them says anything.

    Args:
        heads: releases that ask about morale.
        questions: as `analysis.driver_means.questions_of` gives them.
        together: the places of those that every month asked.
    """
    keys = [(item.code, item.version) for item in questions]
    rows, matrices, freedoms = [], [], []
    for head in heads:
        found = _beside_morale(head)
        if found is None:
            continue
        matrix, places = found
        row = [matrix[0, places[key]] if key in places else np.nan for key in keys]
        rows.append(row)
        freedoms.append(_least_freedom(head))
        if all(keys[place] in places for place in together):
            chosen = [0, *(places[keys[place]] for place in together)]
            matrices.append(matrix[np.ix_(chosen, chosen)])
    if not rows:
        return None
    table = np.array(rows, dtype=np.float64).reshape(len(rows), len(keys))
    times = np.isfinite(table).sum(axis=0)
    return WithinCorrelations(
        singles=np.nansum(table, axis=0) / np.where(times > 0, times, np.nan),
        together=np.mean(matrices, axis=0) if matrices and together else None,
        freedom=min(freedoms),
        releases=len(rows),
    )


def _beside_morale(head: ReleaseHead) -> tuple[FloatArray, dict[QuestionKey, int]] | None:
    """Return one release's matrix with morale first, and where each other question stands."""
    figures = head.questionnaire
    if figures is None or figures.correlations_within is None:
        return None
    if not set(morale_codes(head)) <= set(figures.items):
        return None
    items = {item.code: item for item in head.items}
    outcome = [figures.items.index(code) for code in morale_codes(head)]
    others = [code for code in figures.items if code not in morale_codes(head)]
    matrix = composite(
        np.array(figures.correlations_within),
        np.array([items[code].within_sd for code in figures.items]),
        outcome,
    )
    places = {(code, items[code].version): place for place, code in enumerate(others, start=1)}
    return matrix, places


def _least_freedom(head: ReleaseHead) -> int:
    """Return the degrees of freedom that there are at least: answers less units with any."""
    answers = head.questionnaire.answers_from if head.questionnaire else 0
    return max(_FEWEST_FREEDOM, answers - len(head.tree))
