"""Unit means of morale and of every other question, over the months in which both are shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.release import Published, ReleasedItem, ReleaseHead, ShownCell, UnitMonth
from surveys.instruments import ConstructCode, ItemCode
from surveys.months import Month

FloatArray = npt.NDArray[np.float64]

MORALE = ConstructCode("morale")

QuestionKey = tuple[ItemCode, int]
"""Code and version: a question in other words is another question."""


@dataclass(frozen=True, slots=True)
class PairedMeans:
    """Means in scale points, a row per unit and a column per question; nan where nothing is shown.

    `morale` and `questions` are over the months in which the unit shows both. The places in
    `together` are of the questions that every month asked; `morale_together` and
    `questions_together` are over the months in which the unit shows morale and all of them.
    """

    morale: FloatArray
    questions: FloatArray
    together: tuple[int, ...]
    morale_together: FloatArray
    questions_together: FloatArray

    @property
    def units(self) -> int:
        """How many units show morale beside some question."""
        return int(np.isfinite(self.questions).any(axis=1).sum())


def with_morale(heads: Sequence[ReleaseHead]) -> tuple[ReleaseHead, ...]:
    """Return the releases that ask about morale."""
    return tuple(head for head in heads if morale_codes(head))


def morale_codes(head: ReleaseHead) -> tuple[ItemCode, ...]:
    return tuple(item.code for item in head.items if item.construct == MORALE)


def questions_of(heads: Sequence[ReleaseHead]) -> tuple[ReleasedItem, ...]:
    """Return every question of the releases but those about morale, the newest pulse's first."""
    found: dict[QuestionKey, ReleasedItem] = {}
    for head in reversed(heads):
        for item in head.items:
            if item.construct != MORALE:
                found.setdefault((item.code, item.version), item)
    return tuple(found.values())


def paired_means(
    heads: Sequence[ReleaseHead], histories: Iterable[Sequence[UnitMonth]]
) -> PairedMeans:
    """Return the units' means over some releases that ask about morale.

    Cells in half points are left out: their rounding would look like a difference.

    Args:
        heads: releases that ask about morale, at least one.
        histories: the cells of each unit, a unit per sequence; other months are passed over.
    """
    questions = questions_of(heads)
    keys = [(item.code, item.version) for item in questions]
    asked = {head.month: {(item.code, item.version) for item in head.items} for head in heads}
    together = tuple(
        place for place, key in enumerate(keys) if all(key in each for each in asked.values())
    )
    codes = {head.month: morale_codes(head) for head in heads}
    rows: list[_Sums] = []
    for history in histories:
        sums = _Sums(len(keys), together)
        for entry in history:
            if entry.month in asked:
                sums.add(*_shown(entry, codes, keys, asked))
        rows.append(sums)
    width = (len(rows), len(keys))
    return PairedMeans(
        morale=np.array([row.morale for row in rows], dtype=np.float64).reshape(width),
        questions=np.array([row.questions for row in rows], dtype=np.float64).reshape(width),
        together=together,
        morale_together=np.array([row.morale_together for row in rows], dtype=np.float64),
        questions_together=np.array(
            [row.questions_together for row in rows], dtype=np.float64
        ).reshape(len(rows), len(together)),
    )


def _shown(
    entry: UnitMonth,
    codes: Mapping[Month, Sequence[ItemCode]],
    keys: Sequence[QuestionKey],
    asked: Mapping[Month, set[QuestionKey]],
) -> tuple[float, FloatArray]:
    """Return one cell's morale and the mean of each question; nan where not shown or not asked."""
    means = np.full(len(keys), np.nan)
    if not isinstance(entry.cell, ShownCell) or entry.cell.is_coarse:
        return float("nan"), means
    figures = entry.cell.figures
    morale = [
        figure.mean.value if isinstance(figure := figures[code], Published) else float("nan")
        for code in codes[entry.month]
    ]
    for place, key in enumerate(keys):
        if key in asked[entry.month] and isinstance(figure := figures[key[0]], Published):
            means[place] = figure.mean.value
    return sum(morale) / len(morale), means


class _Sums:
    """What one unit's months add up to."""

    def __init__(self, questions: int, together: Sequence[int]) -> None:
        self._months = np.zeros(questions)
        self._sums = np.zeros((2, questions))
        self._together = list(together)
        self._rows: list[FloatArray] = []

    def add(self, morale: float, means: FloatArray) -> None:
        shown = np.isfinite(means) & np.isfinite(morale)
        self._months += shown
        self._sums[0, shown] += morale
        self._sums[1, shown] += means[shown]
        if shown[self._together].all():
            self._rows.append(np.array([morale, *means[self._together]]))

    @property
    def morale(self) -> FloatArray:
        return self._mean(0)

    @property
    def questions(self) -> FloatArray:
        return self._mean(1)

    @property
    def morale_together(self) -> float:
        return float(self._joint()[0])

    @property
    def questions_together(self) -> FloatArray:
        return self._joint()[1:]

    def _mean(self, place: int) -> FloatArray:
        mean: FloatArray = self._sums[place] / np.where(self._months > 0, self._months, np.nan)
        return mean

    def _joint(self) -> FloatArray:
        if not self._rows:
            return np.full(1 + len(self._together), np.nan)
        joint: FloatArray = np.mean(self._rows, axis=0)
        return joint
