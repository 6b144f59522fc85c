"""Where an answer counts: every unit in every month has one number."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from surveys.months import Month
from surveys.units import UnitCode, UnitTree

Numbers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class AtomSpace:
    """Numbers for each unit of any tree in each month, from the first tree to the last day.

    Build it with `AtomSpace.of`; the constructor trusts its order.
    """

    trees: tuple[UnitTree, ...]  # by date
    units: tuple[UnitCode, ...]  # of all trees
    first_month: Month
    last_day: date
    membership: Bools = field(repr=False, compare=False)  # a row per tree, a column per unit

    @classmethod
    def of(cls, trees: Sequence[UnitTree], last_day: date) -> "AtomSpace":
        """Return the numbers for at least one tree."""
        in_order = tuple(sorted(trees, key=lambda tree: tree.valid_from))
        units = dict.fromkeys(unit.code for tree in in_order for unit in tree)
        membership = np.array([[unit in tree for unit in units] for tree in in_order])
        first_month = Month.of(in_order[0].valid_from)
        return cls(in_order, tuple(units), first_month, last_day, membership)

    @property
    def size(self) -> int:
        months = Month.of(self.last_day).ordinal - self.first_month.ordinal + 1
        return max(months, 0) * len(self.units)

    def tree_of(self, month: Month) -> UnitTree:
        """Return the tree in force on the month's last day; the month is not before the first."""
        return self.trees[self._tree_place(month)]

    def numbers(self, months: Numbers, units: Numbers) -> Numbers:
        """Return the atoms of months (since the first) and units (places), element by element."""
        return months * len(self.units) + units

    def is_in_tree(self, months: Numbers, units: Numbers) -> Bools:
        """Return where the unit belongs to the tree of that month (months since the first)."""
        different = np.unique(months)
        tree_of_month = np.array(
            [self._tree_place(self.first_month.shifted(int(month))) for month in different],
            dtype=np.int64,
        )
        trees = tree_of_month[np.searchsorted(different, months)]
        belongs: Bools = self.membership[trees, units]
        return belongs

    def where(self, atom: int) -> tuple[Month, UnitCode]:
        months, unit = divmod(atom, len(self.units))
        return self.first_month.shifted(months), self.units[unit]

    def _tree_place(self, month: Month) -> int:
        starts = [tree.valid_from for tree in self.trees]
        return bisect_right(starts, month.last_day) - 1
