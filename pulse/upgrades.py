"""Migrations of the three stores: what is pending, and bringing a store up to date.

Each store has its own history in pulse/migrations/<store>. A store is upgraded in one transaction,
so it is either as before or up to date, on SQLite and on PostgreSQL.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData

import pulse.mail.tables  # noqa: F401 - puts its tables into the office's metadata
import surveys.roster_tables
import surveys.wave_tables  # noqa: F401 - likewise
from analysis.tables import ArchiveBase
from pulse.office.tables import OfficeBase
from pulse.stores import Stores
from surveys.ledger.tables import LedgerBase
from surveys.tables import RegistryBase

METADATA: Mapping[str, Sequence[MetaData]] = {
    "registry": (RegistryBase.metadata,),
    "office": (OfficeBase.metadata,),
    "archive": (ArchiveBase.metadata, LedgerBase.metadata),
}
"""The tables of each store; the log has metadata of its own and lies in the archive."""

_FOLDER = Path(__file__).resolve().parent / "migrations"


@dataclass(frozen=True, slots=True)
class PendingUpgrade:
    """One step that a store still lacks."""

    store: str
    revision: str
    what: str


@dataclass(frozen=True, slots=True)
class StoreVersion:
    """Where a store stands: `current` is "" before the first step, `pending` are the next ones.

    `is_newer` says that a later Pulse made it, so that this one must leave it alone.
    """

    store: str
    current: str
    pending: tuple[PendingUpgrade, ...]
    is_newer: bool = False

    @property
    def what_to_do(self) -> str:
        """What to do before Pulse can work with this store; "" when it is up to date."""
        if self.is_newer:
            return (
                f"The {self.store} was made by a newer Pulse. Install that version or a later one."
            )
        if not self.current:
            return f"The {self.store} is empty. Run `pulse init` to make its tables."
        if self.pending:
            return (
                f"The {self.store} is from an older Pulse. Make a backup, then run `pulse upgrade`."
            )
        return ""


def store_versions(stores: Stores) -> tuple[StoreVersion, ...]:
    """Return where each store stands, reading only."""
    return tuple(_version(store, engine) for store, engine in stores.engines.items())


def upgrade_store(stores: Stores, store: str, *, dry_run: bool = False) -> None:
    """Bring one store up to date; a dry run does every step and takes all of it back."""
    with stores.engines[store].connect() as connection, connection.begin() as transaction:
        command.upgrade(migration_config(store, connection), "head")
        if dry_run:
            transaction.rollback()


def migration_config(store: str, connection: Connection) -> Config:
    """Return what Alembic's commands need to work on one store over an open connection."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER / store).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def run_migrations(store: str) -> None:
    """Run what Alembic was asked for; each store's env.py calls this and nothing else."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=METADATA[store],
        # Our SQLite transactions hold schema changes too, see pulse.stores.
        transactional_ddl=True,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


def _version(store: str, engine: Engine) -> StoreVersion:
    scripts = ScriptDirectory(str(_FOLDER / store))
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision() or ""
    known = [script.revision for script in scripts.walk_revisions()]
    if current and current not in known:
        return StoreVersion(store, current, (), is_newer=True)
    missing = (
        []
        if current == scripts.get_current_head()
        else scripts.iterate_revisions("head", current or "base")
    )
    pending = [PendingUpgrade(store, script.revision, script.doc or "") for script in missing]
    return StoreVersion(store, current, tuple(reversed(pending)))
