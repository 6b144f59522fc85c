"""The box of a wave: open it, put ballots in, shut it. Nothing here can hand a ballot out.

Opened ballots are the business of `surveys.box_reading`, which no serving process imports.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from surveys.ballot_format import BallotKind
from surveys.ballots import Ballot, BallotRefused, check_ballot
from surveys.blind_rsa import PassPublicKey
from surveys.box_files import BoxState, box_connection, box_path, slots_of, state_of, turn_to_write
from surveys.box_making import make_box
from surveys.box_slots import NoSlotFreeError, put_slot
from surveys.errors import StateError

__all__ = [
    "BoxFullError",
    "BoxNotOpenError",
    "box_path",
    "make_box",
    "open_box",
    "put_ballot",
    "shut_box",
]


class BoxNotOpenError(StateError):
    """The box takes no ballots: its wave has not opened yet, or has closed."""


class BoxFullError(StateError):
    """Every slot is taken, which more passes than people alone can bring about."""


def open_box(path: Path) -> None:
    """Let ballots in; an open box stays open.

    Raises:
        NoSuchBoxError: there is no such box.
        StateError: it has been shut, which is for good.
    """
    with _transaction(path) as connection:
        if state_of(connection) is BoxState.SHUT:
            raise StateError("The box of this wave is shut for good. It cannot open again.")
        _set_state(connection, BoxState.OPEN)


def shut_box(path: Path) -> None:
    """Let no more ballots in, for good; a shut box stays shut.

    Raises:
        NoSuchBoxError: there is no such box.
    """
    with _transaction(path) as connection:
        _set_state(connection, BoxState.SHUT)


def put_ballot(path: Path, body: bytes) -> None:
    """Put a ballot in; when this returns it is there to stay.

    A second ballot with the same pass has the same id. It is let go without a word and the first
    one counts, so that a phone that never heard an answer may send again.

    Args:
        path: the box.
        body: the ballot, byte by byte as it came.

    Raises:
        BallotRefused: wrong size, unknown key, or a pass or a signature that is not genuine.
        NoSuchBoxError: there is no such box.
        BoxNotOpenError: its wave is not open.
        BoxFullError: no slot is free.
    """
    ballot = Ballot.read(body)
    # Everything happens in one turn: what the state was before it says nothing about now.
    with _transaction(path) as connection:
        if state_of(connection) is not BoxState.OPEN:
            raise BoxNotOpenError("This wave is not open. Its box takes no ballots.")
        check_ballot(ballot, _pass_key(connection, ballot))
        try:
            put_slot(slots_of(connection, ballot.kind), ballot.id, body)
        except NoSlotFreeError as error:
            raise BoxFullError("The box is full: there are more passes than people.") from error


@contextmanager
def _transaction(path: Path) -> Iterator[sqlite3.Connection]:
    """One transaction that writes everything or nothing; without a change it writes no byte."""
    with turn_to_write(path.parent), box_connection(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("COMMIT")


def _set_state(connection: sqlite3.Connection, state: BoxState) -> None:
    connection.execute("UPDATE box SET state = ?1 WHERE state <> ?1", (state,))


def _pass_key(connection: sqlite3.Connection, ballot: Ballot) -> PassPublicKey:
    found = connection.execute(
        "SELECT kind, modulus FROM pass_keys WHERE key_id = ?", (ballot.key_id,)
    ).fetchone()
    if found is None or BallotKind(found[0]) is not ballot.kind:
        raise BallotRefused("a ballot names a key of its box and its kind")
    return PassPublicKey.from_modulus(found[1])
