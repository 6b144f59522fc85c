"""Reading a list of all staff, and of units that were renumbered or merged, row by row."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from surveys.sheets import Problems, read_sheet
from surveys.unit_files import NAME_LENGTH, tidy_name
from surveys.units import UnitCode, UnitTree

REFERENCE_LENGTH = 64
EMAIL_LENGTH = 254
STAFF_ALIASES = {
    "staff number": "reference",
    "staff_number": "reference",
    "employee number": "reference",
    "employee_number": "reference",
    "staff id": "reference",
    "e-mail": "email",
    "e-mail address": "email",
    "email address": "email",
    "email_address": "email",
    "full name": "name",
    "full_name": "name",
    "unit code": "unit",
    "unit_code": "unit",
    "agency worker": "agency",
    "needs card": "card",
    "needs_card": "card",
}
MAPPING_ALIASES = {
    "old code": "old",
    "old_code": "old",
    "old unit": "old",
    "old_unit": "old",
    "new code": "new",
    "new_code": "new",
    "new unit": "new",
    "new_unit": "new",
}
_YES = frozenset({"yes", "y", "true", "1"})
_NO = frozenset({"", "no", "n", "false", "0"})
# What mail servers really take: no quotation marks, comments, spaces or letters beyond ASCII.
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?"
)


@dataclass(frozen=True, slots=True)
class StaffEntry:
    """One row of a list of staff. `reference` is the staff number or the e-mail in lower case."""

    row: int
    reference: str
    name: str
    email: str | None
    unit: UnitCode
    is_agency: bool
    needs_card: bool

    @property
    def is_known_by_email(self) -> bool:
        return is_known_by_email(self.reference, self.email)


@dataclass(frozen=True, slots=True)
class StaffFile:
    """Everybody in one list of staff; `sha256` is of the file as it lies on disk."""

    name: str
    sha256: str
    entries: tuple[StaffEntry, ...]


@dataclass(frozen=True, slots=True)
class UnitMapping:
    """Units that became others: people who went along did not move, their unit did."""

    sha256: str
    new_codes: Mapping[UnitCode, frozenset[UnitCode]]

    def leads(self, old: UnitCode, new: UnitCode) -> bool:
        """Whether the old unit became the new one, or a part of it did."""
        return new in self.new_codes.get(old, frozenset())


def is_known_by_email(reference: str, email: str | None) -> bool:
    """Whether a person has no staff number, so that the e-mail stands in its place."""
    return email is not None and reference == email.casefold()


def read_staff(path: Path, *, tree: UnitTree) -> StaffFile:
    """Return everybody in a CSV file with the columns name and unit, and reference or email.

    The columns agency and card may be added. Whoever has no e-mail needs a card.

    Raises:
        ImportRejected: the file cannot be read or a row is wrong, by row, column and rule.
    """
    sheet = read_sheet(
        path,
        required=("name", "unit"),
        optional=("reference", "email", "agency", "card"),
        aliases=STAFF_ALIASES,
    )
    problems = Problems(path.name)
    places = dict(zip(sheet.columns, sheet.places, strict=True))
    has_references = places["reference"] is not None
    if not has_references and places["email"] is None:
        problems.add(1, None, "there is no column 'reference' or 'email' to know people again by")
        problems.raise_if_any()
    check_unit = _unit_check(tree)
    entries: list[StaffEntry] = []
    for row, (name, unit, reference, email, agency, card) in sheet.rows(problems):
        entry = StaffEntry(
            row,
            reference if has_references else email.casefold(),
            tidy_name(name),
            email or None,
            UnitCode(unit),
            _flag(row, "agency", agency, problems=problems),
            _flag(row, "card", card, problems=problems),
        )
        _check_texts(entry, has_references=has_references, problems=problems)
        check_unit(row, "unit", entry.unit, problems)
        entries.append(entry)
    if not entries:
        problems.add(None, None, "the file holds nobody; write one row for each person")
    _check_doubles(entries, has_references=has_references, problems=problems)
    problems.raise_if_any()
    return StaffFile(path.name, sheet.sha256, tuple(entries))


def read_mapping(path: Path, *, known: Collection[UnitCode], tree: UnitTree) -> UnitMapping:
    """Return which units became which, from a CSV file with the columns old and new.

    An old unit may stand in several rows if it was split, a new one if units were merged.

    Args:
        path: the CSV file.
        known: codes of all units there ever were.
        tree: the units of the day.

    Raises:
        ImportRejected: the file cannot be read or a row is wrong, by row, column and rule.
    """
    sheet = read_sheet(path, required=("old", "new"), aliases=MAPPING_ALIASES)
    problems = Problems(path.name)
    check_unit = _unit_check(tree)
    new_codes: dict[UnitCode, frozenset[UnitCode]] = {}
    for row, (old_text, new_text) in sheet.rows(problems):
        old, new = UnitCode(old_text), UnitCode(new_text)
        check_unit(row, "new", new, problems)
        if not old:
            problems.add(row, "old", "this cell is empty; write the code that the unit had")
        elif old not in known:
            problems.add(row, "old", f"there never was a unit with the code {old!r}")
        new_codes[old] = new_codes.get(old, frozenset()) | {new}
    if not new_codes:
        problems.add(None, None, "the file holds no unit; write one row for each, or leave it out")
    problems.raise_if_any()
    return UnitMapping(sheet.sha256, new_codes)


UnitCheck = Callable[[int, str, UnitCode, Problems], None]


def _unit_check(tree: UnitTree) -> UnitCheck:
    spellings = {unit.code.casefold(): unit.code for unit in tree}

    def check(row: int, column: str, code: UnitCode, problems: Problems) -> None:
        if not code:
            problems.add(row, column, "this cell is empty; write the code of a unit")
        elif code not in tree:
            meant = spellings.get(code.casefold())
            advice = f"write {meant!r}" if meant else "correct it or import the units first"
            problems.add(row, column, f"no unit has the code {code!r} on that day; {advice}")

    return check


def _flag(row: int, column: str, text: str, *, problems: Problems) -> bool:
    folded = text.casefold()
    if folded not in _YES | _NO:
        problems.add(
            row, column, f"{text!r} is not understood; write yes or no, or leave the cell empty"
        )
    return folded in _YES


def _check_texts(entry: StaffEntry, *, has_references: bool, problems: Problems) -> None:
    row = entry.row
    if not entry.name:
        problems.add(row, "name", "this cell is empty; everybody needs a name")
    elif len(entry.name) > NAME_LENGTH:
        problems.add(row, "name", f"{len(entry.name)} characters; a name has at most {NAME_LENGTH}")
    elif not entry.name.isprintable():
        problems.add(row, "name", f"{entry.name!r} holds a character that cannot be seen")
    if has_references:
        _check_reference(row, entry.reference, problems=problems)
    _check_email(entry, has_references=has_references, problems=problems)


def _check_reference(row: int, reference: str, *, problems: Problems) -> None:
    if not reference:
        problems.add(row, "reference", "this cell is empty; everybody needs a staff number")
    elif len(reference) > REFERENCE_LENGTH:
        rule = f"{len(reference)} characters; a staff number has at most {REFERENCE_LENGTH}"
        problems.add(row, "reference", rule)
    elif not reference.isprintable():
        problems.add(row, "reference", f"{reference!r} holds a character that cannot be seen")


def _check_email(entry: StaffEntry, *, has_references: bool, problems: Problems) -> None:
    if entry.email is None:
        if not has_references:
            rule = "this cell is empty; without a column 'reference' everybody needs an e-mail"
            problems.add(entry.row, "email", rule)
        elif not entry.needs_card:
            rule = "this cell is empty; write an e-mail, or yes under card for a card on paper"
            problems.add(entry.row, "email", rule)
    elif len(entry.email) > EMAIL_LENGTH:
        rule = f"{len(entry.email)} characters; an e-mail address has at most {EMAIL_LENGTH}"
        problems.add(entry.row, "email", rule)
    elif not _EMAIL.fullmatch(entry.email):
        rule = f"{entry.email!r} is not an e-mail address; write one such as name@example.org"
        problems.add(entry.row, "email", rule)


def _check_doubles(
    entries: Collection[StaffEntry], *, has_references: bool, problems: Problems
) -> None:
    """Report whoever stands twice, at the later row with the earlier one named."""
    references: dict[str, int] = {}
    emails: dict[str, int] = {}
    for entry in entries:
        first = references.setdefault(entry.reference.casefold(), entry.row)
        if has_references and entry.reference and first != entry.row:
            rule = f"{entry.reference!r} stands already in row {first}; keep one of the rows"
            problems.add(entry.row, "reference", rule)
        if entry.email is None:
            continue
        first = emails.setdefault(entry.email.casefold(), entry.row)
        if first != entry.row:
            rule = f"{entry.email!r} stands already in row {first}; everybody needs their own"
            problems.add(entry.row, "email", rule)
