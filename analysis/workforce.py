"""Workforce figures per unit and month: people in post and people who left.

A figure is of the unit's own people, without the units below it; sums over subtrees are made
when they are read, on the tree of their month.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from analysis.tables import WorkforceRow
from analysis.workforce_files import FigureKey, TreeOfMonth, WorkforceMonth, read_workforce
from surveys.ledger.log import newest_checkpoint
from surveys.months import Month
from surveys.units import UnitCode, UnitTree

_CODES_PER_QUERY = 10_000


@dataclass(frozen=True, slots=True)
class WorkforcePlan:
    """What importing a file of workforce figures would change.

    `inner_units` are units of the file that have units below them: people often write sums there,
    and sums would be counted twice.
    """

    file_sha256: str
    rows: int
    new: Mapping[FigureKey, WorkforceMonth]
    changed: Mapping[FigureKey, WorkforceMonth]
    unchanged: int
    inner_units: tuple[UnitCode, ...]

    @property
    def has_changes(self) -> bool:
        return bool(self.new or self.changed)

    @property
    def months(self) -> tuple[Month, ...]:
        """The months whose figures would change, oldest first."""
        return tuple(sorted({month for _unit, month in (*self.new, *self.changed)}))


def plan_workforce(session: Session, path: Path, tree_of: TreeOfMonth) -> WorkforcePlan:
    """Return what importing the file would change; change nothing.

    Args:
        session: of the archive.
        path: CSV file with the columns unit, month, headcount, leavers.
        tree_of: gives each month's tree; a unit must stand in the tree of its month.

    Raises:
        ImportRejected: the file is wrong, by row, column and rule.
    """
    file = read_workforce(path, tree_of)
    held = _held(session, {month for _unit, month in file.figures})
    new = {key: figure for key, figure in file.figures.items() if key not in held}
    changed = {
        key: figure for key, figure in file.figures.items() if key in held and held[key] != figure
    }
    return WorkforcePlan(
        file_sha256=file.sha256,
        rows=len(file.figures),
        new=new,
        changed=changed,
        unchanged=len(file.figures) - len(new) - len(changed),
        inner_units=file.inner_units,
    )


def apply_workforce(session: Session, plan: WorkforcePlan) -> None:
    """Write the new and the changed figures of the plan.

    The caller logs the import in the same transaction: that is how `workforce_state` changes.
    """
    if plan.new:
        session.execute(insert(WorkforceRow), [_values(*entry) for entry in plan.new.items()])
    if plan.changed:
        session.execute(update(WorkforceRow), [_values(*entry) for entry in plan.changed.items()])


def workforce_state(session: Session) -> str:
    """Return a text that is another one whenever workforce figures may have changed.

    It is the newest signed note over the log, in which each import stands with its file's hash;
    whoever keeps what was worked out from figures keeps this beside it.
    """
    return newest_checkpoint(session) or ""


def workforce_of(
    session: Session, units: Sequence[UnitCode]
) -> Mapping[UnitCode, Mapping[Month, WorkforceMonth]]:
    """Return each unit's own figures as imported, by month; units without any are left out."""
    found: dict[UnitCode, dict[Month, WorkforceMonth]] = {}
    months: dict[str, Month] = {}
    for unit, written, headcount, leavers in _rows_of(session, units):
        month = months.get(written) or months.setdefault(written, Month.parse(written))
        found.setdefault(UnitCode(unit), {})[month] = WorkforceMonth(headcount, leavers)
    return found


def subtree_totals(
    session: Session, tree_by_month: Mapping[Month, UnitTree], units: Sequence[UnitCode]
) -> Mapping[UnitCode, Mapping[Month, WorkforceMonth]]:
    """Return the sums over each unit and all units below it, on the tree of each month.

    Months in which a subtree has no figure at all, and units without any month, are left out.
    Where some units of a subtree have no figure, the sum is of those that have one.
    """
    found: dict[UnitCode, dict[Month, WorkforceMonth]] = {}
    for _date, group in groupby(sorted(tree_by_month), lambda m: tree_by_month[m].valid_from):
        months = list(group)
        tree = tree_by_month[months[0]]
        for unit in units:
            if unit in tree:
                found.setdefault(unit, {}).update(_sums(session, tree.subtree(unit), months))
    return {unit: totals for unit, totals in found.items() if totals}


def _sums(
    session: Session, units: Sequence[UnitCode], months: Sequence[Month]
) -> Mapping[Month, WorkforceMonth]:
    """Return the sums over the units by month; the database adds up, because rows are many."""
    by_text = {str(month): month for month in months}
    sums: dict[Month, WorkforceMonth] = {}
    for codes in _chunks(units):
        query = (
            select(
                WorkforceRow.month,
                func.sum(WorkforceRow.headcount),
                func.sum(WorkforceRow.leavers),
            )
            .where(WorkforceRow.unit_code.in_(codes), WorkforceRow.month.in_(by_text))
            .group_by(WorkforceRow.month)
        )
        for written, headcount, leavers in session.execute(query):
            month = by_text[written]
            before = sums.get(month, WorkforceMonth(0, 0))
            sums[month] = WorkforceMonth(
                before.headcount + int(headcount), before.leavers + int(leavers)
            )
    return sums


def _held(session: Session, months: Collection[Month]) -> dict[FigureKey, WorkforceMonth]:
    by_text = {str(month): month for month in months}
    rows = session.execute(
        select(
            WorkforceRow.unit_code,
            WorkforceRow.month,
            WorkforceRow.headcount,
            WorkforceRow.leavers,
        ).where(WorkforceRow.month.in_(by_text))
    )
    return {
        (UnitCode(unit), by_text[month]): WorkforceMonth(headcount, leavers)
        for unit, month, headcount, leavers in rows
    }


def _rows_of(session: Session, units: Sequence[UnitCode]) -> list[Row[str, str, int, int]]:
    """Return (unit, month, headcount, leavers) of the units, each unit's months in order."""
    query = select(
        WorkforceRow.unit_code, WorkforceRow.month, WorkforceRow.headcount, WorkforceRow.leavers
    ).order_by(WorkforceRow.unit_code, WorkforceRow.month)
    rows: list[Row[str, str, int, int]] = []
    for codes in _chunks(units):
        rows.extend(session.execute(query.where(WorkforceRow.unit_code.in_(codes))))
    return rows


def _chunks(units: Sequence[UnitCode]) -> Iterator[Sequence[UnitCode]]:
    for start in range(0, len(units), _CODES_PER_QUERY):
        yield units[start : start + _CODES_PER_QUERY]


def _values(key: FigureKey, figure: WorkforceMonth) -> dict[str, str | int]:
    unit, month = key
    return {
        "unit_code": unit,
        "month": str(month),
        "headcount": figure.headcount,
        "leavers": figure.leavers,
    }
