"""Cells of units divided by how people answered breakdown questions."""

import sqlalchemy as sa
from alembic import op

revision = "archive_0002"
down_revision = "archive_0001"


def upgrade() -> None:
    op.create_table(
        "breakdown_cells",
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("breakdown", sa.String(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["month"], ["releases.month"], name=op.f("fk_breakdown_cells_month")
        ),
        sa.PrimaryKeyConstraint("unit_code", "month", "breakdown", name=op.f("pk_breakdown_cells")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("breakdown_cells")
