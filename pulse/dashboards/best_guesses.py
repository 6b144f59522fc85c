"""A unit's newest mean pulled to the mean of all units at its level, in one plain sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from analysis.archive import unit_cells
from analysis.release import ReleaseHead, ShownCell
from analysis.trends.behaviour import JudgedPoint, ProcessBehaviour
from analysis.trends.measures import Measure, shown_mean
from analysis.trends.shrinkage import Shrinkage, shrink
from pulse.dashboards.memory import ReleaseMemory
from surveys.units import UnitCode

FEWEST_AT_LEVEL = 10
"""Shown units that a best guess needs: of fewer, one unit's mean could be told from the average."""

_SAME = 0.005  # of the weight: the unit's own answers count for nothing


@dataclass(frozen=True, slots=True)
class _Level:
    """The shown means of all units at one level in one month, with their best guesses."""

    places: dict[UnitCode, int]
    shrinkage: Shrinkage


_memory: ReleaseMemory[_Level | None] = ReleaseMemory(size=64)


def best_guess_words(
    session: Session,
    heads: Sequence[ReleaseHead],
    unit: UnitCode,
    measure: Measure,
    behaviour: ProcessBehaviour,
) -> str:
    """Return the sentence about the newest month of the unit's series.

    "" where that month is hidden, shown coarsely or older than the newest release, and where fewer
    than FEWEST_AT_LEVEL units of the unit's level are shown.
    """
    newest, head = (behaviour.points[-1] if behaviour.points else None), heads[-1]
    if not isinstance(newest, JudgedPoint) or newest.point.is_coarse or unit not in head.tree:
        return ""
    if newest.point.month != head.month:
        return ""
    depth = head.tree.depth(unit)
    level = _memory.recall(
        (head,), (measure.code, depth), lambda: _level(session, head, measure, depth)
    )
    if level is None or unit not in level.places:
        return ""
    return _words(level, level.places[unit], newest.point.mean, newest.point.respondents)


def _words(level: _Level, place: int, mean: float, answers: int) -> str:
    found, units = level.shrinkage, len(level.places)
    weight = float(found.weights[place])
    guess, average = float(found.best_guesses[place]), found.grand_mean
    start = f"Best guess: {guess:.1f}."
    if weight < _SAME:
        return (
            f"{start} The {units:,} units shown at this level differ no more than luck has them "
            f"differ, so the best guess for each is their average; the mean here is {mean:.1f}."
        )
    return (
        f"{start} With {answers:,} answers a mean is partly luck, so this pulls the {mean:.1f} "
        f"towards {average:.1f}, the average of the {units:,} units shown at this level; the "
        f"answers here count for {100 * weight:.0f}% of it. It is no ground for comparing units."
    )


def _level(session: Session, head: ReleaseHead, measure: Measure, depth: int) -> _Level | None:
    parents = head.tree.parent_places
    depths: list[int] = []
    for parent in parents:  # parents come before children
        depths.append(0 if parent < 0 else depths[parent] + 1)
    codes = [unit.code for unit, at in zip(head.tree, depths, strict=True) if at == depth]
    kept: dict[UnitCode, tuple[float, int]] = {}
    for code, entry in unit_cells(session, head.month, codes).items():
        if isinstance(entry.cell, ShownCell) and not entry.cell.is_coarse:
            mean = shown_mean(measure, head, entry.cell)
            if mean is not None:
                kept[code] = (mean, entry.cell.respondents)
    spreads = [item.within_sd for item in head.items if item.code in measure.items]
    spread = sum(spreads) / len(spreads) if spreads else 0.0
    if len(kept) < FEWEST_AT_LEVEL or spread <= 0:
        return None
    means, counts = (np.array(column) for column in zip(*kept.values(), strict=True))
    found = shrink(means, counts, spread**2)
    return _Level({code: place for place, code in enumerate(kept)}, found)
