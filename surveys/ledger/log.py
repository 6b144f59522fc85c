"""The append-only log: every policy, import and release, in order, under signed checkpoints.

It lies in the archive store, so that a release and its entry become visible in one transaction.
Entries carry a day and never a time of day. Places count from 0, as in RFC 6962.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import String, cast, false, func, select, update
from sqlalchemy.orm import Session

from surveys.canonical import canonical_json
from surveys.errors import StateError
from surveys.ledger.merkle import GrowingTree, leaf_hash
from surveys.ledger.notes import Checkpoint, NoteError, open_checkpoint, sign_note
from surveys.ledger.signing import LogPublicKey, LogSigner
from surveys.ledger.tables import CheckpointRow, LogEntryRow

_APPEND_LOCK = 0x50554C5345  # any number that no other lock of the archive uses: "PULSE"


class EntryKind(StrEnum):
    """What an entry is about; its value stands in the log for ever."""

    POLICY = "policy"
    UNITS = "units"
    PACK = "pack"
    RESPONSES = "responses"
    WORKFORCE = "workforce"
    RELEASE = "release"
    ROSTER = "roster"
    PREPARED = "prepared"
    SERVED = "served"
    OPENED = "opens"
    EXTENDED = "extended"
    CANCELLED = "cancelled"
    CLOSED = "closed"
    DESTROYED = "destroyed"
    BALLOT_IDS = "ballot_ids"
    CHALLENGED = "challenged"
    CHALLENGE_ANSWERED = "challenge_answered"
    ANNOTATED = "annotated"
    REBASED = "rebased"
    NOTE_WITHDRAWN = "note_withdrawn"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry; `leaf_hash` is hexadecimal and covers kind, day and body."""

    place: int
    kind: EntryKind
    day: date
    body: Mapping[str, object]
    leaf_hash: str


class Break(StrEnum):
    """In which way an entry does not match; the value is a sentence for people."""

    MISSING = "The entry is missing."
    CHANGED = "The words of the entry are not the ones that were logged."
    RELABELLED = "The kind or the day beside the entry is not the one that was logged."
    NOT_SIGNED = "The checkpoint after the entry is missing, or this log's key did not sign it."
    OTHER_ROOT = "The signed checkpoint after the entry was made over other entries."


@dataclass(frozen=True, slots=True)
class IntactLog:
    """Every entry matches its checkpoint; `checkpoint` is the newest note, "" of an empty log."""

    entries: int
    checkpoint: str


@dataclass(frozen=True, slots=True)
class BrokenLog:
    """The first entry (place from 0) that does not match, and in which way."""

    place: int
    reason: Break


LogCheck = IntactLog | BrokenLog


def append(
    session: Session,
    kind: EntryKind,
    body: Mapping[str, object],
    *,
    signer: LogSigner,
    day: date,
) -> LogEntry:
    """Add an entry and the signed checkpoint over all entries, in the caller's transaction.

    Raises:
        StateError: another key signed the log so far.
        ValueError: the body has no canonical JSON.
    """
    document = canonical_json({"body": body, "day": day.isoformat(), "kind": kind.value})
    take_turn(session)
    _refuse_another_key(session, signer.public_key)
    tree = GrowingTree()
    for stored in session.scalars(select(LogEntryRow.leaf_hash).order_by(LogEntryRow.place)):
        tree.add(bytes.fromhex(stored))
    place = tree.size
    leaf = leaf_hash(document.encode())
    tree.add(leaf)
    checkpoint = Checkpoint(signer.public_key.origin, tree.size, tree.root())
    session.add_all(
        [
            LogEntryRow(
                place=place, kind=kind.value, day=day, document=document, leaf_hash=leaf.hex()
            ),
            CheckpointRow(size=tree.size, note=sign_note(checkpoint.text, signer)),
        ]
    )
    session.flush()
    return LogEntry(place, kind, day, _body_of(document), leaf.hex())


def entries(
    session: Session, *, kinds: Collection[EntryKind] | None = None, wave: str = ""
) -> tuple[LogEntry, ...]:
    """Return the entries of these kinds (of all kinds without), oldest first.

    `wave` leaves only those about the wave with this code; long lists of others are not read.
    """
    query = select(LogEntryRow).order_by(LogEntryRow.place)
    if wave:
        query = query.where(LogEntryRow.document.contains(f'"wave":"{wave}"', autoescape=True))
    if kinds is not None:
        query = query.where(LogEntryRow.kind.in_([kind.value for kind in kinds]))
    return tuple(
        LogEntry(row.place, EntryKind(row.kind), row.day, _body_of(row.document), row.leaf_hash)
        for row in session.scalars(query)
    )


def newest_checkpoint(session: Session) -> str | None:
    """Return the signed note over all entries; None before the first entry."""
    return session.scalar(select(CheckpointRow.note).order_by(CheckpointRow.size.desc()).limit(1))


def verify(session: Session, public_key: LogPublicKey) -> LogCheck:
    """Check every entry against its own hash and every checkpoint against all entries before it.

    Whoever holds the private key could sign another history from the start. Only a checkpoint
    that was kept elsewhere shows that: see `surveys.ledger.proofs`.
    """
    notes = {row.size: row.note for row in session.scalars(select(CheckpointRow))}
    tree = GrowingTree()
    # The day is read as text: a changed one might not be a day at all.
    stored = select(
        LogEntryRow.place,
        LogEntryRow.kind,
        cast(LogEntryRow.day, String),
        LogEntryRow.document,
        LogEntryRow.leaf_hash,
    ).order_by(LogEntryRow.place)
    for place, kind, day, document, leaf in session.execute(stored):
        expected = tree.size
        if place != expected:
            return BrokenLog(expected, Break.MISSING)
        if leaf_hash(document.encode()).hex() != leaf:
            return BrokenLog(expected, Break.CHANGED)
        tree.add(bytes.fromhex(leaf))
        reason = _checkpoint_break(notes.get(tree.size), tree, public_key)
        if reason is not None:
            return BrokenLog(expected, reason)
        logged = json.loads(document)
        if (logged["kind"], logged["day"]) != (kind, day):
            return BrokenLog(expected, Break.RELABELLED)
    if any(size > tree.size for size in notes):
        return BrokenLog(tree.size, Break.MISSING)
    return IntactLog(tree.size, notes.get(tree.size, ""))


def _checkpoint_break(
    note: str | None, tree: GrowingTree, public_key: LogPublicKey
) -> Break | None:
    if note is None:
        return Break.NOT_SIGNED
    try:
        checkpoint = open_checkpoint(note, public_key)
    except NoteError:
        return Break.NOT_SIGNED
    if (checkpoint.size, checkpoint.root) != (tree.size, tree.root()):
        return Break.OTHER_ROOT
    return None


def take_turn(session: Session) -> None:
    """Wait until nobody else appends, so that two entries never want one place.

    Whoever looks at the log before adding to it takes the turn first; it lasts until the end of the
    transaction.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_APPEND_LOCK)))
    else:
        # On SQLite the first write takes the file's one write lock; this one changes nothing.
        session.execute(update(LogEntryRow).where(false()).values(kind=LogEntryRow.kind))


def _refuse_another_key(session: Session, public_key: LogPublicKey) -> None:
    note = newest_checkpoint(session)
    if note is None:
        return
    try:
        open_checkpoint(note, public_key)
    except NoteError as error:
        raise StateError(
            "The log was signed with another key, so nothing is added to it. Put the log key "
            "that belongs to this archive into the key folder."
        ) from error


def _body_of(document: str) -> Mapping[str, object]:
    body: Mapping[str, object] = json.loads(document)["body"]
    return body
