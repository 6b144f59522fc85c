"""The file of a box: its name, its tables, and the one way to open it.

A box is one SQLite file with as many equal slots per kind as it will ever need, made before the
wave opens and overwritten in place. How SQLite is told to work is part of the protection: see
docs/decisions/0087-a-box-of-equal-slots.md.
"""

import fcntl
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path

from surveys.ballot_format import BallotKind
from surveys.box_slots import slot_bytes
from surveys.errors import StateError

PAGE_BYTES = 8192
"""Three comment slots or twelve score slots to a page, and no slot runs over into another page.

With SQLite's usual 4,096 one comment slot would fill a page and leave a third of it unused.
"""
SLOT_TABLES = {BallotKind.SCORES: "scores_slots", BallotKind.COMMENT: "comment_slots"}
_WAVE = re.compile(r"[0-9a-z][0-9a-z_-]{0,63}")
_PART = re.compile(r"[0-9a-z][0-9a-z._-]{0,63}")
_LONGEST_WAIT_SECONDS = 20


class BoxState(IntEnum):
    """A box is made, takes ballots while it is open, and is shut for good."""

    MADE = 0
    OPEN = 1
    SHUT = 2


class NoSuchBoxError(StateError):
    """There is no box of this wave and part."""


def box_path(boxes: Path, *, wave: str, part: str) -> Path:
    """Return where the box of a wave and a part of the organisation lies.

    Raises:
        NoSuchBoxError: a name that no wave or part can have, so also one that leads elsewhere.
    """
    if not _WAVE.fullmatch(wave) or not _PART.fullmatch(part):
        raise NoSuchBoxError("There is no such box. Check the wave and the part of the address.")
    return boxes / f"{wave}.{part}.box"


@contextmanager
def turn_to_write(boxes: Path) -> Iterator[None]:
    """Wait for the only turn to write in a folder of boxes, among all threads and processes.

    SQLite's own way to wait is to sleep and ask again: of eight writers one then waits for seconds.
    The kernel wakes the next one at once. It is the folder that is locked, because closing a second
    handle of a box's own file would take SQLite's locks off it.

    Raises:
        NoSuchBoxError: the folder is not there.
    """
    try:
        folder = os.open(boxes, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError as error:
        raise NoSuchBoxError("There is no folder of boxes.") from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


@contextmanager
def box_connection(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a box as every writer and reader must; transactions are the caller's own.

    Raises:
        NoSuchBoxError: the file is not there.
    """
    if not path.is_file():
        raise NoSuchBoxError("There is no such box. The wave may have been destroyed.")
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=_LONGEST_WAIT_SECONDS,
        isolation_level=None,
    )
    try:
        apply_protection(connection)
        yield connection
    finally:
        connection.close()


def apply_protection(connection: sqlite3.Connection) -> None:
    """Tell SQLite to leave no trace of what a page held before, here or in other files.

    A truncated journal is overwritten by the next one; a kept one or a write-ahead log would hold
    ballots in the order in which they came.
    """
    for setting in (
        "journal_mode = TRUNCATE",
        "secure_delete = ON",
        "temp_store = MEMORY",
        "synchronous = FULL",
    ):
        connection.execute(f"PRAGMA {setting}")


class SlotTable:
    """The slots of one kind in an open box, within the transaction of its caller."""

    def __init__(self, connection: sqlite3.Connection, kind: BallotKind, number: int) -> None:
        self.number = number
        self._connection = connection
        self._bytes = slot_bytes(kind)
        self._table = SLOT_TABLES[kind]

    def read(self, place: int) -> bytes:
        with self._blob(place, readonly=True) as blob:
            return blob.read()

    def write(self, place: int, slot: bytes) -> None:
        """Overwrite the bytes of a slot where they lie; no row and no page is made or moved."""
        with self._blob(place, readonly=False) as blob:
            blob.write(slot)

    def _blob(self, place: int, *, readonly: bool) -> sqlite3.Blob:
        return self._connection.blobopen(self._table, "slot", place, readonly=readonly)


def state_of(connection: sqlite3.Connection) -> BoxState:
    ((state,),) = connection.execute("SELECT state FROM box")
    return BoxState(state)


def slots_of(connection: sqlite3.Connection, kind: BallotKind) -> SlotTable:
    ((last,),) = connection.execute(f"SELECT max(place) FROM {SLOT_TABLES[kind]}")  # noqa: S608 - one of two names of ours
    return SlotTable(connection, kind, last + 1)
