"""Counts per reporting group and item: all that remains of single answers at close."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from surveys.instruments import Item, ItemCode
from surveys.months import Month
from surveys.scales import Scale
from surveys.units import UnitCode

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ItemTally:
    """How often each option of one item was chosen, per atom.

    `counts` has a row per atom and a column per option: the scale's labels as asked (never
    mirrored), its unscored answers, and last "skipped". Each row sums to the atom's respondents.
    """

    item: Item
    scale: Scale
    counts: Counts


@dataclass(frozen=True, slots=True)
class MonthTally:
    """One month's counts. `atoms[i]` is the unit in which the respondents of row i were counted."""

    month: Month
    atoms: tuple[UnitCode, ...]
    respondents: Counts
    items: Mapping[ItemCode, ItemTally]

    def __post_init__(self) -> None:
        if len(set(self.atoms)) != len(self.atoms):
            raise ValueError("a unit stands twice among the atoms")
        for code, tally in self.items.items():
            columns = len(tally.scale.options) + 1
            if tally.counts.shape != (len(self.atoms), columns):
                raise ValueError(f"item {code!r}: the counts have the wrong shape")
            if not np.array_equal(tally.counts.sum(axis=1), self.respondents):
                raise ValueError(f"item {code!r}: not every respondent is counted once")
