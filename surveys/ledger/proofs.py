"""What an auditor can take away and check elsewhere: an entry's proof, and a kept checkpoint.

Source of the file format: C2SP tlog-proof, version 1; its `extra` line holds the entry's words.
"""

import base64
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.errors import StateError, SurveyError
from surveys.ledger.log import newest_checkpoint
from surveys.ledger.merkle import (
    consistency_proof,
    inclusion_proof,
    is_extension,
    is_included,
    leaf_hash,
    root_of,
)
from surveys.ledger.notes import Checkpoint, open_checkpoint
from surveys.ledger.signing import LogPublicKey
from surveys.ledger.tables import LogEntryRow

_HEADER = "c2sp.org/tlog-proof@v1"
_SHAPE = "This is not a proof of an entry: it is cut or changed."


class ProofError(SurveyError):
    """A file does not prove what it says."""


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """An entry (place from 0, its words as they were logged) under a signed checkpoint."""

    place: int
    document: str
    checkpoint: Checkpoint


def prove_entry(session: Session, place: int) -> str:
    """Return a file that proves the entry to anybody who holds the log's public key.

    Raises:
        StateError: there is no such entry.
    """
    leaves = _leaves(session)
    document = session.scalar(select(LogEntryRow.document).where(LogEntryRow.place == place))
    checkpoint = newest_checkpoint(session)
    if document is None or checkpoint is None:
        raise StateError(f"The log has no entry {place}; its entries are 0 to {len(leaves) - 1}.")
    hashes = [_base64(node) for node in inclusion_proof(leaves, place)]
    extra = f"extra {_base64(document.encode())}"
    return "\n".join([_HEADER, extra, f"index {place}", *hashes, "", checkpoint])


def read_proof(text: str, public_key: LogPublicKey) -> ProvenEntry:
    """Return the entry that a file of `prove_entry` proves.

    Raises:
        NoteError: this key did not sign the checkpoint in the file.
        ProofError: the file has another shape, or the entry is not under its checkpoint.
    """
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    if len(lines) < len((_HEADER, "extra", "index")) or lines[0] != _HEADER:
        raise ProofError(_SHAPE)
    extra, index, *hashes = lines[1:]
    number = index.removeprefix("index ")
    if not extra.startswith("extra ") or not (number.isascii() and number.isdigit()):
        raise ProofError(_SHAPE)
    document = _decoded(extra.removeprefix("extra "))
    checkpoint = open_checkpoint(note, public_key)
    proven = is_included(
        leaf_hash(document),
        int(number),
        size=checkpoint.size,
        root=checkpoint.root,
        proof=[_decoded(line) for line in hashes],
    )
    if not proven:
        raise ProofError("The entry in this file does not stand in the log that was signed.")
    return ProvenEntry(int(number), document.decode(errors="replace"), checkpoint)


def extends(session: Session, kept: Checkpoint) -> bool:
    """Return whether the log still begins with everything that a kept checkpoint was made over."""
    leaves = _leaves(session)
    if not 0 < kept.size <= len(leaves):
        return False
    return is_extension(
        kept.size,
        kept.root,
        size=len(leaves),
        root=root_of(leaves),
        proof=consistency_proof(leaves, kept.size),
    )


def _leaves(session: Session) -> list[bytes]:
    stored = session.scalars(select(LogEntryRow.leaf_hash).order_by(LogEntryRow.place))
    return [bytes.fromhex(leaf) for leaf in stored]


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ProofError(_SHAPE) from error
