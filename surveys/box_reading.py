"""Read a box that is shut, once, for the close of its wave. No serving process imports this."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from surveys.ballot_format import BallotKind
from surveys.ballots import Ballot
from surveys.box_files import SLOT_TABLES, BoxState, box_connection, slots_of, state_of
from surveys.box_slots import EMPTY_ID, ID_BYTES
from surveys.errors import StateError


class BoxNotShutError(StateError):
    """A box that may still take ballots is not read."""


@dataclass(frozen=True, slots=True)
class Share:
    """One of several equal parts of a box, for one of several readers; `number` counts from 0.

    The parts are about equally full, because a ballot's place follows from its hash.
    """

    number: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.number < self.of:
            raise ValueError(f"there is no share {self.number} of {self.of}")

    def places(self, slots: int) -> range:
        return range(slots * self.number // self.of, slots * (self.number + 1) // self.of)


WHOLE_BOX = Share(0, 1)


def read_ballots(path: Path, kind: BallotKind, *, share: Share = WHOLE_BOX) -> Iterator[Ballot]:
    """Yield the ballots of one kind, one at a time, in an order that says nothing.

    Raises:
        NoSuchBoxError: there is no such box.
        BoxNotShutError: it is not shut.
    """
    for slot in _full_slots(path, kind, share):
        yield Ballot.read(slot[ID_BYTES:])


def ballot_ids(path: Path) -> tuple[str, ...]:
    """Return the ids of all ballots of both kinds in hexadecimal digits, sorted.

    Raises:
        NoSuchBoxError: there is no such box.
        BoxNotShutError: it is not shut.
    """
    return tuple(
        sorted(
            slot[:ID_BYTES].hex()
            for kind in BallotKind
            for slot in _full_slots(path, kind, WHOLE_BOX)
        )
    )


def _full_slots(path: Path, kind: BallotKind, share: Share) -> Iterator[bytes]:
    with box_connection(path) as connection:
        if state_of(connection) is not BoxState.SHUT:
            raise BoxNotShutError("The box still takes ballots. Shut it before it is read.")
        places = share.places(slots_of(connection, kind).number)
        rows = connection.execute(
            f"SELECT slot FROM {SLOT_TABLES[kind]} WHERE place >= ? AND place < ? ORDER BY place",  # noqa: S608 - one of two names of ours
            (places.start, places.stop),
        )
        for (slot,) in rows:
            if not slot.startswith(EMPTY_ID):
                yield slot
