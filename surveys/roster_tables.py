"""Rows of the registry about people: who may be invited, and where they work."""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from surveys.tables import RegistryBase


class PersonRow(RegistryBase):
    """Somebody who works here. `reference` is the employer's own key: a staff number or e-mail."""

    __tablename__ = "people"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    reference: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    email: Mapped[str | None]
    is_agency: Mapped[bool]
    needs_card: Mapped[bool]


class PlacementRow(RegistryBase):
    """The one unit in which a person works from a day on, until the day before `valid_to`."""

    __tablename__ = "placements"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="ends_after_start"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    unit_code: Mapped[str] = mapped_column(index=True)


class RosterImportRow(RegistryBase):
    """One list of staff taken in: the day it holds for, and how many people stood in it.

    `revision` counts the imports, so that two at once cannot both be made, and the log can name
    the one it tells of.
    """

    __tablename__ = "roster_imports"

    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date]
    people: Mapped[int]
