"""What is held of workforce figures and what was revised, for the people who bring them in."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from analysis.tables import WorkforceRevisionRow, WorkforceRow
from analysis.workforce_figures import Figure
from analysis.workforce_held import FIGURE_COLUMNS, figures_held
from analysis.workforce_periods import Period
from analysis.workforce_rates import (
    FloatArray,
    absence_rate,
    agency_rate,
    caseload,
    turnover_rate,
    vacancy_rate,
)
from analysis.workforce_series import RateCode, parts_of
from surveys.ledger.log import EntryKind, entries
from surveys.months import Month
from surveys.units import UnitCode

_FUNCTIONS: Mapping[RateCode | None, Callable[[FloatArray, FloatArray, int], FloatArray]] = {
    RateCode.LEAVERS: lambda events, base, _months: turnover_rate(events, base),
    RateCode.VACANCIES: lambda events, base, _months: vacancy_rate(events, base),
    RateCode.AGENCY: lambda events, base, _months: agency_rate(events, base),
    RateCode.ABSENCE: lambda events, base, months: absence_rate(events, base, months=months),
    None: lambda events, base, _months: caseload(events, base),
}


@dataclass(frozen=True, slots=True)
class WorkforceImport:
    """One import, as the log tells it; `place` is that of its entry."""

    place: int
    day: date
    file_sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class PeriodOverview:
    """All units of one period: in post, and rates in percent; None stands for the caseload."""

    period: Period
    units: int
    headcount: float | None
    in_post_fte: float | None
    rates: Mapping[RateCode | None, float]


@dataclass(frozen=True, slots=True)
class Revision:
    """One figure that an import changed; texts as files write them, "" where nobody gave it.

    `before_place` is the import that the old value came by, None before Pulse kept it.
    """

    unit: UnitCode
    period: Period
    figure: Figure
    before: str
    after: str
    place: int
    before_place: int | None


def workforce_imports(session: Session) -> Mapping[int, WorkforceImport]:
    """Return every import of workforce figures by the place of its entry, oldest first."""
    return {
        entry.place: WorkforceImport(
            entry.place, entry.day, str(entry.body["file_sha256"]), _rows_of(entry.body)
        )
        for entry in entries(session, kinds=[EntryKind.WORKFORCE])
    }


def units_held(session: Session) -> int:
    """Return how many units have figures in some period."""
    return session.scalar(select(func.count(WorkforceRow.unit_code.distinct()))) or 0


def overview_of(session: Session) -> tuple[PeriodOverview, ...]:
    """Return every period with its rates over all units, newest first.

    Each rate is over the units that have both of its figures.
    """
    pairs = _pairs(figures_held(session))
    sums = [
        func.sum(case((FIGURE_COLUMNS[other].is_not(None), FIGURE_COLUMNS[figure])))
        for events, base in pairs.values()
        for figure, other in ((events, base), (base, events))
    ]
    query = select(
        WorkforceRow.month,
        WorkforceRow.months,
        func.count(),
        func.sum(WorkforceRow.headcount),
        func.sum(WorkforceRow.in_post_fte),
        *sums,
    ).group_by(WorkforceRow.month, WorkforceRow.months)
    found = [
        PeriodOverview(
            period=Period(Month.parse(month), months),
            units=units,
            headcount=None if heads is None else float(heads),
            in_post_fte=None if fte is None else float(fte),
            rates=_rates(pairs, [*map(_number, numbers)], months),
        )
        for month, months, units, heads, fte, *numbers in session.execute(query)
    ]
    return tuple(sorted(found, key=lambda e: (e.period.last, e.period), reverse=True))


def _pairs(held: Collection[Figure]) -> dict[RateCode | None, tuple[Figure, Figure]]:
    """Return events and base of each rate that can be worked out; None stands for the caseload."""
    parts = {rate: parts_of(rate, held) for rate in RateCode}
    return {
        **{rate: (each.events, each.in_post) for rate, each in parts.items() if each is not None},
        None: (Figure.CASES, Figure.CASE_HOLDERS_FTE),
    }


def _rates(
    pairs: Mapping[RateCode | None, tuple[Figure, Figure]], numbers: Sequence[float], months: int
) -> Mapping[RateCode | None, float]:
    rates = {
        rate: float(_FUNCTIONS[rate](np.array(events), np.array(base), months))
        for rate, events, base in zip(pairs, numbers[::2], numbers[1::2], strict=True)
    }
    return {rate: value for rate, value in rates.items() if not np.isnan(value)}


def _number(total: float | None) -> float:
    return np.nan if total is None else float(total)


def count_revisions(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(WorkforceRevisionRow)) or 0


def revisions(session: Session, *, first: int, most: int) -> tuple[Revision, ...]:
    """Return so many revisions from the first one on, newest import first."""
    table = WorkforceRevisionRow
    query = (
        select(table)
        .order_by(table.log_place.desc(), table.unit_code, table.month, table.months, table.figure)
        .offset(first)
        .limit(most)
    )
    return tuple(
        Revision(
            unit=UnitCode(row.unit_code),
            period=Period(Month.parse(row.month), row.months),
            figure=Figure(row.figure),
            before=row.before,
            after=row.after,
            place=row.log_place,
            before_place=row.before_log_place,
        )
        for row in session.scalars(query)
    )


def _rows_of(body: Mapping[str, object]) -> int:
    rows = body.get("rows", 0)
    return rows if isinstance(rows, int) else 0
