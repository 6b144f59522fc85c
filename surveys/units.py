"""The unit tree: who belongs under whom, as of a date."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NewType

from surveys.errors import SurveyError

UnitCode = NewType("UnitCode", str)


class UnitTreeError(SurveyError):
    """The units do not form one tree."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One place in the organisation: a team, a service, the whole."""

    code: UnitCode
    name: str
    parent: UnitCode | None


@dataclass(frozen=True, slots=True)
class UnitTree:
    """All units valid from a date, parents before children, siblings by code.

    Build it with `UnitTree.of`; the constructor trusts its order.
    """

    valid_from: date
    units: tuple[Unit, ...]
    _places: dict[UnitCode, int] = field(init=False, repr=False, compare=False, hash=False)
    _children: dict[UnitCode, tuple[UnitCode, ...]] = field(
        init=False, repr=False, compare=False, hash=False
    )

    def __post_init__(self) -> None:
        children: dict[UnitCode, list[UnitCode]] = {unit.code: [] for unit in self.units}
        for unit in self.units:
            if unit.parent is not None:
                children[unit.parent].append(unit.code)
        object.__setattr__(self, "_places", {u.code: place for place, u in enumerate(self.units)})
        object.__setattr__(self, "_children", {c: tuple(k) for c, k in children.items()})

    @classmethod
    def of(cls, valid_from: date, units: Iterable[Unit]) -> "UnitTree":
        """Return the tree of the units, in depth-first order whatever order they come in.

        Raises:
            UnitTreeError: a code twice, an unknown parent, a circle, no root or several roots.
        """
        by_code: dict[UnitCode, Unit] = {}
        below: dict[UnitCode | None, list[Unit]] = {}
        for unit in units:
            if unit.code in by_code:
                raise UnitTreeError(f"unit code {unit.code!r} stands twice")
            by_code[unit.code] = unit
            below.setdefault(unit.parent, []).append(unit)
        for unit in by_code.values():
            if unit.parent is not None and unit.parent not in by_code:
                raise UnitTreeError(f"unit {unit.code!r} has the unknown parent {unit.parent!r}")
        roots = below.get(None, [])
        if len(roots) != 1:
            found = ", ".join(repr(root.code) for root in roots) or "none"
            raise UnitTreeError(f"a tree has exactly one unit without a parent; found: {found}")
        ordered = _depth_first(roots[0], below)
        if len(ordered) != len(by_code):
            lost = sorted(set(by_code) - {unit.code for unit in ordered})
            raise UnitTreeError(f"units in a circle: {', '.join(map(repr, lost))}")
        return cls(valid_from, tuple(ordered))

    @property
    def root(self) -> Unit:
        return self.units[0]

    def __len__(self) -> int:
        return len(self.units)

    def __iter__(self) -> Iterator[Unit]:
        return iter(self.units)

    def __contains__(self, code: object) -> bool:
        return code in self._places

    def unit(self, code: UnitCode) -> Unit:
        """Return the unit.

        Raises:
            UnitTreeError: no unit of this tree has the code.
        """
        place = self._places.get(code)
        if place is None:
            raise UnitTreeError(f"no unit has the code {code!r}")
        return self.units[place]

    def place(self, code: UnitCode) -> int:
        """Return the unit's index in `units`."""
        return self._places[code]

    @property
    def parent_places(self) -> tuple[int, ...]:
        """For each unit the index of its parent in `units`, -1 for the root."""
        return tuple(-1 if u.parent is None else self._places[u.parent] for u in self.units)

    def children(self, code: UnitCode) -> tuple[UnitCode, ...]:
        return self._children[code]

    def ancestors(self, code: UnitCode) -> tuple[UnitCode, ...]:
        """Return the units above, the root first, without the unit itself."""
        chain: list[UnitCode] = []
        parent = self.unit(code).parent
        while parent is not None:
            chain.append(parent)
            parent = self.unit(parent).parent
        return tuple(reversed(chain))

    def subtree(self, code: UnitCode) -> tuple[UnitCode, ...]:
        """Return the unit and everything below it, depth first."""
        found: list[UnitCode] = []
        waiting = [code]
        while waiting:
            current = waiting.pop()
            found.append(current)
            waiting.extend(reversed(self._children[current]))
        return tuple(found)

    def depth(self, code: UnitCode) -> int:
        """Return 0 for the root, 1 for its children, and so on."""
        return len(self.ancestors(code))


def _depth_first(root: Unit, below: dict[UnitCode | None, list[Unit]]) -> list[Unit]:
    ordered: list[Unit] = []
    waiting = [root]
    while waiting:
        current = waiting.pop()
        ordered.append(current)
        waiting.extend(sorted(below.get(current.code, []), key=lambda u: u.code, reverse=True))
    return ordered
