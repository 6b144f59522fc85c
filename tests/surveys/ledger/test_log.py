"""The log: entries only ever join at its end, and every other change is found."""

from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.orm import Session

from pulse.stores import Stores
from surveys.errors import StateError
from surveys.ledger.log import (
    Break,
    BrokenLog,
    EntryKind,
    IntactLog,
    append,
    entries,
    newest_checkpoint,
    verify,
)
from surveys.ledger.merkle import leaf_hash
from surveys.ledger.notes import Checkpoint, open_checkpoint, sign_note
from surveys.ledger.signing import LogSigner
from surveys.ledger.tables import CheckpointRow, LogEntryRow

DAY = date(2026, 3, 1)


def fill(stores: Stores, signer: LogSigner, count: int = 5) -> None:
    with stores.archive() as session:
        for number in range(count):
            append(session, EntryKind.UNITS, {"rows": number}, signer=signer, day=DAY)


def check(stores: Stores, signer: LogSigner) -> IntactLog | BrokenLog:
    with stores.archive() as session:
        return verify(session, signer.public_key)


def test_an_entry_has_its_place_kind_day_and_body(any_stores: Stores, signer: LogSigner) -> None:
    with any_stores.archive() as session:
        append(session, EntryKind.POLICY, {"k": 10}, signer=signer, day=DAY)
        made = append(session, EntryKind.UNITS, {"rows": (1, 2)}, signer=signer, day=DAY)
    with any_stores.archive() as session:
        assert entries(session)[1] == made
    assert (made.place, made.kind, made.day, made.body) == (
        1,
        EntryKind.UNITS,
        DAY,
        {"rows": [1, 2]},
    )


def test_the_leaf_covers_kind_day_and_body(stores: Stores, signer: LogSigner) -> None:
    with stores.archive() as session:
        made = append(session, EntryKind.PACK, {"code": "é"}, signer=signer, day=DAY)
    document = '{"body":{"code":"é"},"day":"2026-03-01","kind":"pack"}'
    assert made.leaf_hash == leaf_hash(document.encode()).hex()


def test_entries_of_some_kinds_are_found_in_order(stores: Stores, signer: LogSigner) -> None:
    kinds = [EntryKind.POLICY, EntryKind.UNITS, EntryKind.POLICY]
    with stores.archive() as session:
        for kind in kinds:
            append(session, kind, {}, signer=signer, day=DAY)
        assert [entry.place for entry in entries(session, kinds=[EntryKind.POLICY])] == [0, 2]
        assert entries(session, kinds=[]) == ()


def test_the_checkpoint_of_every_size_is_signed(any_stores: Stores, signer: LogSigner) -> None:
    fill(any_stores, signer, 7)
    with any_stores.archive() as session:
        note = newest_checkpoint(session)
    assert note is not None
    assert open_checkpoint(note, signer.public_key).size == 7
    assert check(any_stores, signer) == IntactLog(7, note)


def test_an_empty_log_is_whole(stores: Stores, signer: LogSigner) -> None:
    assert check(stores, signer) == IntactLog(0, "")


def test_an_entry_disappears_with_the_transaction_that_made_it(
    any_stores: Stores, signer: LogSigner
) -> None:
    fill(any_stores, signer, 2)

    class PowerCutError(Exception):
        pass

    def cut_short() -> None:
        with any_stores.archive() as session:
            append(session, EntryKind.RELEASE, {}, signer=signer, day=DAY)
            raise PowerCutError

    with pytest.raises(PowerCutError):
        cut_short()
    fill(any_stores, signer, 1)
    assert isinstance(check(any_stores, signer), IntactLog)
    with any_stores.archive() as session:
        assert len(entries(session)) == 3


def test_a_second_key_cannot_go_on_with_the_log(stores: Stores, signer: LogSigner) -> None:
    fill(stores, signer)
    with pytest.raises(StateError, match="signed with another key"):
        fill(stores, LogSigner.generate())
    assert isinstance(check(stores, signer), IntactLog)


def test_a_body_without_canonical_text_is_refused(stores: Stores, signer: LogSigner) -> None:
    with stores.archive() as session, pytest.raises(ValueError, match="canonical JSON"):
        append(session, EntryKind.UNITS, {"day": DAY}, signer=signer, day=DAY)


Tamper = Callable[[Session], object]


