"""To whom mail goes: everybody invited who has an address, whatever their pass marks say."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from pulse.stores import Stores
from surveys.addressees import addresses_of, is_open, mailable_invitations
from surveys.issuing import NO_MARK
from surveys.roster_tables import PersonRow
from surveys.wave_states import WaveState
from surveys.wave_tables import HASH_BYTES, InvitationRow, PassMarkRow, WaveRow


def add_wave(session: Session, code: str, state: WaveState = WaveState.OPEN) -> None:
    session.add(
        WaveRow(
            code=code,
            kind="monthly",
            month=code,
            title=code,
            state=state.value,
            opens_on=date(2026, 11, 9),
            closes_on=date(2026, 11, 27),
            questions="[]",
            keys_needed=0,
            keys_made=0,
        )
    )
    session.flush()


def invite(
    session: Session, code: str, place: int, *, email: str | None, mark: bytes = NO_MARK
) -> UUID:
    """Add a person with an invitation, and return its id."""
    person = PersonRow(
        reference=f"{place}", name=f"P {place}", email=email, is_agency=False, needs_card=False
    )
    session.add(person)
    session.flush()
    invitation = InvitationRow(
        id=uuid4(),
        wave_code=code,
        unit_code="A",
        person_id=person.id,
        mark_place=place,
        secret_sha256=place.to_bytes(HASH_BYTES, "big"),
    )
    session.add_all([invitation, PassMarkRow(place=place, mark=mark)])
    session.flush()
    return invitation.id


def test_everybody_with_an_address_is_written_to_whether_or_not_they_took_a_pass(
    any_stores: Stores,
) -> None:
    with any_stores.registry() as registry:
        add_wave(registry, "2026-11")
        add_wave(registry, "2026-10")
        fresh = invite(registry, "2026-11", 1, email="ada@example.org")
        used = invite(registry, "2026-11", 2, email="ben@example.org", mark=b"x" * HASH_BYTES)
        without = invite(registry, "2026-11", 3, email=None)
        invite(registry, "2026-10", 4, email="cy@example.org")
        assert mailable_invitations(registry, "2026-11") == tuple(sorted([fresh, used]))
        assert addresses_of(registry, [fresh, used, without]) == {
            fresh: "ada@example.org",
            used: "ben@example.org",
        }


@pytest.mark.parametrize("state", WaveState)
def test_only_an_open_wave_is_open(stores: Stores, state: WaveState) -> None:
    with stores.registry() as registry:
        add_wave(registry, "2026-11", state)
        assert is_open(registry, "2026-11") is (state is WaveState.OPEN)
        assert not is_open(registry, "2026-12")
