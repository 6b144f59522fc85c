"""The three stores, each with its own URL, metadata and migrations; one transaction per use."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session

from pulse.config import Settings


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
        for engine in (self.registry_engine, self.office_engine, self.archive_engine):
            engine.dispose()


def open_engine(url: str) -> Engine:
    """Return an engine; SQLite gets foreign keys, a busy timeout and erasing deletes."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA busy_timeout = 5000")
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()
