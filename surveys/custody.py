"""Key files of waves: written for their owner alone, read, and wiped.

Two folders, so that two users of the operating system can hold them: the web process reads the keys
that sign passes, the closing process alone reads the keys that open ballots. A folder with the
set-group-id bit is shared on purpose: its group may read the keys in it, and nobody else. Neither
folder is ever backed up.
"""

import os
import secrets
import shutil
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from surveys.errors import SurveyError

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
_SHARED_FOLDER_MODE = 0o2750
_SHARED_FILE_MODE = 0o640
_WIPED_AT_ONCE = 1 << 20  # bytes


class CustodyError(SurveyError):
    """A key of a wave is missing, or others can read it."""


@dataclass(frozen=True, slots=True)
class WaveKeys:
    """The places of one wave's keys. `keys` and `opening_keys` are the installation's folders."""

    keys: Path
    opening_keys: Path
    code: str

    @property
    def folder(self) -> Path:
        return self.keys / "waves" / self.code

    @property
    def invitation(self) -> Path:
        """32 bytes from which secrets are worked out; it dies at close."""
        return self.folder / "invitation.key"

    def pass_key(self, place: int) -> Path:
        """PKCS #8 of the pass key whose leaf has this place."""
        return self.folder / "passes" / f"{place}.der"

    @property
    def opening(self) -> Path:
        """PEM of the key that opens ballots."""
        return self.opening_keys / f"{self.code}.pem"


def write_key(path: Path, content: bytes) -> None:
    """Write a key file whole or not at all; one that exists stays as it is."""
    _make_private_folder(path.parent)
    mode = _SHARED_FILE_MODE if is_shared(path.parent) else _FILE_MODE
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)  # a umask may have taken from it
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was first; its key is as good
            path.hardlink_to(draft)
    finally:
        draft.unlink()


def is_shared(folder: Path) -> bool:
    """Return whether a folder is open to its group on purpose: mode 2750.

    The bit alone may be inherited from the folder above, so the group must have its rights too.
    """
    mode = folder.stat().st_mode
    return bool(mode & stat.S_ISGID) and bool(mode & stat.S_IXGRP)


def is_open_to_others(mode: int, *, shared: bool) -> bool:
    """Return whether more people than meant can reach a file or folder of this mode."""
    if shared:
        return bool(mode & (stat.S_IWGRP | stat.S_IRWXO))
    return bool(mode & (stat.S_IRWXG | stat.S_IRWXO))


def _make_private_folder(folder: Path) -> None:
    """Make a folder and those above it as private as the one they lie in; `parents=True` cannot."""
    if not folder.is_dir():
        _make_private_folder(folder.parent)
        mode = _SHARED_FOLDER_MODE if is_shared(folder.parent) else _FOLDER_MODE
        with suppress(FileExistsError):  # another process was first
            folder.mkdir(mode=_FOLDER_MODE)
            folder.chmod(mode)  # a umask may have taken from it


def read_key(path: Path) -> bytes:
    """Return the content of a key file.

    Raises:
        CustodyError: it is missing, unreadable, or open to other users of the machine.
    """
    try:
        mode = path.stat().st_mode
        shared = is_shared(path.parent)
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise CustodyError(f"The key {path.name} is missing from {path.parent}.") from error
    except PermissionError as error:
        raise CustodyError(f"The key {path} cannot be read by this user.") from error
    if is_open_to_others(mode, shared=shared):
        wanted = _SHARED_FILE_MODE if shared else _FILE_MODE
        raise CustodyError(
            f"Other users of this machine can read {path}. Run: chmod {wanted:o} {path}"
        )
    return content


def destroy_wave_folder(keys: WaveKeys) -> bool:
    """Wipe the invitation key and all pass keys; return whether there was anything to wipe."""
    if not keys.folder.is_dir():
        return False
    for path in sorted(keys.folder.rglob("*")):
        if path.is_file():
            destroy_file(path)
    shutil.rmtree(keys.folder)
    return True


def destroy_file(path: Path) -> bool:
    """Overwrite a file with noise, then remove it; return whether it was there.

    On disks that move blocks by themselves the noise may land elsewhere: encryption of the whole
    disk and the absence of backups are the protection there.
    """
    try:
        with path.open("r+b") as file:
            length = file.seek(0, os.SEEK_END)
            file.seek(0)
            for start in range(0, length, _WIPED_AT_ONCE):
                file.write(secrets.token_bytes(min(_WIPED_AT_ONCE, length - start)))
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError:
        return False
    path.unlink()
    return True
