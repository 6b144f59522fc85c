"""What the People pages show: how many work where, and what a new list of staff would change."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pulse.console.people_imports import mark_of
from pulse.dates import day_words
from surveys.roster import RosterImport, StaffMember
from surveys.roster_plans import RosterPlan, StaffMove
from surveys.sheets import Problem
from surveys.units import UnitTree

LINES_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Pages:
    """Which part of a long list is shown; `newer` and `older` are None at either end."""

    current: int
    count: int

    @classmethod
    def of(cls, lines: int, page: int) -> "Pages":
        count = max(1, -(-lines // LINES_PER_PAGE))
        return cls(min(max(1, page), count), count)

    @property
    def before(self) -> int | None:
        return self.current - 1 if self.current > 1 else None

    @property
    def after(self) -> int | None:
        return self.current + 1 if self.current < self.count else None

    @property
    def words(self) -> str:
        return f"page {self.current:,} of {self.count:,}"

    @property
    def part(self) -> slice:
        return slice((self.current - 1) * LINES_PER_PAGE, self.current * LINES_PER_PAGE)


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit and how many people work directly in it; `place` says what it lies under."""

    name: str
    code: str
    place: str
    people: str


@dataclass(frozen=True, slots=True)
class Upload:
    """The form as somebody left it, and what was wrong with it."""

    day: str
    heading: str = ""
    problems: tuple[Problem, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class PeoplePage:
    lead: str
    last_import: str
    has_units: bool
    units: tuple[UnitLine, ...]
    pages: Pages
    upload: Upload


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """One thing that would change; `row` is as the spreadsheet counts, empty for leavers."""

    row: str
    person: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Count:
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class DifferencePage:
    """What storing the list would change; `mark` says later whether it still would."""

    token: str
    mark: str
    day: str
    lead: str
    has_changes: bool
    many_leave: str
    counts: tuple[Count, ...]
    lines: tuple[DifferenceLine, ...]
    pages: Pages
    problem: str


def people_page(
    staff: Sequence[StaffMember],
    newest: RosterImport | None,
    tree: UnitTree | None,
    *,
    page: int,
    upload: Upload,
) -> PeoplePage:
    """Return the page of everybody who works here today, in numbers.

    Args:
        staff: everybody today.
        newest: the last list taken in.
        tree: the units in force today, None before the first import.
        page: which part of the units, from 1.
        upload: the form.
    """
    lines = _unit_lines(staff, tree)
    pages = Pages.of(len(lines), page)
    return PeoplePage(
        lead=_lead(staff),
        last_import="" if newest is None else _import_words(newest),
        has_units=tree is not None,
        units=tuple(lines[pages.part]),
        pages=pages,
        upload=upload,
    )


def difference_page(
    plan: RosterPlan, *, token: str, page: int, problem: str = ""
) -> DifferencePage:
    lines = _difference_lines(plan)
    pages = Pages.of(len(lines), page)
    numbers = {
        "New": len(plan.adds),
        "Moved": len(plan.moves),
        "Moved with their unit": len(plan.restructured),
        "New details": len(plan.changes),
        "Left": len(plan.leavers),
        "Unchanged": plan.unchanged,
    }
    return DifferencePage(
        token=token,
        mark=mark_of(plan),
        day=day_words(plan.day),
        lead=f"{_people(plan.people)} on {day_words(plan.day)}; {plan.before:,} until then.",
        has_changes=plan.has_changes,
        many_leave=_many_leave(plan),
        counts=tuple(Count(name, f"{number:,}") for name, number in numbers.items()),
        lines=tuple(lines[pages.part]),
        pages=pages,
        problem=problem,
    )


def _lead(staff: Sequence[StaffMember]) -> str:
    if not staff:
        return "Pulse does not know anybody who works here yet."
    agency = sum(member.is_agency for member in staff)
    cards = sum(member.needs_card for member in staff)
    verb = "works" if len(staff) == 1 else "work"
    return (
        f"{_people(len(staff))} {verb} here today. Agency workers among them: {agency:,}. "
        f"Invited with a card on paper: {cards:,}."
    )


def _import_words(newest: RosterImport) -> str:
    return f"The last list holds for {day_words(newest.day)} and had {_people(newest.people)}."


def _unit_lines(staff: Sequence[StaffMember], tree: UnitTree | None) -> list[UnitLine]:
    if tree is None:
        return []
    own = Counter(member.unit for member in staff)
    lines = [
        UnitLine(
            code,
            code,
            "This unit is not among today's units. Import the list of staff again.",
            f"{people:,}",
        )
        for code, people in sorted(own.items())
        if code not in tree
    ]
    for unit in tree:
        place = "" if unit.parent is None else f"in {tree.unit(unit.parent).name}"
        lines.append(UnitLine(unit.name, unit.code, place, f"{own[unit.code]:,}"))
    return lines


def _difference_lines(plan: RosterPlan) -> list[DifferenceLine]:
    lines = [
        DifferenceLine(str(add.entry.row), add.entry.name, "new", f"in {add.entry.unit}")
        for add in plan.adds
    ]
    lines += [_move_line(move, "moved") for move in plan.moves]
    lines += [_move_line(move, "moved with their unit") for move in plan.restructured]
    lines += [
        DifferenceLine(
            str(change.entry.row), change.entry.name, "new details", ", ".join(change.details)
        )
        for change in plan.changes
    ]
    lines += [
        DifferenceLine("", leaver.name, "left", f"was in {leaver.unit}") for leaver in plan.leavers
    ]
    return lines


def _move_line(move: StaffMove, kind: str) -> DifferenceLine:
    words = f"from {move.before} to {move.entry.unit}"
    return DifferenceLine(str(move.entry.row), move.entry.name, kind, words)


def _many_leave(plan: RosterPlan) -> str:
    if not plan.loses_more_than_half:
        return ""
    return f"{len(plan.leavers):,} of {plan.before:,} people would leave. Is this everybody?"


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"


def upload_of(day: date) -> Upload:
    """Return the empty form."""
    return Upload(day.isoformat())
