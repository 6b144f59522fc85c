"""Who is signed in: a random token in the browser, its hash in the office store, for 12 hours.

The token says nothing about the account, is made anew at each sign-in, and stops working when it
is old, when its reader signs out, and when the account is closed or gets a new password.
"""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pulse.access import Viewer
from pulse.office.accounts import fold_name, viewer_of
from pulse.office.passwords import is_password
from pulse.office.tables import AccountRow, SignInRow

LONGEST_SIGN_IN = timedelta(hours=12)


def utc_now() -> datetime:
    """Return the present time in UTC without a zone, as the office store keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)


def check_account(session: Session, sign_in_name: str, password: str) -> UUID | None:
    """Return the active account that name and password belong to, or None.

    The same work is done whether the name exists, is closed, or the password is wrong.
    """
    wanted = AccountRow.sign_in_name == fold_name(sign_in_name)
    row = session.scalars(select(AccountRow).where(wanted)).one_or_none()
    is_open = row is not None and row.is_active
    if is_password(row.password_hash if row is not None and is_open else None, password):
        return row.id if row is not None else None
    return None


def begin_sign_in(session: Session, account_id: UUID, *, now: datetime) -> str:
    """Return a new token for the account; old sign-ins of anybody are removed."""
    session.execute(delete(SignInRow).where(SignInRow.expires_at <= now))
    token = secrets.token_urlsafe(32)
    session.add(
        SignInRow(
            token_sha256=_hash(token), account_id=account_id, expires_at=now + LONGEST_SIGN_IN
        )
    )
    return token


def viewer_of_token(session: Session, token: str, *, now: datetime) -> Viewer | None:
    """Return who is signed in with the token, or None if it does not work (any more)."""
    account_id = session.scalars(
        select(SignInRow.account_id).where(
            SignInRow.token_sha256 == _hash(token), SignInRow.expires_at > now
        )
    ).one_or_none()
    return None if account_id is None else viewer_of(session, account_id)


def end_sign_in(session: Session, token: str) -> None:
    session.execute(delete(SignInRow).where(SignInRow.token_sha256 == _hash(token)))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
