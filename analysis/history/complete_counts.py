"""Sums over the complete answers of a file's months, added up bucket by bucket.

A file of many months has a column for each question that was asked in any of them, so which answers
are complete is known only once the whole file was read: complete is who gave a scored answer to
every question that anybody was asked in that month.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from analysis.complete_answers import NOT_SCORED, CompleteAnswers, scores_of_choices
from analysis.history.atoms import Bools, Numbers
from analysis.history.buckets import Choices
from surveys.instruments import Item, ItemCode
from surveys.scales import Scale
from surveys.units import UnitCode

Asked = Sequence[tuple[Item, Scale]]
_Scores = npt.NDArray[np.uint8]

_SAMPLED = 64


class AskedItems:
    """Which items were answered at all in each month; whatever is known is not looked for again."""

    def __init__(self, months: int, skipped: Sequence[int]) -> None:
        self.flags: Bools = np.zeros((months, len(skipped)), dtype=np.bool_)
        self._skipped = skipped

    def add(self, months: Numbers, choices: Choices) -> None:
        """Note the items of some answers, each with its month's number."""
        # A few rows nearly always know all there is to know of the others.
        for step in (_SAMPLED, 1):
            self._note(months[::step], choices[::step])

    def _note(self, months: Numbers, choices: Choices) -> None:
        present = np.flatnonzero(np.bincount(months, minlength=len(self.flags)))
        for item in np.flatnonzero(~self.flags[present].all(axis=0)).tolist():
            answered = months[choices[:, item] != self._skipped[item]]
            self.flags[:, item] |= np.bincount(answered, minlength=len(self.flags)) > 0


class CompleteCounts:
    """Sums over complete answers, per unit and month, and products per month."""

    def __init__(self, asked: Asked, flags: Bools, cells: Numbers, *, units: int) -> None:
        """Make empty sums.

        Args:
            asked: the items of the file with their scales, in the order of its columns.
            flags: of `AskedItems`, a row per month.
            cells: the numbers (month x units + unit) that occur, in order.
            units: how many units there are numbers for.
        """
        self._items = [item for item, _scale in asked]
        self._tables = [_score_table(item, scale) for item, scale in asked]
        self._flags = flags
        self._cells = cells
        self._all_units = units
        self._months, self._units = np.divmod(cells, units)
        self._is_all_asked = bool(flags[np.unique(self._months)].all())
        self._answers = np.zeros(len(cells), dtype=np.int64)
        self._sums = np.zeros((len(cells), len(asked)), dtype=np.int64)
        self._products: dict[int, npt.NDArray[np.int64]] = {}

    def add(self, cells: Numbers, choices: Choices) -> None:
        """Add those of the answers that are complete; `cells` are numbers that occur."""
        scores = np.stack([table.take(choices[:, item]) for item, table in enumerate(self._tables)])
        is_complete = scores != NOT_SCORED
        if not self._is_all_asked:
            is_complete |= ~self._flags.T[:, cells // self._all_units]
        complete = np.flatnonzero(is_complete.all(axis=0))
        complete = complete[np.argsort(cells[complete])]
        self._add_in_order(cells[complete], scores.take(complete, axis=1).astype(np.float64))

    def of(
        self, month: int, items: Sequence[ItemCode], codes: Sequence[UnitCode]
    ) -> CompleteAnswers:
        """Return the sums of one month (its number) about the items that were asked in it."""
        places = np.flatnonzero(self._months == month)
        whole = CompleteAnswers(
            tuple(item.code for item in self._items),
            tuple(codes[unit] for unit in self._units[places].tolist()),
            self._answers[places],
            self._sums[places],
            self._products.get(month, np.zeros((len(self._items),) * 2, dtype=np.int64)),
        )
        return whole.of_items(items)

    def _add_in_order(self, cells: Numbers, scores: npt.NDArray[np.float64]) -> None:
        """Add answers that come by cell; scores are whole numbers, which floats hold exactly."""
        starts = np.flatnonzero(np.diff(cells, prepend=-1))
        found = np.searchsorted(self._cells, cells[starts])
        sizes = np.diff(starts, append=len(cells))
        place = np.repeat(np.arange(len(starts)), sizes)
        self._answers[found] += sizes
        for item, of_item in enumerate(scores):
            sums = np.bincount(place, weights=of_item, minlength=len(starts))
            self._sums[found, item] += sums.astype(np.int64)
        months = self._months[found]  # cells are in order, so the months are
        firsts = np.flatnonzero(np.diff(months, prepend=-1))
        bounds = [*starts[firsts].tolist(), len(cells)]
        for month, first, end in zip(months[firsts].tolist(), bounds, bounds[1:], strict=False):
            of_month = scores[:, first:end]
            products = (of_month @ of_month.T).astype(np.int64)
            self._products[month] = self._products.get(month, 0) + products


def _score_table(item: Item, scale: Scale) -> _Scores:
    """Return the score of each choice of a column, in which skipped stands last."""
    skipped, *scores = scores_of_choices(item, scale)
    return np.array([*scores, skipped], dtype=np.uint8)
