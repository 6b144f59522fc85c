"""A box on disk: what it takes, what it refuses, and that its bytes tell no order."""

import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.ballot_format import BallotKind
from surveys.ballots import Ballot, BallotRefused
from surveys.box import (
    BoxFullError,
    BoxNotOpenError,
    box_path,
    make_box,
    open_box,
    put_ballot,
    shut_box,
)
from surveys.box_files import PAGE_BYTES, SLOT_TABLES, NoSuchBoxError, box_connection
from surveys.box_reading import BoxNotShutError, ballot_ids, read_ballots
from surveys.errors import StateError
from tests.surveys.box_factories import WAVE, ballot, key_table, new_ballot, opened_box

SCORES, COMMENT = BallotKind.SCORES, BallotKind.COMMENT


@pytest.fixture
def box(tmp_path: Path) -> Path:
    return opened_box(box_path(tmp_path, wave=WAVE, part="all"))


@pytest.fixture(scope="module")
def empty_box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return opened_box(tmp_path_factory.mktemp("empty") / "empty.box")


def filled_copy(empty: Path, name: str, bodies: Sequence[bytes]) -> Path:
    path = empty.with_name(name)
    shutil.copyfile(empty, path)
    for body in bodies:
        put_ballot(path, body)
    return path


# Putting and reading


@pytest.mark.parametrize("kind", BallotKind)
def test_a_ballot_that_was_put_is_read_after_the_box_is_shut(box: Path, kind: BallotKind) -> None:
    put_ballot(box, ballot(kind, 0))
    shut_box(box)
    assert [read.body for read in read_ballots(box, kind)] == [ballot(kind, 0)]


def test_the_list_of_ids_holds_both_kinds_sorted(box: Path) -> None:
    bodies = [ballot(kind, number) for kind in BallotKind for number in range(3)]
    for body in bodies:
        put_ballot(box, body)
    shut_box(box)
    assert ballot_ids(box) == tuple(sorted(Ballot.read(body).id.hex() for body in bodies))


def test_a_box_that_is_not_shut_is_not_read(box: Path) -> None:
    put_ballot(box, ballot(SCORES, 0))
    with pytest.raises(BoxNotShutError):
        ballot_ids(box)
    with pytest.raises(BoxNotShutError):
        next(read_ballots(box, SCORES))


def test_the_same_ballot_again_is_taken_without_a_word_and_writes_nothing(box: Path) -> None:
    put_ballot(box, ballot(SCORES, 0))
    before = box.read_bytes()
    put_ballot(box, ballot(SCORES, 0))
    assert box.read_bytes() == before


def test_of_two_ballots_with_one_pass_the_first_counts(box: Path) -> None:
    first = ballot(SCORES, 0)
    put_ballot(box, first)
    put_ballot(box, with_other_signature(first))
    shut_box(box)
    assert [read.body for read in read_ballots(box, SCORES)] == [first]


