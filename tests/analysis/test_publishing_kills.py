"""Killed or broken at any step of staging, logging and showing, a release is whole or not there."""

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from analysis.archive import visible_releases
from analysis.publishing import make_visible, stage, verify_release
from analysis.release_documents import CellText
from analysis.tables import CellRow, ReleasedTreeRow, ReleaseRow
from pulse.stores import Stores, open_engine
from surveys.ledger.signing import LogSigner
from surveys.ledger.tables import CheckpointRow, LogEntryRow
from surveys.months import Month
from surveys.units import UnitCode
from tests.analysis.release_factories import MARCH, service_release

APRIL = Month(2026, 4)
DAY = date(2026, 5, 4)
TABLES = (ReleasedTreeRow, ReleaseRow, CellRow, LogEntryRow, CheckpointRow)


class PlannedFaultError(Exception):
    """The fault that a test plants."""


def publish(engine: Engine, signer: LogSigner) -> None:
    """Stage two months in a transaction each and show both in a third."""
    for release in (service_release(MARCH), service_release(APRIL)):
        with Session(engine) as session, session.begin():
            stage(session, release, import_sha256="ab" * 32)
    with Session(engine) as session, session.begin():
        make_visible(session, [MARCH, APRIL], signer=signer, day=DAY)


def everything(engine: Engine) -> list[object]:
    """Every row of the archive, as values."""
    with Session(engine) as session:
        return [
            tuple(row)
            for table in TABLES
            for row in session.execute(
                select(*table.__table__.columns).order_by(*table.__table__.primary_key.columns)
            )
        ]


def is_whole_or_absent(engine: Engine) -> bool:
    with Session(engine) as session:
        months = [head.month for head in visible_releases(session)]
        whole = all(verify_release(session, month).is_intact for month in months)
    return whole and months in ([], [MARCH, APRIL])


@contextmanager
def strike_at(engine: Engine, step: int, strike: Callable[[], None]) -> Iterator[list[str]]:
    """Strike before the statement or commit of this number; the list grows with each."""
    steps: list[str] = []

    def passed(what: str) -> None:
        steps.append(what)
        if len(steps) == step:
            strike()

    def before_statement(_connection: object, _cursor: object, text: str, *_rest: object) -> None:
        passed(text)

    def before_commit(_connection: object) -> None:
        passed("COMMIT")

    event.listen(engine, "before_cursor_execute", before_statement)
    event.listen(engine, "commit", before_commit)
    try:
        yield steps
    finally:
        event.remove(engine, "before_cursor_execute", before_statement)
        event.remove(engine, "commit", before_commit)


def no_strike() -> None:
    """Let the step pass."""


def fail() -> None:
    raise PlannedFaultError


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def wiped(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        for table in reversed(TABLES):
            session.execute(table.__table__.delete())


def undisturbed(engine: Engine, signer: LogSigner) -> tuple[int, list[object]]:
    """Return how many steps a whole run has and what it leaves, and wipe it."""
    with strike_at(engine, 0, no_strike) as steps:
        publish(engine, signer)
    left = everything(engine)
    wiped(engine)
    return len(steps), left


def test_a_fault_at_any_step_leaves_no_half_release_and_the_next_run_ends_alike(
    any_stores: Stores, signer: LogSigner
) -> None:
    engine = any_stores.archive_engine
    count, expected = undisturbed(engine, signer)
    assert count > 20
    for step in range(1, count + 1):
        with strike_at(engine, step, fail), pytest.raises(PlannedFaultError):
            publish(engine, signer)
        assert is_whole_or_absent(engine)
        publish(engine, signer)
        assert everything(engine) == expected
        wiped(engine)


def killed_at(url: str, step: int, signer: LogSigner) -> bool:
    child = os.fork()
    if child == 0:
        engine = open_engine(url)
        with strike_at(engine, step, kill):
            publish(engine, signer)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_a_killed_process_leaves_no_half_release_and_the_next_run_ends_alike(
    any_stores: Stores, signer: LogSigner
) -> None:
    engine = any_stores.archive_engine
    count, expected = undisturbed(engine, signer)
    engine.dispose()  # a child must not inherit open connections
    url = engine.url.render_as_string(hide_password=False)
    for step in range(1, count + 1):
        assert killed_at(url, step, signer)
        assert is_whole_or_absent(engine)
        publish(engine, signer)
        assert everything(engine) == expected
        wiped(engine)
        engine.dispose()


def each_connection(engine: Engine, pragma: str) -> None:
    """Give every new SQLite connection a setting."""
    engine.dispose()
    event.listen(engine, "connect", lambda raw, _record: raw.execute(f"PRAGMA {pragma}"))


def test_a_locked_archive_says_so_and_loses_nothing(stores: Stores, signer: LogSigner) -> None:
    engine = stores.archive_engine
    each_connection(engine, "busy_timeout = 10")
    other = sqlite3.connect(str(engine.url.database), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(OperationalError, match="locked"):
        publish(engine, signer)
    other.execute("ROLLBACK")
    other.close()
    assert everything(engine) == []
    publish(engine, signer)
    assert is_whole_or_absent(engine)


def test_a_full_disk_leaves_nothing_of_a_release(stores: Stores) -> None:
    engine = stores.archive_engine
    with Session(engine) as session:
        pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
    each_connection(engine, f"max_page_count = {pages + 8}")
    release = service_release()
    large = replace(
        release,
        cells=tuple(CellText(UnitCode(f"unit-{n:06}"), 20, "{}" * 50) for n in range(2000)),
    )
    with (
        pytest.raises(OperationalError, match="full"),
        Session(engine) as session,
        session.begin(),
    ):
        stage(session, large, import_sha256=None)
    assert everything(engine) == []
