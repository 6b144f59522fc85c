"""The viewer's part of the tree, and the way to a unit that only shows open doors."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort

from analysis.release import ReleaseHead
from pulse.access import ROLES_OF_ONE_PART, Viewer, may_see_unit, refuse
from surveys.units import UnitCode, UnitTree


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step from the root to a unit; `code` is None where the viewer may not go."""

    name: str
    code: UnitCode | None


@dataclass(frozen=True, slots=True)
class UnitLink:
    """A unit that the viewer may open."""

    code: UnitCode
    name: str


@dataclass(frozen=True, slots=True)
class Scope:
    """A tree and the units in it from which the viewer may go down."""

    tree: UnitTree
    tops: tuple[UnitCode, ...]

    def covers(self, code: UnitCode) -> bool:
        return any(step in self.tops for step in (*self.tree.ancestors(code), code))

    def units(self) -> tuple[UnitCode, ...]:
        """Return every unit that the viewer may see, each top followed by what lies below it."""
        return tuple(code for top in self.tops for code in self.tree.subtree(top))

    def name(self, code: UnitCode) -> str:
        return self.tree.unit(code).name

    def crumbs(self, code: UnitCode) -> tuple[Crumb, ...]:
        """Return the units above, the root first; only those the viewer may see have a code."""
        return tuple(
            Crumb(self.name(step), step if self.covers(step) else None)
            for step in self.tree.ancestors(code)
        )

    def links(self, codes: Sequence[UnitCode]) -> tuple[UnitLink, ...]:
        """Return the units A to Z by name."""
        links = (UnitLink(code, self.name(code)) for code in codes)
        return tuple(sorted(links, key=lambda link: (link.name.casefold(), link.code)))


def scope_of(viewer: Viewer, tree: UnitTree) -> Scope:
    """Return what the viewer may see of the tree; no tops if none of their units is in it."""
    if viewer.role not in ROLES_OF_ONE_PART:
        return Scope(tree, (tree.root.code,))
    own = {code for code in viewer.units if code in tree}
    tops = tuple(
        unit.code for unit in tree if unit.code in own and own.isdisjoint(tree.ancestors(unit.code))
    )
    return Scope(tree, tops)


def scope_at(viewer: Viewer, heads: Sequence[ReleaseHead], code: UnitCode) -> Scope:
    """Return the viewer's scope in the newest released tree that holds the unit.

    Raises:
        NotFound: no released tree has the unit.
        AccessRefused: the unit lies outside the viewer's part of the tree.
    """
    tree = next((head.tree for head in reversed(heads) if code in head.tree), None)
    if tree is None:
        abort(404)
    if not may_see_unit(viewer, tree, code):
        refuse("the unit is outside the part of the organisation that the account may see")
    return scope_of(viewer, tree)
