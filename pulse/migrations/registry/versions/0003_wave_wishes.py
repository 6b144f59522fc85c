"""What HR wants done with a wave soon, and why something did not work."""

import sqlalchemy as sa
from alembic import op

revision = "registry_0003"
down_revision = "registry_0002"


def upgrade() -> None:
    op.create_table(
        "wave_wishes",
        sa.Column("wave_code", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("failed", sa.String(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["wave_code"], ["waves.code"], name=op.f("fk_wave_wishes_wave_code")
        ),
        sa.PrimaryKeyConstraint("wave_code", name=op.f("pk_wave_wishes")),
    )
    op.create_index(op.f("ix_invitations_person_id"), "invitations", ["person_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_invitations_person_id"), table_name="invitations")
    op.drop_table("wave_wishes")
