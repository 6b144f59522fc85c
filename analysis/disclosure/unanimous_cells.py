"""The attack on unanimous groups, in tables with breakdowns.

The groups are those of the subtraction attacks: each shown cell without the shown cells of its
block beneath it; and each shown cell without all it holds of a block that divides more, such as a
unit's total without its shown categories. Cells that are taken away together are apart from each
other, so with the cell that holds them they are a tree, and `unanimity` bounds what is left of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.disclosure.frequency_tables import Block
from analysis.disclosure.published_tables import NOWHERE, Flags, PublishedTable, Whole
from analysis.disclosure.rules import Rules
from analysis.disclosure.unanimity import (
    PublishedItem,
    UnanimityReport,
    find_unanimous,
    rows_of,
)

_Cells = list[list[list[int]]]  # unit, category -> places of cells


def find_unanimous_cells(
    parents: Sequence[int],
    categories: Sequence[int],
    blocks: Sequence[Block],
    published: Sequence[Whole],
    items: Sequence[PublishedItem],
    rules: Rules,
) -> UnanimityReport:
    """Search every group that is a difference of cells for an answer that all of it gave.

    With unit totals alone this is `find_unanimous` of the units.

    Args:
        parents: for each unit the place of its parent, which comes before it; -1 for a root.
        categories: how many categories each demographic has.
        blocks: what the cells divide by; the first one is the unit totals.
        published: for each block a row per unit, a column per category; -1 where hidden.
        items: the questions, a row per cell, hidden ones too, in the order of
            `concatenate([counts.reshape(-1) for counts in published])`: by block, then by unit,
            then by category. An item shown in a cell rests on at least k answers.
        rules: the threshold.

    Raises:
        ControlSilentError: the attack missed a group of one mind planted for it.
        ContradictionError: no set of answers fits the figures.
    """
    table = PublishedTable(tuple(parents), tuple(categories), tuple(blocks), tuple(published))
    people = np.concatenate([counts.reshape(-1) for counts in table.published])
    tried, found = 0, np.zeros(len(items), dtype=np.int64)
    for family in _families(table):
        report = find_unanimous(
            family.parents,
            people[family.cells].tolist(),
            [rows_of(item, family.cells) for item in items],
            rules,
            family.judged,
        )
        tried += report.tried
        found += report.found
    return UnanimityReport(tried, tuple(found.tolist()))


@dataclass(frozen=True)
class _Family:
    """Shown cells that are nested or apart; a cell may stand in several trees."""

    parents: list[int]
    cells: list[int]
    judged: list[bool]


def _families(table: PublishedTable) -> Iterator[_Family]:
    first = np.cumsum([0, *(counts.size for counts in table.published)]).tolist()
    for place in range(len(table.blocks)):
        yield _nested(table, place, first[place])
    for lower in range(1, len(table.blocks)):
        for upper in range(lower):
            held = table.holding(upper, lower)
            if held is not None:
                yield _divided(table, (upper, lower), (first[upper], first[lower]), held)


def _nested(table: PublishedTable, place: int, first: int) -> _Family:
    """Return the shown cells of a block, each beneath the nearest shown one that holds it."""
    own, width = table.residue_of[place], table.width(place)
    family = _Family([], [], [])
    start = int(own[table.shown(place)].min(initial=len(table.residue_people)))
    for unit, category in np.argwhere(table.shown(place)).tolist():
        above = table.parents[unit]
        holder = NOWHERE if above < 0 else int(own[above, category])
        family.parents.append(holder if holder == NOWHERE else holder - start)
        family.cells.append(first + unit * width + category)
        family.judged.append(True)
    return family


def _divided(
    table: PublishedTable, places: tuple[int, int], first: tuple[int, int], held: Whole
) -> _Family:
    """Return each shown cell of the upper block over all that it holds of the lower one.

    Once over the largest of these, and once, where it has shown cells of its own block beneath it,
    over those and what lies in none of them.
    """
    upper, lower = places
    width = table.width(upper)
    shown = table.shown(lower)
    within, _ = _largest(table, first[1], shown, np.zeros_like(shown))
    _, beneath = _largest(table, first[0], table.shown(upper), np.zeros_like(table.shown(upper)))
    whole = shown & ~table.shown_beneath(upper)[:, held]
    apart, _ = _largest(table, first[1], whole, table.shown(upper)[:, held])
    family = _Family([], [], [])
    for unit, category in np.argwhere(table.shown(upper)).tolist():
        cell = first[0] + unit * width + category
        divisions = np.flatnonzero(held == category).tolist()
        _add_tree(family, cell, [part for each in divisions for part in within[unit][each]])
        rest = [part for each in divisions for part in apart[unit][each]]
        if rest and beneath[unit][category]:
            _add_tree(family, cell, rest + beneath[unit][category])
    return family


def _add_tree(family: _Family, cell: int, parts: list[int]) -> None:
    if not parts:
        return
    root = len(family.cells)
    family.cells.extend([cell, *parts])
    family.parents.extend([-1, *[root] * len(parts)])
    family.judged.extend([True, *[False] * len(parts)])


def _largest(
    table: PublishedTable, first: int, usable: Flags, apart: Flags
) -> tuple[_Cells, _Cells]:
    """Return per unit and category the largest usable cells there, and those beneath it alone.

    What lies in a unit that is `apart` is not counted to the units above it.
    """
    within: _Cells = [[[] for _ in row] for row in usable]
    beneath: _Cells = [[[] for _ in row] for row in usable]
    for unit in range(len(table.parents) - 1, -1, -1):
        above = table.parents[unit]
        for category in range(usable.shape[1]):
            cell = first + unit * usable.shape[1] + category
            largest = [cell] if usable[unit, category] else beneath[unit][category]
            within[unit][category] = largest
            if above >= 0 and not apart[unit, category]:
                beneath[above][category].extend(largest)
    return within, beneath
