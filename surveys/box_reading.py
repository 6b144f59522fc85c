"""Read a box that is shut, once, for the close of its wave. No serving process imports this."""

from collections.abc import Iterator
from pathlib import Path

from surveys.ballot_format import BallotKind
from surveys.ballots import Ballot
from surveys.box_files import SLOT_TABLES, BoxState, box_connection, state_of
from surveys.box_slots import EMPTY_ID, ID_BYTES
from surveys.errors import StateError


class BoxNotShutError(StateError):
    """A box that may still take ballots is not read."""


def read_ballots(path: Path, kind: BallotKind) -> Iterator[Ballot]:
    """Yield the ballots of one kind, one at a time, in an order that says nothing.

    Raises:
        NoSuchBoxError: there is no such box.
        BoxNotShutError: it is not shut.
    """
    for slot in _full_slots(path, kind):
        yield Ballot.read(slot[ID_BYTES:])


def ballot_ids(path: Path) -> tuple[str, ...]:
    """Return the ids of all ballots of both kinds in hexadecimal digits, sorted.

    Raises:
        NoSuchBoxError: there is no such box.
        BoxNotShutError: it is not shut.
    """
    return tuple(
        sorted(slot[:ID_BYTES].hex() for kind in BallotKind for slot in _full_slots(path, kind))
    )


def _full_slots(path: Path, kind: BallotKind) -> Iterator[bytes]:
    with box_connection(path) as connection:
        if state_of(connection) is not BoxState.SHUT:
            raise BoxNotShutError("The box still takes ballots. Shut it before it is read.")
        rows = connection.execute(f"SELECT slot FROM {SLOT_TABLES[kind]} ORDER BY place")  # noqa: S608 - one of two names of ours
        for (slot,) in rows:
            if not slot.startswith(EMPTY_ID):
                yield slot
