"""The secret that signs cookies and keys the hashes of names, in the installation's key folder."""

import os
import secrets
from pathlib import Path

from pulse.config import SettingsError

_FILE = "session.key"
_SECRET_BYTES = 32


def session_secret(keys: Path) -> bytes:
    """Return the secret, made on first use; removing the file signs everybody out.

    Raises:
        SettingsError: the folder is missing or cannot be used.
    """
    path = keys / _FILE
    try:
        if not path.exists():
            _make(path)
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"The secret of the sign-in cookies, {path}, cannot be read or made "
            f"({error.strerror}). Run `pulse init`, or give the account that runs Pulse the "
            "right to the folder."
        ) from error


def _make(path: Path) -> None:
    """Write the secret beside its place, then link it: of two processes one wins, whole."""
    draft = path.with_name(f"{_FILE}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_SECRET_BYTES))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # the other process was first, and its secret is as good
    finally:
        draft.unlink()
