"""Morale beside leavers: what HR sees, what leaders see, and what it takes to say anything."""

import json
import re
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from analysis.archive import visible_releases
from analysis.tables import WorkforceRow
from pulse.access import Role, Viewer
from pulse.dashboards.scope import scope_of
from pulse.dashboards.turnover import TurnoverPage, turnover_page
from pulse.dashboards.turnover_rows import Hidden, NotThere, Number
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from surveys.units import Unit, UnitCode, UnitTree
from tests.pulse.dashboards.pages import chart_values, rows_of, text_of
from tests.pulse.released import (
    FIRST,
    MANY,
    log_workforce,
    months_from,
    release,
    tally_of,
    workforce,
)

SignInAs = Callable[..., FlaskClient]
TEAMS = tuple(f"team-{number:02}" for number in range(12))
CITY = UnitTree.of(
    date(2025, 1, 1),
    [
        Unit(UnitCode("root"), "City", None),
        *(Unit(UnitCode(team), team.title(), UnitCode("root")) for team in TEAMS),
    ],
)


def page_of(session: Session, role: Role = Role.HR, *units: str, unit: str = "") -> TurnoverPage:
    heads = visible_releases(session)
    viewer = Viewer("id", "Dana Okafor", role, tuple(UnitCode(code) for code in units))
    scope = scope_of(viewer, heads[-1].tree)
    return turnover_page(session, heads, viewer, scope, unit=unit)


