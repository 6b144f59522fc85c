"""A registry with one wave and a few invitations, written row by row, and phones that ask it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pulse.stores import Stores
from surveys.ballot_format import BallotKind
from surveys.blind_rsa import PassKey
from surveys.invitations import hash_of, secret_of
from surveys.issuing import NO_MARK, find_invitation, sign_passes, take_mark
from surveys.passes import PendingPass, begin_pass
from surveys.roster_tables import PersonRow
from surveys.units import UnitCode
from surveys.wave_states import WaveState
from surveys.wave_tables import InvitationRow, PassMarkRow, ReportingGroupRow, WaveRow
from tests.surveys.box_factories import pass_key

WAVE = "2026-11"
GROUPS = ("town", "harbour")
_INVITATION_KEY = bytes(range(32))

Blinded = Mapping[BallotKind, bytes]


@dataclass(frozen=True)
class IssuingDesk:
    """One wave, and the secrets of its invitations: the first is of the town, and so on."""

    stores: Stores
    secrets: Sequence[str]

    def ask(self, secret: str, blinded: Blinded) -> Mapping[BallotKind, bytes]:
        """Issue passes as the answering zone does: read, sign, mark, each for itself."""
        with self.stores.registry() as registry:
            found = find_invitation(registry, secret)
        signed = sign_passes(found, blinded, key_of=key_of)
        assert found is not None
        with self.stores.registry() as registry:
            take_mark(registry, found, blinded)
        return signed

    def mark(self, secret: str) -> bytes:
        with self.stores.registry() as registry:
            found = find_invitation(registry, secret)
        assert found is not None
        return found.mark

    def set_state(self, state: WaveState) -> None:
        with self.stores.registry() as registry:
            wave = registry.get(WaveRow, WAVE)
            assert wave is not None
            wave.state = state.value


def key_of(wave: str, unit: UnitCode, kind: BallotKind) -> PassKey:
    assert wave == WAVE
    return pass_key(kind, unit)


def begin(group: str = "town") -> dict[BallotKind, PendingPass]:
    return {kind: begin_pass(pass_key(kind, group).public, kind) for kind in BallotKind}


def blinded_of(pending: Mapping[BallotKind, PendingPass]) -> Blinded:
    return {kind: each.blinded for kind, each in pending.items()}


def open_desk(stores: Stores, *, invited: int = 4) -> IssuingDesk:
    """Write an open wave whose invitations alternate between the groups."""
    ids = [UUID(int=number) for number in range(1, invited + 1)]
    secrets = [secret_of(_INVITATION_KEY, each) for each in ids]
    with stores.registry() as registry:
        registry.add(_wave())
        registry.flush()
        registry.add_all(
            ReportingGroupRow(wave_code=WAVE, unit_code=group, invited=invited, box_part="all")
            for group in GROUPS
        )
        registry.add_all(_person(each) for each in ids)
        registry.add_all(PassMarkRow(place=100 + n, mark=NO_MARK) for n in range(invited))
        registry.flush()
        registry.add_all(
            InvitationRow(
                id=each,
                wave_code=WAVE,
                unit_code=GROUPS[place % 2],
                person_id=each,
                mark_place=100 + place,
                secret_sha256=hash_of(secret),
            )
            for place, (each, secret) in enumerate(zip(ids, secrets, strict=True))
        )
    return IssuingDesk(stores, secrets)


def _wave() -> WaveRow:
    return WaveRow(
        code=WAVE,
        kind="monthly",
        month=WAVE,
        title="November 2026",
        state=WaveState.OPEN.value,
        opens_on=date(2026, 11, 9),
        closes_on=date(2026, 11, 27),
        questions="[]",
        keys_needed=4,
        keys_made=4,
    )


def _person(number: UUID) -> PersonRow:
    return PersonRow(
        id=number,
        reference=str(number.int),
        name=f"Person {number.int}",
        email=None,
        is_agency=False,
        needs_card=True,
    )
