"""How often a password may be tried under one name before waiting.

A try is counted before the password is checked, in one statement that also looks whether one has
to wait: of many tries at once only the first few are checked. Nothing is kept by address, so
nobody can be followed, and nobody is let off by changing theirs.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from pulse.office.accounts import fold_name
from pulse.office.tables import SignInTriesRow

TRIES_BEFORE_WAITING = 5
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=15)
FORGET_AFTER = timedelta(hours=12)


def key_of_name(sign_in_name: str, secret: bytes) -> str:
    """Return the keyed hash under which tries for the name are counted."""
    return hmac.new(secret, fold_name(sign_in_name).encode(), hashlib.sha256).hexdigest()


def count_try(session: Session, key: str, *, now: datetime) -> timedelta | None:
    """Count a try; return None if it may be made, else how long to wait (not counted then)."""
    session.execute(delete(SignInTriesRow).where(SignInTriesRow.forget_at <= now))
    tries = _count_unless_waiting(session, key, now)
    if tries is None:
        return _wait_left(session, key, now)
    if tries >= TRIES_BEFORE_WAITING:
        session.execute(
            update(SignInTriesRow)
            .where(SignInTriesRow.name_hmac == key)
            .values(wait_until=now + wait_after(tries))
        )
    return None


def forget_tries(session: Session, key: str) -> None:
    """Begin to count anew, after the right password."""
    session.execute(delete(SignInTriesRow).where(SignInTriesRow.name_hmac == key))


def wait_after(tries: int) -> timedelta:
    """Return the wait that a try brings if its password is wrong: doubling, up to 15 minutes."""
    doublings = min(tries - TRIES_BEFORE_WAITING, 8)  # 256 minutes are past the longest wait
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def _wait_left(session: Session, key: str, now: datetime) -> timedelta:
    wait_until: datetime | None = session.scalars(
        select(SignInTriesRow.wait_until).where(SignInTriesRow.name_hmac == key)
    ).one()
    return timedelta() if wait_until is None else wait_until - now


def _count_unless_waiting(session: Session, key: str, now: datetime) -> int | None:
    """Return the number of tries with this one, or None while one has to wait."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    forget_at = now + FORGET_AFTER
    counted = (
        insert(SignInTriesRow)
        .values(name_hmac=key, tries=1, wait_until=None, forget_at=forget_at)
        .on_conflict_do_update(
            index_elements=[SignInTriesRow.name_hmac],
            set_={"tries": SignInTriesRow.tries + 1, "forget_at": forget_at},
            where=or_(SignInTriesRow.wait_until.is_(None), SignInTriesRow.wait_until <= now),
        )
        .returning(SignInTriesRow.tries)
    )
    return session.execute(counted).scalar_one_or_none()
