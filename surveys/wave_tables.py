"""Rows of the registry about waves: what is asked when, of whom, and which passes were taken.

Nothing here lies beside an answer. No row holds a time of day, an address or an order.
"""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from surveys.tables import RegistryBase

HASH_BYTES = 32


class WaveRow(RegistryBase):
    """One wave. `code` is its month, such as 2026-11, or the own code of a one-off pulse.

    `questions` is a JSON list of item codes in the order asked, `breakdowns` one of the codes of
    breakdown questions. The descriptor is there from `prepared` on and never changes.
    """

    __tablename__ = "waves"
    __table_args__ = (CheckConstraint("closes_on > opens_on", name="field_period"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    month: Mapped[str]
    title: Mapped[str]
    state: Mapped[str]
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    questions: Mapped[str] = mapped_column(Text)
    breakdowns: Mapped[str] = mapped_column(Text, server_default="[]")
    keys_needed: Mapped[int]
    keys_made: Mapped[int]
    descriptor_sha256: Mapped[str | None]
    descriptor: Mapped[str | None] = mapped_column(Text)
    annex: Mapped[str | None] = mapped_column(Text)
    closed_on: Mapped[date | None]
    releases_on: Mapped[date | None]


class ReportingGroupRow(RegistryBase):
    """People who are counted together in a wave; `unit_code` is the unit they are counted in."""

    __tablename__ = "reporting_groups"

    wave_code: Mapped[str] = mapped_column(ForeignKey("waves.code"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(primary_key=True)
    invited: Mapped[int]
    box_part: Mapped[str]


class GroupMemberRow(RegistryBase):
    """Who was counted in which reporting group; kept until a later wave is released.

    It says who was invited where, which the list of staff says too, and nothing of who answered.
    """

    __tablename__ = "group_members"

    wave_code: Mapped[str] = mapped_column(ForeignKey("waves.code"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    unit_code: Mapped[str]


class PassKeyRow(RegistryBase):
    """The public half of a pass key; `place` is its leaf (from 0) under the descriptor's root."""

    __tablename__ = "pass_keys"

    wave_code: Mapped[str] = mapped_column(ForeignKey("waves.code"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int]
    modulus: Mapped[bytes] = mapped_column(LargeBinary(256))


class InvitationRow(RegistryBase):
    """One person's invitation to a wave: the hash of its secret, never the secret.

    `mark_place` says which mark is its own. The row does not change after preparing.
    """

    __tablename__ = "invitations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    wave_code: Mapped[str] = mapped_column(ForeignKey("waves.code"), index=True)
    unit_code: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    mark_place: Mapped[int] = mapped_column(unique=True)
    secret_sha256: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES), unique=True)


class PassMarkRow(RegistryBase):
    """Whether passes were issued: 32 zero bytes, then the hash of what was signed.

    Preallocated and overwritten in place, so that neither place nor page tells an order.
    """

    __tablename__ = "pass_marks"

    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mark: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES))


class WaveRateRow(RegistryBase):
    """The one figure of an open wave: the whole organisation's rate in the policy's steps."""

    __tablename__ = "wave_rates"

    wave_code: Mapped[str] = mapped_column(ForeignKey("waves.code"), primary_key=True)
    percent: Mapped[int]
    counted_on: Mapped[date]


class WaveWishRow(RegistryBase):
    """What HR wants done with a wave soon, and why the last thing tried did not work.

    `step` is a `surveys.wave_wishes.WaveStep` or "" for none, `closes_on` the new day of an
    extension. `failed` is the step that did not work, `why` a sentence for HR; "" if all is well.
    """

    __tablename__ = "wave_wishes"

    wave_code: Mapped[str] = mapped_column(ForeignKey("waves.code"), primary_key=True)
    step: Mapped[str]
    closes_on: Mapped[date | None]
    failed: Mapped[str]
    why: Mapped[str] = mapped_column(Text)


class LeaseRow(RegistryBase):
    """Which worker may act until when (UTC), so that two never do one thing twice."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]
