"""The key folder: the log's signing key and the cookies' secret, readable by Pulse alone.

Where web process and worker are two users of the operating system, the folder is shared with a
group on purpose, by its set-group-id bit (mode 2750): see docs/operations/answering.md.
"""

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from pulse.config import Settings, SettingsError
from surveys.custody import is_open_to_others, is_shared
from surveys.ledger.signing import KeyTextError, LogSigner

_LOG_KEY = "log.key"
_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
_SHARED_MODES = {_FOLDER_MODE: 0o2750, _FILE_MODE: 0o640}


class KeyFolderError(SettingsError):
    """The key folder or a key in it is missing, unsafe or damaged."""


def create_keys(settings: Settings) -> LogSigner:
    """Make the key folder and the log key where they are missing, and return the log key.

    What exists is never overwritten, whoever else makes keys at the same moment.

    Raises:
        KeyFolderError: what exists is unsafe or damaged.
    """
    settings.keys.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    check_key_folder(settings.keys)
    write_once(settings.keys / _LOG_KEY, LogSigner.generate().as_pem())
    return load_log_signer(settings)


def has_log_key(settings: Settings) -> bool:
    return (settings.keys / _LOG_KEY).exists()


def load_log_signer(settings: Settings) -> LogSigner:
    """Return the log key of this installation.

    Raises:
        KeyFolderError: it is missing, others can read it, or it is damaged.
    """
    check_key_folder(settings.keys)
    path = settings.keys / _LOG_KEY
    try:
        return LogSigner.from_pem(path.read_bytes())
    except FileNotFoundError as error:
        raise KeyFolderError(
            f"The log key {path} is missing. Put it back from your backup; if this is a new "
            "installation, run `pulse init`."
        ) from error
    except PermissionError as error:
        raise KeyFolderError(
            f"The log key {path} cannot be read. Run Pulse as the user who owns it."
        ) from error
    except KeyTextError as error:
        raise KeyFolderError(
            f"The log key {path} is damaged. Put it back from your backup; Pulse never makes a "
            "new one in its place."
        ) from error


def check_key_folder(folder: Path) -> None:
    """Refuse a key folder that anybody but its owner can open.

    Raises:
        KeyFolderError: it is missing or not a folder, or it or a file in it is open to others.
    """
    try:
        mode = folder.stat().st_mode
        if not stat.S_ISDIR(mode):
            raise KeyFolderError(
                f"The key folder {folder} is not a folder. Move the file that is in its place, or "
                "set PULSE_KEYS to another folder."
            )
        shared = is_shared(folder)
        _refuse_open(folder, mode, _FOLDER_MODE, shared=shared)
        for path in sorted(folder.iterdir()):
            # A draft of a key that another process makes may be gone again by now.
            with suppress(FileNotFoundError):
                found = path.stat().st_mode
                wanted = _FOLDER_MODE if stat.S_ISDIR(found) else _FILE_MODE
                _refuse_open(path, found, wanted, shared=shared)
    except FileNotFoundError as error:
        raise KeyFolderError(
            f"The key folder {folder} is missing. Put it back from your backup; if this is a new "
            "installation, run `pulse init`."
        ) from error
    except PermissionError as error:
        raise KeyFolderError(
            f"The key folder {folder} cannot be read. Run Pulse as the user who owns it."
        ) from error


def write_once(path: Path, content: bytes) -> None:
    """Write a secret file whole or not at all; a file that exists stays as it is."""
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if is_shared(path.parent):
                os.fchmod(file.fileno(), _SHARED_MODES[_FILE_MODE])
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        pass  # another process was first; its key is as good
    finally:
        draft.unlink()


def _refuse_open(path: Path, mode: int, wanted: int, *, shared: bool) -> None:
    if is_open_to_others(mode, shared=shared):
        wanted = _SHARED_MODES[wanted] if shared else wanted
        raise KeyFolderError(
            f"Other users of this machine can open {path}, which holds keys. "
            f"Run: chmod {wanted:o} {path}"
        )
