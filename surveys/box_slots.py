"""Where a ballot lies in its box: equal slots that are an ordered hash table.

A slot is as long as any other of its kind, empty or full: the ballot's id, then the ballot. An
empty one is all zeros. Search begins at the ballot's home and goes forward, the last slot being
followed by the first; where the resident's id is greater, the newcomer takes its place and the
resident is carried on. So every ballot lies at the first slot of its way that no ballot with a
smaller id has taken, whatever the order in which they came: the layout is a function of the set
alone.

Source: Amble and Knuth, Ordered hash tables, The Computer Journal 17(2), 1974, pages 135 to 142.
"""

import hashlib
from typing import Protocol

from surveys.ballot_format import BallotKind

ID_BYTES = 32
EMPTY_ID = bytes(ID_BYTES)
_FEWEST_SLOTS = 32
_SLOTS_PER_INVITATION = 2  # half full at most, so that ways stay short


class Slots(Protocol):
    """The slots of one kind; places count from 0."""

    @property
    def number(self) -> int: ...

    def read(self, place: int) -> bytes: ...

    def write(self, place: int, slot: bytes) -> None: ...


class NoSlotFreeError(Exception):
    """Every slot is taken."""


def slot_bytes(kind: BallotKind) -> int:
    return ID_BYTES + kind.ballot_bytes


def slots_for(invited: int) -> int:
    """Return how many slots of each kind a box for so many people has."""
    return max(_FEWEST_SLOTS, _SLOTS_PER_INVITATION * invited)


def home_of(ballot_id: bytes, slots: int) -> int:
    """Return where the search for a ballot begins.

    The id is hashed once more, because its own order decides who gives way: were the home to follow
    that order too, ways would grow long at one end.
    """
    return int.from_bytes(hashlib.sha256(ballot_id).digest(), "big") % slots


def put_slot(slots: Slots, ballot_id: bytes, body: bytes) -> bool:
    """Put a ballot where it belongs; return False if it was there before.

    Nothing is written before the whole way is known.

    Raises:
        NoSlotFreeError: every slot is taken.
    """
    carried = ballot_id + body
    moves: list[tuple[int, bytes]] = []
    place = home_of(ballot_id, slots.number)
    for _ in range(slots.number):
        resident = slots.read(place)
        resident_id = resident[:ID_BYTES]
        if resident_id == ballot_id:
            return False
        if resident_id == EMPTY_ID:
            break
        if resident_id > carried[:ID_BYTES]:
            moves.append((place, carried))
            carried = resident
        place = (place + 1) % slots.number
    else:
        raise NoSlotFreeError
    for taken, slot in (*moves, (place, carried)):
        slots.write(taken, slot)
    return True
