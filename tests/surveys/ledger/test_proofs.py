"""Proofs that leave the server: an auditor checks them with a key and nothing else."""

from datetime import date

import pytest
from sqlalchemy import delete, update

from pulse.stores import Stores
from surveys.errors import StateError
from surveys.ledger.log import EntryKind, append, newest_checkpoint
from surveys.ledger.merkle import leaf_hash
from surveys.ledger.notes import Checkpoint, NoteError, open_checkpoint
from surveys.ledger.proofs import ProofError, extends, prove_entry, read_proof
from surveys.ledger.signing import LogSigner
from surveys.ledger.tables import LogEntryRow

ENTRIES = 6


@pytest.fixture
def filled(stores: Stores, signer: LogSigner) -> Stores:
    with stores.archive() as session:
        for number in range(ENTRIES):
            append(session, EntryKind.UNITS, {"rows": number}, signer=signer, day=date(2026, 3, 1))
    return stores


def kept_checkpoint(stores: Stores, signer: LogSigner) -> Checkpoint:
    with stores.archive() as session:
        return open_checkpoint(newest_checkpoint(session) or "", signer.public_key)


@pytest.mark.parametrize("place", range(ENTRIES))
def test_every_entry_can_be_proven_elsewhere(filled: Stores, signer: LogSigner, place: int) -> None:
    with filled.archive() as session:
        proof = prove_entry(session, place)
    proven = read_proof(proof, signer.public_key)
    assert (proven.place, proven.checkpoint.size) == (place, ENTRIES)
    assert proven.document == f'{{"body":{{"rows":{place}}},"day":"2026-03-01","kind":"units"}}'


def test_a_proof_is_written_as_others_read_it(filled: Stores) -> None:
    with filled.archive() as session:
        lines = prove_entry(session, 3).split("\n")
        note = newest_checkpoint(session)
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[1].startswith("extra ")
    assert lines[2] == "index 3"
    assert [len(line) for line in lines[3:6]] == [44, 44, 44]
    assert "\n".join(lines[7:]) == note


def test_there_is_no_proof_of_an_entry_that_is_not_there(filled: Stores) -> None:
    with (
        filled.archive() as session,
        pytest.raises(StateError, match="no entry 6; its entries are 0 to 5"),
    ):
        prove_entry(session, ENTRIES)


def test_a_proof_of_other_words_or_another_place_is_refused(
    filled: Stores, signer: LogSigner
) -> None:
    with filled.archive() as session:
        proof, other = prove_entry(session, 3), prove_entry(session, 2)
    words = other.split("\n")[1]
    for changed in (
        proof.replace("index 3", "index 2"),
        proof.replace(proof.split("\n")[1], words),
    ):
        with pytest.raises(ProofError, match="does not stand in the log"):
            read_proof(changed, signer.public_key)


@pytest.mark.parametrize(
    "change",
    [
        ("c2sp", "c3sp"),
        ("index ", "place "),
        ("extra ", "extra !"),
        ("index 3", "index \N{SUPERSCRIPT THREE}"),
    ],
)
def test_a_file_of_another_shape_is_refused(
    filled: Stores, signer: LogSigner, change: tuple[str, str]
) -> None:
    with filled.archive() as session:
        proof = prove_entry(session, 3)
    with pytest.raises(ProofError, match="cut or changed"):
        read_proof(proof.replace(*change, 1), signer.public_key)


@pytest.mark.parametrize("text", ["", "c2sp.org/tlog-proof@v1\n", "anything\n\nelse"])
def test_a_cut_file_is_refused(signer: LogSigner, text: str) -> None:
    with pytest.raises(ProofError):
        read_proof(text, signer.public_key)


def test_a_proof_under_another_key_is_refused(filled: Stores) -> None:
    with filled.archive() as session:
        proof = prove_entry(session, 3)
    with pytest.raises(NoteError, match="did not sign"):
        read_proof(proof, LogSigner.generate().public_key)


def test_a_log_that_grew_still_extends_a_kept_checkpoint(filled: Stores, signer: LogSigner) -> None:
    kept = kept_checkpoint(filled, signer)
    with filled.archive() as session:
        assert extends(session, kept)
        append(session, EntryKind.UNITS, {}, signer=signer, day=date(2026, 3, 2))
        assert extends(session, kept)


def test_a_log_written_anew_does_not_extend_a_kept_checkpoint(
    filled: Stores, signer: LogSigner
) -> None:
    kept = kept_checkpoint(filled, signer)
    with filled.archive() as session:
        other = {"leaf_hash": leaf_hash(b"another past").hex()}
        session.execute(update(LogEntryRow).where(LogEntryRow.place == 0).values(other))
        assert not extends(session, kept)


def test_a_log_cut_short_does_not_extend_a_kept_checkpoint(
    filled: Stores, signer: LogSigner
) -> None:
    kept = kept_checkpoint(filled, signer)
    with filled.archive() as session:
        session.execute(delete(LogEntryRow).where(LogEntryRow.place == ENTRIES - 1))
        assert not extends(session, kept)
