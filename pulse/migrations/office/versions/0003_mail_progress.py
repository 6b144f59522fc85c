"""How far a mailing has come, kept after its deliveries are forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "office_0003"
down_revision = "office_0002"


def upgrade() -> None:
    # Nothing was ever written into the tables of the step before, so they are made anew.
    _drop()
    op.create_table(
        "mailings",
        *_columns(),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("wait_until", sa.DateTime(), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        *_constraints(),
    )
    _create_deliveries()


def downgrade() -> None:
    _drop()
    op.create_table("mailings", *_columns(), *_constraints())
    _create_deliveries()


def _columns() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wave_code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
    ]


def _constraints() -> list[sa.schema.SchemaItem]:
    return [
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailings")),
        sa.UniqueConstraint("wave_code", "kind", name=op.f("uq_mailings_wave_code")),
    ]


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("mailing_id", sa.Uuid(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailings.id"], name=op.f("fk_deliveries_mailing_id")
        ),
        sa.PrimaryKeyConstraint("mailing_id", "invitation_id", name=op.f("pk_deliveries")),
    )


def _drop() -> None:
    op.drop_table("deliveries")
    op.drop_table("mailings")
