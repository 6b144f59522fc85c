"""The one door for screens: visible releases and nothing else.

A release is visible if and only if it has its place in the log. Permissions narrow what is read
here; nothing computed after it may widen it. Trees and headers are kept in memory by their hash,
because a release never changes.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.figure_text import CellFigures, is_coarse_in, rate_in
from analysis.release import (
    Cell,
    Reason,
    ReleasedBreakdown,
    ReleaseHead,
    ShownCell,
    Source,
    Suppressed,
    UnitBreakdown,
    UnitMonth,
)
from analysis.release_documents import ReleaseHeader, read_header, read_tree
from analysis.tables import BreakdownCellsRow, CellRow, ReleasedTreeRow, ReleaseRow
from surveys.errors import StateError
from surveys.months import Month
from surveys.units import UnitCode, UnitTree

_HIDDEN = Suppressed(Reason.TOO_FEW)
_UNITS_AT_ONCE = 5000
"""Units per query; databases limit how many values one statement may name."""

_Value = TypeVar("_Value")


class _Kept(Generic[_Value]):
    """The values last asked for, by hash, shared between threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[str, _Value] = OrderedDict()
        self._lock = Lock()

    def get(self, sha256: str, make: Callable[[], _Value]) -> _Value:
        with self._lock:
            if sha256 in self._values:
                self._values.move_to_end(sha256)
                return self._values[sha256]
        value = make()
        with self._lock:
            self._values[sha256] = value
            if len(self._values) > self._most:
                self._values.popitem(last=False)
        return value


_TREES: _Kept[UnitTree] = _Kept(32)
_HEADERS: _Kept[ReleaseHeader] = _Kept(512)


def visible_releases(session: Session) -> tuple[ReleaseHead, ...]:
    """Return the heads of all visible releases, oldest first."""
    query = select(
        ReleaseRow.month,
        ReleaseRow.source,
        ReleaseRow.threshold,
        ReleaseRow.tree_sha256,
        ReleaseRow.release_sha256,
        ReleaseRow.released_on,
        ReleaseRow.log_place,
    ).order_by(ReleaseRow.month)
    heads: list[ReleaseHead] = []
    for month, source, threshold, tree_sha256, sha256, released_on, place in session.execute(query):
        if place is None or released_on is None:
            continue  # staged: nobody may see it
        header = _header(session, month, sha256)
        heads.append(
            ReleaseHead(
                month=_month(month),
                source=Source(source),
                threshold=threshold,
                tree=_tree(session, tree_sha256),
                items=header.items,
                self_attack=header.self_attack,
                engine=header.engine,
                released_on=released_on.isoformat(),
                log_place=place,
                sha256=sha256,
                breakdowns=header.breakdowns,
                questionnaire=header.questionnaire,
            )
        )
    return tuple(heads)


def units_history(
    session: Session, units: Sequence[UnitCode]
) -> Mapping[UnitCode, tuple[UnitMonth, ...]]:
    """Return every visible month of each unit, oldest first; months without it are absent."""
    found: dict[UnitCode, list[UnitMonth]] = {unit: [] for unit in units}
    visible = _visible_months(session)
    for some in _chunks(list(found)):
        query = (
            select(CellRow.unit_code, CellRow.month, CellRow.respondents, CellRow.figures)
            .where(CellRow.unit_code.in_(some))
            .order_by(CellRow.unit_code, CellRow.month)
        )
        for code, month, respondents, figures in session.execute(query):
            if month in visible:
                unit = UnitCode(code)
                found[unit].append(UnitMonth(unit, _month(month), _cell(respondents, figures)))
    return {unit: tuple(months) for unit, months in found.items()}


def shown_figures(
    session: Session, units: Sequence[UnitCode]
) -> Iterator[tuple[UnitCode, Month, bool, CellFigures]]:
    """Yield every shown cell of the units in visible months: its figures, and whether it is coarse.

    For analyses over a whole organisation, where a `UnitMonth` each would take most of the time.
    """
    visible = _visible_months(session)
    for some in _chunks(list(units)):
        query = select(
            CellRow.unit_code, CellRow.month, CellRow.respondents, CellRow.figures
        ).where(CellRow.unit_code.in_(some), CellRow.respondents.is_not(None))
        for code, month, respondents, figures in session.execute(query):
            if month in visible and respondents is not None and figures is not None:
                read = CellFigures(respondents, figures)
                yield UnitCode(code), _month(month), is_coarse_in(figures), read


def unit_cells(
    session: Session, month: Month, units: Sequence[UnitCode]
) -> Mapping[UnitCode, UnitMonth]:
    """Return the cells of some units in one visible month; units without one are absent.

    Raises:
        StateError: the month has no visible release.
    """
    if str(month) not in _visible_months(session):
        raise StateError(f"There is no release of {month}.")
    found: dict[UnitCode, UnitMonth] = {}
    for some in _chunks(list(dict.fromkeys(units))):
        query = select(CellRow.unit_code, CellRow.respondents, CellRow.figures).where(
            CellRow.unit_code.in_(some), CellRow.month == str(month)
        )
        for code, respondents, figures in session.execute(query):
            unit = UnitCode(code)
            found[unit] = UnitMonth(unit, month, _cell(respondents, figures))
    return found


