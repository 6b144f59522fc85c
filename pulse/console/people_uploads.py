"""Lists of staff between the upload and the word that they are right."""

from datetime import date, datetime
from pathlib import Path

from pulse.console.people_imports import StaffLists
from pulse.console.uploads import STAFF_LISTS, Shelf

_STAFF, _MAPPING, _DAY = "staff.csv", "mapping.csv", "day.txt"


def keep_upload(home: Path, *, staff: bytes, mapping: bytes | None, day: date) -> str:
    """Keep the files of one import and return the name by which they are found again."""
    files = {_STAFF: staff, _DAY: day.isoformat().encode()}
    return _shelf(home).keep(files if mapping is None else {**files, _MAPPING: mapping})


def find_upload(home: Path, token: str) -> StaffLists | None:
    """Return the files kept under the name, None if they are gone or never were."""
    folder = _shelf(home).find(token)
    if folder is None or not (folder / _DAY).is_file():
        return None
    mapping = folder / _MAPPING
    day = date.fromisoformat((folder / _DAY).read_text(encoding="ascii"))
    return StaffLists(folder / _STAFF, mapping if mapping.is_file() else None, day)


def drop_upload(home: Path, token: str) -> None:
    """Overwrite and delete the files kept under the name, if they are there."""
    _shelf(home).drop(token)


def sweep_uploads(home: Path, *, now: datetime) -> None:
    """Delete everything that was kept for longer than an hour."""
    _shelf(home).sweep(now=now)


def _shelf(home: Path) -> Shelf:
    return Shelf(home, STAFF_LISTS)
