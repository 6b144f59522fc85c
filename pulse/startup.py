"""What must be true before Pulse does anything; each failing check says what to do."""

from pathlib import Path

from sqlalchemy.engine import make_url

from pulse.config import Settings, SettingsError
from pulse.keys import load_log_signer
from pulse.stores import Stores
from pulse.upgrades import store_versions
from surveys.errors import StateError
from surveys.ledger.log import newest_checkpoint
from surveys.ledger.notes import NoteError, open_checkpoint
from surveys.ledger.signing import LogPublicKey, LogSigner
from surveys.policy_log import policy_in_force


class StartUpError(SettingsError):
    """The installation is not ready; the message says which command or change makes it so."""


def check_installation(settings: Settings, stores: Stores) -> LogSigner:
    """Check stores, keys and log in this order and return the log key.

    Raises:
        StartUpError: a store is missing or not up to date, or the log does not fit the key.
        KeyFolderError: a key is missing, damaged, or open to others.
    """
    refuse_missing_files(settings)
    for version in store_versions(stores):
        if version.what_to_do:
            raise StartUpError(version.what_to_do)
    signer = load_log_signer(settings)
    _check_log(stores, signer.public_key)
    return signer


def refuse_missing_files(settings: Settings) -> None:
    """Opening a SQLite file that is not there would make an empty one, so this comes first."""
    for store, url in settings.store_urls.items():
        path = sqlite_path(url)
        if path is not None and not path.exists():
            raise StartUpError(
                f"The {store} {path} does not exist. Run `pulse init` to make a new "
                "installation, or set PULSE_HOME to the folder of yours."
            )


def sqlite_path(url: str) -> Path | None:
    """Return the file of a SQLite URL; None for other databases."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database is None:
        return None
    return Path(parsed.database)


def _check_log(stores: Stores, public_key: LogPublicKey) -> None:
    with stores.archive() as session:
        try:
            policy_in_force(session)
        except StateError as error:
            raise StartUpError(str(error)) from error
        note = newest_checkpoint(session)
        try:
            open_checkpoint(note or "", public_key)
        except NoteError as error:
            raise StartUpError(
                "The log was signed with another key than the one in the key folder. Set "
                "PULSE_KEYS and PULSE_ARCHIVE_URL to a folder and a database that belong together, "
                "or put both back from one backup."
            ) from error
