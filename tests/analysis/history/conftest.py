"""An organisation of three teams with k = 5, ready for an import."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pulse.config import Settings
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from surveys.policy import AnonymityPolicy
from surveys.policy_log import record_policy
from surveys.unit_registry import apply_units, plan_units
from tests.analysis.history.history_files import (
    TODAY,
    TREE,
    UNITS_CSV,
    Organisation,
    two_months,
    write_rows,
)
from tests.analysis.release_factories import fixed_salt


@pytest.fixture
def organisation(
    settings: Settings, stores: Stores, signer: LogSigner, tmp_path: Path
) -> Organisation:
    return _ready(Organisation(stores, settings.home, signer), tmp_path)


@pytest.fixture
def postgresql_organisation(
    postgresql_settings: Settings, postgresql_stores: Stores, signer: LogSigner, tmp_path: Path
) -> Organisation:
    """The same on a real PostgreSQL server."""
    home = postgresql_settings.home
    return _ready(Organisation(postgresql_stores, home, signer), tmp_path)


@pytest.fixture
def one_salt() -> Iterator[None]:
    """Sealed certificates have all the same salt, so that two imports can end in the same bytes."""
    with fixed_salt():
        yield


@pytest.fixture
def two_month_file(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "answers.csv", two_months())


def _ready(made: Organisation, folder: Path) -> Organisation:
    units = folder / "units.csv"
    units.write_text(UNITS_CSV)
    with made.stores.registry() as session:
        apply_units(session, plan_units(session, units, TREE.valid_from))
    with made.stores.archive() as session:
        record_policy(session, AnonymityPolicy(threshold=5), signer=made.signer, day=TODAY)
    return made
