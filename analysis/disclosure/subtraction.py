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
            held = table.holding(upper, place)
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
    """Take from each shown cell all it holds of one block, beneath it or by more categories.

    Once from whole cells, and once from residues, less all residues of the other block in them.
    """
    people = table.residue_people
    tried, found = len(people), int(_is_leak(people, k).sum())
    for lower in range(1, len(table.blocks)):
        for upper in range(len(table.blocks)):
            held = table.holding(upper, lower)
            if held is None or upper == lower:
                continue
            for left in (
                _left_of_cells(table, upper, lower, held),
                _left_of_residues(table, upper, lower, held),
            ):
                tried, found = tried + len(left), found + int(_is_leak(left, k).sum())
    return tried, found


def _left_of_cells(table: PublishedTable, upper: int, lower: int, held: Whole) -> Whole:
    """Return what is left of each shown upper cell without the largest shown lower ones in it."""
    shown = table.shown(upper)
    parts = _largest_shown(table, lower)
    sums, touched = np.zeros(shown.shape, dtype=np.int64), np.zeros_like(shown)
    for category, holder in enumerate(held.tolist()):
        sums[:, holder] += np.maximum(parts[:, category], 0)
        touched[:, holder] |= parts[:, category] >= 0
    left: Whole = (table.published[upper] - sums)[shown & touched]
    return left


def _left_of_residues(table: PublishedTable, upper: int, lower: int, held: Whole) -> Whole:
    """Return what is left of the upper residues without the lower ones that lie wholly in them.

    Of each upper residue alone, and of all together that a lower residue is spread over.
    """
    inner, outer = table.residue_of[lower], table.residue_of[upper][:, held]
    inside = inner != NOWHERE
    spread: dict[int, set[int]] = {}
    for residue, over in np.unique(np.stack([inner[inside], outer[inside]]), axis=1).T.tolist():
        spread.setdefault(residue, set()).add(over)
    touching: dict[int, list[int]] = {}
    for residue, over in spread.items():
        for each in over:
            touching.setdefault(each, []).append(residue)
    people = table.residue_people.tolist()
    wholes = {frozenset(over) for over in spread.values()} | {
        frozenset([each]) for each in touching
    }
    left = []
    for whole in wholes:
        if NOWHERE in whole:
            continue  # nothing is known of people in no shown cell
        parts = {part for each in whole for part in touching[each] if spread[part] <= whole}
        if parts:
            left.append(sum(people[each] for each in whole) - sum(people[part] for part in parts))
    return np.array(left, dtype=np.int64)


def _is_leak(people: Whole, k: int) -> Flags:
    leak: Flags = (people != 0) & (people < k)
    return leak


def _largest_shown(table: PublishedTable, place: int) -> Whole:
    """Return per unit and category the people in the largest shown cells there, -1 for none."""
    people = table.published[place].astype(np.int64)
    for units in reversed(table.levels[1:]):
        sums, known = np.zeros_like(people), np.zeros(people.shape, dtype=np.bool_)
        np.add.at(sums, table.over[units], np.maximum(people[units], 0))
        np.logical_or.at(known, table.over[units], people[units] >= 0)
        people = np.where((people < 0) & known, sums, people)
    return people
