"""This month in words: what moved, chance, what is hidden; the viewer's own part only."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from analysis.archive import visible_releases
from pulse.access import Role, Viewer
from pulse.dashboards.scope import scope_of
from pulse.dashboards.this_month import (
    FINDINGS_AT_FIRST,
    MOST_UNITS,
    ThisMonthPage,
    this_month_page,
)
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from surveys.units import Unit, UnitCode, UnitTree
from tests.pulse.dashboards.pages import text_of
from tests.pulse.released import FIRST, MANY, TREE, months_from, release, tally_of

SignInAs = Callable[..., FlaskClient]


def page_of(session: Session, role: Role = Role.HR, *units: str) -> ThisMonthPage:
    heads = visible_releases(session)
    viewer = Viewer("id", "Dana Okafor", role, tuple(UnitCode(unit) for unit in units))
    return this_month_page(session, heads, scope_of(viewer, heads[-1].tree))


@pytest.fixture
def archive(stores: Stores, released_months: tuple[Month, ...]) -> Stores:
    assert released_months
    return stores


def test_the_lead_says_how_many_moved_and_how_many_would_by_chance(archive: Stores) -> None:
    with archive.archive() as session:
        page = page_of(session)

    assert page.lead.startswith("Eleven of 40 figures moved beyond ordinary variation.")
    assert "By chance alone about two would." in page.lead


def test_three_findings_come_first_and_no_other_is_lost(archive: Stores) -> None:
    with archive.archive() as session:
        page = page_of(session)

    assert len(page.findings) == FINDINGS_AT_FIRST
    assert page.further_words == "Seven more"
    assert len(page.further) == 7
    assert all(found.ask.endswith("?") for found in (*page.findings, *page.further))


def test_a_leader_hears_of_the_own_part_only(archive: Stores) -> None:
    with archive.archive() as session:
        south = page_of(session, Role.LEADER, "south")
        north = page_of(session, Role.LEADER, "north")

    assert south.findings == ()
    assert {found.unit for found in (*north.findings, *north.further)} == {"north-1", "north-2"}


def test_a_quiet_month_says_so_and_still_offers_a_question(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    text = text_of(sign_in_as(Role.LEADER, ["south"]).get("/this-month").text)

    assert "A quiet month is still a good one to go and listen." in text
    assert "What went well here this month that we should keep?" in text


def test_hidden_units_are_counted_and_named_without_telling_which_was_small(
    stores: Stores, signer: LogSigner
) -> None:
    with stores.archive() as session:
        release(session, [tally_of(FIRST, {**MANY, "north-3": 3}, means={})], signer)
        page = page_of(session)

    assert page.hidden_words.startswith("Two of 8 units have a hidden figure this month")
    assert [unit.code for unit in page.hidden_units] == ["north-3", "north-2"]


def test_a_first_month_says_that_it_is_too_early(stores: Stores, signer: LogSigner) -> None:
    with stores.archive() as session:
        release(session, [tally_of(FIRST, MANY, means={})], signer)
        page = page_of(session)

    assert page.lead.startswith("No figure has limits yet.")
    assert page.findings == ()


def test_before_twelve_months_the_limits_are_called_provisional(
    stores: Stores, signer: LogSigner
) -> None:
    tallies = [
        tally_of(month, MANY, means=dict.fromkeys(MANY, 3.4 + 0.1 * (place % 2)))
        for place, month in enumerate(months_from(FIRST, 8))
    ]
    with stores.archive() as session:
        release(session, tallies, signer)
        page = page_of(session)

    assert page.first_month_note == "Where fewer than 12 months are shown, limits are provisional."


def test_a_new_release_is_not_answered_from_memory(stores: Stores, signer: LogSigner) -> None:
    with stores.archive() as session:
        release(session, [tally_of(FIRST, MANY, means={})], signer)
        assert page_of(session).month == FIRST
    with stores.archive() as session:
        later = FIRST.shifted(1)
        release(session, [tally_of(later, {**MANY, "north-3": 3}, means={})], signer)
        page = page_of(session)

    assert page.month == later
    assert page.hidden_words.startswith("Two of 8 units")


def test_a_page_names_the_release_day_and_where_the_answers_came_from(archive: Stores) -> None:
    with archive.archive() as session:
        caption = page_of(session).caption

    assert caption.replace("\N{NO-BREAK SPACE}", " ") == (
        "This month · released 9 November 2026 · imported answers, not anonymous at source"
    )


def test_of_a_very_large_organisation_the_upper_levels_are_looked_at_and_the_page_says_so(
    stores: Stores, signer: LogSigner
) -> None:
    root, *_rest = TREE
    services = [Unit(UnitCode(f"s{n}"), f"Service {n}", root.code) for n in range(3)]
    teams = [
        Unit(UnitCode(f"{service.code}-{n}"), f"Team {n}", service.code)
        for service in services
        for n in range(MOST_UNITS // 3 + 1)
    ]
    tree = UnitTree.of(TREE.valid_from, [root, *services, *teams])
    with stores.archive() as session:
        release(session, [tally_of(FIRST, {"s0-0": 20}, means={})], signer, tree=tree)
        whole, part = page_of(session), page_of(session, Role.LEADER, "s0")

    assert whole.below_words.startswith("This page looks at the 4 units of the upper levels.")
    assert whole.hidden_words.startswith("Two of 4 units")
    assert part.below_words == ""
    assert part.hidden_words.startswith("100 of 102 units")
