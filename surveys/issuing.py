"""Issuing passes: whoever holds an invitation gets one pass of each kind, once.

Three steps: `find_invitation` reads, `sign_passes` signs what it cannot see, `take_mark` marks the
invitation in one atomic statement. Nothing that was signed may leave before the mark is kept, so
the caller sends the signatures only after the transaction of `take_mark` has been committed. The
slow step, signing, holds no lock.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from surveys.ballot_format import BallotKind
from surveys.blind_rsa import PassKey
from surveys.errors import SurveyError
from surveys.invitations import hash_of
from surveys.units import UnitCode
from surveys.wave_states import WaveState
from surveys.wave_tables import (
    HASH_BYTES,
    InvitationRow,
    PassMarkRow,
    ReportingGroupRow,
    WaveRow,
)

NO_MARK = bytes(HASH_BYTES)
KeyOf = Callable[[str, UnitCode, BallotKind], PassKey]
"""Gives the pass key of a wave, a reporting group and a kind."""

# Put together once: for each request that would take longer than the database needs to answer.
_FIND = (
    select(
        InvitationRow.wave_code,
        WaveRow.state,
        InvitationRow.unit_code,
        ReportingGroupRow.box_part,
        InvitationRow.mark_place,
        PassMarkRow.mark,
    )
    .join(WaveRow, WaveRow.code == InvitationRow.wave_code)
    .join(
        ReportingGroupRow,
        (ReportingGroupRow.wave_code == InvitationRow.wave_code)
        & (ReportingGroupRow.unit_code == InvitationRow.unit_code),
    )
    .join(PassMarkRow, PassMarkRow.place == InvitationRow.mark_place)
    .where(InvitationRow.secret_sha256 == bindparam("sought"))
)
_MARK = (
    update(PassMarkRow)
    .where(
        PassMarkRow.place == bindparam("its_place"),
        or_(PassMarkRow.mark == NO_MARK, PassMarkRow.mark == bindparam("its_mark")),
    )
    .values(mark=bindparam("its_mark"))
    .returning(PassMarkRow.place)
)


class Refusal(StrEnum):
    """Why no pass is issued; each is a page of its own for the person."""

    UNKNOWN = "unknown"
    NOT_YET = "not_yet"
    CLOSED = "closed"
    USED = "used"
    MALFORMED = "malformed"


class PassRefused(SurveyError):  # noqa: N818 - a refusal is an answer, not a fault
    """No pass is issued."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"no pass: {refusal.value}")
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class FoundInvitation:
    """What an invitation's secret leads to. `mark` is all zeros until passes were issued."""

    wave_code: str
    state: WaveState
    unit_code: UnitCode
    box_part: str
    mark_place: int
    mark: bytes = field(repr=False)

    @property
    def is_used(self) -> bool:
        return self.mark != NO_MARK

    @property
    def refusal(self) -> Refusal | None:
        """Why its wave issues no passes now; None while it is open."""
        if self.state is WaveState.OPEN:
            return None
        before = self.state in {WaveState.DRAFT, WaveState.PREPARED}
        return Refusal.NOT_YET if before else Refusal.CLOSED


def find_invitation(session: Session, secret: str) -> FoundInvitation | None:
    """Return the invitation of a tidy secret, None if there is none (registry session)."""
    row = session.connection().execute(_FIND, {"sought": hash_of(secret)}).first()
    if row is None:
        return None
    wave, state, unit, part, place, mark = row
    return FoundInvitation(wave, WaveState(state), UnitCode(unit), part, place, bytes(mark))


def sign_passes(
    found: FoundInvitation | None, blinded: Mapping[BallotKind, bytes], *, key_of: KeyOf
) -> Mapping[BallotKind, bytes]:
    """Return the blind signatures over one message of each kind. They may not leave yet.

    Raises:
        PassRefused: no such invitation, its wave is not open, or other passes were issued.
        BlindedMessageError: what was sent is no blinded message for the key.
    """
    if found is None:
        raise PassRefused(Refusal.UNKNOWN)
    if found.refusal is not None:
        raise PassRefused(found.refusal)
    if set(blinded) != set(BallotKind):
        raise PassRefused(Refusal.MALFORMED)
    if found.is_used and found.mark != mark_of(blinded):
        raise PassRefused(Refusal.USED)
    return {
        kind: key_of(found.wave_code, found.unit_code, kind).sign_blinded(blinded[kind])
        for kind in BallotKind
    }


def take_mark(
    session: Session, found: FoundInvitation, blinded: Mapping[BallotKind, bytes]
) -> None:
    """Mark the invitation with what was signed, unless something else is marked there.

    The same messages again are accepted, so that a phone that lost the answer can ask again.

    Raises:
        PassRefused: other passes were issued meanwhile.
    """
    given = {"its_place": found.mark_place, "its_mark": mark_of(blinded)}
    taken = session.connection().execute(_MARK, given).first()
    if taken is None:
        raise PassRefused(Refusal.USED)


def mark_of(blinded: Mapping[BallotKind, bytes]) -> bytes:
    """Return what marks an invitation: SHA-256 over the blinded messages in the kinds' order."""
    return hashlib.sha256(b"".join(blinded[kind] for kind in BallotKind)).digest()
