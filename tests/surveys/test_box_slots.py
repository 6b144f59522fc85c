"""The ordered hash table of a box, on slots in memory."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.ballot_format import BallotKind
from surveys.box_slots import (
    EMPTY_ID,
    ID_BYTES,
    NoSlotFreeError,
    home_of,
    put_slot,
    slot_bytes,
    slots_for,
)

BODY = b"ballot"
IDS = st.lists(st.binary(min_size=ID_BYTES, max_size=ID_BYTES).filter(any), unique=True)


class MemorySlots:
    def __init__(self, number: int) -> None:
        self.number = number
        self.slots = [EMPTY_ID + bytes(len(BODY))] * number

    def read(self, place: int) -> bytes:
        return self.slots[place]

    def write(self, place: int, slot: bytes) -> None:
        self.slots[place] = slot


def filled(number: int, ids: list[bytes]) -> list[bytes]:
    slots = MemorySlots(number)
    for ballot_id in ids:
        assert put_slot(slots, ballot_id, BODY)
    return slots.slots


def ids_with_home(home: int, *, of: int, count: int) -> list[bytes]:
    found: list[bytes] = []
    number = 1
    while len(found) < count:
        ballot_id = hashlib.sha256(number.to_bytes(4, "big")).digest()
        if home_of(ballot_id, of) == home:
            found.append(ballot_id)
        number += 1
    return found


@given(IDS.flatmap(lambda ids: st.tuples(st.just(ids), st.permutations(ids), st.integers(0, 9))))
def test_the_layout_is_the_same_for_every_order_of_arrival(
    case: tuple[list[bytes], list[bytes], int],
) -> None:
    ids, other_order, spare = case
    number = len(ids) + spare + 1
    assert filled(number, ids) == filled(number, other_order)


def test_of_ballots_with_one_home_the_smallest_id_lies_nearest_to_it() -> None:
    ids = ids_with_home(6, of=8, count=4)
    slots = filled(8, ids)
    in_order = sorted(ids)
    assert [slots[place][:ID_BYTES] for place in (6, 7, 0, 1)] == in_order


def test_every_ballot_that_was_put_is_there_once() -> None:
    ids = [hashlib.sha256(bytes([n])).digest() for n in range(16)]
    assert sorted(slot[:ID_BYTES] for slot in filled(16, ids)) == sorted(ids)


def test_a_ballot_that_is_there_is_not_put_again() -> None:
    slots = MemorySlots(8)
    ids = ids_with_home(3, of=8, count=3)
    for ballot_id in ids:
        put_slot(slots, ballot_id, BODY)
    before = list(slots.slots)
    assert [put_slot(slots, ballot_id, b"other!") for ballot_id in ids] == [False] * 3
    assert slots.slots == before


def test_a_full_table_refuses_and_stays_as_it_is() -> None:
    *ids, one_too_many = (hashlib.sha256(bytes([n])).digest() for n in range(5))
    slots = MemorySlots(4)
    for ballot_id in ids:
        put_slot(slots, ballot_id, BODY)
    before = list(slots.slots)
    with pytest.raises(NoSlotFreeError):
        put_slot(slots, one_too_many, BODY)
    assert slots.slots == before


@pytest.mark.parametrize(("invited", "slots"), [(0, 32), (12, 32), (16, 32), (17, 34), (640, 1280)])
def test_a_box_has_two_slots_per_invitation_and_never_few(invited: int, slots: int) -> None:
    assert slots_for(invited) == slots


@pytest.mark.parametrize(
    ("kind", "size"), [(BallotKind.SCORES, 32 + 595), (BallotKind.COMMENT, 32 + 2579)]
)
def test_a_slot_holds_an_id_and_a_ballot(kind: BallotKind, size: int) -> None:
    assert slot_bytes(kind) == size
