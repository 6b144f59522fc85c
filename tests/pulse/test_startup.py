"""Checks at start: each that fails says what to do."""

import shutil

import pytest
from sqlalchemy import delete

from pulse.config import Settings
from pulse.installation import Installation
from pulse.keys import KeyFolderError
from pulse.startup import StartUpError, check_installation
from pulse.stores import Stores
from pulse.upgrades import upgrade_store
from surveys.ledger.signing import LogSigner
from surveys.ledger.tables import CheckpointRow, LogEntryRow
from tests.conftest import RunPulse
from tests.postgresql_server import STORES


def test_an_installation_that_is_whole_passes(installation: Installation) -> None:
    signer = check_installation(installation.settings, installation.stores)
    assert signer.public_key == installation.signer.public_key


@pytest.mark.parametrize("store", STORES)
def test_a_missing_store_says_how_to_make_or_find_it(
    installation: Installation, store: str
) -> None:
    path = installation.settings.home / f"{store}.sqlite"
    path.unlink()
    with pytest.raises(
        StartUpError, match=f"The {store} .* does not exist. Run `pulse init`"
    ) as caught:
        check_installation(installation.settings, installation.stores)
    assert "PULSE_HOME" in str(caught.value)
    assert not path.exists()


@pytest.mark.parametrize("store", STORES)
def test_a_store_without_tables_says_how_to_make_them(
    installation: Installation, store: str
) -> None:
    installation.stores.close()
    (installation.settings.home / f"{store}.sqlite").write_bytes(b"")
    with pytest.raises(StartUpError, match=f"The {store} is empty. Run `pulse init`"):
        check_installation(installation.settings, installation.stores)


def test_a_missing_key_says_where_to_find_it(installation: Installation) -> None:
    shutil.rmtree(installation.settings.keys)
    with pytest.raises(KeyFolderError, match="Put it back from your backup"):
        check_installation(installation.settings, installation.stores)


def test_another_key_says_that_it_does_not_belong_here(installation: Installation) -> None:
    path = installation.settings.keys / "log.key"
    path.write_bytes(LogSigner.generate().as_pem())
    with pytest.raises(StartUpError, match="signed with another key"):
        check_installation(installation.settings, installation.stores)


def test_a_log_without_checkpoints_does_not_pass(installation: Installation) -> None:
    with installation.stores.archive() as session:
        session.execute(delete(CheckpointRow))
    with pytest.raises(StartUpError, match="signed with another key"):
        check_installation(installation.settings, installation.stores)


def test_a_log_without_a_policy_says_how_to_set_one(installation: Installation) -> None:
    with installation.stores.archive() as session:
        session.execute(delete(LogEntryRow))
    with pytest.raises(StartUpError, match="Run `pulse init`"):
        check_installation(installation.settings, installation.stores)


def test_commands_refuse_to_start_on_open_keys(
    installation: Installation, run_pulse: RunPulse
) -> None:
    installation.settings.keys.chmod(0o755)
    result = run_pulse("log", "verify")
    assert result.exit_code == 2
    assert f"Run: chmod 700 {installation.settings.keys}" in result.stderr


@pytest.mark.postgresql
def test_the_same_checks_hold_on_postgresql(
    postgresql_stores: Stores, postgresql_settings: Settings
) -> None:
    for store in STORES:
        upgrade_store(postgresql_stores, store)
    with pytest.raises(KeyFolderError, match="run `pulse init`"):
        check_installation(postgresql_settings, postgresql_stores)
