"""Preparing a wave: groups and invitations first, then keys, then the frozen descriptor.

Each step can be cut short and done again: what exists stays. The order is `lay_out` (one registry
transaction), `make_pass_key` for every place (key files), `freeze` (one registry transaction). Only
then is the descriptor logged and the wave `prepared`, by the caller, who holds both stores.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from surveys.ballot_format import BallotKind
from surveys.blind_rsa import PassKey, PassPublicKey
from surveys.breakdown_questions import declared_breakdowns
from surveys.custody import WaveKeys, read_key, write_key
from surveys.descriptors import Descriptor, Group, PassKeyLeaf, PassKeyTree
from surveys.errors import StateError
from surveys.group_members import remember_members
from surveys.groups import reporting_groups
from surveys.instruments import Instrument
from surveys.invitations import INVITATION_KEY_BYTES, hash_of, secret_of
from surveys.issuing import NO_MARK
from surveys.packs import find_items
from surveys.policy import AnonymityPolicy
from surveys.roster import StaffMember
from surveys.scales import Scale
from surveys.sealing import OpeningKey
from surveys.units import UnitCode, UnitTree
from surveys.wave_tables import (
    InvitationRow,
    PassKeyRow,
    PassMarkRow,
    ReportingGroupRow,
    WaveRow,
)
from surveys.waves import Wave, find_wave, refuse_unless_free_draft

WHOLE = "all"
"""The box of everybody who has no box of their own."""

_KINDS = tuple(BallotKind)


@dataclass(frozen=True, slots=True)
class Layout:
    """Who is asked: groups in the order of their units, and the person of each invitation."""

    groups: tuple[Group, ...]
    people: Mapping[UUID, UnitCode]

    @property
    def invited(self) -> int:
        return len(self.people)


def plan_layout(
    staff: Sequence[StaffMember],
    tree: UnitTree,
    policy: AnonymityPolicy,
    *,
    box_parts: Sequence[str] = (),
) -> Layout:
    """Return the reporting groups and who belongs to which.

    Args:
        staff: everybody who works here on the day of opening.
        tree: the units of that day.
        policy: in force; groups have at least its threshold and colluders together.
        box_parts: units whose people get a box of their own.

    Raises:
        StateError: somebody works in a unit that the tree does not have, or there is no such
            unit for a box, or fewer people than the threshold work here at all.
    """
    foreign = sorted({member.unit for member in staff if member.unit not in tree})
    if foreign:
        raise StateError(
            f"People work in units that are not in the tree of that day: {', '.join(foreign[:5])}. "
            "Import the units or the list of staff again."
        )
    unknown = sorted(part for part in box_parts if UnitCode(part) not in tree)
    if unknown:
        raise StateError(f"PULSE_BOX_PARTS names {unknown[0]!r}, which is no unit.")
    counts: dict[UnitCode, int] = {}
    for member in staff:
        counts[member.unit] = counts.get(member.unit, 0) + 1
    grouping = reporting_groups(tree, counts, threshold=policy.shown_threshold)
    return Layout(
        groups=tuple(
            Group(unit, size, _part_of(unit, tree, box_parts))
            for unit, size in sorted(grouping.sizes.items())
        ),
        people={member.id: grouping.group_of[member.unit] for member in staff},
    )


def lay_out(session: Session, code: str, layout: Layout, keys: WaveKeys) -> None:
    """Make invitations, marks and groups of a draft; from now on it is being prepared.

    Raises:
        StateError: it is not a draft, or is being prepared already.
    """
    wave = find_wave(session, code)
    refuse_unless_free_draft(wave)
    write_key(keys.invitation, secrets.token_bytes(INVITATION_KEY_BYTES))
    _insert_groups(session, code, layout.groups)
    _insert_invitations(session, code, layout.people, read_key(keys.invitation))
    remember_members(session, code, layout.people)
    session.execute(
        update(WaveRow)
        .where(WaveRow.code == code)
        .values(keys_needed=len(layout.groups) * len(_KINDS), keys_made=0)
    )


def make_pass_key(keys: WaveKeys, place: int) -> None:
    """Make the pass key of one place, unless it is there already."""
    path = keys.pass_key(place)
    if not path.exists():
        write_key(path, PassKey.generate().as_der())


def note_progress(session: Session, code: str, keys_made: int) -> None:
    session.execute(update(WaveRow).where(WaveRow.code == code).values(keys_made=keys_made))


@dataclass(frozen=True, slots=True)
class FrozenRules:
    """What holds for a wave from now on: the day's units, the policy, the engine's version."""

    tree: UnitTree
    policy: AnonymityPolicy
    engine: str


def freeze(session: Session, wave: Wave, rules: FrozenRules, keys: WaveKeys) -> Descriptor:
    """Write public keys and descriptor of a wave all of whose pass keys are made.

    Done again before the wave is prepared, it writes the same.

    Raises:
        StateError: the wave is not being prepared, or asks a breakdown question that the policy
            does not declare.
        CustodyError: a key is missing.
    """
    groups = groups_of(session, wave.code)
    if not groups:
        raise StateError(f"{wave.title} is not being prepared.")
    leaves = _leaves(wave.code, groups, keys)
    write_key(keys.opening, OpeningKey.generate().as_pem())
    descriptor = Descriptor(
        code=wave.code,
        kind=wave.kind,
        month=wave.month,
        title=wave.title,
        instrument=_instrument(session, wave),
        policy=rules.policy,
        tree=rules.tree,
        groups=groups,
        opening_point=OpeningKey.from_pem(read_key(keys.opening)).public_point,
        keys=len(leaves),
        keys_root=PassKeyTree(leaves).root,
        engine=rules.engine,
        breakdowns=tuple(
            breakdown.code for breakdown in declared_breakdowns(rules.policy, wave.breakdowns)
        ),
        questionnaire_figures=True,
    )
    _write_public_keys(session, wave.code, leaves)
    _write_descriptor(session, descriptor)
    return descriptor


def groups_of(session: Session, code: str) -> tuple[Group, ...]:
    """Return the reporting groups of a wave, in the order of their units."""
    rows = session.execute(
        select(ReportingGroupRow.unit_code, ReportingGroupRow.invited, ReportingGroupRow.box_part)
        .where(ReportingGroupRow.wave_code == code)
        .order_by(ReportingGroupRow.unit_code)
    )
    return tuple(Group(UnitCode(unit), invited, part) for unit, invited, part in rows)


def pass_key_tree(session: Session, code: str) -> PassKeyTree:
    """Return the tree over the public pass keys of a prepared wave."""
    rows = session.execute(
        select(
            PassKeyRow.unit_code, PassKeyRow.kind, ReportingGroupRow.box_part, PassKeyRow.modulus
        )
        .join(
            ReportingGroupRow,
            (ReportingGroupRow.wave_code == PassKeyRow.wave_code)
            & (ReportingGroupRow.unit_code == PassKeyRow.unit_code),
        )
        .where(PassKeyRow.wave_code == code)
        .order_by(PassKeyRow.place)
    )
    return PassKeyTree(
        [
            PassKeyLeaf(code, UnitCode(unit), BallotKind(kind), part, bytes(modulus))
            for unit, kind, part, modulus in rows
        ]
    )


def place_of(groups: Sequence[Group], unit: UnitCode, kind: BallotKind) -> int:
    """Return the place of a pass key: two per group, in the order of groups and kinds."""
    index = next(place for place, group in enumerate(groups) if group.unit == unit)
    return index * len(_KINDS) + _KINDS.index(kind)


def box_keys(leaves: Iterable[PassKeyLeaf], part: str) -> dict[bytes, tuple[BallotKind, bytes]]:
    """Return what the box of a part knows: by key id the kind that it passes, and its modulus."""
    return {
        PassPublicKey.from_modulus(leaf.modulus).key_id: (leaf.kind, leaf.modulus)
        for leaf in leaves
        if leaf.box_part == part
    }


def forget_invitations(session: Session, code: str) -> int:
    """Delete a wave's invitations and marks and return how many there were."""
    places = select(InvitationRow.mark_place).where(InvitationRow.wave_code == code)
    session.execute(delete(PassMarkRow).where(PassMarkRow.place.in_(places)))
    gone = session.execute(
        delete(InvitationRow).where(InvitationRow.wave_code == code).returning(InvitationRow.id)
    )
    return len(gone.all())


