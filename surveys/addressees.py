"""To whom mail about a wave goes: everybody invited who has an address, answered or not.

Marks of passes are not looked at here: what is sent must be the same for everybody.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.roster_tables import PersonRow
from surveys.wave_states import WaveState
from surveys.wave_tables import InvitationRow, WaveRow


def mailable_invitations(session: Session, code: str) -> tuple[UUID, ...]:
    """Return the invitations of a wave whose people have an address now, in order of their ids."""
    rows = session.scalars(
        select(InvitationRow.id)
        .join(PersonRow, PersonRow.id == InvitationRow.person_id)
        .where(InvitationRow.wave_code == code, PersonRow.email.is_not(None))
    )
    return tuple(sorted(rows))


def addresses_of(session: Session, invitations: Collection[UUID]) -> dict[UUID, str]:
    """Return the present address of each invitation; whoever has none any more is left out."""
    rows = session.execute(
        select(InvitationRow.id, PersonRow.email)
        .join(PersonRow, PersonRow.id == InvitationRow.person_id)
        .where(InvitationRow.id.in_(invitations))
    )
    return {invitation: email for invitation, email in rows if email}


def is_open(session: Session, code: str) -> bool:
    """Return whether a wave can be answered now; asked between messages, so it reads one word."""
    state = session.scalar(select(WaveRow.state).where(WaveRow.code == code))
    return state == WaveState.OPEN.value
