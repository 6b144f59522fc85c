"""HR's People page: numbers, the difference by row, and no file left behind."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from pulse.access import Role
from pulse.app import create_app
from pulse.cli.frame import Installation
from pulse.console import people_views
from pulse.console.people_uploads import find_upload, keep_upload, sweep_uploads
from pulse.console.uploads import LARGEST_UPLOAD_BYTES
from pulse.office.accounts import Account, create_account
from pulse.office.sign_ins import begin_sign_in, check_account, utc_now
from pulse.stores import Stores
from surveys.ledger.log import EntryKind, entries
from surveys.roster import staff_on
from surveys.unit_registry import apply_units, plan_units
from tests.pulse.conftest import SignInAs

TODAY = datetime.now().astimezone().date()
HEADER = "reference,name,email,unit\n"
LIST = (
    HEADER + "1,Ada,ada@example.org,north\n2,Ben,ben@example.org,north\n3,Cy,cy@example.org,city\n"
)


class Desk:
    """HR's browser and the installation behind it."""

    def __init__(self, client: FlaskClient, stores: Stores, home: Path) -> None:
        self.client = client
        self.stores = stores
        self.home = home

    def send(self, text: str, **fields: str) -> TestResponse:
        data = {"day": TODAY.isoformat(), **fields, "staff": (BytesIO(text.encode()), "people.csv")}
        return self.client.post("/people", data=data, content_type="multipart/form-data")

    def decide(self, address: str, decision: str = "store", **fields: str) -> TestResponse:
        mark = re.search(r'name="mark" value="(\w+)"', self.client.get(address).text)
        assert mark is not None
        return self.client.post(address, data={"mark": mark[1], "decision": decision, **fields})

    def take_in(self, text: str) -> None:
        assert self.decide(self.send(text).location, everybody="yes").status_code == 303

    def staff(self) -> list[str]:
        with self.stores.registry() as session:
            return [member.name for member in staff_on(session, TODAY)]

    def files(self) -> list[Path]:
        return [path for path in self.home.rglob("*") if path.name in {"staff.csv", "mapping.csv"}]


@pytest.fixture
def desk(installation: Installation, tmp_path: Path) -> Desk:
    app = create_app(installation.settings)
    if "people" not in app.blueprints:
        app.register_blueprint(people_views.bp)
    app.config["WTF_CSRF_ENABLED"] = False
    units = tmp_path / "units.csv"
    units.write_text("code,name,parent\ncity,The City,\nnorth,North,city\n")
    with installation.stores.registry() as session:
        apply_units(session, plan_units(session, units, TODAY - timedelta(days=30)))
    with installation.stores.office() as session:
        account = Account("hr", "Priya Nair", Role.HR, (), is_active=True)
        create_account(session, account, password="seven quiet herons wade")
        account_id = check_account(session, "hr", "seven quiet herons wade")
        assert account_id is not None
        token = begin_sign_in(session, account_id, now=utc_now())
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["sign_in"] = token
    return Desk(client, installation.stores, installation.settings.home)


def test_before_the_first_list_the_page_says_so(desk: Desk) -> None:
    assert "does not know anybody who works here yet" in desk.client.get("/people").text


def test_a_list_is_shown_by_row_and_stored_only_when_confirmed(desk: Desk) -> None:
    shown = desk.send(LIST)
    assert shown.status_code == 303
    page = desk.client.get(shown.location).text
    assert "3 people on" in page
    assert "Ada" in page
    assert desk.staff() == []

    desk.decide(shown.location)

    assert desk.staff() == ["Ada", "Ben", "Cy"]
    assert "3 people work here today" in desk.client.get("/people").text
    assert desk.files() == []


def test_what_is_stored_is_logged_without_a_name(desk: Desk) -> None:
    desk.take_in(LIST)

    with desk.stores.archive() as session:
        (entry,) = entries(session, kinds=[EntryKind.ROSTER])
    assert entry.body["people"] == 3
    assert "Ada" not in str(entry.body)


