"""Reading a file of units and checking, row by row, that it describes one tree."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from surveys.sheets import Problems, read_sheet
from surveys.units import Unit, UnitCode

CODE_LENGTH = 64
NAME_LENGTH = 200
CIRCLE_LISTED = 6
HEADER_ALIASES = {
    "unit": "code",
    "unit code": "code",
    "unit_code": "code",
    "unit name": "name",
    "unit_name": "name",
    "parent code": "parent",
    "parent_code": "parent",
    "parent unit": "parent",
    "parent_unit": "parent",
}
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"


@dataclass(frozen=True, slots=True)
class UnitFile:
    """The units of one file, which form one tree; `sha256` is of the file as it lies on disk."""

    name: str
    sha256: str
    units: tuple[Unit, ...]
    rows: Mapping[UnitCode, int]


def read_units(path: Path) -> UnitFile:
    """Return the units of a CSV file with the columns code, name and parent.

    Raises:
        ImportRejected: the file cannot be read or its units do not form one tree.
    """
    sheet = read_sheet(path, required=("code", "name", "parent"), aliases=HEADER_ALIASES)
    problems = Problems(path.name)
    units: list[Unit] = []
    rows: dict[UnitCode, int] = {}
    spellings: dict[str, UnitCode] = {}
    for row, (code, name, parent) in sheet.rows(problems):
        unit = Unit(UnitCode(code), tidy_name(name), UnitCode(parent) if parent else None)
        _check_texts(row, unit, problems=problems)
        known = spellings.setdefault(code.casefold(), unit.code)
        if known in rows:
            problems.add(row, "code", _stands_twice(unit.code, known, row=rows[known]))
        if code and unit.code not in rows:
            rows[unit.code] = row
            units.append(unit)
    if not units:
        problems.add(None, None, "the file holds no unit; write one row for each unit")
    _check_parents(units, rows, spellings=spellings, problems=problems)
    _check_root(units, rows, problems=problems)
    _check_circles(units, rows, problems=problems)
    problems.raise_if_any()
    return UnitFile(path.name, sheet.sha256, tuple(units), rows)


def tidy_name(name: str) -> str:
    """Return the name composed (NFC) and with one plain space wherever there was white space."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def _check_texts(row: int, unit: Unit, *, problems: Problems) -> None:
    if not unit.code:
        problems.add(row, "code", "this cell is empty; every unit needs a code")
    elif len(unit.code) > CODE_LENGTH:
        problems.add(row, "code", f"{len(unit.code)} characters; a code has at most {CODE_LENGTH}")
    elif not _CODE.fullmatch(unit.code):
        problems.add(
            row,
            "code",
            f"{unit.code!r} cannot stand in a web address; use the letters a to z, digits and "
            "- _ . and begin with a letter or digit",
        )
    if not unit.name:
        problems.add(row, "name", "this cell is empty; every unit needs a name")
    elif len(unit.name) > NAME_LENGTH:
        problems.add(row, "name", f"{len(unit.name)} characters; a name has at most {NAME_LENGTH}")
    elif not all(sign.isprintable() or sign in _JOINERS for sign in unit.name):
        problems.add(row, "name", f"{unit.name!r} holds a character that cannot be seen")


def _stands_twice(code: UnitCode, known: UnitCode, *, row: int) -> str:
    if code == known:
        return f"{code!r} stands already in row {row}; keep one of the rows"
    return f"{code!r} differs from {known!r} in row {row} only by upper and lower case"


def _check_parents(
    units: Sequence[Unit],
    rows: Mapping[UnitCode, int],
    *,
    spellings: Mapping[str, UnitCode],
    problems: Problems,
) -> None:
    for unit in units:
        if unit.parent is None or unit.parent in rows:
            continue
        meant = spellings.get(unit.parent.casefold())
        rule = f"no row has the code {unit.parent!r}"
        rule += f"; write {meant!r}" if meant else "; add the unit or correct its code here"
        problems.add(rows[unit.code], "parent", rule)


def _check_root(units: Sequence[Unit], rows: Mapping[UnitCode, int], *, problems: Problems) -> None:
    roots = [unit for unit in units if unit.parent is None]
    if units and not roots:
        problems.add(
            None,
            "parent",
            "every unit has a parent; leave it empty for the one that stands for the whole",
        )
    for unit in roots[1:]:
        first = roots[0].code
        problems.add(
            rows[unit.code],
            "parent",
            f"{unit.code!r} has no parent, nor has {first!r} in row {rows[first]}; "
            "only the one unit that stands for the whole has none",
        )


def _check_circles(
    units: Sequence[Unit], rows: Mapping[UnitCode, int], *, problems: Problems
) -> None:
    """Report each circle once, at its first row; units that hang below it are not at fault."""
    parents = {unit.code: unit.parent for unit in units}
    settled: set[UnitCode] = set()
    for unit in units:
        path: dict[UnitCode, None] = {}
        current: UnitCode | None = unit.code
        while current in parents and current not in settled and current not in path:
            path[current] = None
            current = parents[current]
        if current in path:
            trail = list(path)
            circle = trail[trail.index(current) :]
            problems.add(min(rows[code] for code in circle), "parent", _circle_rule(circle))
        settled.update(path)


def _circle_rule(circle: Sequence[UnitCode]) -> str:
    if len(circle) == 1:
        return f"{circle[0]!r} is its own parent"
    names = ", ".join(repr(code) for code in circle[:CIRCLE_LISTED])
    more = f" and {len(circle) - CIRCLE_LISTED} more" if len(circle) > CIRCLE_LISTED else ""
    return f"units in a circle, each below the next: {names}{more}; one needs another parent"
