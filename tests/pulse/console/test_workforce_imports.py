"""Storing workforce figures: whole, as they were shown, and one file after the other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from time import sleep

import pytest
from sqlalchemy import select, text

from analysis.tables import WorkforceRevisionRow, WorkforceRow
from pulse.console.workforce_imports import FigureFile, mark_of, plan_figures, store_figures
from pulse.stores import Stores
from surveys.errors import StateError
from surveys.ledger.log import EntryKind, append, entries, take_turn
from surveys.ledger.signing import LogSigner
from surveys.unit_registry import apply_units, plan_units

DAY = date(2026, 4, 1)
WAITING = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")


def file_of(folder: Path, name: str, leavers: int) -> FigureFile:
    path = folder / name
    path.write_text(f"unit,period,headcount,leavers\ncity,2026-03,9,{leavers}\n")
    return FigureFile(path)


def with_units(stores: Stores, folder: Path) -> Stores:
    units = folder / "units.csv"
    units.write_text("code,name,parent\ncity,The City,\n")
    with stores.registry() as session:
        apply_units(session, plan_units(session, units, date(2026, 1, 1)))
    return stores


def store(stores: Stores, signer: LogSigner, file: FigureFile) -> None:
    shown = mark_of(plan_figures(stores, file))
    store_figures(stores, signer, file, shown=shown, today=DAY)


def leavers(stores: Stores) -> list[int | None]:
    with stores.archive() as session:
        return list(session.scalars(select(WorkforceRow.leavers)))


def test_a_change_that_cannot_be_logged_is_not_made(
    any_stores: Stores, signer: LogSigner, tmp_path: Path
) -> None:
    """The log belongs to another key: neither figures nor revisions are kept without their entry."""
    with_units(any_stores, tmp_path)
    store(any_stores, signer, file_of(tmp_path, "first.csv", 1))
    with pytest.raises(StateError, match="signed with another key"):
        store(any_stores, LogSigner.generate(), file_of(tmp_path, "second.csv", 2))
    assert leavers(any_stores) == [1]
    with any_stores.archive() as session:
        assert session.scalars(select(WorkforceRevisionRow)).all() == []
        assert len(entries(session, kinds=[EntryKind.WORKFORCE])) == 1


def test_a_file_that_brings_nothing_new_is_not_logged(
    any_stores: Stores, signer: LogSigner, tmp_path: Path
) -> None:
    with_units(any_stores, tmp_path)
    for name in ("first.csv", "again.csv"):
        store(any_stores, signer, file_of(tmp_path, name, 1))
    with any_stores.archive() as session:
        assert len(entries(session, kinds=[EntryKind.WORKFORCE])) == 1


@pytest.mark.postgresql
def test_a_file_waits_for_another_one_and_is_then_looked_at_again(
    postgresql_stores: Stores, signer: LogSigner, tmp_path: Path
) -> None:
    stores = with_units(postgresql_stores, tmp_path)
    file = file_of(tmp_path, "mine.csv", 1)
    shown = mark_of(plan_figures(stores, file))
    with ThreadPoolExecutor(1) as pool:
        with stores.archive(writing=True) as other:
            take_turn(other)
            mine = pool.submit(store_figures, stores, signer, file, shown=shown, today=DAY)
            while not mine.done() and not waiting(stores):
                sleep(0.01)
            other.add(WorkforceRow(unit_code="city", month="2026-03", headcount=9, leavers=4))
            append(other, EntryKind.WORKFORCE, {"file_sha256": "1"}, signer=signer, day=DAY)
        with pytest.raises(StateError, match="changed after the difference was shown"):
            mine.result(timeout=30)
    assert leavers(stores) == [4]


def waiting(stores: Stores) -> bool:
    """Whether somebody waits for the turn to append to the log."""
    with stores.archive_engine.connect() as connection:
        return bool(connection.scalar(WAITING))
