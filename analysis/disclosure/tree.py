"""Exact optimal suppression on a tree of units.

Terms follow the Handbook on Statistical Disclosure Control and the ESSnet glossary. Every unit is
a cell that holds its own respondents and those of all units below it. The shown cells form a
laminar family, so each shown cell minus its maximal shown descendants is a *residue*, the
residues are disjoint, and every shown figure is a sum of whole residues. A linear combination of
shown figures therefore depends on whole residues only, and none depends on 1 to k-1 people if and
only if every residue holds 0 or at least k people (docs/decisions/0001-tree-theorem.md).

The heaviest such pattern is found bottom up. The only thing that the part of a pattern below a
unit tells the part above it is how many people it leaves uncovered, and from k on all numbers are
alike: the state is min(uncovered, k).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.disclosure.rules import Rules

_BASE_WEIGHT = 1000
"""A unit weighs this plus its respondents: many shown units first, then large ones."""

_Table = dict[int, int]  # uncovered people, at most k -> greatest weight shown so far
_Back = dict[int, tuple[int, int]]  # state after a child joined -> states before: parent, child


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which units are shown, and how many respondents each has with all units below it."""

    shown: tuple[bool, ...]
    respondents: tuple[int, ...]
    weight: int


def protect_tree(
    parents: Sequence[int],
    counts: Sequence[int],
    rules: Rules,
    weights: Sequence[int] | None = None,
) -> Pattern:
    """Return the heaviest pattern in which every residue is 0 or at least k; O(units x k^2).

    Args:
        parents: for each unit the index of its parent, which comes before it; -1 for a root.
        counts: each unit's own respondents (people), without those of units below it.
        rules: the threshold.
        weights: what showing each unit is worth, above 0; by default 1000 + respondents.

    Raises:
        ValueError: the inputs differ in length, a parent does not come first, a count is below 0
            or a weight is not above 0.
    """
    _check(parents, counts, weights)
    k = rules.smallest_group
    totals = subtree_totals(parents, counts)
    worth = [_BASE_WEIGHT + n for n in totals] if weights is None else list(weights)
    tables: list[_Table] = [{min(count, k): 0} for count in counts]
    joins: list[list[tuple[int, _Back]]] = [[] for _ in counts]
    shown_from: list[int | None] = [None] * len(counts)
    for unit in range(len(counts) - 1, -1, -1):
        if totals[unit] >= k:
            shown_from[unit] = _offer_to_show(tables[unit], k, worth[unit])
        if parents[unit] >= 0:
            parent = parents[unit]
            tables[parent], back = _join(tables[parent], tables[unit], k)
            joins[parent].append((unit, back))
    shown, weight = _read_back(parents, tables, joins, shown_from)
    return Pattern(tuple(shown), tuple(totals), weight)


def subtree_totals(parents: Sequence[int], counts: Sequence[int]) -> list[int]:
    """Return for each unit its own count and those of all units below it."""
    totals = list(counts)
    for unit in range(len(totals) - 1, -1, -1):
        if parents[unit] >= 0:
            totals[parents[unit]] += totals[unit]
    return totals


def _check(parents: Sequence[int], counts: Sequence[int], weights: Sequence[int] | None) -> None:
    if len(parents) != len(counts) or (weights is not None and len(weights) != len(counts)):
        raise ValueError("parents, counts and weights differ in length")
    for unit, (parent, count) in enumerate(zip(parents, counts, strict=True)):
        if not -1 <= parent < unit:
            raise ValueError(f"unit {unit} does not come after its parent {parent}")
        if count < 0:
            raise ValueError(f"unit {unit} has {count} respondents")
    if weights is not None and min(weights, default=1) < 1:
        raise ValueError("a weight is not above 0")


def _offer_to_show(table: _Table, k: int, worth: int) -> int | None:
    """Add to the table the choice to show its unit; return the state from which it is shown.

    A shown unit closes its residue, which must be empty or at least k, and leaves nothing
    uncovered. An empty residue comes first on equal weight, so that the choice is determined.
    """
    source: int | None = None
    gained = table.get(0, -1)
    for state in (0, k):
        if state in table and table[state] + worth > gained:
            source, gained = state, table[state] + worth
    if source is not None:
        table[0] = gained
    return source


def _join(parent: _Table, child: _Table, k: int) -> tuple[_Table, _Back]:
    """Return the capped max-plus convolution of two tables, and where each entry came from."""
    joined: _Table = {}
    back: _Back = {}
    for before, parent_weight in parent.items():
        for below, child_weight in child.items():
            state = min(before + below, k)
            weight = parent_weight + child_weight
            if weight > joined.get(state, -1):
                joined[state] = weight
                back[state] = (before, below)
    return joined, back


def _read_back(
    parents: Sequence[int],
    tables: Sequence[_Table],
    joins: Sequence[Sequence[tuple[int, _Back]]],
    shown_from: Sequence[int | None],
) -> tuple[list[bool], int]:
    """Walk down from the roots' best states and return which units are shown, and the weight."""
    shown = [False] * len(tables)
    weight = 0
    waiting: list[tuple[int, int]] = []
    for unit, parent in enumerate(parents):
        if parent < 0:
            state = max(tables[unit], key=lambda s, t=tables[unit]: (t[s], -s))  # type: ignore[misc] # mypy cannot type a lambda's default
            weight += tables[unit][state]
            waiting.append((unit, state))
    while waiting:
        unit, state = waiting.pop()
        source = shown_from[unit]
        if state == 0 and source is not None:
            shown[unit] = True
            state = source
        for child, back in reversed(joins[unit]):
            state, below = back[state]
            waiting.append((child, below))
    return shown, weight
