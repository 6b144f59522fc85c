"""The people who work here over time: what a list of staff would change, the change, the reading.

A list is everybody on a day. Whoever is not in it has left by then. Details such as a name hold
at once; the unit holds from the day of the list.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import bindparam, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys.errors import StateError
from surveys.roster_files import StaffEntry, read_mapping, read_staff
from surveys.roster_plans import KnownPerson, RosterPlan, roster_difference
from surveys.roster_tables import PersonRow, PlacementRow, RosterImportRow
from surveys.tables import UnitRow
from surveys.units import UnitCode, UnitTree
from surveys.wave_tables import GroupMemberRow, InvitationRow


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who works here, and the unit they work in on the day asked for."""

    id: UUID
    reference: str
    name: str
    email: str | None
    unit: UnitCode
    is_agency: bool
    needs_card: bool


@dataclass(frozen=True, slots=True)
class RosterImport:
    """A list of staff that was taken in."""

    revision: int
    day: date
    people: int


def plan_roster(
    session: Session, path: Path, day: date, *, tree: UnitTree, mapping: Path | None = None
) -> RosterPlan:
    """Return what taking in the file as everybody on the day would change; change nothing.

    Args:
        session: of the registry.
        path: CSV file with the columns name, unit, reference or email, and if wanted agency, card.
        day: the day on which exactly these people work here.
        tree: the units in force on that day.
        mapping: CSV file with the columns old and new: units that became others.

    Raises:
        ImportRejected: a file is wrong, by row, column and rule.
        StateError: a list for a later day was taken in already.
    """
    newest = newest_import(session)
    if newest is not None and day < newest.day:
        raise StateError(
            f"a list of staff for {newest.day} was taken in already, so one for {day} comes too "
            f"late; choose {newest.day} or a later day"
        )
    file = read_staff(path, tree=tree)
    units = None
    if mapping is not None:
        known = frozenset(UnitCode(c) for c in session.scalars(select(UnitRow.code).distinct()))
        units = read_mapping(mapping, known=known, tree=tree)
    revision = 1 if newest is None else newest.revision + 1
    return roster_difference(
        file, _known_people(session), day=day, revision=revision, mapping=units
    )


def apply_roster(session: Session, plan: RosterPlan, *, allow_leavers: bool = False) -> None:
    """Write the planned change, whole; nothing if it changes nothing. The caller commits.

    Args:
        session: of the registry.
        plan: as `plan_roster` made it.
        allow_leavers: that more than half of the people leave is meant.

    Raises:
        StateError: another list was taken in since the plan was made, or more than half of the
            people would leave and nobody said that this is meant.
    """
    if not plan.has_changes:
        return
    if plan.loses_more_than_half and not allow_leavers:
        raise StateError(
            f"{len(plan.leavers):,} of {plan.before:,} people would leave, more than half; is this "
            "the list of everybody? Nothing was changed"
        )
    _take_revision(session, plan)
    moves = (*plan.moves, *plan.restructured)
    _end_placements(
        session,
        [*(move.person_id for move in moves), *(gone.person_id for gone in plan.leavers)],
        plan.day,
    )
    back = {add.person_id: add.entry for add in plan.adds if add.person_id is not None}
    changed = {change.person_id: change.entry for change in plan.changes}
    _write_details(session, back | changed)
    placed = [(move.person_id, move.entry.unit) for move in moves]
    placed += [(person_id, entry.unit) for person_id, entry in back.items()]
    placed += _insert_people(session, [a.entry for a in plan.adds if a.person_id is None])
    _insert_placements(session, placed, plan.day)


def staff_on(session: Session, day: date) -> tuple[StaffMember, ...]:
    """Return everybody who works here on the day, in the order of their references."""
    rows = session.execute(
        select(
            PersonRow.id,
            PersonRow.reference,
            PersonRow.name,
            PersonRow.email,
            PlacementRow.unit_code,
            PersonRow.is_agency,
            PersonRow.needs_card,
        )
        .join(PlacementRow, PlacementRow.person_id == PersonRow.id)
        .where(
            PlacementRow.valid_from <= day,
            or_(PlacementRow.valid_to.is_(None), PlacementRow.valid_to > day),
        )
    )
    members = (
        StaffMember(id_, reference, name, email, UnitCode(unit), is_agency, needs_card)
        for id_, reference, name, email, unit, is_agency, needs_card in rows
    )
    return tuple(sorted(members, key=lambda member: member.reference))


