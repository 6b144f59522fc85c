"""Units, their trees and imported instruments."""

import sqlalchemy as sa
from alembic import op

revision = "registry_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "instruments",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("imported_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("pk_instruments")),
    )
    op.create_table(
        "unit_trees",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("valid_from", name=op.f("pk_unit_trees")),
    )
    op.create_table(
        "units",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent_code", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["valid_from"], ["unit_trees.valid_from"], name="fk_units_tree"),
        sa.PrimaryKeyConstraint("valid_from", "code", name=op.f("pk_units")),
    )


def downgrade() -> None:
    op.drop_table("units")
    op.drop_table("unit_trees")
    op.drop_table("instruments")
