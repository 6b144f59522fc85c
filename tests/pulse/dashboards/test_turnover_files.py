"""Every number of the turnover page as a file: the same as on the page, and no more digits."""

import csv
import json
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from analysis.turnover_study import CHAIN
from pulse.access import Role
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from tests.pulse.dashboards.pages import rows_of
from tests.pulse.dashboards.test_turnover import city_where_low_morale_goes_with_leaving

SignInAs = Callable[..., FlaskClient]


@pytest.fixture
def city(stores: Stores, signer: LogSigner) -> Stores:
    with stores.archive() as session:
        city_where_low_morale_goes_with_leaving(session, signer)
    return stores


def table_of(client: FlaskClient) -> list[dict[str, str]]:
    answer = client.get("/turnover.csv")
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(answer.text.splitlines()))


def test_the_table_holds_a_row_for_each_number_and_its_refusals(
    city: Stores, sign_in_as: SignInAs
) -> None:
    assert city
    rows = table_of(sign_in_as(Role.HR))
    parts = [row["part"] for row in rows]

    assert parts.count("between") == parts.count("pooled") == 1
    assert parts.count("placebo") * 3 == parts.count("within")
    assert parts.count("chain") == 2 * len(CHAIN)
    assert all(row["estimate"] or row["words"] for row in rows)


def test_page_table_and_data_say_the_same(city: Stores, sign_in_as: SignInAs) -> None:
    assert city
    client = sign_in_as(Role.HR)
    first = rows_of(client.get("/turnover").text, "Table 1")[1][1]
    between = table_of(client)[0]
    data = json.loads(client.get("/turnover.json").text)["between"]

    shown = [
        float(x.replace("\N{MINUS SIGN}", "-")) for x in re.findall(r"[\N{MINUS SIGN}\d.]+", first)
    ]
    for name, value in zip(("estimate", "low", "high"), shown, strict=True):
        assert float(between[name]) == data[name] == pytest.approx(value, abs=0.0051)


def test_numbers_have_three_digits_so_that_they_tell_no_more_than_the_page(
    city: Stores, sign_in_as: SignInAs
) -> None:
    assert city
    numbers = re.findall(r"-?\d+\.\d+(?:e-?\d+)?", sign_in_as(Role.HR).get("/turnover.json").text)

    assert numbers
    for number in numbers:
        digits = number.lstrip("-").partition("e")[0].replace(".", "").lstrip("0").rstrip("0")
        assert len(digits) <= 3, number


def test_a_leader_gets_the_same_file_as_hr(city: Stores, sign_in_as: SignInAs) -> None:
    assert city
    hr = sign_in_as(Role.HR).get("/turnover.json").text
    assert sign_in_as(Role.LEADER, ["team-01"]).get("/turnover.json").text == hr


def test_a_team_leader_gets_no_file(city: Stores, sign_in_as: SignInAs) -> None:
    assert city
    assert sign_in_as(Role.TEAM_LEADER, ["team-01"]).get("/turnover.csv").status_code == 403


def test_another_kind_of_file_is_not_found(city: Stores, sign_in_as: SignInAs) -> None:
    assert city
    assert sign_in_as(Role.HR).get("/turnover.xlsx").status_code == 404
