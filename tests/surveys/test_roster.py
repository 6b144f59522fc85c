"""The people who work here over time: the difference shown first, then all of it or nothing."""

import threading
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st
from sqlalchemy import select

from pulse.stores import Stores
from surveys.errors import StateError
from surveys.roster import (
    RosterImport,
    apply_roster,
    newest_import,
)
from surveys.roster_plans import RosterPlan
from surveys.roster_tables import PersonRow, PlacementRow, RosterImportRow
from surveys.sheets import ImportRejected
from tests.surveys.roster_kit import (
    ADA,
    BEN,
    CY,
    DECEMBER,
    DI,
    EVE,
    NOVEMBER,
    OCTOBER,
    UNITS,
    Roster,
    WriteFile,
)
from tests.surveys.roster_kit import quick_roster as quick_roster  # noqa: PLC0414 - a fixture
from tests.surveys.roster_kit import roster as roster  # noqa: PLC0414 - a fixture


def names(rows: tuple[object, ...]) -> list[tuple[int, str]]:
    return [(row.entry.row, row.entry.name) for row in rows]  # type: ignore[attr-defined]  # adds, moves and changes all have an entry


def test_a_first_list_is_all_new_and_is_read_back(roster: Roster) -> None:
    plan = roster.put(OCTOBER, ADA, BEN, CY, DI)

    assert names(plan.adds) == [(2, "Ada"), (3, "Ben"), (4, "Cy"), (5, "Di")]
    assert (plan.people, plan.before, plan.unchanged) == (4, 0, 0)
    assert roster.places(OCTOBER) == {"Ada": "north", "Ben": "north", "Cy": "south", "Di": "city"}
    cy, di = roster.staff(OCTOBER)[2:]
    assert (cy.reference, cy.email, cy.is_agency, cy.needs_card) == (
        "3",
        "cy@example.org",
        True,
        False,
    )
    assert (di.email, di.is_agency, di.needs_card) == (None, False, True)


def test_planning_changes_nothing(roster: Roster) -> None:
    roster.plan(OCTOBER, ADA, BEN)

    assert roster.rows() == (0, 0)


def test_the_difference_tells_adds_moves_changes_leavers_and_the_unchanged(roster: Roster) -> None:
    roster.put(OCTOBER, ADA, BEN, CY)

    plan = roster.put(
        NOVEMBER,
        "1,Ada Okoro,ada@example.org,south,,",
        "2,Ben,ben@example.org,north,,",
        "5,Eve,eve@example.org,city,,",
    )

    assert names(plan.adds) == [(4, "Eve")]
    assert [(m.entry.row, m.before, m.entry.unit) for m in plan.moves] == [(2, "north", "south")]
    assert [(c.entry.row, c.details) for c in plan.changes] == [(2, ("name",))]
    assert [(gone.name, gone.unit) for gone in plan.leavers] == [("Cy", "south")]
    assert (plan.people, plan.before, plan.unchanged) == (3, 3, 1)
    assert roster.places(NOVEMBER) == {"Ada Okoro": "south", "Ben": "north", "Eve": "city"}


def test_the_day_before_a_list_everybody_is_where_they_were(roster: Roster) -> None:
    roster.put(OCTOBER, ADA, BEN, CY)
    roster.put(NOVEMBER, "1,Ada,ada@example.org,south,,", "2,Ben,ben@example.org,north,,")

    assert roster.places(NOVEMBER - EVE) == {"Ada": "north", "Ben": "north", "Cy": "south"}
    assert roster.places(OCTOBER - EVE) == {}


def test_a_person_stays_the_same_person_through_moves(roster: Roster) -> None:
    roster.put(OCTOBER, ADA)
    before = roster.staff(OCTOBER)[0].id
    roster.put(NOVEMBER, "1,Ada,a.okoro@example.org,south,yes,")

    assert roster.staff(NOVEMBER)[0].id == before


def test_every_kind_of_detail_is_named(quick_roster: Roster) -> None:
    quick_roster.put(OCTOBER, "a1,Ada,ada@example.org,north,,")

    plan = quick_roster.plan(NOVEMBER, "A1,Ada Okoro,a.okoro@example.org,north,yes,yes")

    assert plan.changes[0].details == ("staff number", "name", "e-mail", "agency", "card")
    assert plan.unchanged == 0


