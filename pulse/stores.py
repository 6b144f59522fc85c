"""The three stores, each with its own URL, metadata and migrations; one transaction per use.

On SQLite a transaction that reads first and writes later fails at once when another one is being
committed meanwhile: it cannot wait without blocking the other. Whoever may write therefore says so,
and waits for the turn at the beginning. Commands and the worker always do.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session

from pulse.config import Settings

_BUSY_MILLISECONDS = 5000
_CONNECT_SECONDS = 10
_WRITING = "pulse_writing"


@dataclass(frozen=True, slots=True)
class Stores:
    """Open engines of registry (units, packs), office (accounts), archive (releases, log)."""

    registry_engine: Engine
    office_engine: Engine
    archive_engine: Engine

    @classmethod
    def of(cls, settings: Settings, *, writing: bool = False) -> Self:
        """Return the stores of an installation; `writing` where every transaction may write."""
        return cls(
            open_engine(settings.registry_url, writing=writing),
            open_engine(settings.office_url, writing=writing),
            open_engine(settings.archive_url, writing=writing),
        )

    @property
    def engines(self) -> Mapping[str, Engine]:
        """The engines by the name of their store."""
        return {
            "registry": self.registry_engine,
            "office": self.office_engine,
            "archive": self.archive_engine,
        }

    @contextmanager
    def registry(self, *, writing: bool = False) -> Iterator[Session]:
        with _transaction(self.registry_engine, writing=writing) as session:
            yield session

    @contextmanager
    def office(self, *, writing: bool = False) -> Iterator[Session]:
        with _transaction(self.office_engine, writing=writing) as session:
            yield session

    @contextmanager
    def archive(self, *, writing: bool = False) -> Iterator[Session]:
        with _transaction(self.archive_engine, writing=writing) as session:
            yield session

    def close(self) -> None:
        for engine in self.engines.values():
            engine.dispose()


@contextmanager
def _transaction(engine: Engine, *, writing: bool) -> Iterator[Session]:
    with Session(engine) as session, session.begin():
        if writing:
            session.connection(execution_options={_WRITING: True})
        yield session


def open_engine(url: str, *, writing: bool = False) -> Engine:
    """Return an engine whose errors never repeat values; opening it does not connect.

    SQLite gets foreign keys, a busy timeout, erasing deletes and whole transactions. With `writing`
    each of them waits for the turn to write before it reads.
    """
    if url.startswith("sqlite"):
        options = {_WRITING: True} if writing else {}
        engine = create_engine(url, hide_parameters=True, execution_options=options)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,  # a server that was restarted costs one question, not an error page
        connect_args={"connect_timeout": _CONNECT_SECONDS},
    )


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
    # The driver's own habit begins a transaction at the first write only, so that reads before it
    # may see another state, and tables are made outside it. We begin ourselves, see below.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")
