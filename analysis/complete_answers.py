"""Sums over complete answers: all that reliability and covariance need, and no single answer.

A complete answer gives every question of the month a scored answer. Scores of reverse-keyed items
are turned round, so that more is what staff would want. Everything is a whole number, so parts
counted apart add up to exactly the sums of the whole, in whatever order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from surveys.instruments import Item, ItemCode
from surveys.scales import Scale
from surveys.units import UnitCode

Whole = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

_ADDED_AT_ONCE = 512
NOT_SCORED = 0
"""Stands for skipped and unscored answers; the lowest score is 1."""


@dataclass(frozen=True, slots=True)
class CompleteAnswers:
    """How many complete answers there are, and their sums.

    `answers` has an element per unit, `sums` a row per unit and a column per item; `products` has
    for each pair of items the sum of the products of their scores over all units.
    """

    items: tuple[ItemCode, ...]
    units: tuple[UnitCode, ...]
    answers: Whole
    sums: Whole
    products: Whole

    def __post_init__(self) -> None:
        items, units = len(self.items), len(self.units)
        shapes = (self.answers.shape, self.sums.shape, self.products.shape)
        if shapes != ((units,), (units, items), (items, items)):
            raise ValueError("the sums of complete answers have the wrong shape")

    @property
    def number(self) -> int:
        return int(self.answers.sum())

    @property
    def freedom_within(self) -> int:
        """Degrees of freedom within units: complete answers less the units that have any."""
        return self.number - int((self.answers > 0).sum())

    def covariance(self) -> FloatArray:
        """Return the covariance of the items over everybody, in squared scale points.

        Raises:
            ValueError: there are fewer than two complete answers.
        """
        return self._divided(self.sums.sum(axis=0)[np.newaxis], np.array([self.number]))

    def covariance_within(self) -> FloatArray:
        """Return the covariance around the means of the units, pooled over units.

        Raises:
            ValueError: no unit has two complete answers.
        """
        some = self.answers > 0
        return self._divided(self.sums[some], self.answers[some])

    def of_items(self, codes: Sequence[ItemCode]) -> "CompleteAnswers":
        """Return the sums of some items, in the order of `codes`; answers stay complete on all."""
        places = [self.items.index(code) for code in codes]
        return CompleteAnswers(
            tuple(codes),
            self.units,
            self.answers,
            self.sums[:, places],
            self.products[np.ix_(places, places)],
        )

    def grouped(self, group_of: Mapping[UnitCode, UnitCode]) -> "CompleteAnswers":
        """Return the sums with the units of each group taken as one unit."""
        groups = tuple(dict.fromkeys(group_of[unit] for unit in self.units))
        place = {group: number for number, group in enumerate(groups)}
        rows = [place[group_of[unit]] for unit in self.units]
        answers = np.zeros(len(groups), dtype=np.int64)
        sums = np.zeros((len(groups), len(self.items)), dtype=np.int64)
        np.add.at(answers, rows, self.answers)
        np.add.at(sums, rows, self.sums)
        return CompleteAnswers(self.items, groups, answers, sums, self.products)

    def _divided(self, sums: Whole, answers: Whole) -> FloatArray:
        freedom = int(answers.sum()) - len(answers)
        if freedom < 1:
            raise ValueError("a covariance needs more complete answers than there are means")
        around = np.einsum("ui,uj,u->ij", sums, sums, 1 / answers)
        covariance: FloatArray = (self.products - around) / freedom
        return covariance


def scores_of_choices(item: Item, scale: Scale) -> tuple[int, ...]:
    """Return the score of each choice of a ballot, 0 (skipped) first, turned round if need be."""
    scored = (
        scale.score(choice, reverse_keyed=item.reverse_keyed)
        for choice in range(1, len(scale.labels) + 1)
    )
    return (NOT_SCORED, *scored, *(NOT_SCORED,) * len(scale.unscored))


def sum_of_complete(parts: Sequence[CompleteAnswers]) -> CompleteAnswers:
    """Return the sums over all parts of one month; there is at least one part.

    Raises:
        ValueError: the parts are not about the same items and units.
    """
    first = parts[0]
    if any((part.items, part.units) != (first.items, first.units) for part in parts):
        raise ValueError("parts of one month have the same items and units")
    return CompleteAnswers(
        first.items,
        first.units,
        np.sum([part.answers for part in parts], axis=0, dtype=np.int64),
        np.sum([part.sums for part in parts], axis=0, dtype=np.int64),
        np.sum([part.products for part in parts], axis=0, dtype=np.int64),
    )


class CompleteRows:
    """Adds complete answers up, some hundreds at a time; nothing of a single one stays."""

    def __init__(self, asked: Sequence[tuple[Item, Scale]], units: Sequence[UnitCode]) -> None:
        self._items = tuple(item.code for item, _scale in asked)
        self._scores = [scores_of_choices(item, scale) for item, scale in asked]
        self._places = {unit: place for place, unit in enumerate(units)}
        self._answers = np.zeros(len(units), dtype=np.int64)
        self._sums = np.zeros((len(units), len(asked)), dtype=np.int64)
        self._products = np.zeros((len(asked), len(asked)), dtype=np.int64)
        self._waiting: list[list[int]] = []

    def add(self, unit: UnitCode, choices: Sequence[int]) -> None:
        """Add one answer if it is complete; what follows the items' choices is not looked at."""
        row = [table[choice] for table, choice in zip(self._scores, choices, strict=False)]
        if NOT_SCORED in row:
            return
        row.append(self._places[unit])
        self._waiting.append(row)
        if len(self._waiting) == _ADDED_AT_ONCE:
            self._add_up()

    def total(self) -> CompleteAnswers:
        self._add_up()
        return CompleteAnswers(
            self._items, tuple(self._places), self._answers, self._sums, self._products
        )

    def _add_up(self) -> None:
        rows = np.array(self._waiting, dtype=np.int64).reshape(-1, 1 + len(self._items))
        self._waiting.clear()
        places, scores = rows[:, -1], rows[:, :-1]
        np.add.at(self._answers, places, 1)
        np.add.at(self._sums, places, scores)
        self._products += scores.T @ scores
