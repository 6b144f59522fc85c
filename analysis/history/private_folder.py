"""A folder for single answers while they are counted: private, and never left behind.

It lies under the installation's own home, on the disk that is protected like the stores, not in
the system's shared folder for temporary files. A lock that the system lets go when a process
ends, however it ends, tells a folder in use from one that a killed import left.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.history.errors import HistoryError

_PREFIX = "history-"
_LOCK = "in-use"
_BLOCK_BYTES = 1 << 20


@contextmanager
def private_folder(home: Path) -> Iterator[Path]:
    """Give a fresh folder that only its owner may enter; it is erased at the end or on any error.

    Raises:
        HistoryError: the folder cannot be made.
    """
    try:
        parent = _folder_of(home)
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _no_sweep_meanwhile(parent):
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))  # mode 0700
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX)
    except OSError as error:
        raise HistoryError(
            f"The folder for counting cannot be made under {home}: {error.strerror}. "
            "Make room or put the permissions right, then run the import again."
        ) from error
    try:
        yield folder
    finally:
        _erase(folder)
        os.close(lock)


def sweep_leftovers(home: Path) -> int:
    """Erase the folders that killed imports left under the home; return how many there were.

    Folders of imports that are running now stay.
    """
    parent = _folder_of(home)
    if not parent.is_dir():
        return 0
    with _no_sweep_meanwhile(parent):
        return sum(_sweep(folder) for folder in sorted(parent.glob(f"{_PREFIX}*")))


def _sweep(folder: Path) -> bool:
    """Erase the folder and return True, unless a running import holds its lock."""
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        _erase(folder)
        return True
    finally:
        os.close(lock)


@contextmanager
def _no_sweep_meanwhile(parent: Path) -> Iterator[None]:
    """Keep sweeps from seeing a folder that is made and not locked yet."""
    turn = os.open(parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield
    finally:
        os.close(turn)


def _folder_of(home: Path) -> Path:
    return home / "tmp"


def _erase(folder: Path) -> None:
    """Write zeros over every file, then remove them all, the lock last."""
    files = sorted(folder.iterdir(), key=lambda file: file.name == _LOCK)
    for file in files:
        _overwrite(file)
        file.unlink()
    folder.rmdir()


def _overwrite(file: Path) -> None:
    left = file.stat().st_size
    with file.open("r+b") as stream:
        while left > 0:
            left -= stream.write(bytes(min(left, _BLOCK_BYTES)))
