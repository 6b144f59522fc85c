"""Which breakdown questions a wave asks; none in the waves there are."""

import sqlalchemy as sa
from alembic import op

revision = "registry_0004"
down_revision = "registry_0003"


def upgrade() -> None:
    op.add_column("waves", sa.Column("breakdowns", sa.Text(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("waves", "breakdowns")
