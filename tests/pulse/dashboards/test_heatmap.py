"""The heatmap: units by measures in words, each beside its own past."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from analysis.archive import visible_releases
from pulse.access import Role, Viewer
from pulse.charts.spec import Mark
from pulse.dashboards.heatmap import (
    MOST_ROWS,
    AbsentCellWords,
    HeatmapPage,
    HeatmapQuestion,
    HiddenCellWords,
    Order,
    ShownCellWords,
    heatmap_page,
)
from pulse.dashboards.scope import scope_of
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from surveys.units import Unit, UnitCode, UnitTree
from tests.pulse.dashboards.pages import rows_of, text_of
from tests.pulse.released import ANCHORS, FIRST, MANY, TREE, release, tally_of

HR = Viewer("id", "Dana Okafor", Role.HR, ())
SignInAs = Callable[..., FlaskClient]


def page_of(
    session: Session, *, order: Order = Order.A_TO_Z, level: int = 2, month: Month | None = None
) -> HeatmapPage:
    heads = visible_releases(session)
    newest = month or heads[-1].month
    return heatmap_page(
        session, heads, scope_of(HR, heads[-1].tree), HeatmapQuestion(order, level), newest=newest
    )


@pytest.fixture
def archive(stores: Stores, released_months: tuple[Month, ...]) -> Stores:
    assert released_months
    return stores


def test_units_stand_a_to_z_and_morale_first(archive: Stores) -> None:
    with archive.archive() as session:
        page = page_of(session)

    assert [row.name for row in page.rows] == [
        "Assessment North", "Assessment South", "Duty North", "Fostering South",
        "Leaving care North",
    ]  # fmt: skip
    assert page.columns[0].name == "Morale"


def test_by_change_the_moved_units_come_first_up_or_down_alike_and_the_rest_a_to_z(
    archive: Stores,
) -> None:
    with archive.archive() as session:
        names = [row.name for row in page_of(session, order=Order.CHANGE).rows]

    assert set(names[:2]) == {"Assessment North", "Leaving care North"}
    assert names[2:] == ["Assessment South", "Duty North", "Fostering South"]


def test_a_change_inside_ordinary_variation_is_no_clear_change(archive: Stores) -> None:
    with archive.archive() as session:
        cell = page_of(session).rows[1].cells[0]

    assert isinstance(cell, ShownCellWords)
    assert (cell.words, cell.mark, cell.distance) == ("no clear change", Mark.ORDINARY, 0.0)


def test_the_level_is_chosen_and_an_unknown_one_gives_the_first(archive: Stores) -> None:
    with archive.archive() as session:
        assert [row.name for row in page_of(session, level=1).rows] == ["North", "South"]
        assert [row.name for row in page_of(session, level=9).rows] == ["North", "South"]


def test_an_earlier_month_is_shown_as_if_it_were_the_latest(archive: Stores) -> None:
    with archive.archive() as session:
        page = page_of(session, month=Month(2025, 8))

    hidden = {row.name for row in page.rows if isinstance(row.cells[0], HiddenCellWords)}
    assert hidden == {"Duty North", "Leaving care North"}
    assert {column.asked for column in page.columns} == {Month(2025, 8)}


def test_every_cell_of_the_table_says_its_number_and_its_words(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    table = rows_of(sign_in_as(Role.HR).get("/heatmap?level=2").text, "Table 1")

    assert table[0][:2] == ["Unit, A to Z", "Moraleasked Oct 2026"]
    assert table[2] == ["Assessment South", *["3.3no clear change"] * 5]


def test_hidden_cells_are_the_same_for_nobody_and_for_few(
    stores: Stores, signer: LogSigner
) -> None:
    cells = []
    with stores.archive() as session:
        for place, people in enumerate((0, 4)):
            month = FIRST.shifted(place)
            release(session, [tally_of(month, {**MANY, "north-3": people}, means={})], signer)
            page = page_of(session, month=month)
            cells.append([c for row in page.rows if row.code == "north-3" for c in row.cells])

    assert [c.hidden_because for c in cells[0] if isinstance(c, HiddenCellWords)] == [
        c.hidden_because for c in cells[1] if isinstance(c, HiddenCellWords)
    ]
    assert len(cells[0]) == 5


def test_a_unit_younger_than_a_theme_is_neither_hidden_nor_shown(
    stores: Stores, signer: LogSigner
) -> None:
    morale_only = [item for item in ANCHORS if item.construct == "morale"]
    older = UnitTree.of(TREE.valid_from, [unit for unit in TREE if unit.code != "north-3"])
    without = {unit: people for unit, people in MANY.items() if unit != "north-3"}
    with stores.archive() as session:
        release(session, [tally_of(FIRST, without, means={})], signer, tree=older)
        release(session, [tally_of(FIRST.shifted(1), MANY, means={}, items=morale_only)], signer)
        row = next(row for row in page_of(session).rows if row.code == "north-3")

    assert isinstance(row.cells[0], ShownCellWords)
    assert isinstance(row.cells[1], AbsentCellWords)


def test_a_level_that_nobody_could_read_is_not_offered(stores: Stores, signer: LogSigner) -> None:
    root, *_rest = TREE
    many = [Unit(UnitCode(f"t{n}"), f"Team {n}", UnitCode("mid")) for n in range(MOST_ROWS + 1)]
    tree = UnitTree.of(TREE.valid_from, [root, Unit(UnitCode("mid"), "Middle", root.code), *many])
    with stores.archive() as session:
        release(session, [tally_of(FIRST, {"t1": 20}, means={})], signer, tree=tree)
        page = page_of(session, level=2)

    assert [row.name for row in page.rows] == ["Middle"]
    assert page.levels == ()


def test_the_page_compares_no_unit_with_another(archive: Stores, sign_in_as: SignInAs) -> None:
    assert archive
    text = text_of(sign_in_as(Role.HR).get("/heatmap?level=2&order=change").text)

    assert "Each unit is compared with its own past, never with another unit." in text
    assert "By chance alone about one would." in text


def test_a_month_without_a_release_is_not_found(archive: Stores, sign_in_as: SignInAs) -> None:
    assert archive
    client = sign_in_as(Role.HR)

    assert client.get("/heatmap?month=2025-08").status_code == 200
    assert client.get("/heatmap?month=2019-01").status_code == 404
    assert client.get("/heatmap?month=nonsense").status_code == 404