def test_the_same_list_again_is_nothing_to_do(roster: Roster) -> None:
    roster.put(OCTOBER, ADA, BEN)

    plan = roster.put(NOVEMBER, BEN, ADA)

    assert not plan.has_changes
    assert plan.unchanged == 2
    assert roster.rows() == (2, 2)


def test_the_list_of_a_day_can_be_corrected_on_the_same_day(roster: Roster) -> None:
    roster.put(OCTOBER, ADA, BEN)
    roster.put(NOVEMBER, "1,Ada,ada@example.org,south,,", CY)
    roster.put(NOVEMBER, "1,Ada,ada@example.org,city,,", BEN)

    assert roster.places(NOVEMBER) == {"Ada": "city", "Ben": "north"}
    assert roster.places(NOVEMBER - EVE) == {"Ada": "north", "Ben": "north"}


def test_a_list_for_an_earlier_day_than_the_newest_is_refused(roster: Roster) -> None:
    roster.put(NOVEMBER, ADA)

    with pytest.raises(StateError, match="2026-11-01 was taken in already"):
        roster.plan(OCTOBER, ADA, BEN)


def test_whoever_comes_back_is_new_and_keeps_what_pulse_knows(roster: Roster) -> None:
    roster.put(OCTOBER, ADA, BEN)
    before = roster.staff(OCTOBER)[1].id
    roster.put(NOVEMBER, ADA)
    plan = roster.put(DECEMBER, ADA, "2,Benjamin,ben@example.org,south,,")

    assert names(plan.adds) == [(3, "Benjamin")]
    assert plan.changes == ()
    assert roster.staff(DECEMBER)[1].id == before
    assert roster.places(NOVEMBER) == {"Ada": "north"}
    assert roster.places(DECEMBER) == {"Ada": "north", "Benjamin": "south"}


def test_staff_numbers_can_be_brought_in_later_without_losing_anybody(roster: Roster) -> None:
    roster.put(OCTOBER, "Ada,Ada@example.org,north", header="name,email,unit")
    before = roster.staff(OCTOBER)[0].id

    plan = roster.put(NOVEMBER, "1,Ada,ada@example.org,north,,")

    assert [c.details for c in plan.changes] == [("staff number", "e-mail")]
    assert (plan.adds, plan.leavers) == ((), ())
    assert [(m.id, m.reference) for m in roster.staff(NOVEMBER)] == [(before, "1")]


def test_staff_numbers_can_be_left_out_later_without_losing_anybody(quick_roster: Roster) -> None:
    quick_roster.put(OCTOBER, ADA)

    plan = quick_roster.plan(NOVEMBER, "Ada,ada@example.org,north", header="name,email,unit")

    assert (plan.adds, plan.leavers) == ((), ())


def test_an_email_that_goes_to_somebody_else_does_not_make_them_one(quick_roster: Roster) -> None:
    quick_roster.put(OCTOBER, "1,Ada,post@example.org,north,,")

    plan = quick_roster.plan(NOVEMBER, "2,Ben,post@example.org,north,,")

    assert names(plan.adds) == [(2, "Ben")]
    assert [gone.name for gone in plan.leavers] == ["Ada"]


def test_renumbered_units_are_shown_as_restructured(quick_roster: Roster) -> None:
    quick_roster.put(OCTOBER, ADA, BEN, CY)
    quick_roster.units("code,name,parent\ncity,City,\nn2,North,city\nsouth,South,city\n", NOVEMBER)

    plan = quick_roster.plan(
        NOVEMBER,
        "1,Ada,ada@example.org,n2,,",
        "2,Ben,ben@example.org,south,,",
        "3,Cy,cy@example.org,n2,yes,",
        mapping="old,new\nnorth,n2\n",
    )

    assert names(plan.restructured) == [(2, "Ada")]
    assert names(plan.moves) == [(3, "Ben"), (4, "Cy")]
    quick_roster.apply(plan)
    assert quick_roster.places(NOVEMBER) == {"Ada": "n2", "Ben": "south", "Cy": "n2"}


def test_a_mapping_of_units_that_never_were_is_refused(quick_roster: Roster) -> None:
    with pytest.raises(ImportRejected, match="there never was a unit with the code 'n0rth'"):
        quick_roster.plan(OCTOBER, ADA, mapping="old,new\nn0rth,south\n")


