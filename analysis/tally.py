"""Counts per reporting group and item: all that remains of single answers at close."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from analysis.complete_answers import CompleteAnswers, sum_of_complete
from analysis.disclosure.frequency_tables import NO_CATEGORY
from surveys.instruments import Item, ItemCode
from surveys.months import Month
from surveys.policy import Breakdown
from surveys.scales import Scale
from surveys.units import UnitCode

Counts = npt.NDArray[np.int64]

Categories = tuple[int, ...]
"""For each breakdown the place of an option (from 0), or NO_CATEGORY for skipped or not said."""


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
    """One month's counts. `atoms[i]` is the unit in which the respondents of row i were counted.

    Where the month asked breakdown questions, `categories[i]` says how the respondents of row i
    answered them, and a unit has a row for each combination that occurs; else it is empty.
    `complete` are sums over complete answers; None where nobody asked for them.
    """

    month: Month
    atoms: tuple[UnitCode, ...]
    respondents: Counts
    items: Mapping[ItemCode, ItemTally]
    breakdowns: tuple[Breakdown, ...] = ()
    categories: tuple[Categories, ...] = ()
    complete: CompleteAnswers | None = None

    def __post_init__(self) -> None:
        self._check_categories()
        if self.complete is not None and self.complete.items != tuple(self.items):
            raise ValueError("complete answers are about all items of the month, in their order")
        if len(set(self.keys)) != len(self.atoms):
            raise ValueError("a unit stands twice among the atoms")
        for code, tally in self.items.items():
            columns = len(tally.scale.options) + 1
            if tally.counts.shape != (len(self.atoms), columns):
                raise ValueError(f"item {code!r}: the counts have the wrong shape")
            if not np.array_equal(tally.counts.sum(axis=1), self.respondents):
                raise ValueError(f"item {code!r}: not every respondent is counted once")

    @property
    def keys(self) -> Sequence[tuple[UnitCode, Categories]]:
        """What tells atoms apart: their unit, and how they answered the breakdown questions."""
        return list(zip(self.atoms, self.categories or ((),) * len(self.atoms), strict=True))

    def by_unit(self) -> "MonthTally":
        """Return the counts as if no breakdown question had been asked: one atom per unit."""
        return self.divided_by(())

    def divided_by(self, codes: Collection[str]) -> "MonthTally":
        """Return the counts as if only these breakdown questions had been asked."""
        kept = [place for place, each in enumerate(self.breakdowns) if each.code in codes]
        if len(kept) == len(self.breakdowns):
            return self
        coarser = [(unit, tuple(each[place] for place in kept)) for unit, each in self.keys]
        places = {key: place for place, key in enumerate(dict.fromkeys(coarser))}
        return add_up(
            [(self, [places[key] for key in coarser])],
            list(places),
            breakdowns=tuple(self.breakdowns[place] for place in kept),
        )

    def _check_categories(self) -> None:
        if self.breakdowns and len(self.categories) != len(self.atoms):
            raise ValueError("every atom needs its categories")
        for categories in set(self.categories):
            if len(categories) != len(self.breakdowns) or not all(
                NO_CATEGORY <= category < len(breakdown.options)
                for category, breakdown in zip(categories, self.breakdowns, strict=True)
            ):
                raise ValueError("an atom has a category that no breakdown declares")


def add_up(
    parts: Sequence[tuple[MonthTally, Sequence[int]]],
    keys: Sequence[tuple[UnitCode, Categories]],
    *,
    breakdowns: tuple[Breakdown, ...],
) -> MonthTally:
    """Return the counts of all parts over other atoms.

    Args:
        parts: each with the place, among the new atoms, of every atom of its own; all ask the same
            items, and there is at least one.
        keys: unit and categories of each new atom.
        breakdowns: those that the new atoms are divided by.
    """
    first = parts[0][0]
    items = {
        code: replace(
            tally,
            counts=_added([(part.items[code].counts, rows) for part, rows in parts], len(keys)),
        )
        for code, tally in first.items.items()
    }
    complete = [part.complete for part, _rows in parts if part.complete is not None]
    return MonthTally(
        month=first.month,
        atoms=tuple(unit for unit, _categories in keys),
        respondents=_added([(part.respondents, rows) for part, rows in parts], len(keys)),
        items=items,
        breakdowns=breakdowns,
        categories=tuple(categories for _unit, categories in keys) if breakdowns else (),
        complete=sum_of_complete(complete) if len(complete) == len(parts) else None,
    )


def _added(counts: Sequence[tuple[Counts, Sequence[int]]], atoms: int) -> Counts:
    total = np.zeros((atoms, *counts[0][0].shape[1:]), dtype=np.int64)
    for rows_of_part, places in counts:
        np.add.at(total, np.array(places, dtype=np.int64), rows_of_part)
    return total
