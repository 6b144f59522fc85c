"""Make the box of a wave before it opens: its pass keys, and every slot it will ever need."""

import os
import sqlite3
import stat
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from surveys.ballot_format import BallotKind
from surveys.box_files import PAGE_BYTES, SLOT_TABLES, BoxState, turn_to_write
from surveys.box_slots import slot_bytes, slots_for
from surveys.errors import StateError

_TABLES = (
    "CREATE TABLE box (wave TEXT NOT NULL, state INTEGER NOT NULL)",
    """CREATE TABLE pass_keys (
        key_id BLOB PRIMARY KEY, kind TEXT NOT NULL, modulus BLOB NOT NULL
    ) WITHOUT ROWID""",
    *(
        f"CREATE TABLE {table} (place INTEGER PRIMARY KEY, slot BLOB NOT NULL)"
        for table in SLOT_TABLES.values()
    ),
)


def make_box(
    path: Path, *, wave: str, keys: Mapping[bytes, tuple[BallotKind, bytes]], invited: int
) -> None:
    """Make the box of one wave and part; it takes no ballot until it is opened.

    It appears whole under its name, or not at all. Whoever may write into the folder by group may
    write into the box, so that worker and box can be two users.

    Args:
        path: where it lies, as `surveys.box_files.box_path` says.
        wave: the wave's code.
        keys: by key id (32 bytes): which kind of ballot the key passes, and its modulus.
        invited: people whose ballots go into this box.

    Raises:
        StateError: there is a box of this name already.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.making")
    draft.unlink(missing_ok=True)  # of a making that was cut short
    _make_empty_file(draft)
    with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
        _fill(connection, wave, keys, slots_for(invited))
    with turn_to_write(path.parent):
        if path.exists():
            draft.unlink()
            raise StateError(f"There is a box of the wave {wave!r} already. Keep it.")
        draft.rename(path)
        _keep_name(path.parent)


def _make_empty_file(path: Path) -> None:
    mode = 0o660 if path.parent.stat().st_mode & stat.S_IWGRP else 0o600
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    os.fchmod(handle, mode)  # whatever the umask
    os.close(handle)


def _fill(
    connection: sqlite3.Connection,
    wave: str,
    keys: Mapping[bytes, tuple[BallotKind, bytes]],
    slots: int,
) -> None:
    for setting in (
        f"page_size = {PAGE_BYTES}",
        "auto_vacuum = NONE",
        "journal_mode = OFF",  # a draft that is cut short is thrown away
        "temp_store = MEMORY",
        "synchronous = FULL",
    ):
        connection.execute(f"PRAGMA {setting}")
    connection.execute("BEGIN")
    for table in _TABLES:
        connection.execute(table)
    connection.execute("INSERT INTO box VALUES (?, ?)", (wave, BoxState.MADE))
    connection.executemany(
        "INSERT INTO pass_keys VALUES (?, ?, ?)",
        [(key_id, kind.value, modulus) for key_id, (kind, modulus) in sorted(keys.items())],
    )
    for kind, table in SLOT_TABLES.items():
        connection.execute(
            "WITH RECURSIVE places(place) AS"  # noqa: S608 - one of two names of ours
            " (SELECT 0 UNION ALL SELECT place + 1 FROM places WHERE place + 1 < ?)"
            f" INSERT INTO {table} SELECT place, zeroblob(?) FROM places",
            (slots, slot_bytes(kind)),
        )
    connection.execute("COMMIT")


def _keep_name(folder: Path) -> None:
    """Have the system write the folder down, so that the new name outlives a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
