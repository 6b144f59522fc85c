"""The ballot ids that the log publishes after a release, in which everybody finds their receipt."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from surveys.errors import StateError
from surveys.ledger.log import EntryKind, entries


def published_waves(session: Session) -> tuple[str, ...]:
    """Return the codes of the waves whose ids are published, newest first (archive session)."""
    destroyed = entries(session, kinds=[EntryKind.DESTROYED])
    return tuple(
        str(entry.body["wave"]) for entry in reversed(destroyed) if entry.body["is_released"]
    )


def published_ids(session: Session, wave: str) -> tuple[str, ...]:
    """Return a wave's ballot ids, sorted, as the log holds them.

    Raises:
        StateError: no ids of this wave are published.
    """
    parts = [
        entry.body
        for entry in entries(session, kinds=[EntryKind.BALLOT_IDS], wave=wave)
        if entry.body["wave"] == wave
    ]
    if not parts or len(parts) != parts[0]["parts"]:
        raise StateError(f"No list of ballots of wave {wave} is published.")
    return tuple(sorted(each for body in parts for each in _ids(body)))


def _ids(body: Mapping[str, object]) -> list[str]:
    found = body["ids"]
    if not isinstance(found, list):
        raise StateError("An entry of ballot ids in the log has no ids.")
    return [str(each) for each in found]
