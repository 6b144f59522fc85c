"""HR's Workforce page: what is held, the difference before anything is stored, what was revised."""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from analysis.tables import WorkforceRow
from pulse.access import Role
from pulse.config import Settings
from pulse.console.workforce_page import EXAMPLE
from pulse.stores import Stores
from surveys.ledger.log import EntryKind, entries
from surveys.unit_registry import apply_units, plan_units
from tests.pulse.dashboards.pages import rows_of, text_of

SignInAs = Callable[..., FlaskClient]
HEADER = "unit,period,headcount,leavers\n"
MAPPING = """name = "Payroll"
[period]
column = "When"
[unit]
column = "Dept"
[figures]
headcount = "Staff"
"""


class Desk:
    """HR's browser and the installation behind it."""

    def __init__(self, client: FlaskClient, stores: Stores, home: Path) -> None:
        self.client = client
        self.stores = stores
        self.home = home

    def send(self, text: str, mapping: str = "", own: str = "") -> TestResponse:
        data = {"mapping": mapping, "figures": (BytesIO(text.encode()), "figures.csv")}
        if own:
            data["mapping_file"] = (BytesIO(own.encode()), "own.toml")
        return self.client.post("/workforce", data=data, content_type="multipart/form-data")

    def decide(self, address: str, decision: str = "store") -> TestResponse:
        mark = re.search(r'name="mark" value="(\w+)"', self.client.get(address).text)
        assert mark is not None
        return self.client.post(address, data={"mark": mark[1], "decision": decision})

    def take_in(self, text: str) -> None:
        assert self.decide(self.send(text).location).status_code == 303

    def rows(self) -> int:
        with self.stores.archive() as session:
            return session.scalar(select(func.count()).select_from(WorkforceRow)) or 0

    def files(self) -> list[Path]:
        return [path for path in (self.home / "tmp").rglob("*") if path.is_file()]


