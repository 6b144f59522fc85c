"""The one door for screens."""

from datetime import date

import pytest
from sqlalchemy import event

from analysis.archive import certificate, month_cells, units_history, visible_releases
from analysis.publishing import make_visible, prepare_release, stage
from analysis.release import (
    CodedNumber,
    Published,
    Reason,
    ShownCell,
    Source,
    SpreadBasis,
    Suppressed,
    UnitMonth,
)
from pulse.stores import Stores
from surveys.errors import StateError
from surveys.instruments import ItemCode
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from surveys.units import UnitCode
from tests.analysis.release_factories import (
    CONSTRUCTS,
    FIVE,
    MARCH,
    SERVICE,
    make_tally,
    make_tree,
    service_release,
    spread_out,
)

APRIL, MAY = Month(2026, 4), Month(2026, 5)
SOUTH, WEST, NOWHERE = UnitCode("south"), UnitCode("west"), UnitCode("nowhere")
MORALE_1 = ItemCode("morale_1")


@pytest.fixture
def archive(any_stores: Stores, signer: LogSigner) -> Stores:
    """March and April are visible, May is only staged."""
    with any_stores.archive() as session:
        for month in (APRIL, MARCH):
            stage(session, service_release(month), import_sha256=None)
        make_visible(session, [MARCH, APRIL], signer=signer, day=date(2026, 5, 4))
        stage(session, service_release(MAY), import_sha256=None)
    return any_stores


def test_heads_come_oldest_first_with_their_tree_items_and_attack(archive: Stores) -> None:
    with archive.archive() as session:
        march, april = visible_releases(session)
    assert (march.month, april.month) == (MARCH, APRIL)
    assert march.tree == make_tree(SERVICE)
    assert march.tree.children(UnitCode("all")) == ("north", "south", "west")
    assert march.items == service_release().items
    assert march.items[0].within_sd_basis is SpreadBasis.QUARTER_OF_RANGE
    assert march.self_attack.leaks == 0
    assert march.self_attack.not_searched
    assert (march.source, march.threshold) == (Source.IMPORTED, 5)
    assert march.sha256 == service_release().sha256


def test_months_on_one_tree_share_it(archive: Stores) -> None:
    with archive.archive() as session:
        march, april = visible_releases(session)
    assert march.tree is april.tree


def test_a_units_history_has_its_visible_months_oldest_first(archive: Stores) -> None:
    with archive.archive() as session:
        history = units_history(session, [SOUTH, WEST, NOWHERE])
    assert [month.month for month in history[SOUTH]] == [MARCH, APRIL]
    assert history[WEST] == tuple(
        UnitMonth(WEST, month, Suppressed(Reason.TOO_FEW)) for month in (MARCH, APRIL)
    )
    assert history[NOWHERE] == ()


def test_a_shown_cell_holds_people_and_figures(archive: Stores) -> None:
    with archive.archive() as session:
        cell = units_history(session, [SOUTH])[SOUTH][0].cell
    figure = Published(
        respondents=12,
        mean=CodedNumber(2.8),
        bands=(CodedNumber(50.0), CodedNumber(20.0), CodedNumber(30.0)),
    )
    assert cell == ShownCell(12, {MORALE_1: figure})


def test_a_month_has_every_unit_of_its_tree(archive: Stores) -> None:
    with archive.archive() as session:
        cells = month_cells(session, MARCH)
    assert list(cells) == ["all", "north", "south", "west"]
    assert {unit for unit, month in cells.items() if isinstance(month.cell, ShownCell)} == {
        "all",
        "south",
    }


def test_a_staged_month_cannot_be_read(archive: Stores) -> None:
    with archive.archive() as session:
        with pytest.raises(StateError, match="There is no release of 2026-05"):
            month_cells(session, MAY)
        with pytest.raises(StateError, match="There is no release of 2026-05"):
            certificate(session, MAY)


def test_the_certificate_is_the_one_that_was_prepared(archive: Stores) -> None:
    with archive.archive() as session:
        assert certificate(session, MARCH) == service_release().certificate


def test_a_unit_that_is_new_in_april_has_no_march(any_stores: Stores, signer: LogSigner) -> None:
    grown = {**SERVICE, "east": "all"}
    tally = make_tally({"morale_1": {"east": spread_out(9), "south": spread_out(12)}}, month=APRIL)
    april = prepare_release(
        tally, make_tree(grown), FIVE, CONSTRUCTS, source=Source.IMPORTED, earlier_spread={}
    )
    with any_stores.archive() as session:
        stage(session, service_release(), import_sha256=None)
        stage(session, april, import_sha256=None)
        make_visible(session, [MARCH, APRIL], signer=signer, day=date(2026, 5, 4))
        east = units_history(session, [UnitCode("east")])[UnitCode("east")]
        trees = [len(head.tree) for head in visible_releases(session)]
    assert [month.month for month in east] == [APRIL]
    assert trees == [4, 5]


def test_trees_and_headers_are_read_once(archive: Stores) -> None:
    with archive.archive() as session:
        visible_releases(session)
    statements: list[str] = []
    event.listen(
        archive.archive_engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_: statements.append(statement),
    )
    with archive.archive() as session:
        visible_releases(session)
    assert len([text for text in statements if text.startswith("SELECT")]) == 1


def test_an_empty_archive_has_no_releases(any_stores: Stores) -> None:
    with any_stores.archive() as session:
        assert visible_releases(session) == ()
        assert units_history(session, []) == {}
