"""Rows of the append-only log; they lie in the archive store with metadata of their own."""

from datetime import date

from sqlalchemy import MetaData, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from surveys.tables import NAMING_CONVENTION


class LedgerBase(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class LogEntryRow(LedgerBase):
    """One leaf of the Merkle tree. `document` holds the exact bytes (as text) that are hashed."""

    __tablename__ = "log_entries"

    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    day: Mapped[date]
    document: Mapped[str] = mapped_column(Text)
    leaf_hash: Mapped[str]


class CheckpointRow(LedgerBase):
    """The signed note over the first `size` entries."""

    __tablename__ = "checkpoints"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    note: Mapped[str] = mapped_column(Text)
