"""What the log says about waves, each thing once however often a step is done again."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from pulse.installation import Installation
from surveys.canonical import canonical_json
from surveys.ledger.log import EntryKind, LogEntry, append, entries


def log_once(
    site: Installation, kind: EntryKind, body: Mapping[str, object], *, day: date
) -> LogEntry:
    """Keep an entry about a wave, unless one of its kind says exactly this; return it.

    `body` holds the wave's code under "wave".
    """
    with site.stores.archive() as archive:
        for entry in wave_entries(archive, kind, str(body["wave"])):
            if canonical_json(entry.body) == canonical_json(body):
                return entry
        return append(archive, kind, body, signer=site.signer, day=day)


def wave_entries(archive: Session, kind: EntryKind, code: str) -> tuple[LogEntry, ...]:
    """Return the entries of a kind about a wave, oldest first."""
    return tuple(e for e in entries(archive, kinds=[kind]) if e.body.get("wave") == code)
