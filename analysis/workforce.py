"""Workforce figures per unit and month: people in post and people who left.

A figure is of the unit's own people, without the units below it; sums over subtrees are made
when they are read, on the tree of their month.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from analysis.tables import WorkforceRow
from analysis.workforce_files import FigureKey, TreeOfMonth, WorkforceMonth, read_workforce
from surveys.months import Month
from surveys.units import UnitCode, UnitTree

_CODES_PER_QUERY = 10_000

Totals = npt.NDArray[np.int64]


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
    """Write the new and the changed figures of the plan. The caller commits."""
    if plan.new:
        session.execute(insert(WorkforceRow), [_values(*entry) for entry in plan.new.items()])
    if plan.changed:
        session.execute(update(WorkforceRow), [_values(*entry) for entry in plan.changed.items()])


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
        asked = [unit for unit in units if unit in tree]
        stretches = _stretches(tree, asked)
        sums = _running_sums(session, tree, months=months, stretches=stretches.values())
        for unit, stretch in stretches.items():
            totals = sums[:, stretch.stop] - sums[:, stretch.start]
            for month, (headcount, leavers, rows) in zip(months, totals.tolist(), strict=True):
                if rows:
                    found.setdefault(unit, {})[month] = WorkforceMonth(headcount, leavers)
    return found


def _stretches(tree: UnitTree, units: Sequence[UnitCode]) -> dict[UnitCode, range]:
    """Return the places of each unit's subtree: depth first, a subtree is one stretch of places."""
    sizes = [1] * len(tree)
    parents = tree.parent_places
    for place in range(len(tree) - 1, 0, -1):
        sizes[parents[place]] += sizes[place]
    starts = {unit: tree.place(unit) for unit in units}
    return {unit: range(start, start + sizes[start]) for unit, start in starts.items()}


def _running_sums(
    session: Session, tree: UnitTree, *, months: Sequence[Month], stretches: Iterable[range]
) -> Totals:
    """Return sums of (headcount, leavers, rows) over all places before each, by month.

    The shape is months x places + 1 x 3; places outside the stretches count as empty.
    """
    covered = np.zeros(len(tree), dtype=bool)
    for stretch in stretches:
        covered[stretch.start : stretch.stop] = True
    place_of = {tree.units[place].code: place for place in np.flatnonzero(covered).tolist()}
    column_of = {str(month): column for column, month in enumerate(months)}
    sums: Totals = np.zeros((len(months), len(tree) + 1, 3), dtype=np.int64)
    rows = _rows_of(session, list(place_of))
    if rows:
        units, written, headcounts, leavers = zip(*rows, strict=True)
        columns = np.fromiter((column_of.get(text, -1) for text in written), np.int64)
        places = np.fromiter((place_of[UnitCode(unit)] for unit in units), np.int64)
        kept = columns >= 0
        figures = np.column_stack([headcounts, leavers, np.ones(len(rows), dtype=np.int64)])
        sums[columns[kept], places[kept] + 1] = figures[kept]
    return sums.cumsum(axis=1)


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
    for start in range(0, len(units), _CODES_PER_QUERY):
        codes = units[start : start + _CODES_PER_QUERY]
        rows.extend(session.execute(query.where(WorkforceRow.unit_code.in_(codes))))
    return rows


def _values(key: FigureKey, figure: WorkforceMonth) -> dict[str, str | int]:
    unit, month = key
    return {
        "unit_code": unit,
        "month": str(month),
        "headcount": figure.headcount,
        "leavers": figure.leavers,
    }
