"""From a file to visible releases: all of its months or none, logged, and never twice."""

import gzip
import hashlib
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from analysis.archive import month_cells, visible_releases
from analysis.history.counting import CountedFile
from analysis.history.errors import HistoryError, MonthsTakenError
from analysis.history.importing import (
    ORIGIN,
    count_history,
    discard_history,
    preview_history,
    publish_history,
    stage_history,
)
from analysis.history.reading import open_responses
from analysis.publishing import staged_months, verify_release
from analysis.release import ShownCell, Source, Suppressed
from pulse.config import Settings
from pulse.stores import Stores
from surveys.errors import StateError
from surveys.ledger.log import EntryKind, IntactLog, entries, verify
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from surveys.policy import AnonymityPolicy
from surveys.policy_log import record_policy
from surveys.sheets import ImportRejected
from surveys.unit_registry import apply_units, plan_units
from surveys.units import UnitCode
from tests.analysis.history.history_files import (
    MAPPING,
    TODAY,
    UNITS_CSV,
    Organisation,
    transactions,
    two_months,
    visible_months,
    write_rows,
)

JANUARY, FEBRUARY = Month(2026, 1), Month(2026, 2)


def counted(organisation: Organisation, path: Path) -> CountedFile:
    return count_history(
        open_responses(path, MAPPING),
        transactions(organisation.stores),
        home=organisation.home,
        day=TODAY,
        progress=lambda _: None,
    )


def test_all_months_of_the_file_become_visible_and_say_that_they_were_imported(
    organisation: Organisation, two_month_file: Path
) -> None:
    organisation.run(two_month_file)
    with organisation.stores.archive() as session:
        heads = visible_releases(session)
        assert [(head.month, head.source) for head in heads] == [
            (JANUARY, Source.IMPORTED),
            (FEBRUARY, Source.IMPORTED),
        ]
        assert all(verify_release(session, month).is_intact for month in (JANUARY, FEBRUARY))


def test_a_unit_below_k_is_hidden_and_takes_a_neighbour_with_it(
    organisation: Organisation, two_month_file: Path
) -> None:
    organisation.run(two_month_file)
    with organisation.stores.archive() as session:
        cells = month_cells(session, FEBRUARY)
    shown = {
        unit: unit_month.cell.respondents
        for unit, unit_month in cells.items()
        if isinstance(unit_month.cell, ShownCell)
    }
    assert shown == {"all": 19, "b": 9}
    assert isinstance(cells[UnitCode("c")].cell, Suppressed)


def test_the_log_names_the_file_its_rows_months_and_items(
    organisation: Organisation, two_month_file: Path
) -> None:
    organisation.run(two_month_file)
    with organisation.stores.archive() as session:
        (entry,) = entries(session, kinds=[EntryKind.RESPONSES])
        releases = entries(session, kinds=[EntryKind.RELEASE])
        assert isinstance(verify(session, organisation.signer.public_key), IntactLog)
    assert entry.body == {
        "file_sha256": hashlib.sha256(two_month_file.read_bytes()).hexdigest(),
        "items": [{"code": "morale", "version": 1}, {"code": "workload", "version": 1}],
        "months": ["2026-01", "2026-02"],
        "origin": ORIGIN,
        "rows": 57,
        "units": 3,
    }
    assert {release.body["import_sha256"] for release in releases} == {entry.body["file_sha256"]}


def test_nothing_of_a_single_answer_is_kept(organisation: Organisation, tmp_path: Path) -> None:
    rows = [row.replace(",P", ",someone-") for row in two_months()]
    organisation.run(write_rows(tmp_path / "answers.csv", rows))
    assert organisation.leftovers() == []
    stored = b"".join(path.read_bytes() for path in organisation.home.rglob("*") if path.is_file())
    assert b"someone-" not in stored
    assert b"2026-02-20" not in stored


def test_a_month_that_was_released_is_never_imported_again(
    organisation: Organisation, two_month_file: Path, tmp_path: Path
) -> None:
    organisation.run(two_month_file)
    before = organisation.archive_rows()
    more = write_rows(tmp_path / "more.csv", ["a,P1,2026-02-01,1,1", "a,P1,2026-03-01,1,1"])
    with pytest.raises(MonthsTakenError, match=r"Released before: 2026-02\."):
        organisation.run(more)
    assert organisation.archive_rows() == before


def test_a_later_file_adds_its_months(
    organisation: Organisation, two_month_file: Path, tmp_path: Path
) -> None:
    organisation.run(two_month_file)
    rows = [f"b,P{person},2026-03-01,4,2" for person in range(8)]
    organisation.run(write_rows(tmp_path / "march.csv", rows))
    with organisation.stores.archive() as session:
        assert visible_months(session) == ["2026-01", "2026-02", "2026-03"]


@pytest.mark.postgresql
@pytest.mark.usefixtures("one_salt")
def test_postgresql_gets_the_same_rows_as_sqlite(
    organisation: Organisation, postgresql_organisation: Organisation, two_month_file: Path
) -> None:
    organisation.run(two_month_file)
    postgresql_organisation.run(two_month_file)
    assert postgresql_organisation.archive_rows() == organisation.archive_rows()
    with pytest.raises(MonthsTakenError):
        postgresql_organisation.run(two_month_file)


