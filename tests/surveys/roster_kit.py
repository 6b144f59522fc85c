"""Lists of staff for tests, taken in one after the other over a small tree of units."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from pulse.stores import Stores
from surveys.roster import (
    StaffMember,
    apply_roster,
    forget_leavers,
    plan_roster,
    staff_on,
)
from surveys.roster_plans import RosterPlan
from surveys.roster_tables import PersonRow, PlacementRow
from surveys.unit_registry import apply_units, plan_units, tree_as_of

WriteFile = Callable[..., Path]
OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)
EVE = timedelta(days=1)
UNITS = "code,name,parent\ncity,City,\nnorth,North,city\nsouth,South,city\n"
HEADER = "reference,name,email,unit,agency,card"
ADA, BEN, CY, DI = (
    "1,Ada,ada@example.org,north,,",
    "2,Ben,ben@example.org,north,,",
    "3,Cy,cy@example.org,south,yes,",
    "4,Di,,city,,yes",
)


class Roster:
    """Lists of staff taken in one after the other, as HR does it."""

    def __init__(self, stores: Stores, write_file: WriteFile) -> None:
        self.stores = stores
        self.write_file = write_file

    def units(self, text: str, valid_from: date) -> None:
        with self.stores.registry() as session:
            apply_units(
                session, plan_units(session, self.write_file("units.csv", text), valid_from)
            )

    def plan(
        self, day: date, *people: str, header: str = HEADER, mapping: str | None = None
    ) -> RosterPlan:
        path = self.write_file("staff.csv", "\n".join([header, *people]))
        mapped = None if mapping is None else self.write_file("mapping.csv", mapping)
        with self.stores.registry() as session:
            tree = tree_as_of(session, day)
            return plan_roster(session, path, day, tree=tree, mapping=mapped)

    def apply(self, plan: RosterPlan, *, allow_leavers: bool = False) -> None:
        with self.stores.registry() as session:
            apply_roster(session, plan, allow_leavers=allow_leavers)

    def put(
        self, day: date, *people: str, header: str = HEADER, allow_leavers: bool = True
    ) -> RosterPlan:
        made = self.plan(day, *people, header=header)
        self.apply(made, allow_leavers=allow_leavers)
        return made

    def staff(self, day: date) -> tuple[StaffMember, ...]:
        with self.stores.registry() as session:
            return staff_on(session, day)

    def places(self, day: date) -> dict[str, str]:
        return {member.name: member.unit for member in self.staff(day)}

    def forget(self, day: date) -> int:
        with self.stores.registry() as session:
            return forget_leavers(session, day)

    def rows(self) -> tuple[int, int]:
        with self.stores.registry() as session:
            people = session.scalar(select(func.count()).select_from(PersonRow))
            placements = session.scalar(select(func.count()).select_from(PlacementRow))
        assert people is not None
        assert placements is not None
        return people, placements


@pytest.fixture
def roster(any_stores: Stores, write_file: WriteFile) -> Roster:
    opened = Roster(any_stores, write_file)
    opened.units(UNITS, OCTOBER)
    return opened


@pytest.fixture
def quick_roster(stores: Stores, write_file: WriteFile) -> Roster:
    """On SQLite only, for rules that no database changes."""
    opened = Roster(stores, write_file)
    opened.units(UNITS, OCTOBER)
    return opened