def with_other_signature(body: bytes) -> bytes:
    """Return the ballot with the other signature that is genuine too: (r, order - s)."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    s = int.from_bytes(body[-32:], "big")
    return body[:-32] + (order - s).to_bytes(32, "big")


# Refusing


@pytest.mark.parametrize("place", [0, 32, 40, 100, 140, 300, 450, -1])
def test_a_ballot_with_one_byte_changed_is_refused_wherever_it_is(box: Path, place: int) -> None:
    before = box.read_bytes()
    forged = bytearray(ballot(SCORES, 0))
    forged[place] ^= 1
    with pytest.raises(BallotRefused):
        put_ballot(box, bytes(forged))
    assert box.read_bytes() == before


@pytest.mark.parametrize("change", [b"", b"x"])
def test_a_ballot_of_another_size_is_refused(box: Path, change: bytes) -> None:
    body = ballot(SCORES, 0) + change if change else ballot(SCORES, 0)[:-1]
    with pytest.raises(BallotRefused):
        put_ballot(box, body)


def test_a_pass_of_another_wave_or_group_is_refused(box: Path) -> None:
    with pytest.raises(BallotRefused, match="names a key of its box"):
        put_ballot(box, new_ballot(SCORES, "another wave"))


def test_a_key_of_the_other_kind_is_refused(tmp_path: Path) -> None:
    scores_body = ballot(SCORES, 0)
    swapped = {key_id: (COMMENT, modulus) for key_id, (_, modulus) in key_table("town").items()}
    path = tmp_path / "swapped.box"
    make_box(path, wave=WAVE, keys=swapped, invited=1)
    open_box(path)
    with pytest.raises(BallotRefused, match="kind"):
        put_ballot(path, scores_body)


def test_a_box_takes_nothing_before_it_opens(tmp_path: Path) -> None:
    path = tmp_path / "made.box"
    make_box(path, wave=WAVE, keys=key_table("town"), invited=1)
    with pytest.raises(BoxNotOpenError):
        put_ballot(path, ballot(SCORES, 0))


def test_a_box_takes_nothing_after_it_is_shut_not_even_what_it_has(box: Path) -> None:
    put_ballot(box, ballot(SCORES, 0))
    shut_box(box)
    for number in (0, 1):
        with pytest.raises(BoxNotOpenError):
            put_ballot(box, ballot(SCORES, number))


def test_a_shut_box_stays_shut(box: Path) -> None:
    shut_box(box)
    shut_box(box)
    with pytest.raises(StateError, match="for good"):
        open_box(box)


def test_opening_twice_writes_nothing_the_second_time(box: Path) -> None:
    before = box.read_bytes()
    open_box(box)
    assert box.read_bytes() == before


def test_a_full_box_says_so_and_keeps_what_it_has(box: Path) -> None:
    with box_connection(box) as connection:  # as if twice the invited had sent ballots
        connection.execute("UPDATE scores_slots SET slot = cast(x'01' || substr(slot, 2) AS BLOB)")
    before = box.read_bytes()
    with pytest.raises(BoxFullError):
        put_ballot(box, ballot(SCORES, 0))
    assert box.read_bytes() == before


def test_a_box_that_is_not_there_is_not_made_by_asking_for_it(tmp_path: Path) -> None:
    for path in (tmp_path / "none.box", tmp_path / "no-folder" / "none.box"):
        with pytest.raises(NoSuchBoxError):
            put_ballot(path, ballot(SCORES, 0))
    assert list(tmp_path.iterdir()) == []


# The file


@settings(max_examples=25)
@given(st.permutations(range(9)), st.permutations(range(9)))
def test_the_whole_file_is_the_same_byte_by_byte_for_every_order_of_arrival(
    empty_box: Path, one: list[int], other: list[int]
) -> None:
    bodies = [ballot(kind, number) for number in range(5) for kind in BallotKind]
    first = filled_copy(empty_box, "one.box", [bodies[number] for number in one])
    second = filled_copy(empty_box, "other.box", [bodies[number] for number in other])
    assert first.read_bytes() == second.read_bytes()


def test_a_ballot_changes_its_slot_and_the_counters_of_writing_and_nothing_else(box: Path) -> None:
    before = box.read_bytes()
    body = ballot(COMMENT, 0)
    put_ballot(box, body)
    after = box.read_bytes()
    start = after.index(Ballot.read(body).id + body)
    changed = {place for place in range(len(after)) if before[place] != after[place]}
    # SQLite counts writes at 24 and says at 92 for which count its header holds.
    assert changed <= {*range(start, start + 32 + len(body)), *range(24, 28), *range(92, 96)}
    assert len(before) == len(after)


def test_no_slot_runs_over_into_another_page_and_no_page_is_spare(box: Path) -> None:
    with box_connection(box) as connection:
        assert connection.execute("PRAGMA page_size").fetchone() == (PAGE_BYTES,)
        assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert connection.execute("PRAGMA auto_vacuum").fetchone() == (0,)
    for kind in BallotKind:
        put_ballot(box, ballot(kind, 0))
    content = box.read_bytes()
    for kind in BallotKind:
        body = ballot(kind, 0)
        start = content.index(body)  # in one piece
        assert start // PAGE_BYTES == (start + len(body) - 1) // PAGE_BYTES


def test_every_connection_leaves_no_trace_of_what_was_there(box: Path) -> None:
    with box_connection(box) as connection:
        told = [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "secure_delete", "temp_store", "synchronous")
        ]
    assert told == ["truncate", 1, 2, 2]


def test_the_journal_is_empty_after_every_ballot(box: Path) -> None:
    for number in range(3):
        put_ballot(box, ballot(SCORES, number))
        files = {path.name: path.stat().st_size for path in box.parent.iterdir()}
        assert files == {box.name: box.stat().st_size, f"{box.name}-journal": 0}


def test_a_slot_holds_no_link_to_a_person_a_time_or_an_order(box: Path) -> None:
    with box_connection(box) as connection:
        columns = {
            table: [
                name
                for (name,) in connection.execute(f"SELECT name FROM pragma_table_info('{table}')")
            ]
            for (table,) in connection.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table'"
            )
        }
    assert columns == {
        "box": ["wave", "state"],
        "pass_keys": ["key_id", "kind", "modulus"],
        **{table: ["place", "slot"] for table in SLOT_TABLES.values()},
    }


# Making


def test_a_box_is_not_made_over_another(box: Path) -> None:
    put_ballot(box, ballot(SCORES, 0))
    before = box.read_bytes()
    with pytest.raises(StateError, match="already"):
        make_box(box, wave=WAVE, keys={}, invited=1)
    assert box.read_bytes() == before
    assert not list(box.parent.glob("*.making"))


def test_a_making_that_was_cut_short_is_begun_afresh(tmp_path: Path) -> None:
    path = tmp_path / "again.box"
    path.with_name("again.box.making").write_bytes(b"half a box")
    opened_box(path)
    put_ballot(path, ballot(SCORES, 0))
    assert not list(tmp_path.glob("*.making"))


@pytest.mark.parametrize(("folder", "file"), [(0o700, 0o600), (0o770, 0o660)])
def test_the_folder_says_whether_a_group_may_write_the_box(
    tmp_path: Path, folder: int, file: int
) -> None:
    tmp_path.chmod(folder)
    path = opened_box(tmp_path / "shared.box")
    put_ballot(path, ballot(SCORES, 0))
    assert {found.stat().st_mode & 0o777 for found in tmp_path.iterdir()} == {file}


@pytest.mark.parametrize(
    ("wave", "part"),
    [("..", "all"), ("2026-11", ".."), ("a/b", "all"), ("2026-11", "a/b"), ("", "all"),
     ("2026-11", ""), ("2026.11", "all"), ("2026-11", "ALL"), ("2026-11", "all\n"),
     ("2026-11", "a\0"), ("x" * 65, "all"), ("2026-11", ".hidden"), ("٢٠٢٦", "all")],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_no_box(tmp_path: Path, wave: str, part: str) -> None:
    with pytest.raises(NoSuchBoxError):
        box_path(tmp_path, wave=wave, part=part)


def test_a_damaged_file_is_not_taken_for_a_box(tmp_path: Path) -> None:
    path = tmp_path / "damaged.box"
    path.write_bytes(b"not a box" * 1000)
    with pytest.raises(sqlite3.DatabaseError):
        put_ballot(path, ballot(SCORES, 0))
