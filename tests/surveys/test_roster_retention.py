"""People who left are forgotten once nothing needs them."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select

from pulse.stores import Stores
from surveys.roster import (
    StaffMember,
)
from surveys.wave_tables import InvitationRow, WaveRow
from tests.surveys.roster_kit import (
    ADA,
    BEN,
    CY,
    DECEMBER,
    EVE,
    NOVEMBER,
    OCTOBER,
    Roster,
)
from tests.surveys.roster_kit import quick_roster as quick_roster  # noqa: PLC0414 - a fixture
from tests.surveys.roster_kit import roster as roster  # noqa: PLC0414 - a fixture


def invite(stores: Stores, person: StaffMember) -> None:
    with stores.registry() as session:
        session.add(
            WaveRow(
                code="2026-10", kind="monthly", month="2026-10", title="October 2026", state="open",
                opens_on=OCTOBER, closes_on=OCTOBER + timedelta(days=10), questions="[]",
                keys_needed=0, keys_made=0,
            )
        )  # fmt: skip
        session.flush()
        session.add(
            InvitationRow(
                wave_code="2026-10", unit_code=person.unit, person_id=person.id, mark_place=0,
                secret_sha256=uuid4().bytes * 2,
            )
        )  # fmt: skip


def test_whoever_left_is_forgotten_on_the_day_they_are_gone(roster: Roster) -> None:
    roster.put(OCTOBER, ADA, BEN, CY)
    roster.put(NOVEMBER, ADA, BEN)

    assert roster.forget(NOVEMBER - EVE) == 0
    assert roster.forget(NOVEMBER) == 1
    assert roster.rows() == (2, 2)
    assert roster.forget(NOVEMBER) == 0


def test_whoever_left_is_kept_while_an_invitation_names_them(roster: Roster) -> None:
    roster.put(OCTOBER, ADA, BEN, CY)
    invite(roster.stores, roster.staff(OCTOBER)[2])
    roster.put(NOVEMBER, ADA, BEN)

    assert roster.forget(DECEMBER) == 0
    with roster.stores.registry() as session:
        session.delete(session.scalars(select(InvitationRow)).one())
    assert roster.forget(DECEMBER) == 1
