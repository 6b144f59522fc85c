"""Reporting groups: who is counted together in a wave, so that no pass key stands for few people.

A pass key names the group of whoever holds it. A group therefore never has fewer people than the
threshold, and nobody is left out: people of a small unit are counted one level up, or further.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from surveys.errors import StateError
from surveys.units import UnitCode, UnitTree


class TooFewPeopleError(StateError):
    """The whole organisation is smaller than the threshold, so no wave can be prepared."""


@dataclass(frozen=True, slots=True)
class ReportingGroups:
    """Groups named by the unit their people are counted in, in the order of the tree.

    `group_of` has every unit in which somebody works directly; `sizes` are people per group and
    add up to everybody. A group lies wholly under its unit and under every unit above that.
    """

    group_of: Mapping[UnitCode, UnitCode]
    sizes: Mapping[UnitCode, int]


def reporting_groups(
    tree: UnitTree, staff: Mapping[UnitCode, int], *, threshold: int
) -> ReportingGroups:
    """Return the groups in which the staff is counted.

    From the leaves up, a unit's pool is its own direct staff and the pools of its children that
    are below the threshold. A pool that reaches the threshold is a group; a smaller one goes to
    the parent. What is left at the root is joined by the smallest group (the first by code among
    equals) if it is below the threshold.

    Args:
        tree: the units in force.
        staff: people per unit, without those of units below it; empty units may be left out.
        threshold: fewest people in a group.

    Raises:
        TooFewPeopleError: fewer people than the threshold in all.
        UnitTreeError: people in a unit that the tree does not have.
        ValueError: a negative number of people, or a threshold below 1.
    """
    _check(tree, staff, threshold=threshold)
    total = sum(staff.values())
    if total < threshold:
        raise TooFewPeopleError(
            f"{total:,} people work here, and a wave needs at least {threshold:,}; with fewer, "
            "somebody's answers could be guessed"
        )
    pools = _pools(tree, staff, threshold=threshold)
    root = tree.root.code
    sizes = {unit.code: pools[unit.code] for unit in tree if pools[unit.code] >= threshold}
    group_of = _nearest(tree, frozenset(sizes) | {root})
    if 0 < pools[root] < threshold:
        smallest = min(sizes, key=lambda code: (sizes[code], code))
        sizes = {root: pools[root] + sizes[smallest]} | sizes
        del sizes[smallest]
        group_of = {c: root if group == smallest else group for c, group in group_of.items()}
    staffed = {unit.code: group_of[unit.code] for unit in tree if staff.get(unit.code, 0)}
    return ReportingGroups(group_of=staffed, sizes=sizes)


def _check(tree: UnitTree, staff: Mapping[UnitCode, int], *, threshold: int) -> None:
    if threshold < 1:
        raise ValueError(f"a threshold of {threshold} protects nobody")
    for code, people in staff.items():
        tree.unit(code)
        if people < 0:
            raise ValueError(f"{people} people in unit {code!r}")


def _pools(tree: UnitTree, staff: Mapping[UnitCode, int], *, threshold: int) -> dict[UnitCode, int]:
    """Return every unit's pool; those below the threshold are in their parent's as well."""
    pools = {unit.code: staff.get(unit.code, 0) for unit in tree}
    for unit in reversed(tree.units):
        if unit.parent is not None and pools[unit.code] < threshold:
            pools[unit.parent] += pools[unit.code]
    return pools


def _nearest(tree: UnitTree, places: frozenset[UnitCode]) -> dict[UnitCode, UnitCode]:
    """Return for each unit itself or the nearest unit above it that is among the places."""
    nearest: dict[UnitCode, UnitCode] = {}
    for unit in tree:
        if unit.code in places or unit.parent is None:
            nearest[unit.code] = unit.code
        else:
            nearest[unit.code] = nearest[unit.parent]
    return nearest
