"""The result pages as each role meets them: doors, words, empty states, paper."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from pulse.access import Role
from pulse.office.tables import RefusalRow
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from surveys.units import Unit, UnitCode, UnitTree
from tests.pulse.dashboards.pages import text_of
from tests.pulse.released import FIRST, MANY, TREE, release, tally_of, workforce

SignInAs = Callable[..., FlaskClient]

PAGES = (
    "/this-month", "/units/root", "/units/north", "/units/north-1", "/units/north-1?measure=workload",
    "/heatmap", "/heatmap?level=2&order=change", "/turnover", "/workforce/rates", "/method",
    "/moves-with", "/method/questionnaire",
)  # fmt: skip


@pytest.fixture
def archive(stores: Stores, released_months: tuple[Month, ...], signer: LogSigner) -> Stores:
    with stores.archive() as session:
        workforce(session, released_months, {}, signer)
    return stores


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_one_h1_and_a_title_of_its_own(
    archive: Stores, sign_in_as: SignInAs, page: str
) -> None:
    assert archive
    html = sign_in_as(Role.HR).get(page).text

    assert html.count("<h1") == 1
    assert re.search(r"<title>[^<]{5,} – Pulse</title>", html)


def test_a_leader_opens_the_own_part_and_is_refused_elsewhere(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    leader = sign_in_as(Role.LEADER, ["north"])

    assert leader.get("/units/north").status_code == 200
    assert leader.get("/units/north-1").status_code == 200
    for foreign in ("root", "south", "south-1"):
        assert leader.get(f"/units/{foreign}").status_code == 403
        assert leader.get(f"/units/{foreign}.csv").status_code == 403
    with archive.office() as session:
        assert len(session.scalars(select(RefusalRow)).all()) == 6


def test_an_unknown_unit_or_measure_is_not_found(archive: Stores, sign_in_as: SignInAs) -> None:
    assert archive
    client = sign_in_as(Role.HR)

    assert client.get("/units/nowhere").status_code == 404
    assert client.get("/units/root?measure=nonsense").status_code == 404


@pytest.mark.parametrize("page", ["/heatmap", "/turnover"])
def test_a_team_leader_has_neither_heatmap_nor_turnover(
    archive: Stores, sign_in_as: SignInAs, page: str
) -> None:
    assert archive
    assert sign_in_as(Role.TEAM_LEADER, ["north-1"]).get(page).status_code == 403


@pytest.mark.parametrize("role", [Role.UNION_AUDITOR, Role.ADMINISTRATOR])
@pytest.mark.parametrize("page", ["/this-month", "/units", "/units/root", "/heatmap", "/turnover"])
def test_auditor_and_administrator_read_no_results(
    archive: Stores, sign_in_as: SignInAs, role: Role, page: str
) -> None:
    assert archive
    assert sign_in_as(role).get(page).status_code == 403


def test_units_leads_to_the_only_own_unit_or_lets_one_choose(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    one = sign_in_as(Role.LEADER, ["north"]).get("/units")
    several = sign_in_as(Role.LEADER, ["north-1", "south"]).get("/units")

    assert (one.status_code, one.headers["Location"]) == (303, "/units/north")
    assert "Assessment North" in text_of(several.text)
    assert "South" in text_of(several.text)


@pytest.mark.parametrize("page", ["/this-month", "/units", "/heatmap", "/turnover", "/moves-with"])
def test_before_the_first_release_hr_reads_what_to_do_and_a_leader_what_will_come(
    sign_in_as: SignInAs, page: str
) -> None:
    hr = text_of(sign_in_as(Role.HR).get(page).text)
    leader = text_of(sign_in_as(Role.LEADER, ["north"]).get(page).text)

    assert "pulse import responses" in hr
    assert "Until then nobody sees anything, HR included." in leader
    assert "pulse import" not in leader


def test_a_leader_whose_units_left_the_chart_is_told_whom_to_ask(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    text = text_of(sign_in_as(Role.LEADER, ["gone"]).get("/this-month").text)

    assert "Ask HR to give your account its present units." in text


def test_a_unit_that_left_the_chart_keeps_its_history(
    stores: Stores, signer: LogSigner, sign_in_as: SignInAs
) -> None:
    later = UnitTree.of(TREE.valid_from, [unit for unit in TREE if unit.code != "north-3"])
    with stores.archive() as session:
        release(session, [tally_of(FIRST, MANY, means={})], signer)
        without = {code: people for code, people in MANY.items() if code != "north-3"}
        release(session, [tally_of(FIRST.shifted(1), without, means={})], signer, tree=later)
    text = text_of(sign_in_as(Role.HR).get("/units/north-3").text)

    assert "not in the organisation chart since June 2025" in text.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert "3.4" in text


def test_names_from_files_are_text_and_never_markup(
    stores: Stores, signer: LogSigner, sign_in_as: SignInAs
) -> None:
    hostile = "<script>alert(1)</script>"
    tree = UnitTree.of(TREE.valid_from, [Unit(UnitCode("root"), hostile, None)])
    with stores.archive() as session:
        release(session, [tally_of(FIRST, {"root": 30}, means={})], signer, tree=tree)
    client = sign_in_as(Role.HR)

    for page in ("/this-month", "/units/root", "/heatmap", "/turnover"):
        assert hostile not in client.get(page).text
