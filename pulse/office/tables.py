"""Rows of the office: accounts of people who read results, their sessions, refused requests."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from surveys.tables import NAMING_CONVENTION


class OfficeBase(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class AccountRow(OfficeBase):
    """Somebody who signs in. Staff who answer never have one."""

    __tablename__ = "accounts"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    sign_in_name: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True)


class AccountUnitRow(OfficeBase):
    """A unit whose subtree the account may see."""

    __tablename__ = "account_units"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(primary_key=True)


class SignInRow(OfficeBase):
    """A signed-in browser; only the hash of its token is kept. Times are UTC."""

    __tablename__ = "sign_ins"

    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SignInTriesRow(OfficeBase):
    """Tries to sign in under one name since it last worked, kept for a short while. Times are UTC.

    The name is kept as a keyed hash, whether an account has it or not: the waiting time then
    tells nobody which names exist, and a password typed into the wrong box is not kept.
    """

    __tablename__ = "sign_in_tries"

    name_hmac: Mapped[str] = mapped_column(primary_key=True)
    tries: Mapped[int]
    wait_until: Mapped[datetime | None]
    forget_at: Mapped[datetime] = mapped_column(index=True)


class RefusalRow(OfficeBase):
    """A request that a rule refused: role, day and rule, for the union auditor to read."""

    __tablename__ = "refusals"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    day: Mapped[date]
    role: Mapped[str]
    rule: Mapped[str]
    page: Mapped[str]
