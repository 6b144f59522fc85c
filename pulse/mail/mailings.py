"""The mailings of a wave: an invitation at once, two reminders, and how far each has come.

Every function takes a session of the office and leaves the transaction to its caller.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from pulse.mail.tables import DeliveryRow, MailingRow


class MailingKind(StrEnum):
    INVITATION = "invitation"
    FIRST_REMINDER = "reminder-1"
    SECOND_REMINDER = "reminder-2"


class MailingState(StrEnum):
    """`stopped` is what a mailing becomes that the close of its wave came before."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    STOPPED = "stopped"


class DeliveryState(StrEnum):
    """`sending` is also what a message stays whose worker was killed: it is sent once more."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


DAYS_AFTER_OPENING: Mapping[MailingKind, int] = MappingProxyType(
    {
        MailingKind.INVITATION: 0,
        MailingKind.FIRST_REMINDER: 4,
        MailingKind.SECOND_REMINDER: 8,
    }
)


@dataclass(frozen=True, slots=True)
class MailingProgress:
    """How far a mailing has come, in people; nothing here changes when somebody answers.

    `total` is 0 until it begins. `problem` is a sentence while the mail server takes nothing,
    "" otherwise.
    """

    kind: MailingKind
    due_on: date
    state: MailingState
    total: int
    sent: int
    failed: int
    problem: str


def plan_mailings(session: Session, code: str, *, opened_on: date, closes_on: date) -> None:
    """Plan the invitation for the day of opening and the reminders; what is planned stays."""
    if MailingKind.INVITATION not in _rows(session, code):
        _plan(session, code, MailingKind.INVITATION, opened_on)
    add_reminders(session, code, closes_on=closes_on)


def add_reminders(session: Session, code: str, *, closes_on: date) -> None:
    """Plan the reminders that fall before the closing day, counted from the invitation."""
    rows = _rows(session, code)
    if MailingKind.INVITATION not in rows:
        return
    for kind, days in DAYS_AFTER_OPENING.items():
        due_on = rows[MailingKind.INVITATION].due_on + timedelta(days=days)
        if kind not in rows and due_on < closes_on:
            _plan(session, code, kind, due_on)


def mailings_of(session: Session, code: str) -> tuple[MailingProgress, ...]:
    """Return the mailings of a wave in the order of their days, with live counts until close."""
    rows = _rows(session, code)
    counts = _counts(session, rows)
    return tuple(
        MailingProgress(
            kind, row.due_on, MailingState(row.state), *counts[row.id], problem=row.problem
        )
        for kind, row in sorted(rows.items(), key=lambda each: each[1].due_on)
    )


def stop_mailings(session: Session, code: str) -> None:
    """End whatever is planned or under way, and forget to whom mail went; the counts stay.

    Done again, it changes nothing.
    """
    rows = _rows(session, code)
    counts = _counts(session, rows)
    for row in rows.values():
        row.total, row.sent, row.failed = counts[row.id]
        row.problem, row.wait_until = "", None
        if row.state != MailingState.SENT.value:
            row.state = MailingState.STOPPED.value
    ids = [row.id for row in rows.values()]
    session.execute(delete(DeliveryRow).where(DeliveryRow.mailing_id.in_(ids)))
    session.flush()


def _plan(session: Session, code: str, kind: MailingKind, due_on: date) -> None:
    session.add(
        MailingRow(wave_code=code, kind=kind.value, due_on=due_on, state=MailingState.PLANNED.value)
    )
    session.flush()


def _rows(session: Session, code: str) -> dict[MailingKind, MailingRow]:
    rows = session.scalars(select(MailingRow).where(MailingRow.wave_code == code))
    return {MailingKind(row.kind): row for row in rows}


def _counts(
    session: Session, rows: Mapping[MailingKind, MailingRow]
) -> dict[UUID, tuple[int, int, int]]:
    """Return total, sent and failed of each mailing: counted now, or as kept at close."""
    ids = [row.id for row in rows.values()]
    found: dict[UUID, dict[str, int]] = {}
    for mailing, state, people in session.execute(
        select(DeliveryRow.mailing_id, DeliveryRow.state, func.count())
        .where(DeliveryRow.mailing_id.in_(ids))
        .group_by(DeliveryRow.mailing_id, DeliveryRow.state)
    ):
        found.setdefault(mailing, {})[state] = people
    kept = {row.id: (row.total, row.sent, row.failed) for row in rows.values()}
    return kept | {
        mailing: (
            sum(states.values()),
            states.get(DeliveryState.SENT.value, 0),
            states.get(DeliveryState.FAILED.value, 0),
        )
        for mailing, states in found.items()
    }
