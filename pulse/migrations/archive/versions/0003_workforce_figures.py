"""More workforce figures, quarters and years beside months, and a history of what was revised."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "archive_0003"
down_revision = "archive_0002"

_PEOPLE = ("starters", "leavers_voluntary", "leavers_other", "vacancies", "agency", "cases")
_DECIMALS = (
    "in_post_fte",
    "starters_fte",
    "leavers_fte",
    "vacancies_fte",
    "agency_fte",
    "case_holders_fte",
    "days_lost",
)


def _table(*, is_months_only: bool) -> sa.Table[Any]:
    """Return the table as it is before the step, or after it, for SQLite to copy."""
    columns: list[sa.Column[Any]] = [
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=not is_months_only),
        sa.Column("leavers", sa.Integer(), nullable=not is_months_only),
    ]
    keys = ["unit_code", "month"]
    checks = [
        sa.CheckConstraint(
            "headcount >= 0 AND leavers >= 0", name=op.f("ck_workforce_not_negative")
        ),
        sa.CheckConstraint(
            "leavers <= headcount", name=op.f("ck_workforce_leavers_within_headcount")
        ),
    ]
    if not is_months_only:
        columns.insert(2, sa.Column("months", sa.Integer(), nullable=False))
        columns += [sa.Column(name, sa.Integer()) for name in _PEOPLE]
        columns += [sa.Column(name, sa.Double()) for name in _DECIMALS]
        columns += [sa.Column("missing", sa.Text()), sa.Column("log_place", sa.Integer())]
        keys.append("months")
        checks.append(sa.CheckConstraint("months IN (1, 3, 12)", name=op.f("ck_workforce_months")))
    table: sa.Table[Any] = sa.Table(
        "workforce",
        sa.MetaData(),
        *columns,
        *checks,
        sa.PrimaryKeyConstraint(*keys, name=op.f("pk_workforce")),
        sqlite_with_rowid=False,
    )
    return table


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _copy(_table(is_months_only=False), "unit_code, month, 1, headcount, leavers")
    else:
        _alter()
    op.create_table(
        "workforce_revisions",
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("figure", sa.String(), nullable=False),
        sa.Column("log_place", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("before_log_place", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint(
            "unit_code", "month", "months", "figure", "log_place",
            name=op.f("pk_workforce_revisions"),
        ),
        sqlite_with_rowid=False,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("workforce_revisions")
    # What the earlier table cannot hold goes: other periods, and rows without both figures.
    op.execute("DELETE FROM workforce WHERE months <> 1 OR headcount IS NULL OR leavers IS NULL")
    if op.get_bind().dialect.name == "sqlite":
        _copy(_table(is_months_only=True), "unit_code, month, headcount, leavers")
        return
    op.drop_constraint("pk_workforce", "workforce")
    op.drop_constraint("ck_workforce_months", "workforce")
    for name in (*_PEOPLE, *_DECIMALS, "missing", "log_place", "months"):
        op.drop_column("workforce", name)
    op.create_primary_key("pk_workforce", "workforce", ["unit_code", "month"])
    for name in ("headcount", "leavers"):
        op.alter_column("workforce", name, nullable=False)


def _alter() -> None:
    """Change the table where it stands, so that the rights on it stay."""
    op.add_column(
        "workforce", sa.Column("months", sa.Integer(), nullable=False, server_default="1")
    )
    op.alter_column("workforce", "months", server_default=None)
    for name in _PEOPLE:
        op.add_column("workforce", sa.Column(name, sa.Integer()))
    for name in _DECIMALS:
        op.add_column("workforce", sa.Column(name, sa.Double()))
    op.add_column("workforce", sa.Column("missing", sa.Text()))
    op.add_column("workforce", sa.Column("log_place", sa.Integer()))
    for name in ("headcount", "leavers"):
        op.alter_column("workforce", name, nullable=True)
    op.drop_constraint("pk_workforce", "workforce")
    op.create_primary_key("pk_workforce", "workforce", ["unit_code", "month", "months"])
    op.create_check_constraint("ck_workforce_months", "workforce", "months IN (1, 3, 12)")


def _copy(table: sa.Table[Any], values: str) -> None:
    """Make the table anew with the rows it has: SQLite cannot change a primary key."""
    op.rename_table("workforce", "workforce_before")
    table.create(op.get_bind())
    names = ["unit_code", "month", "headcount", "leavers"]
    if "months" in table.c:
        names.insert(2, "months")
    op.execute(
        f"INSERT INTO workforce ({', '.join(names)}) "  # noqa: S608 - names of this file alone
        f"SELECT {values} FROM workforce_before"
    )
    op.drop_table("workforce_before")
