"""What a list of staff would change: everybody in it set beside everybody known until then."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from surveys.roster_files import StaffEntry, StaffFile, UnitMapping, is_known_by_email
from surveys.units import UnitCode


@dataclass(frozen=True, slots=True)
class StaffAdd:
    """Somebody new, or back again; `person_id` is None for whoever Pulse does not know."""

    entry: StaffEntry
    person_id: UUID | None


@dataclass(frozen=True, slots=True)
class StaffMove:
    """Somebody whose unit is another one from the day on."""

    entry: StaffEntry
    person_id: UUID
    before: UnitCode


@dataclass(frozen=True, slots=True)
class StaffChange:
    """Somebody whose details are others; `details` names them in plain words."""

    entry: StaffEntry
    person_id: UUID
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StaffLeaver:
    """Somebody who is not in the list any more, and where they work until the day before."""

    person_id: UUID
    reference: str
    name: str
    unit: UnitCode


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """What taking in a list of staff would change, against everybody known until then.

    `people` stand in the list, `before` worked here until then. Whoever moves and has new details
    is in both lists. `restructured` are moves that the mapping explains.
    """

    day: date
    revision: int
    file_sha256: str
    mapping_sha256: str | None
    people: int
    before: int
    adds: tuple[StaffAdd, ...]
    moves: tuple[StaffMove, ...]
    restructured: tuple[StaffMove, ...]
    changes: tuple[StaffChange, ...]
    leavers: tuple[StaffLeaver, ...]
    unchanged: int

    @property
    def has_changes(self) -> bool:
        return bool(self.adds or self.moves or self.restructured or self.changes or self.leavers)

    @property
    def loses_more_than_half(self) -> bool:
        """Whether the list is more likely a part of the staff than everybody."""
        return 2 * len(self.leavers) > self.before


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody in the registry; `unit` is None once they have left."""

    id: UUID
    reference: str
    name: str
    email: str | None
    is_agency: bool
    needs_card: bool
    unit: UnitCode | None

    def differences(self, entry: StaffEntry) -> tuple[str, ...]:
        pairs = {
            "staff number": (self.reference, entry.reference),
            "name": (self.name, entry.name),
            "e-mail": (self.email, entry.email),
            "agency": (self.is_agency, entry.is_agency),
            "card": (self.needs_card, entry.needs_card),
        }
        return tuple(name for name, (before, after) in pairs.items() if before != after)


def roster_difference(
    file: StaffFile,
    known: Sequence[KnownPerson],
    *,
    day: date,
    revision: int,
    mapping: UnitMapping | None,
) -> RosterPlan:
    """Return what the file changes for those `known`, who left included, from the day on."""
    found = _matches(file.entries, known)
    pairs = [(entry, found.get(entry.row)) for entry in file.entries]
    here = [(e, p, p.unit) for e, p in pairs if p is not None and p.unit is not None]
    moves = [StaffMove(entry, p.id, unit) for entry, p, unit in here if unit != entry.unit]
    details = [(entry, p.id, p.differences(entry)) for entry, p, _unit in here]
    changes = [StaffChange(entry, id_, names) for entry, id_, names in details if names]
    explained = [m for m in moves if mapping and mapping.leads(m.before, m.entry.unit)]
    touched = {m.entry.row for m in moves} | {c.entry.row for c in changes}
    stay = {person.id for person in found.values()}
    return RosterPlan(
        day=day,
        revision=revision,
        file_sha256=file.sha256,
        mapping_sha256=None if mapping is None else mapping.sha256,
        people=len(file.entries),
        before=sum(person.unit is not None for person in known),
        adds=tuple(
            StaffAdd(e, None if p is None else p.id)
            for e, p in pairs
            if p is None or p.unit is None
        ),
        moves=tuple(m for m in moves if not (mapping and mapping.leads(m.before, m.entry.unit))),
        restructured=tuple(explained),
        changes=tuple(changes),
        leavers=_leavers(person for person in known if person.id not in stay),
        unchanged=len(here) - len(touched),
    )


def _matches(entries: Sequence[StaffEntry], known: Sequence[KnownPerson]) -> dict[int, KnownPerson]:
    """Return who stands in which row: by staff number, else by e-mail where one has no number.

    A staff number always wins, since an address may be given to somebody else after a while.
    """
    by_reference = {person.reference.casefold(): person for person in known}
    found = {
        entry.row: by_reference[entry.reference.casefold()]
        for entry in entries
        if entry.reference.casefold() in by_reference
    }
    taken = {person.id for person in found.values()}
    by_email = {
        person.email.casefold(): person
        for person in sorted(known, key=lambda each: each.unit is not None)
        if person.email is not None and person.id not in taken
    }
    for entry in entries:
        if entry.row in found or entry.email is None:
            continue
        person = by_email.get(entry.email.casefold())
        if person is not None and (
            entry.is_known_by_email or is_known_by_email(person.reference, person.email)
        ):
            found[entry.row] = person
    return found


def _leavers(people: Iterable[KnownPerson]) -> tuple[StaffLeaver, ...]:
    leavers = [
        StaffLeaver(person.id, person.reference, person.name, person.unit)
        for person in people
        if person.unit is not None
    ]
    return tuple(sorted(leavers, key=lambda leaver: (leaver.name.casefold(), leaver.reference)))