def city_where_low_morale_goes_with_leaving(session: Session, signer: LogSigner) -> None:
    """Twelve teams for ten months; the lower a team's morale, the more of its people leave."""
    months = months_from(FIRST, 10)
    means = {team: 2.2 + 0.15 * place for place, team in enumerate(TEAMS)}
    tallies = [tally_of(month, dict.fromkeys(TEAMS, 20), means=means) for month in months]
    release(session, tallies, signer, tree=CITY)
    rows = [
        {"unit_code": team, "month": str(month), "headcount": 30, "leavers": 4 - place // 3}
        for place, team in enumerate(TEAMS)
        for month in months
    ]
    session.execute(insert(WorkforceRow), rows)
    log_workforce(session, rows, signer)


@pytest.fixture
def archive(stores: Stores, released_months: tuple[Month, ...], signer: LogSigner) -> Stores:
    with stores.archive() as session:
        workforce(session, released_months, {"north-1": 2, "south-2": 3}, signer)
    return stores


def test_without_workforce_figures_hr_reads_the_command_and_a_leader_what_will_come(
    stores: Stores, released_months: tuple[Month, ...]
) -> None:
    assert released_months
    with stores.archive() as session:
        hr, leader = page_of(session), page_of(session, Role.LEADER, "north")

    assert hr.command == "pulse import workforce WORKFORCE.csv"
    assert leader.command == ""
    assert leader.setup.startswith("When HR has brought in")
    assert hr.numbers.rows == ()
    assert hr.numbers.forests == ()


@pytest.mark.parametrize(("months", "word"), [(3, "quarter"), (12, "year")])
def test_figures_by_quarter_or_year_are_told_not_to_be_months(
    stores: Stores, released_months: tuple[Month, ...], months: int, word: str
) -> None:
    row = {"unit_code": "north-1", "month": str(released_months[0]), "months": months}
    with stores.archive() as session:
        session.execute(insert(WorkforceRow), [row | {"headcount": 30, "leavers": 4}])
        page = page_of(session)
    assert page.setup.startswith(f"Pulse holds figures by {word}.")
    assert page.numbers.rows == ()


def test_below_its_minimum_the_page_gives_no_number_and_says_what_is_missing(
    archive: Stores,
) -> None:
    with archive.archive() as session:
        page = page_of(session)

    assert page.numbers.forests == ()
    assert page.lead.startswith("We cannot say yet.")
    assert [row.number for row in page.numbers.rows] == ["not told"] * 6
    assert all("There are 5, so 5 more." in row.words for row in page.numbers.rows)


def test_hr_reads_the_leavers_as_imported(archive: Stores) -> None:
    with archive.archive() as session:
        row = page_of(session).months.rows[0]

    assert (row.people, row.leavers, row.rate) == (Number("150"), Number("8"), Number("5.3%"))


def test_a_leader_reads_protected_leavers_only(archive: Stores) -> None:
    with archive.archive() as session:
        north = page_of(session, Role.LEADER, "north")
        root = page_of(session, Role.LEADER, "root")

    assert isinstance(north.months.rows[0].leavers, Hidden)
    assert isinstance(north.months.rows[0].rate, Hidden)
    assert north.months.leaver_chart is None
    assert root.months.rows[0].leavers == Number("8")


def test_no_leavers_and_few_leavers_look_the_same_to_a_leader(
    stores: Stores, released_months: tuple[Month, ...], signer: LogSigner
) -> None:
    leavers = {"north-1": 0, "north-2": 0, "north-3": 0, "south-1": 9, "south-2": 9}
    with stores.archive() as session:
        workforce(session, released_months, leavers, signer)
        none = page_of(session, Role.LEADER, "north").months
        few = page_of(session, Role.LEADER, "north-1").months

    assert (
        none.rows[0].leavers == few.rows[0].leavers == Hidden("too few leavers here or beside it")
    )


def test_months_without_workforce_figures_say_so(
    stores: Stores, released_months: tuple[Month, ...], signer: LogSigner
) -> None:
    with stores.archive() as session:
        workforce(session, released_months[:-1], {}, signer)
        rows = page_of(session).months.rows

    assert rows[0].leavers == NotThere("no figures")
    assert isinstance(rows[1].leavers, Number)


def test_where_lower_morale_goes_with_leaving_both_numbers_are_told_in_words(
    stores: Stores, signer: LogSigner
) -> None:
    with stores.archive() as session:
        city_where_low_morale_goes_with_leaving(session, signer)
        page = page_of(session)

    assert page.lead.startswith("Between units, yes: where morale is higher, fewer people leave.")
    between, pooled = page.numbers.forests[0].estimates
    assert between.high < 0
    assert pooled.high < 0
    assert page.numbers.rows[0].words.startswith("Moves with:")


def test_every_viewer_reads_the_same_associations(stores: Stores, signer: LogSigner) -> None:
    with stores.archive() as session:
        city_where_low_morale_goes_with_leaving(session, signer)

        hr, leader = page_of(session), page_of(session, Role.LEADER, TEAMS[0])

    assert hr.numbers == leader.numbers
    assert hr.chain == leader.chain


def test_changed_workforce_figures_are_not_answered_from_memory(
    stores: Stores, signer: LogSigner
) -> None:
    with stores.archive() as session:
        city_where_low_morale_goes_with_leaving(session, signer)
        before = page_of(session).numbers.rows[0].number
        session.execute(
            update(WorkforceRow).where(WorkforceRow.unit_code == TEAMS[0]).values(leavers=0)
        )
        log_workforce(session, [{"unit_code": TEAMS[0], "leavers": 0}], signer)

        assert page_of(session).numbers.rows[0].number != before


def test_forest_table_and_charts_hold_the_same_numbers(
    stores: Stores, signer: LogSigner, sign_in_as: SignInAs
) -> None:
    with stores.archive() as session:
        city_where_low_morale_goes_with_leaving(session, signer)
    html = sign_in_as(Role.HR).get("/turnover").text
    estimates, months = rows_of(html, "Table 1"), rows_of(html, "Table 4")

    first, last = estimates[1], estimates[-1]
    assert [first[1], last[1]] == forest_numbers(html, figure=0)
    assert chart_values(html, figure=1) == [float(row[1]) for row in months[:0:-1]]
    rates = [f"{value:.1f}%" for value in chart_values(html, figure=2)]
    assert rates == [row[4] for row in months[:0:-1]]


def forest_numbers(html: str, *, figure: int) -> list[str]:
    """Return the estimates with their intervals from a forest's hover texts, top to bottom."""
    found = re.findall(r'<script type="application/json" class="chart-data">(.*?)</script>', html)
    texts = [trace["text"][0] for trace in json.loads(found[figure])["data"]]
    return [re.search(r": (\S+ \(.*?\))</b>", text)[1] for text in texts]  # type: ignore[index]


def test_a_unit_of_ones_own_part_can_be_chosen_and_no_foreign_one(archive: Stores) -> None:
    with archive.archive() as session:
        chosen = page_of(session, Role.LEADER, "north", "south-1", unit="south-1")
        foreign = page_of(session, Role.LEADER, "north", "south-1", unit="south-2")

    values = [option.value for option in chosen.parts]
    assert values == ["north", "north-1", "north-2", "north-3", "south-1"]
    assert chosen.parts[-1].words == "\N{EM SPACE}Assessment South"
    assert [option.is_chosen for option in chosen.parts] == [False] * 4 + [True]
    assert chosen.unit_name == "Assessment South"
    assert foreign.unit_name == "North"


def test_the_page_says_what_it_cannot_tell(archive: Stores, sign_in_as: SignInAs) -> None:
    assert archive
    assert MANY
    text = text_of(sign_in_as(Role.LEADER, ["north"]).get("/turnover").text)

    assert "nothing predicts that anyone will leave" in text
    assert "A number of leavers below 5 is hidden" in text
