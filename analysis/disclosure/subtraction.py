"""Subtraction attacks: groups that are a difference of shown cells, found from those cells alone.

Every group tried here is a set of people counted once, so its count is known exactly. A negative
count contradicts itself and is called a leak as well.
"""

import numpy as np

from analysis.disclosure.published_tables import NOWHERE, Flags, PublishedTable, Whole


def subtract_two(table: PublishedTable, k: int) -> tuple[int, int]:
    """Take each shown cell from every shown cell that holds it: above it, or less divided."""
    tried = found = 0
    for place, counts in enumerate(table.published):
        shown = table.shown(place)
        tried, found = tried + int(shown.sum()), found + int((counts[shown] < k).sum())
        for upper in range(len(table.blocks)):
            held = _divides(table, upper, place)
            if held is None:
                continue
            above = np.arange(len(table.parents)) if upper != place else table.over.copy()
            while bool((above != NOWHERE).any()):
                whole = np.where((above != NOWHERE)[:, None], table.published[upper][above], -1)
                both = shown & (whole[:, held] >= 0)
                left = whole[:, held][both] - counts[both]
                tried, found = tried + int(both.sum()), found + int(_is_leak(left, k).sum())
                above = np.where(above == NOWHERE, NOWHERE, table.over[above])
    return tried, found


def subtract_parts(table: PublishedTable, k: int) -> tuple[int, int]:
    """Take from each shown cell all it holds of one block: beneath it, or by more categories.

    Once from the whole cell, and once from the cell without the shown cells beneath it.
    """
    people = table.residue_people
    tried, found = len(people), int(_is_leak(people, k).sum())
    for lower in range(1, len(table.blocks)):
        for upper in range(len(table.blocks)):
            held = _divides(table, upper, lower)
            if held is None or upper == lower:
                continue
            shown = table.shown(upper)
            whole = _largest_shown(table, lower)
            for parts, groups in (
                (whole, table.published[upper][shown]),
                (
                    _inside_residues(table, upper, lower, held),
                    people[table.residue_of[upper][shown]],
                ),
            ):
                sums, any_part = _sum_by(held, parts, shown.shape[1])
                touched = any_part[shown]
                left = groups[touched] - sums[shown][touched]
                tried, found = tried + len(left), found + int(_is_leak(left, k).sum())
    return tried, found


def _is_leak(people: Whole, k: int) -> Flags:
    leak: Flags = (people != 0) & (people < k)
    return leak


def _divides(table: PublishedTable, upper: int, lower: int) -> Whole | None:
    """Return for each category of the lower block the one of the upper that holds it, if any."""
    above, below = table.blocks[upper].demographics, table.blocks[lower].demographics
    if not set(above) <= set(below):
        return None
    shape = [table.categories[demographic] for demographic in below]
    each = np.unravel_index(np.arange(table.width(lower)), shape) if shape else ()
    held = np.zeros(table.width(lower), dtype=np.int64)
    for demographic in above:
        held = held * table.categories[demographic] + each[below.index(demographic)]
    return held


def _largest_shown(table: PublishedTable, place: int) -> Whole:
    """Return per unit and category the people in the shown cells there, or -1 if there is none."""
    return _gathered(table, table.published[place], np.zeros_like(table.shown(place)))


def _inside_residues(table: PublishedTable, upper: int, lower: int, held: Whole) -> Whole:
    """The same, of those cells alone that lie wholly within the residue of the unit's own people.

    Such a cell has no shown cell of the upper block beneath it.
    """
    shown = table.shown(upper)
    beneath = np.zeros_like(shown)  # whether a unit below is shown
    for units in reversed(table.levels[1:]):
        np.logical_or.at(beneath, table.over[units], shown[units] | beneath[units])
    whole = np.where(beneath[:, held], -1, table.published[lower])
    return _gathered(table, whole, shown[:, held])


def _gathered(table: PublishedTable, counts: Whole, apart: Flags) -> Whole:
    """Sum the topmost known counts at and below each unit, without what lies in units `apart`."""
    gathered = counts.copy()
    for units in reversed(table.levels[1:]):
        below = np.where(apart[units], -1, gathered[units])
        sums, known = np.zeros_like(counts), np.zeros_like(apart)
        np.add.at(sums, table.over[units], np.maximum(below, 0))
        np.logical_or.at(known, table.over[units], below >= 0)
        gathered = np.where((counts < 0) & known, sums, gathered)
    return gathered


def _sum_by(held: Whole, parts: Whole, width: int) -> tuple[Whole, Flags]:
    """Sum the columns of `parts` (-1: none) by the category that holds each."""
    sums = np.zeros((len(parts), width), dtype=np.int64)
    known = np.zeros((len(parts), width), dtype=np.bool_)
    for column, holder in enumerate(held.tolist()):
        sums[:, holder] += np.maximum(parts[:, column], 0)
        known[:, holder] |= parts[:, column] >= 0
    return sums, known