def test_a_unit_that_is_gone_on_the_day_is_an_error_of_its_row(quick_roster: Roster) -> None:
    quick_roster.units("code,name,parent\ncity,City,\nsouth,South,city\n", NOVEMBER)

    with pytest.raises(ImportRejected, match="row 2, unit: no unit has the code 'north'"):
        quick_roster.plan(NOVEMBER, ADA)


@pytest.mark.parametrize(("stay", "is_many"), [((ADA, BEN), False), ((ADA,), True)])
def test_a_list_without_more_than_half_of_the_people_needs_a_word(
    quick_roster: Roster, stay: tuple[str, ...], *, is_many: bool
) -> None:
    quick_roster.put(OCTOBER, ADA, BEN, CY, DI)

    assert quick_roster.plan(NOVEMBER, *stay).loses_more_than_half is is_many


def test_more_than_half_leave_only_when_somebody_said_so(roster: Roster) -> None:
    roster.put(OCTOBER, ADA, BEN, CY)
    plan = roster.plan(NOVEMBER, ADA)

    with pytest.raises(StateError, match="2 of 3 people would leave"):
        roster.apply(plan)
    assert len(roster.staff(NOVEMBER)) == 3

    roster.apply(plan, allow_leavers=True)
    assert len(roster.staff(NOVEMBER)) == 1


def test_a_plan_is_refused_once_somebody_else_took_in_a_list(roster: Roster) -> None:
    roster.put(OCTOBER, ADA)
    late = roster.plan(NOVEMBER, ADA, BEN)
    roster.put(NOVEMBER, ADA, CY)

    with pytest.raises(StateError, match="changed meanwhile"):
        roster.apply(late)
    assert roster.places(NOVEMBER) == {"Ada": "north", "Cy": "south"}


@pytest.mark.postgresql
def test_of_two_imports_at_the_same_moment_one_is_refused(
    postgresql_stores: Stores, write_file: WriteFile
) -> None:
    roster = Roster(postgresql_stores, write_file)
    roster.units(UNITS, OCTOBER)
    plans = [roster.plan(OCTOBER, ADA), roster.plan(OCTOBER, BEN)]
    both_ready = threading.Barrier(2)
    refused: list[StateError] = []

    def take_in(plan: RosterPlan) -> None:
        with postgresql_stores.registry() as session:
            newest_import(session)
            both_ready.wait(timeout=30)
            try:
                apply_roster(session, plan)
            except StateError as error:
                session.rollback()
                refused.append(error)

    threads = [threading.Thread(target=take_in, args=(plan,)) for plan in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    assert len(roster.staff(OCTOBER)) == 1


def test_the_newest_import_tells_its_day_and_number_of_people(roster: Roster) -> None:
    with roster.stores.registry() as session:
        assert newest_import(session) is None
    roster.put(OCTOBER, ADA)
    roster.put(NOVEMBER, ADA, BEN)

    with roster.stores.registry() as session:
        assert newest_import(session) == RosterImport(2, NOVEMBER, 2)


def test_no_row_of_the_roster_knows_a_time_of_day() -> None:
    kinds = {
        type(column.type).__name__
        for table in (PersonRow, PlacementRow, RosterImportRow)
        for column in table.__table__.columns
    }
    assert kinds == {"Uuid", "String", "Boolean", "Date", "Integer"}


LISTS = st.lists(
    st.dictionaries(
        st.sampled_from("abcdefg"), st.sampled_from(["city", "north", "south"]), min_size=1
    ),
    min_size=1,
    max_size=5,
)


@given(LISTS, st.data())
@given_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_lists_come_each_day_is_read_back_as_its_last_list_said(
    quick_roster: Roster, lists: list[dict[str, str]], data: st.DataObject
) -> None:
    with quick_roster.stores.registry() as session:
        for row in (PlacementRow, PersonRow, RosterImportRow):
            for each in session.scalars(select(row)):
                session.delete(each)
            session.flush()
    day = OCTOBER
    told: dict[date, dict[str, str]] = {}
    for people in lists:
        lines = [f"{who},{who},{who}@example.org,{unit},," for who, unit in people.items()]
        plan = quick_roster.put(day, *lines)
        assert plan.people == (len(plan.adds) + len(plan.moves) + plan.unchanged)
        assert plan.before + len(plan.adds) - len(plan.leavers) == plan.people
        told[day] = people
        day += timedelta(days=data.draw(st.integers(0, 2)))

    for when, people in told.items():
        assert quick_roster.places(when) == people