def month_cells(session: Session, month: Month) -> Mapping[UnitCode, UnitMonth]:
    """Return every unit's cell of one visible month, in the tree's order.

    Raises:
        StateError: the month has no visible release.
    """
    query = select(ReleaseRow.tree_sha256).where(
        ReleaseRow.month == str(month), ReleaseRow.log_place.is_not(None)
    )
    tree_sha256 = session.scalar(query)
    if tree_sha256 is None:
        raise StateError(f"There is no release of {month}.")
    cells: dict[UnitCode, UnitMonth] = {}
    for some in _chunks([unit.code for unit in _tree(session, tree_sha256)]):
        rows = session.execute(
            select(CellRow.unit_code, CellRow.respondents, CellRow.figures).where(
                CellRow.unit_code.in_(some), CellRow.month == str(month)
            )
        )
        by_unit = {row[0]: _cell(row[1], row[2]) for row in rows}
        cells |= {code: UnitMonth(code, month, by_unit[code]) for code in some}
    return cells


def unit_breakdowns(session: Session, month: Month, unit: UnitCode) -> tuple[UnitBreakdown, ...]:
    """Return one unit's breakdown cells of a visible month, in the order of the release.

    Where a breakdown may not divide a unit of this level, every cell says so.

    Raises:
        StateError: the month has no visible release, or the unit is not in its tree.
    """
    return month_breakdowns(session, month, [unit])[unit]


def month_breakdowns(
    session: Session, month: Month, units: Sequence[UnitCode] | None = None
) -> Mapping[UnitCode, tuple[UnitBreakdown, ...]]:
    """Return the breakdown cells of one visible month, of some units or of all.

    Raises:
        StateError: the month has no visible release, or a unit is not in its tree.
    """
    row = session.execute(
        select(ReleaseRow.tree_sha256, ReleaseRow.release_sha256).where(
            ReleaseRow.month == str(month), ReleaseRow.log_place.is_not(None)
        )
    ).one_or_none()
    if row is None:
        raise StateError(f"There is no release of {month}.")
    tree = _tree(session, row[0])
    divided = _header(session, str(month), row[1]).breakdowns.divided
    wanted = [each.code for each in tree] if units is None else list(units)
    if any(code not in tree for code in wanted):
        raise StateError(f"A unit is not among those of {month}.")
    stored = _stored_breakdowns(session, month, wanted) if divided else {}
    return {
        code: tuple(
            UnitBreakdown(code, month, each, _breakdown_cells(each, stored.get((code, each.code))))
            for each in divided
        )
        for code in wanted
    }


def _stored_breakdowns(
    session: Session, month: Month, units: list[UnitCode]
) -> Mapping[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for some in _chunks(units):
        query = select(
            BreakdownCellsRow.unit_code, BreakdownCellsRow.breakdown, BreakdownCellsRow.cells
        ).where(BreakdownCellsRow.unit_code.in_(some), BreakdownCellsRow.month == str(month))
        found |= {(code, breakdown): cells for code, breakdown, cells in session.execute(query)}
    return found


def _breakdown_cells(breakdown: ReleasedBreakdown, text: str | None) -> tuple[Cell, ...]:
    if text is None:
        return (Suppressed(Reason.NOT_HERE),) * len(breakdown.options)
    return tuple(
        _HIDDEN if cell is None else _cell(cell[0], json.dumps(cell[1]))
        for cell in json.loads(text)
    )


def certificate(session: Session, month: Month) -> str:
    """Return the public certificate (canonical JSON) of a visible release.

    Raises:
        StateError: the month has no visible release.
    """
    text = session.scalar(
        select(ReleaseRow.certificate).where(
            ReleaseRow.month == str(month), ReleaseRow.log_place.is_not(None)
        )
    )
    if text is None:
        raise StateError(f"There is no release of {month}.")
    return text


def _visible_months(session: Session) -> frozenset[str]:
    query = select(ReleaseRow.month).where(ReleaseRow.log_place.is_not(None))
    return frozenset(session.scalars(query))


def _cell(respondents: int | None, figures: str | None) -> Cell:
    if respondents is None or figures is None:
        return _HIDDEN
    return ShownCell(
        respondents, CellFigures(respondents, figures), rate_in(figures), is_coarse_in(figures)
    )


@lru_cache(maxsize=2048)
def _month(text: str) -> Month:
    return Month.parse(text)


def _chunks(units: list[UnitCode]) -> Iterable[list[UnitCode]]:
    for first in range(0, len(units), _UNITS_AT_ONCE):
        yield units[first : first + _UNITS_AT_ONCE]


def _header(session: Session, month: str, sha256: str) -> ReleaseHeader:
    def read() -> ReleaseHeader:
        query = select(ReleaseRow.header).where(ReleaseRow.month == month)
        return read_header(session.scalars(query).one())

    return _HEADERS.get(sha256, read)


def _tree(session: Session, sha256: str) -> UnitTree:
    def read() -> UnitTree:
        query = select(ReleasedTreeRow.document).where(ReleasedTreeRow.sha256 == sha256)
        return read_tree(session.scalars(query).one())

    return _TREES.get(sha256, read)
