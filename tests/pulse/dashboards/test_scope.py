"""The viewer's part of the tree."""

import pytest
from werkzeug.exceptions import NotFound

from analysis.archive import visible_releases
from pulse.access import AccessRefused, Role, Viewer
from pulse.dashboards.scope import Crumb, scope_at, scope_of
from pulse.stores import Stores
from surveys.units import UnitCode
from tests.pulse.released import TREE


def viewer(role: Role, *units: str) -> Viewer:
    return Viewer("id", "Dana Okafor", role, tuple(UnitCode(unit) for unit in units))


def test_hr_starts_at_the_root() -> None:
    assert scope_of(viewer(Role.HR), TREE).tops == ("root",)


def test_a_leader_starts_at_the_own_units_and_a_unit_below_another_own_one_is_no_start() -> None:
    scope = scope_of(viewer(Role.LEADER, "south", "north-1", "north", "gone"), TREE)

    assert scope.tops == ("north", "south")


def test_a_leader_whose_units_have_all_left_the_tree_starts_nowhere() -> None:
    assert scope_of(viewer(Role.LEADER, "gone"), TREE).tops == ()


def test_crumbs_outside_the_own_part_have_names_and_no_door() -> None:
    scope = scope_of(viewer(Role.TEAM_LEADER, "north"), TREE)

    assert scope.crumbs(UnitCode("north-1")) == (
        Crumb("Eastmoor Services", None),
        Crumb("North", UnitCode("north")),
    )


def test_units_are_listed_a_to_z_by_name() -> None:
    scope = scope_of(viewer(Role.HR), TREE)

    links = scope.links(TREE.children(UnitCode("north")))
    assert [link.name for link in links] == ["Assessment North", "Duty North", "Leaving care North"]


@pytest.mark.usefixtures("released_months")
def test_a_unit_that_no_release_knows_is_not_found_and_a_foreign_one_is_refused(
    stores: Stores,
) -> None:
    with stores.archive() as session:
        heads = visible_releases(session)
    leader = viewer(Role.LEADER, "north")

    with pytest.raises(NotFound):
        scope_at(leader, heads, UnitCode("nowhere"))
    with pytest.raises(AccessRefused, match="outside the part of the organisation"):
        scope_at(leader, heads, UnitCode("south-1"))
    assert scope_at(leader, heads, UnitCode("north-2")).tops == ("north",)
