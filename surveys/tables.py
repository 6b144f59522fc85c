"""Rows of the registry: what the organisation is and what it may ask."""

from datetime import date

from sqlalchemy import ForeignKeyConstraint, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING_CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class RegistryBase(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class UnitTreeRow(RegistryBase):
    """One tree, in force from its date until the next tree's date.

    `revision` counts how often the tree of this date was imported; the log names it, so that an
    import that was cut short and run again is recognised as the same one.
    """

    __tablename__ = "unit_trees"

    valid_from: Mapped[date] = mapped_column(primary_key=True)
    revision: Mapped[int]


class UnitRow(RegistryBase):
    __tablename__ = "units"
    __table_args__ = (
        ForeignKeyConstraint(["valid_from"], ["unit_trees.valid_from"], name="fk_units_tree"),
    )

    valid_from: Mapped[date] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    parent_code: Mapped[str | None]


class InstrumentRow(RegistryBase):
    """An imported pack as canonical JSON; a changed pack is a new version beside the old."""

    __tablename__ = "instruments"

    code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    document: Mapped[str] = mapped_column(Text)
    imported_on: Mapped[date]
