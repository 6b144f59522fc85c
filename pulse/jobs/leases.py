"""A lease in the registry: one worker acts at a time, and a dead one's turn runs out."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, or_, update
from sqlalchemy.exc import IntegrityError

from pulse.stores import Stores
from surveys.wave_tables import LeaseRow

LEASE_SECONDS = 300
_SEEN = "worker seen"
_SEEN_SECONDS = 300  # five of its minutes


class Lease:
    """A turn that somebody holds; `renew` before it runs out."""

    def __init__(self, stores: Stores, name: str, holder: str) -> None:
        self._stores = stores
        self._name = name
        self._holder = holder

    def renew(self) -> bool:
        """Hold the turn for another while; False if it ran out and somebody else has it."""
        return _take(self._stores, self._name, self._holder)


@contextmanager
def lease(stores: Stores, name: str) -> Iterator[Lease | None]:
    """Yield a lease, or None while another process holds it."""
    holder = secrets.token_hex(8)
    if not _take(stores, name, holder):
        yield None
        return
    try:
        yield Lease(stores, name, holder)
    finally:
        with stores.registry() as registry:
            registry.execute(
                delete(LeaseRow).where(LeaseRow.name == name, LeaseRow.holder == holder)
            )


def note_worker(stores: Stores) -> None:
    """Note that a worker has looked at everything just now."""
    until = _now() + timedelta(seconds=_SEEN_SECONDS)
    with stores.registry() as registry:
        registry.merge(LeaseRow(name=_SEEN, holder="", until=until))


def is_worker_seen(stores: Stores) -> bool:
    """Return whether a worker has looked at everything in the last five minutes."""
    with stores.registry() as registry:
        row = registry.get(LeaseRow, _SEEN)
        return row is not None and row.until >= _now()


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _take(stores: Stores, name: str, holder: str) -> bool:
    now = _now()
    until = now + timedelta(seconds=LEASE_SECONDS)
    with stores.registry() as registry:
        mine = registry.execute(
            update(LeaseRow)
            .where(LeaseRow.name == name, or_(LeaseRow.holder == holder, LeaseRow.until < now))
            .values(holder=holder, until=until)
            .returning(LeaseRow.name)
        ).first()
    if mine is not None:
        return True
    try:
        with stores.registry() as registry:
            registry.execute(insert(LeaseRow).values(name=name, holder=holder, until=until))
    except IntegrityError:
        return False  # somebody holds it
    return True
