"""Accounts of people who read results. Staff who answer never have one."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pulse.access import ROLES_OF_ONE_PART, Role, Viewer
from pulse.office.passwords import check_new_password, hash_password
from pulse.office.tables import AccountRow, AccountUnitRow, SignInRow
from surveys.units import UnitCode


class AccountError(Exception):
    """An account cannot be made or changed like this; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account without its password."""

    sign_in_name: str
    display_name: str
    role: Role
    units: tuple[UnitCode, ...]
    is_active: bool


def fold_name(sign_in_name: str) -> str:
    """Return the one form of a sign-in name: letter case and spaces around it do not matter."""
    return unicodedata.normalize("NFKC", sign_in_name).strip().casefold()


def create_account(session: Session, account: Account, *, password: str) -> None:
    """Add an account that does not exist yet.

    Raises:
        AccountError: the name is taken or empty, or the units do not fit the role.
        PasswordRefusedError: the password may not be used.
    """
    name = fold_name(account.sign_in_name)
    if not name:
        raise AccountError("An account needs a name to sign in with.")
    if _row(session, name) is not None:
        raise AccountError(f"There is already an account {name!r}. Choose another name.")
    check_new_password(password, names=(name, account.display_name))
    row = AccountRow(
        sign_in_name=name,
        display_name=account.display_name.strip() or name,
        role=account.role.value,
        password_hash=hash_password(password),
        is_active=account.is_active,
    )
    session.add(row)
    session.flush()
    _write_units(session, row, account.units)


def all_accounts(session: Session) -> tuple[Account, ...]:
    """Return every account, A to Z by the name to sign in with."""
    units = _units_by_account(session)
    rows = session.scalars(select(AccountRow).order_by(AccountRow.sign_in_name))
    return tuple(
        Account(
            row.sign_in_name,
            row.display_name,
            Role(row.role),
            units.get(row.id, ()),
            row.is_active,
        )
        for row in rows
    )


def assign_units(session: Session, sign_in_name: str, units: Sequence[UnitCode]) -> None:
    """Replace the units whose subtrees the account may see.

    Raises:
        AccountError: no such account, or the units do not fit its role.
    """
    _write_units(session, _existing(session, sign_in_name), units)


def change_password(session: Session, sign_in_name: str, password: str) -> None:
    """Give the account a new password and sign it out everywhere.

    Raises:
        AccountError: no such account.
        PasswordRefusedError: the password may not be used.
    """
    row = _existing(session, sign_in_name)
    check_new_password(password, names=(row.sign_in_name, row.display_name))
    row.password_hash = hash_password(password)
    _sign_out_everywhere(session, row)


def set_active(session: Session, sign_in_name: str, *, is_active: bool) -> None:
    """Open or close the account; closing signs it out everywhere at once.

    Raises:
        AccountError: no such account.
    """
    row = _existing(session, sign_in_name)
    row.is_active = is_active
    if not is_active:
        _sign_out_everywhere(session, row)


def viewer_of(session: Session, account_id: UUID) -> Viewer | None:
    """Return the active account as the viewer that permissions are asked of, or None."""
    row = session.get(AccountRow, account_id)
    if row is None or not row.is_active:
        return None
    codes = session.scalars(
        select(AccountUnitRow.unit_code)
        .where(AccountUnitRow.account_id == row.id)
        .order_by(AccountUnitRow.unit_code)
    )
    units = tuple(UnitCode(code) for code in codes)
    return Viewer(str(row.id), row.display_name, Role(row.role), units)


def _row(session: Session, sign_in_name: str) -> AccountRow | None:
    wanted = AccountRow.sign_in_name == fold_name(sign_in_name)
    return session.scalars(select(AccountRow).where(wanted)).one_or_none()


def _existing(session: Session, sign_in_name: str) -> AccountRow:
    row = _row(session, sign_in_name)
    if row is None:
        raise AccountError(
            f"There is no account {sign_in_name!r}. `pulse account list` shows the names."
        )
    return row


def _write_units(session: Session, row: AccountRow, units: Sequence[UnitCode]) -> None:
    sees_one_part = Role(row.role) in ROLES_OF_ONE_PART
    if sees_one_part and not units:
        raise AccountError("A leader needs at least one unit. Name it with --unit CODE.")
    if units and not sees_one_part:
        raise AccountError("Only leaders have units of their own; leave --unit out for this role.")
    session.execute(delete(AccountUnitRow).where(AccountUnitRow.account_id == row.id))
    session.add_all(
        AccountUnitRow(account_id=row.id, unit_code=code) for code in sorted(set(units))
    )


def _units_by_account(session: Session) -> dict[UUID, tuple[UnitCode, ...]]:
    found: dict[UUID, tuple[UnitCode, ...]] = {}
    rows = session.scalars(select(AccountUnitRow).order_by(AccountUnitRow.unit_code))
    for row in rows:
        found[row.account_id] = (*found.get(row.account_id, ()), UnitCode(row.unit_code))
    return found


def _sign_out_everywhere(session: Session, row: AccountRow) -> None:
    session.execute(delete(SignInRow).where(SignInRow.account_id == row.id))
