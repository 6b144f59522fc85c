"""Rates of workforce figures over time: HR's own, and what leaders see of them."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert
from sqlalchemy.orm import Session

from analysis.archive import visible_releases
from analysis.tables import WorkforceRow
from analysis.workforce_series import RateCode
from pulse.access import Role, Viewer
from pulse.dashboards.scope import scope_of
from pulse.dashboards.staffing import (
    HiddenPeriod,
    ShownPeriod,
    StaffingPage,
    StaffingRow,
    staffing_page,
)
from pulse.dashboards.staffing_series import StaffingQuestion
from pulse.dashboards.turnover import turnover_page
from pulse.dashboards.turnover_rows import Hidden, Number
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from surveys.units import UnitCode
from tests.analysis.test_workforce_series import attack, incidence_of
from tests.pulse.dashboards.pages import chart_values, rows_of, text_of
from tests.pulse.released import MANY, TREE, log_workforce

SignInAs = Callable[..., FlaskClient]
FEW: Mapping[str, int] = {"north-1": 2, "north-2": 0, "north-3": 1, "south-1": 6, "south-2": 9}


def put(
    session: Session, months: tuple[Month, ...], signer: LogSigner, **of_period: Mapping[str, float]
) -> None:
    """Store 30 in post (27.5 FTE) in each unit and month, with other figures by unit."""
    rows = [
        {
            "unit_code": unit,
            "month": str(month),
            "headcount": 30,
            "in_post_fte": 27.5,
            "starters": 3,
            "leavers_voluntary": 1,
            **{figure: numbers[unit] for figure, numbers in of_period.items()},
        }
        for unit in MANY
        for month in months
    ]
    session.execute(insert(WorkforceRow), rows)
    log_workforce(session, rows, signer)


@pytest.fixture
def archive(stores: Stores, released_months: tuple[Month, ...], signer: LogSigner) -> Stores:
    with stores.archive() as session:
        put(session, released_months, signer, leavers=FEW, agency=FEW, vacancies_fte=FEW)
    return stores


def page_of(
    stores: Stores, role: Role, unit: str, rate: str = "leavers", months: int | None = None
) -> StaffingPage:
    with stores.archive() as session:
        heads = visible_releases(session)
        viewer = Viewer("id", "Dana", role, (UnitCode("root"),))
        asked = StaffingQuestion(UnitCode(unit), RateCode(rate), months)
        return staffing_page(session, heads, viewer, scope_of(viewer, heads[-1].tree), asked)


def told(row: StaffingRow) -> tuple[str, str, str]:
    """People in post, events and rate; "hidden" where they are."""
    if isinstance(row, HiddenPeriod):
        return row.in_post, "hidden", "hidden"
    return row.in_post, row.events, row.rate


def is_hidden(stores: Stores, unit: str, rate: str) -> bool:
    """Whether a leader sees no newest number of the unit."""
    return isinstance(page_of(stores, Role.LEADER, unit, rate).rows[0], HiddenPeriod)


def test_hr_reads_its_own_figures(archive: Stores) -> None:
    assert told(page_of(archive, Role.HR, "north").rows[0]) == ("90", "3", "3.3%")


@pytest.mark.parametrize("rate", ["leavers", "agency", "vacancies"])
def test_a_leader_reads_no_number_that_few_people_stand_behind(archive: Stores, rate: str) -> None:
    assert is_hidden(archive, "north", rate)
    assert is_hidden(archive, "north-1", rate)
    assert told(page_of(archive, Role.LEADER, "south", rate).rows[0])[1] == "15"
    # The whole less South would tell the 3 of North.
    assert is_hidden(archive, "root", rate)


@pytest.mark.parametrize("rate", ["leavers", "agency", "vacancies"])
@pytest.mark.parametrize("north_3", [0, 1, 3, 4, 5])
def test_all_that_a_leader_of_everything_sees_tells_of_nobody(
    stores: Stores, released_months: tuple[Month, ...], signer: LogSigner, rate: str, north_3: int
) -> None:
    """Every sum that a page shows, added and subtracted in every way."""
    few = {**FEW, "north-3": north_3}
    with stores.archive() as session:
        put(session, released_months[-1:], signer, leavers=few, agency=few, vacancies_fte=few)
    places = {unit.code: place for place, unit in enumerate(TREE)}
    rows = {code: page_of(stores, Role.LEADER, code, rate).rows[0] for code in places}
    shown = [isinstance(rows[unit.code], ShownPeriod) for unit in TREE]
    people = np.array([few.get(unit.code, 0) for unit in TREE])
    incidence = incidence_of(TREE.parent_places, shown)
    told_sums = [int(told(row)[1]) for row in rows.values() if isinstance(row, ShownPeriod)]
    assert (incidence @ people).tolist() == told_sums != []
    assert attack(incidence, people) == 0


def test_the_turnover_page_shows_the_same_leavers(archive: Stores) -> None:
    with archive.archive() as session:
        heads = visible_releases(session)
        viewer = Viewer("id", "Dana", Role.LEADER, (UnitCode("root"),))
        scope = scope_of(viewer, heads[-1].tree)
        for unit in TREE:
            turnover = turnover_page(session, heads, viewer, scope, unit=unit.code).months.rows[0]
            staffing = page_of(archive, Role.LEADER, unit.code).rows[0]
            hidden = isinstance(turnover.leavers, Hidden)
            assert hidden == isinstance(staffing, HiddenPeriod)
            assert hidden or turnover.leavers == Number(told(staffing)[1])


def test_where_every_period_is_hidden_there_is_no_chart_and_the_sentence_says_so(
    archive: Stores,
) -> None:
    page = page_of(archive, Role.LEADER, "north")
    assert page.chart is None
    assert page.lead.startswith("Every month of the leaver rate of North is hidden")


def test_starters_and_reasons_for_leaving_stand_on_no_page_of_a_leader(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    """Starters and people in post would tell leavers; parts of leavers would tell the other part."""
    assert archive
    leader = sign_in_as(Role.LEADER)
    for address in ("/workforce/rates?rate=leavers", "/workforce/rates.csv", "/turnover"):
        text = text_of(leader.get(address).text).lower()
        assert "starter" not in text
        assert "voluntary" not in text
        assert "own choice" not in text


def test_screen_chart_and_file_have_the_same_numbers(archive: Stores, sign_in_as: SignInAs) -> None:
    assert archive
    client = sign_in_as(Role.LEADER)
    html = client.get("/workforce/rates?unit=south&rate=vacancies").text
    file = client.get("/workforce/rates.csv?unit=south&rate=vacancies").text.splitlines()
    rows = rows_of(html, "Table 1")[1:]
    assert [[row[1], *row[3:]] for row in rows] == [
        [cells[1], *cells[-2:]] for cells in (line.split(",") for line in file[1:])
    ]
    assert chart_values(html) == [pytest.approx(100 * 15 / (15 + 55))] * len(rows)
    assert rows[0][1] == "21.4%"


def test_hidden_figures_are_suppressed_in_the_file(archive: Stores, sign_in_as: SignInAs) -> None:
    assert archive
    file = sign_in_as(Role.LEADER).get("/workforce/rates.csv?unit=north-1").text.splitlines()
    assert file[1].endswith(",suppressed,hidden: too few people here or beside it,suppressed,30")


def test_days_lost_are_shown_only_where_five_people_must_have_lost_them(
    stores: Stores, released_months: tuple[Month, ...], signer: LogSigner
) -> None:
    days = {"north-1": 20.0, "north-2": 21.0, "north-3": 9.0, "south-1": 106.0, "south-2": 130.0}
    with stores.archive() as session:
        put(session, released_months, signer, days_lost=days)
    shown = page_of(stores, Role.LEADER, "south-1", "absence").rows[0]
    assert told(shown) == ("27.5", "106", "18.3%")
    for few in ("north", "north-1", "root"):
        assert is_hidden(stores, few, "absence")


def test_years_stand_by_themselves_and_say_that_turnover_needs_months(
    stores: Stores, released_months: tuple[Month, ...], signer: LogSigner
) -> None:
    assert Month(2025, 9) in released_months
    with stores.archive() as session:
        rows = [
            {
                "unit_code": "south-2",
                "month": f"{year}-10",
                "months": 12,
                "headcount": 40,
                "leavers": 9,
            }
            for year in range(2016, 2025)
        ]
        session.execute(insert(WorkforceRow), rows)
        log_workforce(session, rows, signer)
    hr, leader = (page_of(stores, role, "south-2") for role in (Role.HR, Role.LEADER))
    assert len(hr.rows) == 9
    assert hr.period_title == "Year"
    assert hr.chart is not None
    assert "Each year stands at its last month." in hr.chart.caption
    assert "22.5% in the year October\N{NO-BREAK SPACE}2024 to September" in hr.lead
    assert any("needs figures of months" in note for note in hr.notes)
    assert [row.period.short_words for row in leader.rows] == ["2024-10 to 2025-09"]


def test_without_figures_the_page_says_what_will_come(
    stores: Stores, released_months: tuple[Month, ...], sign_in_as: SignInAs
) -> None:
    assert released_months
    html = sign_in_as(Role.HR).get("/workforce/rates?rate=agency").text
    assert "There are no figures for the agency rate" in html
    assert page_of(stores, Role.LEADER, "root").setup.startswith("When HR has brought in")


def test_a_foreign_unit_is_refused_and_an_unknown_one_not_found(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    leader = sign_in_as(Role.LEADER, ["north"])
    for page in ("/workforce/rates", "/workforce/rates.csv"):
        assert leader.get(f"{page}?unit=south").status_code == 403
        assert leader.get(f"{page}?unit=nowhere").status_code == 404
        assert leader.get(f"{page}?rate=nonsense").status_code == 404
    assert sign_in_as(Role.TEAM_LEADER, ["north-1"]).get("/workforce/rates").status_code == 403
