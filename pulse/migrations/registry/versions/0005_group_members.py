"""Who was counted in which reporting group, for the comparison with the next wave.

Waves on their way have their invitations still, so their members are known from the start; those
of released ones are not, and the first wave after them is shown coarsely.
"""

import sqlalchemy as sa
from alembic import op

revision = "registry_0005"
down_revision = "registry_0004"


def upgrade() -> None:
    op.create_table(
        "group_members",
        sa.Column("wave_code", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_group_members_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["wave_code"], ["waves.code"], name=op.f("fk_group_members_wave_code")
        ),
        sa.PrimaryKeyConstraint("wave_code", "person_id", name=op.f("pk_group_members")),
    )
    op.create_index(op.f("ix_group_members_person_id"), "group_members", ["person_id"])
    op.execute(
        "INSERT INTO group_members (wave_code, person_id, unit_code) "
        "SELECT wave_code, person_id, unit_code FROM invitations ORDER BY wave_code, person_id"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_group_members_person_id"), table_name="group_members")
    op.drop_table("group_members")
