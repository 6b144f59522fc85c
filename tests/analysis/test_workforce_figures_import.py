"""All workforce figures from a file: symbols, rules, overlaps, revisions and withdrawals."""

from pathlib import Path

import pytest
from sqlalchemy import select

from analysis.tables import WorkforceRevisionRow
from analysis.workforce import store_workforce, workforce_of
from analysis.workforce_figures import Figure, Missing
from analysis.workforce_held import held_around, lengths_held
from analysis.workforce_periods import Period
from analysis.workforce_plans import WorkforcePlan, plan_workforce
from pulse.stores import Stores
from surveys.months import Month
from surveys.sheets import ImportRejected
from tests.analysis.test_workforce import DAY, MARCH, SIGNER, SOUTH, TEAM, tree_of

LEAVERS = "unit,period,headcount,leavers,leavers_voluntary,leavers_other\n"
PLAIN = "unit,period,headcount,leavers\n"


def plan(stores: Stores, folder: Path, text: str) -> WorkforcePlan:
    path = folder / "figures.csv"
    path.write_text(text)
    with stores.archive() as session:
        return plan_workforce(session, path, tree_of)


def put(stores: Stores, folder: Path, text: str) -> WorkforcePlan:
    made = plan(stores, folder, text)
    if made.has_changes:
        with stores.archive(writing=True) as session:
            store_workforce(session, made, signer=SIGNER, day=DAY)
    return made


def problems(stores: Stores, folder: Path, text: str) -> list[str]:
    with pytest.raises(ImportRejected) as caught:
        plan(stores, folder, text)
    return [str(problem) for problem in caught.value.problems]


def held(stores: Stores, period: Period) -> dict[Figure, object]:
    with stores.archive() as session:
        return dict(held_around(session, [(TEAM, period)])[TEAM, period][0])


def test_every_figure_is_kept_with_its_decimals(any_stores: Stores, tmp_path: Path) -> None:
    columns = ",".join(Figure)
    put(
        any_stores,
        tmp_path,
        f"unit,period,{columns}\nteam,2026-03,20,17.25,2,1.5,3,2.5,1,2,4,3.1,6,5.75,310,12.4,40.5\n",
    )
    numbers = (20, 17.25, 2, 1.5, 3, 2.5, 1, 2, 4, 3.1, 6, 5.75, 310, 12.4, 40.5)
    assert held(any_stores, Period(MARCH)) == dict(zip(Figure, numbers, strict=True))


@pytest.mark.parametrize("symbol", ["z", "x", "u", "c", "low", ":", ".."])
def test_a_symbol_is_a_missing_number_with_its_reason_and_never_0(
    any_stores: Stores, tmp_path: Path, symbol: str
) -> None:
    made = put(any_stores, tmp_path, f"{PLAIN}team,2026-03,20,{symbol}\n")
    assert made.missing == {Missing(symbol): 1}
    assert held(any_stores, Period(MARCH))[Figure.LEAVERS] is Missing(symbol)
    with any_stores.archive() as session:
        assert workforce_of(session, [TEAM]) == {}


def test_an_empty_cell_leaves_what_is_held(any_stores: Stores, tmp_path: Path) -> None:
    put(any_stores, tmp_path, f"{PLAIN}team,2026-03,20,3\n")
    made = put(any_stores, tmp_path, f"{PLAIN}team,2026-03,21,\n")
    assert [(c.figure, c.before, c.after) for c in made.changes[TEAM, Period(MARCH)]] == [
        (Figure.HEADCOUNT, 20, 21)
    ]
    assert held(any_stores, Period(MARCH))[Figure.LEAVERS] == 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            f"{LEAVERS}team,2026-03,20,3,1,1\n",
            "row 2, leavers_voluntary: 1 leavers by own choice and 1 other leavers do not add up to the 3 leavers",
        ),
        (
            f"{LEAVERS}team,2026-03,20,3,,4\n",
            "row 2, leavers_other: 4 other leavers are more than the 3 leavers",
        ),
        (
            "unit,period,In_post_FTE,leavers_fte\nteam,2026-Q1,4.5,4.6\n",
            "row 2, leavers_fte: 4.6 leavers (FTE) are more than the 4.5 in post (FTE), a rate over 100%; count everybody who was in post",
        ),
        (
            "unit,month,in_post_fte,days_lost\nteam,2026-03,2,44\n",
            "row 2, days_lost: 44 days lost are more than all 43 working days of 2 in post, a rate over 100%",
        ),
        (
            "unit,period,headcount,agency_fte\nteam,2026-03,2,-1.5\n",
            "row 2, agency_fte: '-1.5' is no number, 0 or more, in plain digits like 12.5, and no symbol for a missing number",
        ),
        ("unit,period,leavers\nteam,2026-03,2\n", "row 1, headcount: this column or in_post_fte is missing; the columns found are: unit, period, leavers"),
        (
            f"{PLAIN}team,2026-03,20,3\nteam,2026-Q1,20,3\n",
            "row 2, period: 2026-03 of 'team' overlaps 2026-Q1, which stands in row 3; a unit's periods must not overlap, or people would be counted twice",
        ),
    ],
)  # fmt: skip
def test_figures_that_cannot_be_right_are_named_by_row_column_and_rule(
    stores: Stores, tmp_path: Path, text: str, told: str
) -> None:
    assert problems(stores, tmp_path, text) == [told]


