"""Transactions of SQLite stores that read first and write later do not trip over each other."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from pulse.config import Settings
from pulse.installation import Installation
from pulse.stores import Stores

ROUNDS = 60


def count_up(session: Session) -> None:
    """Read, then write what follows from it, as `merge` does."""
    found = session.execute(text("SELECT revision FROM roster_imports")).scalar_one()
    session.execute(text("UPDATE roster_imports SET revision = :next"), {"next": found + 1})


def race(act: Callable[[], None]) -> list[Exception]:
    """Do it again and again in four threads at once; return what went wrong."""
    failures: list[Exception] = []

    def again() -> None:
        for _ in range(ROUNDS):
            try:
                act()
            except OperationalError as error:
                failures.append(error)

    threads = [threading.Thread(target=again) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return failures


@pytest.fixture
def counting(installation: Installation) -> Settings:
    with installation.stores.registry() as session:
        session.execute(text("INSERT INTO roster_imports VALUES (0, '2026-01-01', 0)"))
    return installation.settings


def total(settings: Settings) -> int:
    stores = Stores.of(settings)
    with stores.registry() as session:
        found = session.execute(text("SELECT revision FROM roster_imports")).scalar_one()
    stores.close()
    return int(found)


def test_whoever_says_that_they_write_waits_for_their_turn(counting: Settings) -> None:
    stores = Stores.of(counting)

    def act() -> None:
        with stores.registry(writing=True) as session:
            count_up(session)

    assert race(act) == []
    assert total(counting) == 4 * ROUNDS
    stores.close()


def test_stores_of_a_command_always_wait(counting: Settings) -> None:
    stores = Stores.of(counting, writing=True)

    def act() -> None:
        with stores.registry() as session:
            count_up(session)

    assert race(act) == []
    assert total(counting) == 4 * ROUNDS
    stores.close()


def test_without_saying_so_some_are_turned_away_at_once(counting: Settings) -> None:
    """Why the rule exists: this would be an error page for somebody."""
    stores = Stores.of(counting)

    def act() -> None:
        with stores.registry() as session:
            count_up(session)

    assert race(act) != []
    stores.close()