def _insert_groups(session: Session, code: str, groups: Sequence[Group]) -> None:
    session.execute(
        insert(ReportingGroupRow),
        [
            {
                "wave_code": code,
                "unit_code": group.unit,
                "invited": group.invited,
                "box_part": group.box_part,
            }
            for group in groups
        ],
    )


def _insert_invitations(
    session: Session, code: str, people: Mapping[UUID, UnitCode], invitation_key: bytes
) -> None:
    """Write invitations in the order of their random ids, so that none tells who stood next."""
    first_free = (session.scalar(select(func.max(PassMarkRow.place))) or 0) + 1
    places = list(range(first_free, first_free + len(people)))
    session.execute(insert(PassMarkRow), [{"place": place, "mark": NO_MARK} for place in places])
    secrets.SystemRandom().shuffle(places)
    made = sorted((uuid4(), person, unit) for person, unit in people.items())
    session.execute(
        insert(InvitationRow),
        [
            {
                "id": invitation,
                "wave_code": code,
                "unit_code": unit,
                "person_id": person,
                "mark_place": place,
                "secret_sha256": hash_of(secret_of(invitation_key, invitation)),
            }
            for (invitation, person, unit), place in zip(made, places, strict=True)
        ],
    )


def _write_descriptor(session: Session, descriptor: Descriptor) -> None:
    session.execute(
        update(WaveRow)
        .where(WaveRow.code == descriptor.code)
        .values(
            descriptor=descriptor.text,
            annex=descriptor.annex,
            descriptor_sha256=descriptor.sha256,
            keys_made=descriptor.keys,
        )
    )


