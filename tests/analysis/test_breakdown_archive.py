"""Breakdown cells in the archive: stored, shown, guarded and thrown away with their release."""

from datetime import date

import pytest
from sqlalchemy import delete, func, select, update

from analysis.archive import month_breakdowns, month_cells, unit_breakdowns, visible_releases
from analysis.preparing import PreparedRelease
from analysis.publishing import discard_staged, make_visible, stage, verify_release
from analysis.release import CodedNumber, Published, Reason, ShownCell, Suppressed
from analysis.repeated_attack import attack_again
from analysis.tables import BreakdownCellsRow
from pulse.stores import Stores
from surveys.errors import StateError
from surveys.instruments import ItemCode
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from surveys.policy import AnonymityPolicy, Breakdown
from surveys.units import UnitCode
from tests.analysis.release_factories import (
    MARCH,
    divided_tally,
    make_release,
    service_release,
    spread_out,
)

APRIL = Month(2026, 4)
DAY = date(2026, 5, 4)
ROLE = Breakdown("role", "Role family", ("Social work", "Support", "Office"))
POLICY = AnonymityPolicy(threshold=5, breakdowns=(ROLE,))
SERVICE = {"all": None, "north": "all", "south": "all"}
NORTH = UnitCode("north")
MORALE_1 = ItemCode("morale_1")


def divided_release(month: Month = MARCH) -> PreparedRelease:
    people = {("north", (0,)): 12, ("north", (1,)): 7, ("north", (2,)): 6, ("south", (0,)): 9}
    counts = {atom: spread_out(count) for atom, count in people.items()}
    return make_release(SERVICE, divided_tally(counts, [ROLE], month=month), POLICY)


def show(stores: Stores, signer: LogSigner, *releases: PreparedRelease) -> None:
    with stores.archive() as session:
        for each in releases:
            stage(session, each, import_sha256=None)
        make_visible(session, [each.month for each in releases], signer=signer, day=DAY)


def test_a_units_cells_come_in_the_order_of_the_declared_options(
    any_stores: Stores, signer: LogSigner
) -> None:
    show(any_stores, signer, divided_release())
    with any_stores.archive() as session:
        (by_role,) = unit_breakdowns(session, MARCH, NORTH)
        (head,) = visible_releases(session)
    assert by_role.breakdown == head.breakdowns.divided[0]
    assert by_role.breakdown.options == ROLE.options
    assert [cell.respondents for cell in by_role.cells if isinstance(cell, ShownCell)] == [12, 7, 6]
    cell = by_role.cells[0]
    assert isinstance(cell, ShownCell)
    figure = cell.figures[MORALE_1]
    assert isinstance(figure, Published)
    assert figure.respondents == 12
    assert figure.mean == CodedNumber(2.8)


def test_hidden_cells_have_the_one_public_reason(any_stores: Stores, signer: LogSigner) -> None:
    show(any_stores, signer, divided_release())
    with any_stores.archive() as session:
        (by_role,) = unit_breakdowns(session, MARCH, UnitCode("south"))
    assert by_role.cells[1:] == (Suppressed(Reason.TOO_FEW),) * 2


def test_where_a_breakdown_may_not_divide_a_unit_every_cell_says_so(
    any_stores: Stores, signer: LogSigner
) -> None:
    show(any_stores, signer, divided_release())
    with any_stores.archive() as session:
        session.execute(
            delete(BreakdownCellsRow).where(BreakdownCellsRow.unit_code == "north")
        )  # as for a crossing that stops above
    with any_stores.archive() as session:
        (by_role,) = unit_breakdowns(session, MARCH, NORTH)
    assert by_role.cells == (Suppressed(Reason.NOT_HERE),) * 3


def test_months_without_breakdown_questions_have_no_cells(
    any_stores: Stores, signer: LogSigner
) -> None:
    show(any_stores, signer, service_release(MARCH))
    with any_stores.archive() as session:
        assert unit_breakdowns(session, MARCH, NORTH) == ()
        assert visible_releases(session)[0].breakdowns.asked == ()
        assert verify_release(session, MARCH).is_intact


def test_nothing_is_read_of_a_month_that_is_only_staged_or_of_an_unknown_unit(
    any_stores: Stores, signer: LogSigner
) -> None:
    show(any_stores, signer, divided_release())
    with any_stores.archive() as session:
        stage(session, divided_release(APRIL), import_sha256=None)
    with any_stores.archive() as session:
        with pytest.raises(StateError, match="no release of 2026-04"):
            unit_breakdowns(session, APRIL, NORTH)
        with pytest.raises(StateError, match="not among those of 2026-03"):
            unit_breakdowns(session, MARCH, UnitCode("west"))


@pytest.mark.parametrize(
    "meddle",
    [
        update(BreakdownCellsRow)
        .where(BreakdownCellsRow.unit_code == "south")
        .values(cells="[[9,{}],null,null]"),
        update(BreakdownCellsRow)
        .where(BreakdownCellsRow.unit_code == "south")
        .values(breakdown="tenure"),
        delete(BreakdownCellsRow).where(BreakdownCellsRow.unit_code == "south"),
        delete(BreakdownCellsRow),
    ],
    ids=["changed", "renamed", "one gone", "all gone"],
)
def test_whatever_is_done_to_stored_breakdown_cells_is_found(
    any_stores: Stores, signer: LogSigner, meddle: object
) -> None:
    show(any_stores, signer, divided_release())
    with any_stores.archive() as session:
        assert verify_release(session, MARCH).is_intact
        session.execute(meddle)  # type: ignore[call-overload]  # a table of statements
    with any_stores.archive() as session:
        assert verify_release(session, MARCH).broken == ("breakdown_cells",)


def test_a_staged_release_whose_breakdown_cells_were_changed_is_not_shown(
    any_stores: Stores, signer: LogSigner
) -> None:
    with any_stores.archive() as session:
        stage(session, divided_release(), import_sha256=None)
        session.execute(update(BreakdownCellsRow).values(cells="[null,null,null]"))
    with any_stores.archive() as session, pytest.raises(StateError, match="has been changed"):
        make_visible(session, [MARCH], signer=signer, day=DAY)


def test_staged_cells_are_thrown_away_with_their_release(any_stores: Stores) -> None:
    with any_stores.archive() as session:
        stage(session, divided_release(), import_sha256=None)
        discard_staged(session)
    with any_stores.archive() as session:
        assert session.scalar(select(func.count()).select_from(BreakdownCellsRow)) == 0


def test_a_visible_release_is_attacked_again_with_its_breakdowns(
    any_stores: Stores, signer: LogSigner
) -> None:
    show(any_stores, signer, divided_release())
    with any_stores.archive() as session:
        (head,) = visible_releases(session)
        cells, divided = month_cells(session, MARCH), month_breakdowns(session, MARCH)
    report = attack_again(head, cells, divided)
    assert report.leaks == 0
    assert any("of one kind" in attack for attack in report.tried)


def test_a_breakdown_cell_that_isolates_somebody_is_found_again(
    any_stores: Stores, signer: LogSigner
) -> None:
    show(any_stores, signer, divided_release())
    with any_stores.archive() as session:
        session.execute(
            update(BreakdownCellsRow)
            .where(BreakdownCellsRow.unit_code == "north")
            .values(cells="[[12,{}],[7,{}],[3,{}]]")
        )
    with any_stores.archive() as session:
        (head,) = visible_releases(session)
        cells, divided = month_cells(session, MARCH), month_breakdowns(session, MARCH)
    assert attack_again(head, cells, divided).leaks > 0
