"""Fixtures that every room's tests share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.tables import ArchiveBase
from pulse.config import Settings
from pulse.office.tables import OfficeBase
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from surveys.ledger.tables import LedgerBase
from surveys.tables import RegistryBase
from tests.loopback_only import loopback_only  # noqa: F401 - a fixture that pytest finds here

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    home = tmp_path / "home"
    home.mkdir()
    return Settings.from_environ({"PULSE_HOME": str(home)})


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    """Empty stores on SQLite."""
    opened = Stores.of(settings)
    RegistryBase.metadata.create_all(opened.registry_engine)
    OfficeBase.metadata.create_all(opened.office_engine)
    ArchiveBase.metadata.create_all(opened.archive_engine)
    LedgerBase.metadata.create_all(opened.archive_engine)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def signer() -> LogSigner:
    """A log key that no installation uses."""
    return LogSigner.generate()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("PULSE_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"the real data folder {folder} is absent; set PULSE_SHARED_DATA")
    return folder
