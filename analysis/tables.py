"""Rows of the archive: releases, their cells, and workforce figures."""

from datetime import date

from sqlalchemy import CheckConstraint, Double, ForeignKey, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from surveys.tables import NAMING_CONVENTION


class ArchiveBase(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class ReleasedTreeRow(ArchiveBase):
    """The unit tree that releases were made on, once per different tree."""

    __tablename__ = "released_trees"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[str] = mapped_column(Text)


class ReleaseRow(ArchiveBase):
    """One month's release. It is visible if and only if it has its place in the log."""

    __tablename__ = "releases"
    __table_args__ = (
        CheckConstraint("(log_place IS NULL) = (released_on IS NULL)", name="visible_iff_logged"),
    )

    month: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    threshold: Mapped[int]
    tree_sha256: Mapped[str] = mapped_column(ForeignKey("released_trees.sha256"))
    release_sha256: Mapped[str]  # over tree, header, certificate and every cell
    import_sha256: Mapped[str | None]
    released_on: Mapped[date | None]
    log_place: Mapped[int | None] = mapped_column(unique=True)
    # Long texts come last: SQLite reads a row from its start, and pages seldom need them.
    header: Mapped[str] = mapped_column(Text)  # items with their labels, canonical JSON
    certificate: Mapped[str] = mapped_column(Text)  # public certificate, canonical JSON


class CellRow(ArchiveBase):
    """One unit in one month. A hidden cell has neither a number of people nor figures.

    The key puts all months of a unit beside each other on disk: the unit page reads one stretch.
    """

    __tablename__ = "cells"
    __table_args__ = (
        CheckConstraint("(respondents IS NULL) = (figures IS NULL)", name="hidden_whole"),
        {"sqlite_with_rowid": False},
    )

    unit_code: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(ForeignKey("releases.month"), primary_key=True)
    respondents: Mapped[int | None]
    figures: Mapped[str | None] = mapped_column(Text)  # compact JSON, see analysis.archive


class BreakdownCellsRow(ArchiveBase):
    """All cells of one unit in one month and breakdown, in the order of the breakdown's options.

    Every unit of the month's tree that the breakdown may divide has a row, also where every cell is
    hidden, so that neither absence nor order tells a small cell from an empty one.
    """

    __tablename__ = "breakdown_cells"
    __table_args__ = ({"sqlite_with_rowid": False},)

    unit_code: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(ForeignKey("releases.month"), primary_key=True)
    breakdown: Mapped[str] = mapped_column(primary_key=True)
    cells: Mapped[str] = mapped_column(Text)  # JSON list, see analysis.release_documents


class WorkforceRow(ArchiveBase):
    """Figures of a unit in a period; the unit's own, not its subtree's.

    The period is so many months from `month` on; a unit's periods do not overlap. None stands
    where nobody gave the figure, and where `missing` has a symbol for it. `log_place` is the entry
    of the import that brought the row, None for those from before Pulse kept it.
    """

    __tablename__ = "workforce"
    __table_args__ = (
        CheckConstraint("headcount >= 0 AND leavers >= 0", name="not_negative"),
        CheckConstraint("leavers <= headcount", name="leavers_within_headcount"),
        CheckConstraint("months IN (1, 3, 12)", name="months"),
        {"sqlite_with_rowid": False},
    )

    unit_code: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(primary_key=True)
    months: Mapped[int] = mapped_column(primary_key=True, default=1, autoincrement=False)
    headcount: Mapped[int | None]
    leavers: Mapped[int | None]
    in_post_fte: Mapped[float | None] = mapped_column(Double)
    starters: Mapped[int | None]
    starters_fte: Mapped[float | None] = mapped_column(Double)
    leavers_fte: Mapped[float | None] = mapped_column(Double)
    leavers_voluntary: Mapped[int | None]
    leavers_other: Mapped[int | None]
    vacancies: Mapped[int | None]
    vacancies_fte: Mapped[float | None] = mapped_column(Double)
    agency: Mapped[int | None]
    agency_fte: Mapped[float | None] = mapped_column(Double)
    cases: Mapped[int | None]
    case_holders_fte: Mapped[float | None] = mapped_column(Double)
    days_lost: Mapped[float | None] = mapped_column(Double)
    missing: Mapped[str | None] = mapped_column(Text)  # JSON: symbol by figure
    log_place: Mapped[int | None]


class WorkforceRevisionRow(ArchiveBase):
    """One figure that a later import changed: what it was, what it became, and by which imports.

    Texts are as a file writes them; "" is a figure that nobody gave. Rows are only ever added.
    """

    __tablename__ = "workforce_revisions"
    __table_args__ = ({"sqlite_with_rowid": False},)

    unit_code: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(primary_key=True)
    months: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    figure: Mapped[str] = mapped_column(primary_key=True)
    log_place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    before: Mapped[str]
    after: Mapped[str]
    before_log_place: Mapped[int | None]