def newest_import(session: Session) -> RosterImport | None:
    """Return the last list of staff that was taken in, None before the first."""
    row = session.scalars(
        select(RosterImportRow).order_by(RosterImportRow.revision.desc()).limit(1)
    ).first()
    return None if row is None else RosterImport(row.revision, row.day, row.people)


def forget_leavers(session: Session, day: date) -> int:
    """Delete whoever left before or on the day and is named by no invitation; return how many.

    What Pulse knows of somebody who left is needed for nothing else.
    """
    still_placed = select(PlacementRow.person_id).where(
        or_(PlacementRow.valid_to.is_(None), PlacementRow.valid_to > day)
    )
    invited = select(InvitationRow.person_id)
    gone = session.scalars(
        select(PersonRow.id).where(PersonRow.id.not_in(still_placed), PersonRow.id.not_in(invited))
    ).all()
    if gone:
        keys = [{"gone": person_id} for person_id in gone]
        connection = session.connection()
        connection.execute(
            delete(GroupMemberRow).where(GroupMemberRow.person_id == bindparam("gone")), keys
        )
        connection.execute(
            delete(PlacementRow).where(PlacementRow.person_id == bindparam("gone")), keys
        )
        connection.execute(delete(PersonRow).where(PersonRow.id == bindparam("gone")), keys)
    return len(gone)


def _known_people(session: Session) -> tuple[KnownPerson, ...]:
    rows = session.execute(
        select(
            PersonRow.id,
            PersonRow.reference,
            PersonRow.name,
            PersonRow.email,
            PersonRow.is_agency,
            PersonRow.needs_card,
            PlacementRow.unit_code,
        ).outerjoin(
            PlacementRow,
            (PlacementRow.person_id == PersonRow.id) & PlacementRow.valid_to.is_(None),
        )
    )
    return tuple(
        KnownPerson(
            id_,
            reference,
            name,
            email,
            is_agency,
            needs_card,
            None if unit is None else UnitCode(unit),
        )
        for id_, reference, name, email, is_agency, needs_card, unit in rows
    )


def _take_revision(session: Session, plan: RosterPlan) -> None:
    """Count the imports up, and so find out whether somebody else was quicker."""
    row = {"revision": plan.revision, "day": plan.day, "people": plan.people}
    newest = session.scalar(select(func.max(RosterImportRow.revision))) or 0
    stale = StateError("the list of staff was changed meanwhile; look at the difference again")
    if newest != plan.revision - 1:
        raise stale
    try:
        session.execute(insert(RosterImportRow), [row])
    except IntegrityError as error:
        raise stale from error


def _end_placements(session: Session, people: Sequence[UUID], day: date) -> None:
    """End where people work now; what began on the very day never was."""
    if not people:
        return
    keys = [{"who": person_id} for person_id in people]
    connection = session.connection()
    mine = PlacementRow.person_id == bindparam("who")
    connection.execute(delete(PlacementRow).where(mine, PlacementRow.valid_from == day), keys)
    connection.execute(
        update(PlacementRow).where(mine, PlacementRow.valid_to.is_(None)).values(valid_to=day), keys
    )


def _write_details(session: Session, entries: Mapping[UUID, StaffEntry]) -> None:
    if entries:
        session.execute(
            update(PersonRow),
            [{"id": person_id, **_details(entry)} for person_id, entry in entries.items()],
        )


def _insert_people(session: Session, entries: Sequence[StaffEntry]) -> list[tuple[UUID, UnitCode]]:
    """Write new people; return who they are and where they work."""
    people = [(uuid4(), entry) for entry in entries]
    if people:
        session.execute(
            insert(PersonRow),
            [{"id": person_id, **_details(entry)} for person_id, entry in people],
        )
    return [(person_id, entry.unit) for person_id, entry in people]


def _insert_placements(
    session: Session, placed: Sequence[tuple[UUID, UnitCode]], day: date
) -> None:
    if placed:
        session.execute(
            insert(PlacementRow),
            [
                {"person_id": person_id, "valid_from": day, "valid_to": None, "unit_code": unit}
                for person_id, unit in placed
            ],
        )


def _details(entry: StaffEntry) -> dict[str, str | bool | None]:
    return {
        "reference": entry.reference,
        "name": entry.name,
        "email": entry.email,
        "is_agency": entry.is_agency,
        "needs_card": entry.needs_card,
    }
