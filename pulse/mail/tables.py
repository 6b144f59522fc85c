"""Rows of the office about mail: which mailings there are and how far each has come.

They say to whom something was sent and never whether anybody answered.
"""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pulse.office.tables import OfficeBase


class MailingRow(OfficeBase):
    """One message to everybody invited to a wave: the invitation, or a reminder."""

    __tablename__ = "mailings"
    __table_args__ = (UniqueConstraint("wave_code", "kind"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    wave_code: Mapped[str]
    kind: Mapped[str]
    due_on: Mapped[date]
    state: Mapped[str]


class DeliveryRow(OfficeBase):
    """One message to one person; `problem` is a class of failure in words, "" without."""

    __tablename__ = "deliveries"

    mailing_id: Mapped[UUID] = mapped_column(ForeignKey("mailings.id"), primary_key=True)
    invitation_id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str]
    problem: Mapped[str]
    tries: Mapped[int]
