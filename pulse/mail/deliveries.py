"""The deliveries of a mailing: who is next, and what became of each, kept message by message.

Before a message leaves, its delivery is `sending`; only afterwards it is anything else. The two
marks of neighbours share a transaction. So whoever kills the worker leaves one message at most of
which nobody knows whether it left: it is sent once more, with the same Message-ID.

Every function takes a session of the office and leaves the transaction to its caller.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import Table, and_, case, func, insert, or_, select, update
from sqlalchemy.orm import Session

from pulse.mail.carriers import Outcome, Verdict
from pulse.mail.mailings import DeliveryState, MailingKind, MailingState
from pulse.mail.tables import DeliveryRow, MailingRow
from surveys.calendar import has_opened

_MINUTES_BEFORE_NEXT_TRY = (5, 15, 30, 60, 120, 240, 480)
MOST_TRIES = len(_MINUTES_BEFORE_NEXT_TRY) + 1
_MINUTES_AFTER_PROBLEM = 5
_UNDER_WAY = (MailingState.PLANNED.value, MailingState.SENDING.value)


@dataclass(frozen=True, slots=True)
class Mailing:
    """A mailing that is due. `tries` is how often those still waiting were tried."""

    id: UUID
    kind: MailingKind
    is_begun: bool
    tries: int


@dataclass(frozen=True, slots=True)
class Settled:
    """A message that was handed over, and what became of it."""

    invitation: UUID
    outcome: Outcome


def due_mailing(session: Session, code: str, *, closes_on: date, now: datetime) -> Mailing | None:
    """Return what is to be sent for an open wave now, one mailing after the other.

    A reminder begins in the morning, after the invitation has gone out, and never on the closing
    day.

    Args:
        session: of the office.
        code: of an open wave.
        closes_on: its closing day.
        now: local time.
    """
    row = session.scalars(
        select(MailingRow)
        .where(MailingRow.wave_code == code, MailingRow.state.in_(_UNDER_WAY))
        .order_by(MailingRow.due_on)
    ).first()
    if row is None or not _is_due(row, closes_on, now):
        return None
    is_begun = row.state == MailingState.SENDING.value
    return Mailing(row.id, MailingKind(row.kind), is_begun, row.tries)


def begin_mailing(
    session: Session, mailing: Mailing, invitations: Iterable[UUID], *, day: date
) -> None:
    """Write down to whom a mailing goes. Later ones move by as many days as this one is late."""
    row = session.get_one(MailingRow, mailing.id)
    if row.state != MailingState.PLANNED.value:
        return  # the wave has closed meanwhile
    late = day - row.due_on
    if late > timedelta(0):
        for later in session.scalars(
            select(MailingRow).where(
                MailingRow.wave_code == row.wave_code,
                MailingRow.state == MailingState.PLANNED.value,
            )
        ):
            later.due_on += late
    row.state = MailingState.SENDING.value
    session.flush()
    fresh = {"mailing_id": mailing.id, "state": DeliveryState.WAITING.value}
    rows = [fresh | {"invitation_id": invitation} for invitation in invitations]
    if rows:
        session.execute(insert(DeliveryRow), rows)


def next_invitations(session: Session, mailing: Mailing, *, most: int) -> tuple[UUID, ...]:
    """Return who is written to next: first the one of whom nobody knows, then who is waiting."""
    is_unknown = DeliveryRow.state == DeliveryState.SENDING.value
    is_waiting = and_(
        DeliveryRow.state == DeliveryState.WAITING.value, DeliveryRow.tries <= mailing.tries
    )
    return tuple(
        session.scalars(
            select(DeliveryRow.invitation_id)
            .where(DeliveryRow.mailing_id == mailing.id, or_(is_unknown, is_waiting))
            .order_by(is_unknown.desc(), DeliveryRow.invitation_id)
            .limit(most)
        )
    )


def note_delivery(
    session: Session, mailing: Mailing, *, settled: Settled | None, following: UUID | None
) -> None:
    """Keep what became of one message, and that the following one is about to leave."""
    if settled is not None:
        _update(session, mailing, [settled.invitation], **_after(settled.outcome))
    if following is not None:
        is_first_mark = DeliveryRow.state == DeliveryState.WAITING.value
        tries = case((is_first_mark, DeliveryRow.tries + 1), else_=DeliveryRow.tries)
        _update(session, mailing, [following], state=DeliveryState.SENDING.value, tries=tries)


def take_back(session: Session, mailing: Mailing, invitations: Sequence[UUID]) -> None:
    """Let those wait again who were refused for something that was not their address."""
    _update(session, mailing, invitations, **_after(Outcome(Verdict.DEFERRED)))


def end_of_round(session: Session, mailing: Mailing, *, now: datetime) -> None:
    """Finish a mailing when nobody is left, else say when those who are left are tried again."""
    tries = session.scalar(
        select(func.min(DeliveryRow.tries)).where(
            DeliveryRow.mailing_id == mailing.id,
            DeliveryRow.state == DeliveryState.WAITING.value,
        )
    )
    row = session.get_one(MailingRow, mailing.id)
    if row.state != MailingState.SENDING.value:
        return  # the wave has closed meanwhile
    row.problem = ""
    if tries is None:
        row.state, row.wait_until = MailingState.SENT.value, None
    else:
        minutes = _MINUTES_BEFORE_NEXT_TRY[tries - 1]
        row.tries, row.wait_until = tries, now + timedelta(minutes=minutes)


def note_problem(session: Session, mailing: Mailing, problem: str, *, now: datetime) -> None:
    """Keep for HR why nothing can be sent, and try again in a while."""
    row = session.get_one(MailingRow, mailing.id)
    if row.state != MailingState.SENDING.value:
        return  # the wave has closed meanwhile
    row.problem, row.wait_until = problem, now + timedelta(minutes=_MINUTES_AFTER_PROBLEM)


def _is_due(row: MailingRow, closes_on: date, now: datetime) -> bool:
    if row.state == MailingState.SENDING.value:
        return row.wait_until is None or row.wait_until <= now
    if row.kind == MailingKind.INVITATION.value:
        return row.due_on <= now.date()
    return has_opened(row.due_on, now) and now.date() < closes_on


def _after(outcome: Outcome) -> dict[str, object]:
    if outcome.verdict is Verdict.SENT:
        return {"state": DeliveryState.SENT.value, "problem": ""}
    if outcome.verdict is Verdict.REFUSED:
        return {"state": DeliveryState.FAILED.value, "problem": outcome.problem}
    given_up = DeliveryRow.tries >= MOST_TRIES
    state = case((given_up, DeliveryState.FAILED.value), else_=DeliveryState.WAITING.value)
    return {"state": state, "problem": outcome.problem}


def _update(
    session: Session, mailing: Mailing, invitations: Sequence[UUID], **values: object
) -> None:
    # The table and not its class: no object of it is loaded, and this runs for each message.
    table = cast("Table", DeliveryRow.__table__)
    session.execute(
        update(table)
        .where(table.c.mailing_id == mailing.id, table.c.invitation_id.in_(invitations))
        .values(**values)
    )
