"""The secret that signs cookies and keys the hashes of names, in the installation's key folder."""

import secrets
from pathlib import Path

from pulse.config import SettingsError
from pulse.keys import write_once

_FILE = "session.key"
_SECRET_BYTES = 32


def session_secret(keys: Path) -> bytes:
    """Return the secret, made on first use; removing the file signs everybody out.

    Raises:
        SettingsError: the folder is missing or cannot be used.
    """
    path = keys / _FILE
    try:
        write_once(path, secrets.token_bytes(_SECRET_BYTES))
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"The secret of the sign-in cookies, {path}, cannot be read or made "
            f"({error.strerror}). Run `pulse init`, or give the account that runs Pulse the "
            "right to the folder."
        ) from error