def _write_public_keys(session: Session, code: str, leaves: Sequence[PassKeyLeaf]) -> None:
    session.execute(delete(PassKeyRow).where(PassKeyRow.wave_code == code))
    session.execute(
        insert(PassKeyRow),
        [
            {
                "wave_code": code,
                "unit_code": leaf.unit,
                "kind": leaf.kind.value,
                "place": place,
                "modulus": leaf.modulus,
            }
            for place, leaf in enumerate(leaves)
        ],
    )


def _leaves(code: str, groups: Sequence[Group], keys: WaveKeys) -> list[PassKeyLeaf]:
    return [
        PassKeyLeaf(code, group.unit, kind, group.box_part, _modulus(keys, place))
        for place, (group, kind) in enumerate((group, kind) for group in groups for kind in _KINDS)
    ]


def _modulus(keys: WaveKeys, place: int) -> bytes:
    return PassKey.from_der(read_key(keys.pass_key(place))).public.modulus


def _instrument(session: Session, wave: Wave) -> Instrument:
    """Return the wave's questions in the order asked as an instrument of their own."""
    found = find_items(session, wave.items)
    scales: dict[str, Scale] = {}
    items = []
    for item, scale, _construct in found.values():
        code = _scale_code(scale, scales)
        scales[code] = replace(scale, code=code)
        items.append(replace(item, scale=code))
    return Instrument(
        code=wave.code,
        name=wave.title,
        source="see each question",
        licence="see each question",
        scales=scales,
        constructs={construct.code: construct for _item, _scale, construct in found.values()},
        items=tuple(items),
    )


def _scale_code(scale: Scale, known: Mapping[str, Scale]) -> str:
    """Return the scale's code, with a number where another pack has another scale of this name."""
    code, number = scale.code, 1
    while code in known and replace(known[code], code=scale.code) != scale:
        number += 1
        code = f"{scale.code}-{number}"
    return code


def _part_of(unit: UnitCode, tree: UnitTree, parts: Sequence[str]) -> str:
    """Return the box of a unit: that of the nearest unit above (or itself) that has one."""
    for code in reversed((*tree.ancestors(unit), unit)):
        if code in parts:
            return code.lower()
    return WHOLE
