"""Rows of the office about mail: which mailings there are and how far each has come.

They say to whom something was sent and never whether anybody answered. No row holds a time at which
a person was written to.
"""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pulse.office.tables import OfficeBase


class MailingRow(OfficeBase):
    """One message to everybody invited to a wave: the invitation, or a reminder.

    `tries` is how often everybody still waiting was tried; nothing is sent before `wait_until`
    (local time). `problem` is why the mail server takes nothing now, a sentence, "" without.
    `total`, `sent` and `failed` are written when the deliveries are forgotten.
    """

    __tablename__ = "mailings"
    __table_args__ = (UniqueConstraint("wave_code", "kind"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    wave_code: Mapped[str]
    kind: Mapped[str]
    due_on: Mapped[date]
    state: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    wait_until: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(default="")
    total: Mapped[int] = mapped_column(default=0)
    sent: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)


class DeliveryRow(OfficeBase):
    """One message to one person, forgotten at close; `problem` is the class of a failure, or ""."""

    __tablename__ = "deliveries"

    mailing_id: Mapped[UUID] = mapped_column(ForeignKey("mailings.id"), primary_key=True)
    invitation_id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str]
    problem: Mapped[str] = mapped_column(default="")
    tries: Mapped[int] = mapped_column(default=0)
