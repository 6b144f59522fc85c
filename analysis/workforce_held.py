"""The workforce figures that are stored, as they are read from their rows."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import RowMapping, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from analysis.tables import WorkforceRow
from analysis.workforce_figures import Figure, Figures, Value, missing_of
from analysis.workforce_files import FigureKey
from analysis.workforce_periods import YEAR, Period
from surveys.months import Month
from surveys.units import UnitCode

CODES_PER_QUERY = 10_000
FIGURE_COLUMNS: Mapping[Figure, InstrumentedAttribute[float | None]] = {
    figure: getattr(WorkforceRow, figure.value) for figure in Figure
}
_KEY = (WorkforceRow.unit_code, WorkforceRow.month, WorkforceRow.months)


def held_around(
    session: Session, keys: Collection[FigureKey]
) -> dict[FigureKey, tuple[Figures, int | None]]:
    """Return what the units of the keys hold in their periods and in periods near them.

    Each with the place in the log of the import that brought the row.
    """
    if not keys:
        return {}
    units = sorted({unit for unit, _period in keys})
    first = min(period.start for _unit, period in keys).shifted(1 - YEAR)
    last = max(period.last for _unit, period in keys)
    query = select(
        *_KEY, WorkforceRow.missing, WorkforceRow.log_place, *FIGURE_COLUMNS.values()
    ).where(WorkforceRow.month.between(str(first), str(last)))
    found: dict[FigureKey, tuple[Figures, int | None]] = {}
    for codes in chunks(units):
        for row in session.execute(query.where(WorkforceRow.unit_code.in_(codes))).mappings():
            key = UnitCode(row["unit_code"]), Period(Month.parse(row["month"]), row["months"])
            found[key] = _figures(row), row["log_place"]
    return found


def lengths_held(session: Session) -> frozenset[int]:
    """Return the lengths (months) of the periods for which figures are held."""
    return frozenset(session.scalars(select(WorkforceRow.months).distinct()))


def figures_held(session: Session) -> frozenset[Figure]:
    """Return the figures of which some unit and period has a number."""
    counts = session.execute(select(*map(func.count, FIGURE_COLUMNS.values()))).one()
    return frozenset(figure for figure, count in zip(FIGURE_COLUMNS, counts, strict=True) if count)


def numbers_by_period(
    session: Session, figures: Sequence[Figure]
) -> Mapping[Period, Mapping[UnitCode, tuple[float, ...]]]:
    """Return by exact period the numbers of the units that have all these figures.

    All periods in one pass over the rows, because rows lie by unit.
    """
    columns = [FIGURE_COLUMNS[figure] for figure in figures]
    query = select(*_KEY, *columns).where(*(column.is_not(None) for column in columns))
    periods: dict[tuple[str, int], dict[UnitCode, tuple[float, ...]]] = {}
    for unit, month, months, *numbers in session.execute(query).yield_per(CODES_PER_QUERY):
        periods.setdefault((month, months), {})[UnitCode(unit)] = tuple(numbers)
    return {Period(Month.parse(month), months): own for (month, months), own in periods.items()}


def all_figures(session: Session) -> Iterator[tuple[UnitCode, Period, Figures]]:
    """Yield every row that is held, by unit and then in time."""
    query = select(*_KEY, WorkforceRow.missing, *FIGURE_COLUMNS.values()).order_by(*_KEY)
    for row in session.execute(query).yield_per(CODES_PER_QUERY).mappings():
        period = Period(Month.parse(row["month"]), row["months"])
        yield UnitCode(row["unit_code"]), period, _figures(row)


def chunks(units: Sequence[UnitCode]) -> Iterator[Sequence[UnitCode]]:
    """Yield the codes in parts that fit into one query."""
    for start in range(0, len(units), CODES_PER_QUERY):
        yield units[start : start + CODES_PER_QUERY]


def _figures(row: RowMapping) -> Figures:
    found: dict[Figure, Value] = dict(missing_of(row["missing"]))
    for figure in Figure:
        if row[figure.value] is not None:
            found[figure] = row[figure.value]
    return found
