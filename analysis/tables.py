"""Rows of the archive: releases, their cells, and workforce figures."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, MetaData, Text
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
    """People in post and people who left, per unit and month; the unit's own, not its subtree's."""

    __tablename__ = "workforce"
    __table_args__ = (
        CheckConstraint("headcount >= 0 AND leavers >= 0", name="not_negative"),
        CheckConstraint("leavers <= headcount", name="leavers_within_headcount"),
        {"sqlite_with_rowid": False},
    )

    unit_code: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(primary_key=True)
    headcount: Mapped[int]
    leavers: Mapped[int]
