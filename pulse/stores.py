"""The three stores, each with its own URL, metadata and migrations; one transaction per use."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session

from pulse.config import Settings

_BUSY_MILLISECONDS = 5000
_CONNECT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Stores:
    """Open engines of registry (units, packs), office (accounts), archive (releases, log)."""

    registry_engine: Engine
    office_engine: Engine
    archive_engine: Engine

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            open_engine(settings.registry_url),
            open_engine(settings.office_url),
            open_engine(settings.archive_url),
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
    def registry(self) -> Iterator[Session]:
        with Session(self.registry_engine) as session, session.begin():
            yield session

    @contextmanager
    def office(self) -> Iterator[Session]:
        with Session(self.office_engine) as session, session.begin():
            yield session

    @contextmanager
    def archive(self) -> Iterator[Session]:
        with Session(self.archive_engine) as session, session.begin():
            yield session

    def close(self) -> None:
        for engine in self.engines.values():
            engine.dispose()


def open_engine(url: str) -> Engine:
    """Return an engine whose errors never repeat values; opening it does not connect.

    SQLite gets foreign keys, a busy timeout, erasing deletes and whole transactions.
    """
    if url.startswith("sqlite"):
        engine = create_engine(url, hide_parameters=True)
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
    connection.exec_driver_sql("BEGIN")