@pytest.mark.parametrize("period", ["2026", "2026-Q1"])
def test_a_year_or_quarter_cannot_lie_over_a_month_that_is_held(
    any_stores: Stores, tmp_path: Path, period: str
) -> None:
    put(any_stores, tmp_path, f"{PLAIN}team,2026-03,20,3\nsouth,{period},9,1\n")
    [told] = problems(any_stores, tmp_path, f"{PLAIN}team,{period},20,9\n")
    assert f"{period} of 'team' overlaps 2026-03, which is held already" in told


def test_a_rule_is_checked_on_what_would_stand_not_on_the_file_alone(
    stores: Stores, tmp_path: Path
) -> None:
    put(stores, tmp_path, f"{PLAIN}team,2026-03,20,3\n")
    [told] = problems(stores, tmp_path, "unit,period,headcount,leavers_other\nteam,2026-03,20,4\n")
    assert told == "row 2, leavers_other: 4 other leavers are more than the 3 leavers"


def test_columns_that_nobody_asked_for_are_named(stores: Stores, tmp_path: Path) -> None:
    made = plan(stores, tmp_path, "unit,period,headcount,vacancis\nteam,2026-03,20,4\n")
    assert made.ignored == ("vacancis",)


def revisions(stores: Stores) -> list[tuple[str, str, str, int, int | None]]:
    with stores.archive() as session:
        rows = session.scalars(
            select(WorkforceRevisionRow).order_by(WorkforceRevisionRow.log_place)
        )
        return [(r.figure, r.before, r.after, r.log_place, r.before_log_place) for r in rows]


def test_what_a_later_import_changes_is_kept_with_both_imports(
    any_stores: Stores, tmp_path: Path
) -> None:
    put(any_stores, tmp_path, f"{PLAIN}team,2026-03,20,3\n")
    put(any_stores, tmp_path, f"{PLAIN}team,2026-03,20,4\n")
    put(any_stores, tmp_path, f"{PLAIN}team,2026-03,21,x\n")
    assert sorted(revisions(any_stores)) == [
        ("headcount", "20", "21", 2, 0),
        ("leavers", "3", "4", 1, 0),
        ("leavers", "4", "x", 2, 1),
    ]


def test_a_withdrawn_row_makes_room_for_other_periods_and_stays_in_the_history(
    any_stores: Stores, tmp_path: Path
) -> None:
    put(any_stores, tmp_path, f"{PLAIN}team,2026,20,3\n")
    mixed = f"{PLAIN}team,2026,withdrawn,\nteam,2026-03,20,1\n"
    made = put(any_stores, tmp_path, mixed)
    assert made.withdrawn == {(TEAM, Period(Month(2026, 1), 12))}
    assert sorted(revisions(any_stores)) == [
        ("headcount", "20", "", 1, 0),
        ("leavers", "3", "", 1, 0),
    ]
    with any_stores.archive() as session:
        assert lengths_held(session) == {1}
    assert not put(any_stores, tmp_path, mixed).has_changes


def test_years_are_no_months_for_the_turnover_page(any_stores: Stores, tmp_path: Path) -> None:
    put(any_stores, tmp_path, f"{PLAIN}team,2026,20,3\nsouth,2026-03,9,1\n")
    with any_stores.archive() as session:
        assert set(workforce_of(session, [TEAM, SOUTH])) == {SOUTH}


def test_the_log_says_what_an_import_did(stores: Stores, tmp_path: Path) -> None:
    put(stores, tmp_path, f"{PLAIN}team,2026-03,20,3\n")
    made = put(stores, tmp_path, f"{PLAIN}team,2026-03,20,4\nsouth,2026-Q2,8,0\n")
    assert (len(made.new), len(made.changes), made.rows) == (1, 1, 2)
