"""Workforce figures per unit and period: stored with their history, and read for the turnover page.

A figure is of the unit's own people, without the units below it; sums over subtrees are made
when they are read, on the tree of their month. The turnover associations are monthly, so what is
read here are figures of months alone.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.orm import Session

from analysis.tables import WorkforceRevisionRow, WorkforceRow
from analysis.workforce_figures import Figure, Figures, Missing, missing_text, value_text
from analysis.workforce_files import FigureKey, WorkforceMonth
from analysis.workforce_held import chunks, held_around
from analysis.workforce_periods import MONTH, Period
from analysis.workforce_plans import WorkforcePlan
from surveys.ledger.log import EntryKind, append, newest_checkpoint
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from surveys.units import UnitCode, UnitTree

_IS_WHOLE_MONTH = (
    WorkforceRow.months == MONTH,
    WorkforceRow.headcount.is_not(None),
    WorkforceRow.leavers.is_not(None),
)


def store_workforce(session: Session, plan: WorkforcePlan, *, signer: LogSigner, day: date) -> None:
    """Log the import and make the changes of the plan, keeping what each figure was before.

    Both in the caller's transaction (archive): `workforce_state` changes with the figures.
    """
    entry = append(session, EntryKind.WORKFORCE, workforce_body(plan), signer=signer, day=day)
    revisions = _revisions(session, plan, entry.place)
    if revisions:
        session.execute(insert(WorkforceRevisionRow), revisions)
    fresh = [_values(key, plan.after[key]) | {"log_place": entry.place} for key in plan.new]
    if fresh:
        session.execute(insert(WorkforceRow), fresh)
    changed = [_values(key, plan.after[key]) for key in plan.changes if key not in plan.withdrawn]
    if changed:
        session.execute(update(WorkforceRow), changed)
    for unit, period in plan.withdrawn:
        session.execute(
            delete(WorkforceRow).where(
                WorkforceRow.unit_code == unit,
                WorkforceRow.month == str(period.start),
                WorkforceRow.months == period.months,
            )
        )


def workforce_body(plan: WorkforcePlan) -> dict[str, object]:
    """Return what the log says about an import of workforce figures."""
    body: dict[str, object] = {
        "file_sha256": plan.file_sha256,
        "rows": plan.rows,
        "new": len(plan.new),
        "overwritten": len(plan.changes) - len(plan.withdrawn),
        "withdrawn": len(plan.withdrawn),
        "first_month": str(plan.periods[0].start),
        "last_month": str(max(period.last for period in plan.periods)),
    }
    if plan.layout:
        body |= {"mapping": plan.layout, "mapping_sha256": plan.layout_sha256}
    return body


def workforce_state(session: Session) -> str:
    """Return a text that is another one whenever workforce figures may have changed.

    It is the newest signed note over the log, in which each import stands with its file's hash;
    whoever keeps what was worked out from figures keeps this beside it.
    """
    return newest_checkpoint(session) or ""


def workforce_of(
    session: Session, units: Sequence[UnitCode]
) -> Mapping[UnitCode, Mapping[Month, WorkforceMonth]]:
    """Return each unit's own figures as imported, by month; units without any are left out.

    Months with people in post and leavers; quarters and years are no months.
    """
    found: dict[UnitCode, dict[Month, WorkforceMonth]] = {}
    months: dict[str, Month] = {}
    for unit, written, headcount, leavers in _rows_of(session, units):
        if headcount is None or leavers is None:
            continue
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
    for codes in chunks(units):
        query = (
            select(
                WorkforceRow.month,
                func.sum(WorkforceRow.headcount),
                func.sum(WorkforceRow.leavers),
            )
            .where(
                WorkforceRow.unit_code.in_(codes),
                WorkforceRow.month.in_(by_text),
                *_IS_WHOLE_MONTH,
            )
            .group_by(WorkforceRow.month)
        )
        for written, headcount, leavers in session.execute(query):
            month = by_text[written]
            before = sums.get(month, WorkforceMonth(0, 0))
            sums[month] = WorkforceMonth(
                before.headcount + int(headcount or 0), before.leavers + int(leavers or 0)
            )
    return sums


def _rows_of(
    session: Session, units: Sequence[UnitCode]
) -> list[Row[str, str, int | None, int | None]]:
    """Return (unit, month, headcount, leavers) of the units, each unit's months in order."""
    query = (
        select(
            WorkforceRow.unit_code, WorkforceRow.month, WorkforceRow.headcount, WorkforceRow.leavers
        )
        .where(*_IS_WHOLE_MONTH)
        .order_by(WorkforceRow.unit_code, WorkforceRow.month)
    )
    rows: list[Row[str, str, int | None, int | None]] = []
    for codes in chunks(units):
        rows.extend(session.execute(query.where(WorkforceRow.unit_code.in_(codes))))
    return rows


def _revisions(session: Session, plan: WorkforcePlan, place: int) -> list[dict[str, object]]:
    """Return a row for each figure that changes, with the import that its old value came by."""
    if not plan.changes:
        return []
    brought = {key: at for key, (_, at) in held_around(session, plan.changes.keys()).items()}
    revised = _last_revisions(session, sorted({unit for unit, _period in plan.changes}))
    rows: list[dict[str, object]] = []
    for key, changes in plan.changes.items():
        for change in changes:
            places = (brought[key], revised.get((*key, change.figure)))
            rows.append(
                _key_values(key)
                | {
                    "figure": change.figure.value,
                    "log_place": place,
                    "before": value_text(change.before),
                    "after": value_text(change.after),
                    "before_log_place": max((p for p in places if p is not None), default=None),
                }
            )
    return rows


def _last_revisions(
    session: Session, units: Sequence[UnitCode]
) -> dict[tuple[UnitCode, Period, Figure], int]:
    table = WorkforceRevisionRow
    query = select(
        table.unit_code, table.month, table.months, table.figure, func.max(table.log_place)
    ).group_by(table.unit_code, table.month, table.months, table.figure)
    return {
        (UnitCode(unit), Period(Month.parse(month), months), Figure(figure)): place
        for codes in chunks(units)
        for unit, month, months, figure, place in session.execute(
            query.where(table.unit_code.in_(codes))
        )
    }


def _values(key: FigureKey, figures: Figures) -> dict[str, object]:
    numbers = {
        figure.value: None if isinstance(value := figures.get(figure), Missing) else value
        for figure in Figure
    }
    return _key_values(key) | numbers | {"missing": missing_text(figures)}


def _key_values(key: FigureKey) -> dict[str, object]:
    unit, period = key
    return {"unit_code": unit, "month": str(period.start), "months": period.months}