def test_a_list_thrown_away_changes_nothing_and_leaves_no_file(desk: Desk) -> None:
    shown = desk.send(LIST)
    assert len(desk.files()) == 1

    desk.client.post(shown.location, data={"decision": "drop"})

    assert desk.staff() == []
    assert desk.files() == []
    assert desk.client.get(shown.location).status_code == 409


def test_wrong_rows_are_listed_and_the_file_is_not_kept(desk: Desk) -> None:
    answer = desk.send(LIST + "4,Di,di,west\n")

    assert answer.status_code == 400
    assert "row 5, email: &#39;di&#39; is not an e-mail address" in answer.text
    assert "row 5, unit: no unit has the code" in answer.text
    assert desk.files() == []


@pytest.mark.parametrize(
    ("text", "day", "words"),
    [("", "2026-11-01", "Choose the list"), (LIST, "soon", "Write the day"), (LIST, "2399-01-01", "days ahead")],
)  # fmt: skip
def test_a_form_that_cannot_be_read_says_what_to_do(
    desk: Desk, text: str, day: str, words: str
) -> None:
    answer = desk.send(text, day=day)

    assert answer.status_code == 400
    assert words in answer.text
    assert desk.files() == []


def test_more_than_half_leave_only_when_somebody_said_so(desk: Desk) -> None:
    desk.take_in(LIST)
    shown = desk.send(HEADER + "1,Ada,ada@example.org,north\n")

    assert desk.decide(shown.location).status_code == 400
    assert len(desk.staff()) == 3
    assert desk.decide(shown.location, everybody="yes").status_code == 303
    assert desk.staff() == ["Ada"]


def test_a_difference_that_changed_since_it_was_shown_is_not_stored(desk: Desk) -> None:
    shown = desk.send(LIST)
    mark = re.search(r'name="mark" value="(\w+)"', desk.client.get(shown.location).text)
    assert mark is not None
    desk.take_in(HEADER + "9,Zed,zed@example.org,city\n")

    answer = desk.client.post(
        shown.location, data={"mark": mark[1], "decision": "store", "everybody": "yes"}
    )

    assert answer.status_code == 409
    assert desk.staff() == ["Zed"]


def test_a_list_of_5000_people_is_taken_and_shown_in_pages(desk: Desk) -> None:
    rows = "".join(f"{n},Person {n} with a long name,p{n}@example.org,north\n" for n in range(5000))
    shown = desk.send(HEADER + rows)

    assert "page 1 of 100" in desk.client.get(shown.location).text
    assert "Person 4999 " in desk.client.get(f"{shown.location}?page=100").text


def test_a_file_beyond_the_limit_is_refused(desk: Desk) -> None:
    answer = desk.client.post(
        "/people",
        data=bytes(LARGEST_UPLOAD_BYTES + 1),
        content_type="multipart/form-data; boundary=edge",
    )

    assert answer.status_code == 413


def test_an_upload_goes_after_an_hour_and_not_before(tmp_path: Path) -> None:
    token = keep_upload(tmp_path, staff=b"a", mapping=b"b", day=TODAY)
    lists = find_upload(tmp_path, token)
    assert lists is not None
    assert lists.staff.parent.stat().st_mode & 0o777 == 0o700
    assert lists.staff.stat().st_mode & 0o777 == 0o600

    sweep_uploads(tmp_path, now=datetime.now(UTC) + timedelta(minutes=50))
    assert find_upload(tmp_path, token) == lists
    sweep_uploads(tmp_path, now=datetime.now(UTC) + timedelta(minutes=70))
    assert find_upload(tmp_path, token) is None
    assert not list((tmp_path / "tmp").iterdir())


@pytest.mark.parametrize("token", ["../../keys", "0" * 31, "", "g" * 32])
def test_no_other_folder_can_be_named(tmp_path: Path, token: str) -> None:
    assert find_upload(tmp_path, token) is None


def test_only_hr_may_open_the_page(app: Flask, sign_in_as: SignInAs) -> None:
    if "people" not in app.blueprints:
        app.register_blueprint(people_views.bp)
    for role in set(Role) - {Role.HR}:
        assert sign_in_as(role).get("/people").status_code == 403