@pytest.fixture
def desk(
    app: Flask, sign_in_as: SignInAs, stores: Stores, settings: Settings, tmp_path: Path
) -> Desk:
    from pulse.keys import create_keys  # noqa: PLC0415 - the only test that stores by page

    create_keys(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    units = tmp_path / "units.csv"
    teams = "".join(f"t{n},Team {n},city\n" for n in range(60))
    units.write_text(
        f"code,name,parent\ncity,City,\nassessment-north,N,city\nassessment-south,S,city\n{teams}"
    )
    with stores.registry() as session:
        apply_units(session, plan_units(session, units, date(2020, 1, 1)))
    return Desk(sign_in_as(Role.HR), stores, settings.home)


def test_before_the_first_file_the_page_says_what_to_do(desk: Desk) -> None:
    text = text_of(desk.client.get("/workforce").text)
    assert "Pulse holds no workforce figures yet" in text
    assert "Take in a file with a row for each unit and month" in text


def test_a_file_is_shown_and_stored_only_when_confirmed(desk: Desk) -> None:
    shown = desk.send(f"{HEADER}t1,2026-03,12,1\nt2,2026-03,20,2\n")
    assert shown.status_code == 303
    assert "2 rows of figures" in desk.client.get(shown.location).text
    assert (desk.rows(), len(desk.files())) == (0, 2)
    desk.decide(shown.location)
    assert (desk.rows(), desk.files()) == (2, [])
    html = desk.client.get("/workforce").text
    assert "Figures of 2 units from March 2026" in text_of(html).replace("\N{NO-BREAK SPACE}", " ")
    assert rows_of(html, "Table 1")[1][1:4] == ["2", "32", "9.4%"]
    with desk.stores.archive() as session:
        [entry] = entries(session, kinds=[EntryKind.WORKFORCE])
    assert (entry.body["rows"], entry.body["new"]) == (2, 2)


def test_figures_thrown_away_change_nothing_and_leave_no_file(desk: Desk) -> None:
    shown = desk.send(f"{HEADER}t1,2026-03,12,1\n")
    desk.client.post(shown.location, data={"decision": "drop"})
    assert (desk.rows(), desk.files()) == (0, [])
    assert desk.client.get(shown.location).status_code == 409


def test_wrong_rows_stand_in_a_table_and_nothing_is_kept(desk: Desk) -> None:
    answer = desk.send(f"{HEADER}t1,2026-03,12,13\nt99,2026-03,20,2\n")
    assert answer.status_code == 400
    rows = rows_of(answer.text, "Rows that were not taken")
    assert [row[:2] for row in rows[1:]] == [["2", "leavers"], ["3", "unit"]]
    assert "a rate over 100%" in rows[1][2]
    assert desk.files() == []


def test_an_empty_form_says_what_to_choose(desk: Desk) -> None:
    answer = desk.send("")
    assert answer.status_code == 400
    assert "Choose a file of figures that is not empty" in answer.text


def test_the_example_file_is_one_that_can_be_taken_in(desk: Desk) -> None:
    assert desk.client.get("/workforce/example.csv").text.replace("\r", "") == EXAMPLE
    desk.take_in(EXAMPLE)
    assert desk.rows() == 2


def test_all_figures_as_a_file_can_be_taken_in_again(desk: Desk) -> None:
    kinds = "t1,2026-03,12,x,\nt2,2020/21,20,,financial year\nt3,2025,8,1,reporting year\n"
    desk.take_in(f"unit,period,headcount,leavers,period_kind\n{kinds}t4,2026-Q2,9,2,\n")
    file = desk.client.get("/workforce/figures.csv").text
    assert len(file.splitlines()) == 5
    sent = desk.send(file)
    assert sent.status_code == 303, text_of(sent.text)
    again = desk.client.get(sent.location).text
    assert "Nothing to do: all of this is in Pulse already." in again


def test_the_page_names_the_figures_that_are_held(desk: Desk) -> None:
    desk.take_in(EXAMPLE)
    assert (
        "Figures: people in post, in post (FTE), starters, leavers, vacancies (FTE)"
        in desk.client.get("/workforce").text
    )


def test_a_mapping_of_ones_own_can_be_sent_along(desk: Desk) -> None:
    shown = desk.send("Dept,When,Staff\nt1,2026-03,12\n", own=MAPPING)
    assert "read as Payroll" in desk.client.get(shown.location).text


def test_a_file_of_another_layout_is_refused_by_the_columns_it_lacks(desk: Desk) -> None:
    answer = desk.send(f"{HEADER}t1,2026-03,12,1\n", mapping="csww")
    assert "new_la_code" in answer.text
    assert '<option value="csww" selected>' in answer.text


def test_a_revised_figure_says_when_and_what_it_was(desk: Desk) -> None:
    desk.take_in(f"{HEADER}t1,2026-03,12,1\n")
    shown = desk.send(f"{HEADER}t1,2026-03,12,2\n")
    assert "leavers 2, was 1" in text_of(desk.client.get(shown.location).text)
    desk.decide(shown.location)
    [_header, [unit, _period, words]] = rows_of(
        desk.client.get("/workforce/revisions").text, "Table 1"
    )
    assert unit == "Team 1 (t1)"
    assert re.match(
        r"leavers: was 1, now 2 ?revised on .*, file \w{12}; the old one from .*, file \w{12}",
        words,
    )
    assert "1 figure revised so far" in desk.client.get("/workforce").text


def test_revisions_are_shown_in_pages(desk: Desk) -> None:
    desk.take_in(HEADER + "".join(f"t{n},2026-03,12,1\n" for n in range(60)))
    desk.take_in(HEADER + "".join(f"t{n},2026-03,12,2\n" for n in range(60)))
    first, second = (desk.client.get(f"/workforce/revisions?page={n}").text for n in (1, 2))
    assert "page 1 of 2" in first
    assert [len(rows_of(html, "Table 1")) - 1 for html in (first, second)] == [50, 10]


def test_what_changed_since_it_was_shown_is_not_stored(desk: Desk) -> None:
    stale = desk.send(f"{HEADER}t1,2026-03,12,2\n")
    mark = re.search(r'name="mark" value="(\w+)"', desk.client.get(stale.location).text)
    assert mark is not None
    desk.take_in(f"{HEADER}t1,2026-03,12,1\n")
    answer = desk.client.post(stale.location, data={"mark": mark[1], "decision": "store"})
    assert answer.status_code == 409
    with desk.stores.archive() as session:
        assert session.scalars(select(WorkforceRow.leavers)).all() == [1]


@pytest.mark.parametrize(
    "role", [Role.LEADER, Role.TEAM_LEADER, Role.UNION_AUDITOR, Role.ADMINISTRATOR]
)
@pytest.mark.parametrize(
    "page",
    ["/workforce", "/workforce/revisions", "/workforce/example.csv", "/workforce/figures.csv"],
)
def test_only_hr_opens_the_page(desk: Desk, sign_in_as: SignInAs, role: Role, page: str) -> None:
    assert desk
    assert sign_in_as(role, ["city"]).get(page).status_code == 403
