"""Releases, workforce figures and the log."""

import sqlalchemy as sa
from alembic import op

revision = "archive_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "released_trees",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_released_trees")),
    )
    op.create_table(
        "workforce",
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("leavers", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "headcount >= 0 AND leavers >= 0", name=op.f("ck_workforce_not_negative")
        ),
        sa.CheckConstraint(
            "leavers <= headcount", name=op.f("ck_workforce_leavers_within_headcount")
        ),
        sa.PrimaryKeyConstraint("unit_code", "month", name=op.f("pk_workforce")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "releases",
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("tree_sha256", sa.String(), nullable=False),
        sa.Column("release_sha256", sa.String(), nullable=False),
        sa.Column("import_sha256", sa.String(), nullable=True),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.Column("log_place", sa.Integer(), nullable=True),
        sa.Column("header", sa.Text(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(log_place IS NULL) = (released_on IS NULL)",
            name=op.f("ck_releases_visible_iff_logged"),
        ),
        sa.ForeignKeyConstraint(
            ["tree_sha256"], ["released_trees.sha256"], name=op.f("fk_releases_tree_sha256")
        ),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_releases")),
        sa.UniqueConstraint("log_place", name=op.f("uq_releases_log_place")),
    )
    op.create_table(
        "cells",
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("respondents", sa.Integer(), nullable=True),
        sa.Column("figures", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(respondents IS NULL) = (figures IS NULL)", name=op.f("ck_cells_hidden_whole")
        ),
        sa.ForeignKeyConstraint(["month"], ["releases.month"], name=op.f("fk_cells_month")),
        sa.PrimaryKeyConstraint("unit_code", "month", name=op.f("pk_cells")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "checkpoints",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_checkpoints")),
    )
    op.create_table(
        "log_entries",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("leaf_hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_log_entries")),
    )


def downgrade() -> None:
    op.drop_table("log_entries")
    op.drop_table("checkpoints")
    op.drop_table("cells")
    op.drop_table("releases")
    op.drop_table("workforce")
    op.drop_table("released_trees")