def test_a_dry_run_tells_what_would_be_shown_and_stores_nothing(
    organisation: Organisation, two_month_file: Path
) -> None:
    before = organisation.archive_rows()
    outcomes = preview_history(
        counted(organisation, two_month_file), transactions(organisation.stores)
    )
    assert [(o.month, o.respondents, o.units, o.shown, o.hidden) for o in outcomes] == [
        (JANUARY, 19, 3, 2, 2),
        (FEBRUARY, 19, 3, 2, 2),
    ]
    assert organisation.archive_rows() == before


def test_staged_months_are_invisible_and_can_be_dropped(
    organisation: Organisation, two_month_file: Path
) -> None:
    before = organisation.archive_rows()
    stores = transactions(organisation.stores)
    stage_history(counted(organisation, two_month_file), stores)
    with organisation.stores.archive() as session:
        assert visible_releases(session) == ()
        assert staged_months(session) == (JANUARY, FEBRUARY)
    discard_history(stores)
    assert organisation.archive_rows() == before


def test_a_policy_changed_meanwhile_stops_the_import(
    organisation: Organisation, two_month_file: Path
) -> None:
    stores = transactions(organisation.stores)
    staged = stage_history(counted(organisation, two_month_file), stores)
    with organisation.stores.archive() as session:
        record_policy(session, AnonymityPolicy(threshold=9), signer=organisation.signer, day=TODAY)
    with pytest.raises(StateError, match="policy was changed"):
        publish_history(staged, stores, signer=organisation.signer, day=TODAY)
    with organisation.stores.archive() as session:
        assert visible_releases(session) == ()


def test_units_changed_meanwhile_stop_the_import(
    organisation: Organisation, two_month_file: Path, tmp_path: Path
) -> None:
    stores = transactions(organisation.stores)
    staged = stage_history(counted(organisation, two_month_file), stores)
    units = tmp_path / "more-units.csv"
    units.write_text(f"{UNITS_CSV}d,Team d,all\n")
    with organisation.stores.registry() as session:
        apply_units(session, plan_units(session, units, JANUARY.first_day))
    with pytest.raises(StateError, match="units or the questions were changed"):
        publish_history(staged, stores, signer=organisation.signer, day=TODAY)
    with organisation.stores.archive() as session:
        assert visible_releases(session) == ()


def test_another_import_at_the_same_time_stops_this_one(
    organisation: Organisation, two_month_file: Path, tmp_path: Path
) -> None:
    stores = transactions(organisation.stores)
    staged = stage_history(counted(organisation, two_month_file), stores)
    other = write_rows(tmp_path / "other.csv", two_months()[:-1])
    stage_history(counted(organisation, other), stores)
    with pytest.raises(StateError, match="Another import ran"):
        publish_history(staged, stores, signer=organisation.signer, day=TODAY)
    with organisation.stores.archive() as session:
        assert visible_releases(session) == ()
        assert entries(session, kinds=[EntryKind.RESPONSES]) == ()


def test_a_bad_row_anywhere_imports_nothing(organisation: Organisation, tmp_path: Path) -> None:
    before = organisation.archive_rows()
    path = write_rows(tmp_path / "bad.csv", [*two_months(), "a,P1,2026-02-31,1,1"])
    with pytest.raises(ImportRejected, match="row 59, day: this is not a date"):
        organisation.run(path)
    assert organisation.archive_rows() == before
    assert organisation.leftovers() == []


def test_a_gzip_file_cut_short_imports_nothing(organisation: Organisation, tmp_path: Path) -> None:
    path = tmp_path / "answers.csv.gz"
    whole = gzip.compress("\n".join(["unit,person,day,Q1,Q2", *two_months()]).encode())
    path.write_bytes(whole[:-12])
    with pytest.raises(ImportRejected, match="cut short"):
        organisation.run(path)
    assert organisation.leftovers() == []


def test_a_file_without_rows_says_so(organisation: Organisation, tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="no rows below its headings"):
        organisation.run(write_rows(tmp_path / "empty.csv", []))


def test_without_units_the_message_says_what_to_do_first(
    stores: Stores, settings: Settings, signer: LogSigner, two_month_file: Path
) -> None:
    with pytest.raises(StateError, match="pulse import units"):
        Organisation(stores, settings.home, signer).run(two_month_file)


def test_a_locked_archive_imports_nothing_and_the_next_run_does(
    organisation: Organisation, two_month_file: Path
) -> None:
    engine = organisation.stores.archive_engine
    event.listen(engine, "connect", lambda c, _: c.execute("PRAGMA busy_timeout = 20"))
    engine.dispose()
    before = organisation.archive_rows()
    blocker = sqlite3.connect(organisation.home / "archive.sqlite", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        organisation.run(two_month_file)
    blocker.execute("ROLLBACK")
    blocker.close()
    assert organisation.archive_rows() == before
    assert organisation.leftovers() == []
    organisation.run(two_month_file)
    with organisation.stores.archive() as session:
        assert visible_months(session) == ["2026-01", "2026-02"]


def test_a_full_disk_under_the_archive_imports_nothing(
    organisation: Organisation, two_month_file: Path
) -> None:
    engine = organisation.stores.archive_engine
    before = organisation.archive_rows()
    with sqlite3.connect(organisation.home / "archive.sqlite") as file:
        (pages,) = file.execute("PRAGMA page_count").fetchone()
    file.close()

    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(engine, "connect", limit)
    engine.dispose()
    with pytest.raises(OperationalError, match="full"):
        organisation.run(two_month_file)
    event.remove(engine, "connect", limit)
    engine.dispose()
    assert organisation.archive_rows() == before
    assert organisation.leftovers() == []
