"""Who was invited to two waves and is counted in the same cell in both: numbers, never names.

A wave remembers who was counted in which of its reporting groups until a later wave is released.
The list of staff would not do instead: it may be changed after the invitations were made.
"""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session, aliased

from surveys.descriptors import Descriptor
from surveys.units import UnitCode, UnitTree
from surveys.wave_states import WaveState
from surveys.wave_tables import GroupMemberRow
from surveys.waves import all_waves


def remember_members(session: Session, code: str, people: Mapping[UUID, UnitCode]) -> None:
    """Keep the reporting group of everybody invited, in the order of their random ids."""
    session.execute(
        insert(GroupMemberRow),
        [
            {"wave_code": code, "person_id": person, "unit_code": people[person]}
            for person in sorted(people)
        ],
    )


def forget_members(session: Session) -> int:
    """Delete what no later wave is compared with, and return how many rows that were.

    What stays is the newest released wave's, and that of waves which are on their way.
    """
    waves = all_waves(session)
    released = [wave.code for wave in waves if wave.state is WaveState.RELEASED]
    kept = {wave.code for wave in waves if wave.is_under_way} | set(released[-1:])
    query = delete(GroupMemberRow).where(GroupMemberRow.wave_code.not_in(kept))
    return len(session.execute(query.returning(GroupMemberRow.person_id)).all())


def wave_before(session: Session, code: str) -> str | None:
    """Return the newest released wave but this one; None if this one is the first."""
    released = [
        wave.code
        for wave in all_waves(session)
        if wave.state is WaveState.RELEASED and wave.code != code
    ]
    return released[-1] if released else None


def is_another_staged(session: Session, code: str) -> bool:
    """Return whether another wave has figures that may come out or be destroyed yet.

    One that is not staged yet will look at this one when it is.
    """
    return any(wave.state is WaveState.STAGED and wave.code != code for wave in all_waves(session))


def people_who_stayed(session: Session, before: Descriptor, now: Descriptor) -> dict[UnitCode, int]:
    """Return how many people are in the cell of each unit in both waves; units with any.

    A cell holds the reporting groups wholly under its unit, in each wave's own tree. Whoever has
    been forgotten since, because they left, did not stay; of a wave whose members are not known
    nobody did.
    """
    stayed: dict[UnitCode, int] = {}
    for (group_before, group_now), people in _moves(session, before.code, now.code).items():
        for unit in _cells_of(before.tree, group_before) & _cells_of(now.tree, group_now):
            stayed[unit] = stayed.get(unit, 0) + people
    return stayed


def _cells_of(tree: UnitTree, group: UnitCode) -> set[UnitCode]:
    """Return the units whose cells hold the group that is counted in a unit."""
    return {group, *tree.ancestors(group)}


def _moves(session: Session, before: str, now: str) -> dict[tuple[UnitCode, UnitCode], int]:
    """Return how many people of both waves were in which group then and are in which now."""
    then = aliased(GroupMemberRow)
    rows = session.execute(
        select(then.unit_code, GroupMemberRow.unit_code, func.count())
        .join(then, then.person_id == GroupMemberRow.person_id)
        .where(then.wave_code == before, GroupMemberRow.wave_code == now)
        .group_by(then.unit_code, GroupMemberRow.unit_code)
    )
    return {(UnitCode(first), UnitCode(second)): people for first, second, people in rows}