def reword(session: Session) -> None:
    session.execute(update(LogEntryRow).where(LogEntryRow.place == 2).values(document="{}"))


def reword_and_rehash(session: Session) -> None:
    document = '{"body":{"rows":99},"day":"2026-03-01","kind":"units"}'
    values = {"document": document, "leaf_hash": leaf_hash(document.encode()).hex()}
    session.execute(update(LogEntryRow).where(LogEntryRow.place == 2).values(values))


def put_nonsense(session: Session) -> None:
    values = {"document": "not JSON", "leaf_hash": leaf_hash(b"not JSON").hex()}
    session.execute(update(LogEntryRow).where(LogEntryRow.place == 2).values(values))


def relabel(session: Session) -> None:
    session.execute(update(LogEntryRow).where(LogEntryRow.place == 2).values(kind="release"))


def redate(session: Session) -> None:
    session.execute(update(LogEntryRow).where(LogEntryRow.place == 2).values(day=date(2020, 1, 1)))


def remove(session: Session) -> None:
    session.execute(delete(LogEntryRow).where(LogEntryRow.place == 2))


def cut_end(session: Session) -> None:
    session.execute(delete(LogEntryRow).where(LogEntryRow.place >= 2))


def swap(session: Session) -> None:
    for old, new in ((2, 9), (3, 2), (9, 3)):
        session.execute(update(LogEntryRow).where(LogEntryRow.place == old).values(place=new))


def drop_checkpoint(session: Session) -> None:
    session.execute(delete(CheckpointRow).where(CheckpointRow.size == 3))


def forge_checkpoint(session: Session) -> None:
    forger = LogSigner.generate()
    note = sign_note(Checkpoint(forger.public_key.origin, 3, bytes(32)).text, forger)
    session.execute(update(CheckpointRow).where(CheckpointRow.size == 3).values(note=note))


def repeat_checkpoint(session: Session) -> None:
    note = session.get_one(CheckpointRow, 2).note
    session.execute(update(CheckpointRow).where(CheckpointRow.size == 3).values(note=note))


@pytest.mark.parametrize(
    ("tamper", "reason"),
    [
        (reword, Break.CHANGED),
        (reword_and_rehash, Break.OTHER_ROOT),
        (put_nonsense, Break.OTHER_ROOT),
        (relabel, Break.RELABELLED),
        (redate, Break.RELABELLED),
        (remove, Break.MISSING),
        (cut_end, Break.MISSING),
        (swap, Break.OTHER_ROOT),
        (drop_checkpoint, Break.NOT_SIGNED),
        (forge_checkpoint, Break.NOT_SIGNED),
        (repeat_checkpoint, Break.OTHER_ROOT),
    ],
)
def test_the_first_entry_that_does_not_match_is_named(
    any_stores: Stores, signer: LogSigner, tamper: Tamper, reason: Break
) -> None:
    fill(any_stores, signer)
    with any_stores.archive() as session:
        tamper(session)
    assert check(any_stores, signer) == BrokenLog(2, reason)


def test_a_day_that_is_no_day_is_found_too(stores: Stores, signer: LogSigner) -> None:
    fill(stores, signer)
    with stores.archive() as session:
        session.execute(text("UPDATE log_entries SET day = 'soon' WHERE place = 4"))
    assert check(stores, signer) == BrokenLog(4, Break.RELABELLED)


def test_another_key_verifies_nothing(stores: Stores, signer: LogSigner) -> None:
    fill(stores, signer)
    assert check(stores, LogSigner.generate()) == BrokenLog(0, Break.NOT_SIGNED)


def test_many_at_once_each_get_a_place_of_their_own(any_stores: Stores, signer: LogSigner) -> None:
    writers, each = 4, 5
    start = Barrier(writers)

    def write() -> None:
        start.wait()
        for _ in range(each):
            fill(any_stores, signer, 1)

    threads = [Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcome = check(any_stores, signer)
    assert isinstance(outcome, IntactLog)
    assert outcome.entries == writers * each


def test_the_log_holds_days_and_no_times(stores: Stores) -> None:
    with stores.archive_engine.connect() as connection:
        columns = {
            row[1]: row[2] for row in connection.execute(text("PRAGMA table_info(log_entries)"))
        }
    assert columns == {
        "place": "INTEGER",
        "kind": "VARCHAR",
        "day": "DATE",
        "document": "TEXT",
        "leaf_hash": "VARCHAR",
    }
