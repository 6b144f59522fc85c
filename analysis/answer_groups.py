"""Groups around whose means correlations are taken: shown units, with what is hidden beneath them.

Every group has k or more respondents, because that is what the protected pattern is for. So no
released number depends on how people are divided among units that are hidden.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from analysis.complete_answers import CompleteAnswers
from surveys.units import UnitTree

_NOWHERE = -1


def in_shown_groups(
    complete: CompleteAnswers, tree: UnitTree, published: Sequence[int | None], *, fewest: int
) -> CompleteAnswers:
    """Return the same answers, each counted in the nearest shown unit at or above its own.

    Args:
        complete: sums per unit; each is a unit of the tree.
        tree: the units.
        published: respondents of each unit in the tree's order, None where hidden.
        fewest: complete answers of a group; a smaller one joins the shown unit above it, and the
            topmost the smallest other one.
    """
    nearest, above = _nearest_shown(tree, published)
    answers = np.zeros(len(tree), dtype=np.int64)
    for unit, number in zip(complete.units, complete.answers.tolist(), strict=True):
        answers[nearest[tree.place(unit)]] += number
    joins = _joins(answers, above, fewest)
    return complete.grouped(
        {unit: tree.units[_end(nearest[tree.place(unit)], joins)].code for unit in complete.units}
    )


def _nearest_shown(tree: UnitTree, published: Sequence[int | None]) -> tuple[list[int], list[int]]:
    """Return for each unit the nearest shown one at or above it, and strictly above it.

    Where none is shown it is the root, and above that nowhere.
    """
    nearest: list[int] = []
    above: list[int] = []
    for place, parent in enumerate(tree.parent_places):
        above.append(nearest[parent] if parent >= 0 else _NOWHERE)
        is_own = published[place] is not None or parent < 0
        nearest.append(place if is_own else above[place])
    return nearest, above


def _joins(
    answers: np.typing.NDArray[np.int64], above: Sequence[int], fewest: int
) -> Mapping[int, int]:
    """Return which group joins which; from the bottom up, so that a joined one may suffice."""
    people = answers.copy()
    joins: dict[int, int] = {}
    for place in reversed(range(len(people))):
        if 0 < people[place] < fewest and above[place] != _NOWHERE:
            joins[place] = above[place]
            people[above[place]] += people[place]
            people[place] = 0
    if 0 < people[0] < fewest:
        others = [place for place in range(1, len(people)) if people[place] > 0]
        if others:
            joins[0] = min(others, key=lambda place: int(people[place]))
    return joins


def _end(place: int, joins: Mapping[int, int]) -> int:
    while place in joins:
        place = joins[place]
    return place
