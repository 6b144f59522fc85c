"""The one crossing from counts to what screens may read: stage, log, make visible.

A release is staged first, in as many transactions as the caller likes, and nobody can see it. One
transaction then writes the log entries and makes the months visible together. From then on no
code changes or replaces it; `verify_release` recomputes its hashes from what is stored.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from analysis.errors import ReleaseRefused
from analysis.preparing import PreparedRelease, prepare_release
from analysis.release import Source
from analysis.release_documents import (
    BreakdownCellsText,
    CellText,
    breakdown_cells_sha256,
    cells_sha256,
    read_header,
    release_sha256,
    self_attack_document,
)
from analysis.tables import BreakdownCellsRow, CellRow, ReleasedTreeRow, ReleaseRow
from surveys.canonical import sha256_hex
from surveys.errors import StateError
from surveys.ledger.log import EntryKind, append, entries
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from surveys.units import UnitCode

__all__ = [
    "PreparedRelease",
    "ReleaseCheck",
    "ReleaseRefused",
    "discard_month",
    "discard_staged",
    "make_visible",
    "prepare_release",
    "stage",
    "staged_months",
    "verify_release",
]

_ROWS_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class ReleaseCheck:
    """Which parts of a visible release are no longer what was logged; none if it is intact."""

    month: Month
    broken: tuple[str, ...]

    @property
    def is_intact(self) -> bool:
        return not self.broken


def stage(session: Session, prepared: PreparedRelease, *, import_sha256: str | None) -> None:
    """Store the release where nobody can see it; the same one again changes nothing.

    Another staged release of the month is replaced, a visible one never.

    Args:
        session: an archive session.
        prepared: the release.
        import_sha256: the hash of the file that the answers came from, if from a file.

    Raises:
        StateError: the month has a visible release.
    """
    month = str(prepared.month)
    known = session.get(ReleaseRow, month)
    if known is not None:
        _refuse_visible(known)
        if known.release_sha256 == prepared.sha256 and known.import_sha256 == import_sha256:
            return
        _discard(session, [month])
    tables = prepared.tables
    if session.get(ReleasedTreeRow, tables["tree"]) is None:
        session.add(ReleasedTreeRow(sha256=tables["tree"], document=prepared.tree))
        session.flush()
    session.add(
        ReleaseRow(
            month=month,
            source=prepared.source.value,
            threshold=prepared.threshold,
            tree_sha256=tables["tree"],
            header=prepared.header,
            certificate=prepared.certificate,
            release_sha256=prepared.sha256,
            import_sha256=import_sha256,
        )
    )
    session.flush()
    _insert_cells(session, prepared)
    _insert_breakdown_cells(session, prepared)


def make_visible(
    session: Session,
    months: Collection[Month],
    *,
    signer: LogSigner,
    day: date,
    challenges: Collection[int] = (),
) -> None:
    """Log the staged releases and show them, oldest first, all in the caller's transaction.

    Args:
        session: an archive session.
        months: staged months.
        signer: of the log.
        day: of the release.
        challenges: the places in the log of the union's challenges that are printed on them.

    Raises:
        StateError: a month has no staged release, is visible already, or its staged rows are not
            the ones that were prepared.
    """
    for month in sorted(set(months)):
        row = session.get(ReleaseRow, str(month))
        if row is None:
            raise StateError(f"There is no prepared release of {month}. Run the import again.")
        _refuse_visible(row)
        tables = _tables_of(session, row)
        if _release_hash(row, tables) != row.release_sha256:
            raise StateError(
                f"The prepared release of {month} has been changed. Run the import again."
            )
        body = _log_body(row, tables)
        if challenges:
            body["challenges"] = sorted(challenges)
        entry = append(session, EntryKind.RELEASE, body, signer=signer, day=day)
        row.log_place = entry.place
        row.released_on = day
        session.flush()


def staged_months(session: Session) -> tuple[Month, ...]:
    """Return the months that are stored and not visible, oldest first."""
    query = select(ReleaseRow.month).where(ReleaseRow.log_place.is_(None))
    return tuple(sorted(Month.parse(month) for month in session.scalars(query)))


def discard_staged(session: Session) -> tuple[Month, ...]:
    """Delete imported months that are not visible, and return them, oldest first.

    What a wave has staged waits for its own release and stays.
    """
    query = select(ReleaseRow.month).where(
        ReleaseRow.log_place.is_(None), ReleaseRow.source == Source.IMPORTED.value
    )
    months = tuple(sorted(Month.parse(month) for month in session.scalars(query)))
    _discard(session, [str(month) for month in months])
    return months


def discard_month(session: Session, month: Month) -> None:
    """Delete what is staged of one month; nothing if nothing is.

    Raises:
        StateError: the month has a visible release.
    """
    row = session.get(ReleaseRow, str(month))
    if row is not None:
        _refuse_visible(row)
        _discard(session, [str(month)])


def verify_release(session: Session, month: Month) -> ReleaseCheck:
    """Recompute the hashes of a visible release and compare them with its log entry.

    Whether the log itself is intact is for `surveys.ledger.log.verify` to say.

    Raises:
        StateError: the month has no visible release.
    """
    row = session.get(ReleaseRow, str(month), populate_existing=True)
    if row is None or row.log_place is None:
        raise StateError(f"There is no release of {month}.")
    logged = next(
        (e.body for e in entries(session, kinds=[EntryKind.RELEASE]) if e.place == row.log_place),
        None,
    )
    if logged is None:
        return ReleaseCheck(month, ("log entry",))
    tables = _tables_of(session, row)
    expected = logged.get("tables")
    known = expected if isinstance(expected, Mapping) else {}
    broken = [n for n in sorted({*tables, *known}) if known.get(n) != tables.get(n)]
    if not broken and not (
        logged.get("release_sha256") == row.release_sha256 == _release_hash(row, tables)
        and logged.get("month") == row.month
        and logged.get("import_sha256") == row.import_sha256
    ):
        broken.append("release")
    return ReleaseCheck(month, tuple(broken))


def _insert_cells(session: Session, prepared: PreparedRelease) -> None:
    month = str(prepared.month)
    for first in range(0, len(prepared.cells), _ROWS_AT_ONCE):
        session.execute(
            insert(CellRow),
            [
                {
                    "unit_code": cell.unit,
                    "month": month,
                    "respondents": cell.respondents,
                    "figures": cell.figures,
                }
                for cell in prepared.cells[first : first + _ROWS_AT_ONCE]
            ],
        )


def _insert_breakdown_cells(session: Session, prepared: PreparedRelease) -> None:
    month = str(prepared.month)
    for first in range(0, len(prepared.breakdown_cells), _ROWS_AT_ONCE):
        session.execute(
            insert(BreakdownCellsRow),
            [
                {
                    "unit_code": cell.unit,
                    "month": month,
                    "breakdown": cell.breakdown,
                    "cells": cell.cells,
                }
                for cell in prepared.breakdown_cells[first : first + _ROWS_AT_ONCE]
            ],
        )


def _refuse_visible(row: ReleaseRow) -> None:
    if row.log_place is not None:
        raise StateError(f"{row.month} has been released already. A release never changes.")


def _discard(session: Session, months: Collection[str]) -> None:
    if not months:
        return
    session.execute(delete(CellRow).where(CellRow.month.in_(months)))
    session.execute(delete(BreakdownCellsRow).where(BreakdownCellsRow.month.in_(months)))
    session.execute(delete(ReleaseRow).where(ReleaseRow.month.in_(months)))
    used = select(ReleaseRow.tree_sha256)
    session.execute(delete(ReleasedTreeRow).where(ReleasedTreeRow.sha256.not_in(used)))
    session.expire_all()


def _tables_of(session: Session, row: ReleaseRow) -> dict[str, str]:
    """Return the hash of each part as it is stored now."""
    tree = session.scalar(
        select(ReleasedTreeRow.document).where(ReleasedTreeRow.sha256 == row.tree_sha256)
    )
    divided = tuple(_stored_breakdown_cells(session, row.month))
    return ({"breakdown_cells": breakdown_cells_sha256(divided)} if divided else {}) | {
        "cells": cells_sha256(_stored_cells(session, row.month)),
        "certificate": sha256_hex(row.certificate),
        "header": sha256_hex(row.header),
        "tree": sha256_hex(tree or ""),
    }


def _stored_cells(session: Session, month: str) -> Iterator[CellText]:
    query = select(CellRow.unit_code, CellRow.respondents, CellRow.figures).where(
        CellRow.month == month
    )
    for code, respondents, figures in session.execute(query):
        yield CellText(UnitCode(code), respondents, figures)


def _stored_breakdown_cells(session: Session, month: str) -> Iterator[BreakdownCellsText]:
    query = select(
        BreakdownCellsRow.unit_code, BreakdownCellsRow.breakdown, BreakdownCellsRow.cells
    ).where(BreakdownCellsRow.month == month)
    for code, breakdown, cells in session.execute(query):
        yield BreakdownCellsText(UnitCode(code), breakdown, cells)


def _release_hash(row: ReleaseRow, tables: Mapping[str, str]) -> str:
    return release_sha256(
        Month.parse(row.month), Source(row.source), threshold=row.threshold, tables=tables
    )


def _log_body(row: ReleaseRow, tables: Mapping[str, str]) -> dict[str, object]:
    header = read_header(row.header)
    return {
        "engine": header.engine,
        "import_sha256": row.import_sha256,
        "month": row.month,
        "policy_sha256": header.policy_sha256,
        "release_sha256": row.release_sha256,
        "self_attack": self_attack_document(header.self_attack),
        "source": row.source,
        "tables": dict(tables),
        "threshold": row.threshold,
    }
