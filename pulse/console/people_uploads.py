"""Lists of staff between the upload and the word that they are right: private, and not for long.

They lie under the installation's own home, never in the system's shared folder, and are overwritten
when they are stored, thrown away, or an hour old.
"""

import re
import secrets
from datetime import date, datetime, timedelta
from pathlib import Path

from pulse.console.people_imports import StaffLists

KEPT = timedelta(hours=1)
_PREFIX = "people-"
_TOKEN = re.compile(r"[0-9a-f]{32}")
_STAFF, _MAPPING, _DAY = "staff.csv", "mapping.csv", "day.txt"


def keep_upload(home: Path, *, staff: bytes, mapping: bytes | None, day: date) -> str:
    """Keep the files of one import and return the name by which they are found again."""
    token = secrets.token_hex(16)
    folder = _folder(home, token)
    folder.mkdir(mode=0o700, parents=True)
    _write(folder / _STAFF, staff)
    if mapping is not None:
        _write(folder / _MAPPING, mapping)
    _write(folder / _DAY, day.isoformat().encode())
    return token


def find_upload(home: Path, token: str) -> StaffLists | None:
    """Return the files kept under the name, None if they are gone or never were."""
    folder = _folder(home, token)
    if not _TOKEN.fullmatch(token) or not (folder / _DAY).is_file():
        return None
    mapping = folder / _MAPPING
    day = date.fromisoformat((folder / _DAY).read_text(encoding="ascii"))
    return StaffLists(folder / _STAFF, mapping if mapping.is_file() else None, day)


def drop_upload(home: Path, token: str) -> None:
    """Overwrite and delete the files kept under the name, if they are there."""
    if _TOKEN.fullmatch(token) and _folder(home, token).is_dir():
        _erase(_folder(home, token))


def sweep_uploads(home: Path, *, now: datetime) -> None:
    """Delete everything that was kept for longer than an hour."""
    oldest = (now - KEPT).timestamp()
    for folder in (home / "tmp").glob(f"{_PREFIX}*"):
        if folder.stat().st_mtime < oldest:
            _erase(folder)


def _folder(home: Path, token: str) -> Path:
    return home / "tmp" / f"{_PREFIX}{token}"


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)


def _erase(folder: Path) -> None:
    for file in sorted(folder.iterdir()):
        with file.open("r+b") as stream:
            stream.write(bytes(file.stat().st_size))
        file.unlink()
    folder.rmdir()
