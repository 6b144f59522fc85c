"""The organisation's unit trees over time: what an import would change, the change, the reading.

A tree is always imported whole. It is in force from its date until the date of the next tree.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys.errors import StateError
from surveys.months import Month
from surveys.sheets import Problems
from surveys.tables import UnitRow, UnitTreeRow
from surveys.unit_files import UnitFile, read_units
from surveys.units import Unit, UnitCode, UnitTree


@dataclass(frozen=True, slots=True)
class UnitMove:
    """A unit that gets another parent."""

    unit: Unit
    before: UnitCode | None


@dataclass(frozen=True, slots=True)
class UnitRename:
    """A unit that keeps its code and gets another name."""

    unit: Unit
    before: str


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """What importing a file of units would change, against the tree in force on its date.

    `compared_with` is the date of that tree, None if there is none; `revision` is the number that
    the imported tree gets among the trees of its date. A unit that moves and is renamed is in both
    lists.
    """

    tree: UnitTree
    file_sha256: str
    compared_with: date | None
    revision: int
    adds: tuple[Unit, ...]
    moves: tuple[UnitMove, ...]
    renames: tuple[UnitRename, ...]
    removals: tuple[Unit, ...]
    unchanged: int

    @property
    def valid_from(self) -> date:
        return self.tree.valid_from

    @property
    def has_changes(self) -> bool:
        return bool(self.adds or self.moves or self.renames or self.removals)


def plan_units(
    session: Session, path: Path, valid_from: date, *, released: Collection[Month] = ()
) -> UnitPlan:
    """Return what importing the file as the tree of `valid_from` would change; change nothing.

    Args:
        session: of the registry.
        path: CSV file with the columns code, name, parent.
        valid_from: first day of the new tree.
        released: the months of all releases. A tree that covers the last day of one of them
            cannot be changed any more.

    Raises:
        ImportRejected: the file is wrong, by row, column and rule.
        StateError: a release was made for a month that the tree would change.
    """
    file = read_units(path)
    tree = UnitTree.of(valid_from, file.units)
    before = _tree_before(session, valid_from)
    if before is not None:
        _check_spelling_kept(file, before)
    plan = _difference(tree, before, file_sha256=file.sha256, revision=1)
    if plan.has_changes:
        _refuse_released(session, valid_from, released=released)
    held = session.get(UnitTreeRow, valid_from)
    if held is None:
        return plan
    return _difference(tree, before, file_sha256=file.sha256, revision=held.revision + 1)


def apply_units(session: Session, plan: UnitPlan) -> None:
    """Write the planned tree, whole; nothing if it changes nothing. The caller commits.

    Raises:
        StateError: the tree of that date was imported by somebody else since the plan was made.
    """
    if not plan.has_changes:
        return
    _take_revision(session, plan)
    session.execute(delete(UnitRow).where(UnitRow.valid_from == plan.valid_from))
    session.execute(
        insert(UnitRow),
        [
            {
                "valid_from": plan.valid_from,
                "code": unit.code,
                "name": unit.name,
                "parent_code": unit.parent,
            }
            for unit in plan.tree
        ],
    )


def _take_revision(session: Session, plan: UnitPlan) -> None:
    """Count the tree's import up, and so find out whether somebody else was quicker."""
    stale = StateError(
        f"the units valid from {plan.valid_from} were changed meanwhile; run the import again"
    )
    if plan.revision == 1:
        try:
            session.execute(insert(UnitTreeRow).values(valid_from=plan.valid_from, revision=1))
        except IntegrityError as error:
            raise stale from error
        return
    counted = session.scalars(
        update(UnitTreeRow)
        .where(UnitTreeRow.valid_from == plan.valid_from, UnitTreeRow.revision == plan.revision - 1)
        .values(revision=plan.revision)
        .returning(UnitTreeRow.revision)
    ).first()
    if counted is None:
        raise stale


def tree_as_of(session: Session, day: date) -> UnitTree:
    """Return the tree in force on the day.

    Raises:
        StateError: no tree is in force on that day.
    """
    valid_from = _date_in_force(session, day)
    if valid_from is None:
        raise StateError(
            f"no units are known for {day}; import them with `pulse import units` and a "
            "valid-from date on or before that day"
        )
    return _read_tree(session, valid_from)


def month_trees(session: Session) -> Callable[[Month], UnitTree]:
    """Return a function that gives a month's tree: the one in force on the month's last day.

    Each tree is read once, however many months ask for it. The function raises StateError where
    `tree_as_of` does.
    """
    trees: dict[date, UnitTree] = {}

    def tree_of(month: Month) -> UnitTree:
        valid_from = _date_in_force(session, month.last_day)
        if valid_from is None or valid_from not in trees:
            tree = tree_as_of(session, month.last_day)
            trees[tree.valid_from] = tree
            return tree
        return trees[valid_from]

    return tree_of


def _difference(
    tree: UnitTree, before: UnitTree | None, *, file_sha256: str, revision: int
) -> UnitPlan:
    old: Mapping[UnitCode, Unit] = {unit.code: unit for unit in before or ()}
    kept = [(unit, old[unit.code]) for unit in tree if unit.code in old]
    return UnitPlan(
        tree=tree,
        file_sha256=file_sha256,
        compared_with=None if before is None else before.valid_from,
        revision=revision,
        adds=tuple(unit for unit in tree if unit.code not in old),
        moves=tuple(UnitMove(new, was.parent) for new, was in kept if new.parent != was.parent),
        renames=tuple(UnitRename(new, was.name) for new, was in kept if new.name != was.name),
        removals=tuple(unit for unit in before or () if unit.code not in tree),
        unchanged=sum(new == was for new, was in kept),
    )


def _check_spelling_kept(file: UnitFile, before: UnitTree) -> None:
    """Refuse a code that differs from a known one only by case: its history would break in two."""
    known = {unit.code.casefold(): unit.code for unit in before}
    problems = Problems(file.name)
    for code, row in file.rows.items():
        meant = known.get(code.casefold(), code)
        if meant != code:
            problems.add(
                row, "code", f"{code!r} was written {meant!r} until now; write it the same way"
            )
    problems.raise_if_any()


def _refuse_released(session: Session, valid_from: date, *, released: Collection[Month]) -> None:
    following = session.scalars(
        select(UnitTreeRow.valid_from)
        .where(UnitTreeRow.valid_from > valid_from)
        .order_by(UnitTreeRow.valid_from)
        .limit(1)
    ).first()
    used = [
        month
        for month in released
        if valid_from <= month.last_day and (following is None or month.last_day < following)
    ]
    if used:
        last = max(used)
        raise StateError(
            f"units valid from {valid_from} would change {last}, whose results are out and stay "
            f"as they are; choose a date after {last.last_day}"
        )


def _tree_before(session: Session, day: date) -> UnitTree | None:
    valid_from = _date_in_force(session, day)
    return None if valid_from is None else _read_tree(session, valid_from)


def _date_in_force(session: Session, day: date) -> date | None:
    return session.scalars(
        select(UnitTreeRow.valid_from)
        .where(UnitTreeRow.valid_from <= day)
        .order_by(UnitTreeRow.valid_from.desc())
        .limit(1)
    ).first()


def _read_tree(session: Session, valid_from: date) -> UnitTree:
    rows = session.execute(
        select(UnitRow.code, UnitRow.name, UnitRow.parent_code).where(
            UnitRow.valid_from == valid_from
        )
    )
    return UnitTree.of(
        valid_from,
        (
            Unit(UnitCode(code), name, None if parent is None else UnitCode(parent))
            for code, name, parent in rows
        ),
    )
