"""Workforce figures: read row by row, stored whole, summed over subtrees on each month's tree."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from analysis.tables import WorkforceRow
from analysis.workforce import store_workforce, subtree_totals, workforce_of, workforce_state
from analysis.workforce_figures import Figure, Figures
from analysis.workforce_files import FigureKey, WorkforceMonth
from analysis.workforce_periods import Period, month_of
from analysis.workforce_plans import FigureChange, WorkforcePlan, plan_workforce
from pulse.stores import Stores
from surveys.errors import StateError
from surveys.ledger.log import EntryKind, append
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from surveys.sheets import ImportRejected
from surveys.units import Unit, UnitCode, UnitTree

HEADER = "unit,month,headcount,leavers\n"
DAY = date(2026, 5, 4)
SIGNER = LogSigner.generate()
MARCH, APRIL = Month(2026, 3), Month(2026, 4)
CITY, NORTH, SOUTH, TEAM = (UnitCode(code) for code in ("city", "north", "south", "team"))


def tree(valid_from: date, parents: Mapping[UnitCode, UnitCode | None]) -> UnitTree:
    return UnitTree.of(valid_from, [Unit(code, code, above) for code, above in parents.items()])


UNDER_NORTH = tree(date(2026, 1, 1), {CITY: None, NORTH: CITY, SOUTH: CITY, TEAM: NORTH})
UNDER_SOUTH = tree(date(2026, 4, 1), {CITY: None, SOUTH: CITY, TEAM: SOUTH})


def tree_of(month: Month) -> UnitTree:
    if month < Month(2026, 1):
        raise StateError(f"no units are known for {month}")
    return UNDER_NORTH if month < APRIL else UNDER_SOUTH


def plan(stores: Stores, folder: Path, rows: str, *, header: str = HEADER) -> WorkforcePlan:
    path = folder / "workforce.csv"
    path.write_text(header + rows)
    with stores.archive() as session:
        return plan_workforce(session, path, tree_of)


def put(stores: Stores, folder: Path, rows: str) -> WorkforcePlan:
    made = plan(stores, folder, rows)
    if made.has_changes:
        with stores.archive() as session:
            store_workforce(session, made, signer=SIGNER, day=DAY)
    return made


def to_write(made: WorkforcePlan) -> Mapping[FigureKey, Figures]:
    """What the plan would write for rows that are not held yet."""
    return {key: made.after[key] for key in made.new}


def people(headcount: int, leavers: int) -> Figures:
    return {Figure.HEADCOUNT: headcount, Figure.LEAVERS: leavers}


def held(stores: Stores, *units: UnitCode) -> Mapping[UnitCode, Mapping[Month, WorkforceMonth]]:
    with stores.archive() as session:
        return workforce_of(session, units)


def test_figures_are_kept_per_unit_and_month(any_stores: Stores, tmp_path: Path) -> None:
    made = put(any_stores, tmp_path, "team,2026-03,8,1\nteam,2026-04,7,0\nsouth,2026-03,20,2\n")
    assert (len(made.new), len(made.changes), made.unchanged) == (3, 0, 0)
    assert held(any_stores, TEAM, NORTH) == {
        TEAM: {MARCH: WorkforceMonth(8, 1), APRIL: WorkforceMonth(7, 0)}
    }


def test_a_second_file_shows_what_is_new_changed_and_unchanged(
    any_stores: Stores, tmp_path: Path
) -> None:
    put(any_stores, tmp_path, "team,2026-03,8,1\nsouth,2026-03,20,2\n")
    made = put(any_stores, tmp_path, "team,2026-03,8,1\nsouth,2026-03,21,2\nnorth,2026-03,3,0\n")
    assert to_write(made) == {(NORTH, Period(MARCH)): people(3, 0)}
    assert made.changes == {(SOUTH, Period(MARCH)): (FigureChange(Figure.HEADCOUNT, 20, 21),)}
    assert (made.unchanged, made.periods) == (1, (Period(MARCH),))
    assert held(any_stores, SOUTH)[SOUTH][MARCH] == WorkforceMonth(21, 2)


def test_the_same_file_again_is_nothing_to_do(any_stores: Stores, tmp_path: Path) -> None:
    put(any_stores, tmp_path, "team,2026-03,8,1\n")
    assert not put(any_stores, tmp_path, "team,2026-03,8,1\n").has_changes


def test_planning_stores_nothing(any_stores: Stores, tmp_path: Path) -> None:
    plan(any_stores, tmp_path, "team,2026-03,8,1\n")
    assert held(any_stores, TEAM) == {}


@pytest.mark.parametrize(
    "written", ["2026-03", "2026-03-31", "20260331", "2026-03-31 00:00:00", "2026-03-31T23:59:59Z"]
)
def test_a_month_may_be_written_as_any_iso_date_in_it(written: str) -> None:
    assert month_of(written) == MARCH


@pytest.mark.parametrize(
    "written", ["", "March 2026", "03/2026", "31.03.2026", "2026-13", "1026-01"]
)
def test_any_other_month_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"is no month|is not in the years"):
        month_of(written)


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("nowhere,2026-03,8,1", "unit", "no unit had the code 'nowhere' in 2026-03"),
        ("north,2026-04,8,1", "unit", "no unit had the code 'north' in 2026-04"),
        (",2026-03,8,1", "unit", "this cell is empty"),
        ("team,2025-12,8,1", "month", "no units are known for 2025-12"),
        ("team,soon,8,1", "month", "'soon' is no month, quarter or year"),
        (
            "team,2026-03,8,9",
            "leavers",
            "9 leavers are more than the 8 people in post, a rate over",
        ),
        ("team,2026-03,-8,1", "headcount", "'-8' is no whole number"),
        ("team,2026-03,8.5,1", "headcount", "'8.5' is no whole number"),
        ("team,2026-03,1.000,1", "headcount", "'1.000' is no whole number"),
        ("team,2026-03,,1", "headcount", "an empty cell is no number of people"),
        ("team,2026-03,8,n/a", "leavers", "'n/a' is no whole number"),
        ("team,2026-03,inf,1", "headcount", "'inf' is no whole number"),
        ("team,2026-03,٨,1", "headcount", "is no whole number"),
        ("south,2026-03-15,8,1", "month", "'south' has a row for 2026-03 already, row 2"),
    ],
)
def test_a_row_that_breaks_a_rule_is_named_and_nothing_is_taken(
    stores: Stores, tmp_path: Path, row: str, column: str, words: str
) -> None:
    with pytest.raises(ImportRejected) as caught:
        put(stores, tmp_path, f"south,2026-03,20,2\n{row}\n")
    [problem] = caught.value.problems
    assert (problem.row, problem.column) == (3, column)
    assert words in problem.rule
    assert held(stores, SOUTH) == {}


def test_a_file_of_titles_alone_holds_no_figures(stores: Stores, tmp_path: Path) -> None:
    with pytest.raises(ImportRejected, match="the file holds no figures"):
        plan(stores, tmp_path, "")


def test_other_usual_titles_are_understood(stores: Stores, tmp_path: Path) -> None:
    made = plan(
        stores, tmp_path, "8;team;1;2026-03-31\n", header="Head count;Unit code;Leavers;Date\n"
    )
    assert to_write(made) == {(TEAM, Period(MARCH)): people(8, 1)}


def test_units_with_units_below_them_are_pointed_out(stores: Stores, tmp_path: Path) -> None:
    made = plan(stores, tmp_path, "city,2026-03,2,0\nteam,2026-03,8,1\nsouth,2026-03,9,0\n")
    assert made.inner_units == (CITY,)


def test_another_import_is_another_state_and_reading_is_not(
    any_stores: Stores, signer: LogSigner
) -> None:
    with any_stores.archive() as session:
        none = workforce_state(session)
        append(session, EntryKind.WORKFORCE, {"file_sha256": "1"}, signer=signer, day=DAY)
        first = workforce_state(session)
        assert workforce_state(session) == first
        append(session, EntryKind.WORKFORCE, {"file_sha256": "2"}, signer=signer, day=DAY)
        assert len({none, first, workforce_state(session)}) == 3


def test_subtrees_are_summed_on_the_tree_of_each_month(any_stores: Stores, tmp_path: Path) -> None:
    put(
        any_stores,
        tmp_path,
        "city,2026-03,2,0\nnorth,2026-03,3,1\nteam,2026-03,8,1\nsouth,2026-03,20,2\n"
        "team,2026-04,7,0\nsouth,2026-04,19,3\n",
    )
    with any_stores.archive() as session:
        totals = subtree_totals(
            session, {m: tree_of(m) for m in (MARCH, APRIL)}, [CITY, NORTH, SOUTH]
        )
    assert totals == {
        CITY: {MARCH: WorkforceMonth(33, 4), APRIL: WorkforceMonth(26, 3)},
        NORTH: {MARCH: WorkforceMonth(11, 2)},
        SOUTH: {MARCH: WorkforceMonth(20, 2), APRIL: WorkforceMonth(26, 3)},
    }


def test_a_subtree_without_any_figure_has_no_sum(any_stores: Stores, tmp_path: Path) -> None:
    put(any_stores, tmp_path, "south,2026-03,20,2\n")
    with any_stores.archive() as session:
        assert (
            subtree_totals(session, {MARCH: UNDER_NORTH, APRIL: UNDER_SOUTH}, [NORTH, TEAM]) == {}
        )


def test_an_empty_month_of_nobody_is_a_figure(any_stores: Stores, tmp_path: Path) -> None:
    put(any_stores, tmp_path, "team,2026-03,0,0\n")
    with any_stores.archive() as session:
        totals = subtree_totals(session, {MARCH: UNDER_NORTH}, [NORTH])
    assert totals == {NORTH: {MARCH: WorkforceMonth(0, 0)}}


PARENTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=10).map(
    lambda picks: [None, *(pick % place for place, pick in enumerate(picks, start=1))]
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(parents=PARENTS, data=st.data())
def test_every_sum_equals_the_sum_by_hand(
    stores: Stores, parents: list[int | None], data: st.DataObject
) -> None:
    codes = [UnitCode(f"u{place}") for place in range(len(parents))]
    whole = tree(
        date(2026, 1, 1),
        {
            code: None if above is None else codes[above]
            for code, above in zip(codes, parents, strict=True)
        },
    )
    figures = data.draw(st.dictionaries(st.sampled_from(codes), st.integers(0, 50)))
    with stores.archive() as session:
        session.execute(delete(WorkforceRow))
        session.add_all(
            WorkforceRow(unit_code=code, month="2026-03", headcount=people, leavers=people // 3)
            for code, people in figures.items()
        )
        session.flush()
        totals = subtree_totals(session, {MARCH: whole}, codes)
    expected = {}
    for code in codes:
        inside = [figures[unit] for unit in whole.subtree(code) if unit in figures]
        if inside:
            expected[code] = {MARCH: WorkforceMonth(sum(inside), sum(p // 3 for p in inside))}
    assert totals == expected
