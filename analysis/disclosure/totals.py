"""The best pattern of a table's unit totals on their own, at the depths where they may be shown."""

import numpy as np

from analysis.disclosure.accounts import BlockAccount, Decision, Method
from analysis.disclosure.frequency_tables import TOTALS, Flags, FrequencyTable, TablePattern
from analysis.disclosure.rules import Rules
from analysis.disclosure.tree import protect_tree


def best_totals(table: FrequencyTable, rules: Rules) -> Flags:
    """Return for each unit whether the heaviest safe pattern of unit totals shows it.

    A unit at a depth that is not shown has no cell; its own respondents count for the nearest
    unit above that has one, and are never covered where there is none.
    """
    allowed = table.candidates(table.blocks[0])
    places: dict[int, int] = {}
    nearest: list[int] = []
    parents: list[int] = []
    for unit, parent in enumerate(table.parents):
        above = nearest[parent] if parent >= 0 else -1
        if allowed[unit]:
            places[unit] = len(parents)
            parents.append(above)
            above = places[unit]
        nearest.append(above)
    counts = [0] * len(parents)
    for unit, people in zip(table.atom_units.tolist(), table.atom_counts.tolist(), strict=True):
        if nearest[unit] >= 0:
            counts[nearest[unit]] += people
    shown = np.zeros(len(table.parents), dtype=np.bool_)
    shown[list(places)] = protect_tree(parents, counts, rules).shown
    return shown


def protect_totals(
    table: FrequencyTable, rules: Rules
) -> tuple[TablePattern, tuple[BlockAccount, ...], tuple[Decision, ...]]:
    """Protect a table of unit totals only, at its optimum."""
    shown = best_totals(table, rules)
    enough = table.cell_counts(TOTALS)[:, 0] >= rules.smallest_group
    candidates = int((enough & table.candidates(table.blocks[0])).sum())
    decisions = tuple(Decision(0, unit, 0, Method.TREE) for unit in np.flatnonzero(shown).tolist())
    return (
        TablePattern((shown[:, np.newaxis],)),
        (BlockAccount(candidates, inserted=len(decisions), closed=0),),
        decisions,
    )
