"""People, waves, invitations and pass marks."""

import sqlalchemy as sa
from alembic import op

revision = "registry_0002"
down_revision = "registry_0001"


def upgrade() -> None:
    _create_people()
    _create_waves()
    _create_invitations()
    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )


def _create_people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("is_agency", sa.Boolean(), nullable=False),
        sa.Column("needs_card", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("reference", name=op.f("uq_people_reference")),
    )
    op.create_table(
        "placements",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from",
            name=op.f("ck_placements_ends_after_start"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_placements_person_id")),
        sa.PrimaryKeyConstraint("person_id", "valid_from", name=op.f("pk_placements")),
    )
    op.create_index(op.f("ix_placements_unit_code"), "placements", ["unit_code"])
    op.create_table(
        "roster_imports",
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_roster_imports")),
    )


def _create_waves() -> None:
    op.create_table(
        "waves",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("questions", sa.Text(), nullable=False),
        sa.Column("keys_needed", sa.Integer(), nullable=False),
        sa.Column("keys_made", sa.Integer(), nullable=False),
        sa.Column("descriptor_sha256", sa.String(), nullable=True),
        sa.Column("descriptor", sa.Text(), nullable=True),
        sa.Column("annex", sa.Text(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("releases_on", sa.Date(), nullable=True),
        sa.CheckConstraint("closes_on > opens_on", name=op.f("ck_waves_field_period")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_waves")),
    )
    op.create_table(
        "reporting_groups",
        sa.Column("wave_code", sa.String(), nullable=False),
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("box_part", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["wave_code"], ["waves.code"], name=op.f("fk_reporting_groups_wave_code")
        ),
        sa.PrimaryKeyConstraint("wave_code", "unit_code", name=op.f("pk_reporting_groups")),
    )
    op.create_table(
        "pass_keys",
        sa.Column("wave_code", sa.String(), nullable=False),
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("modulus", sa.LargeBinary(256), nullable=False),
        sa.ForeignKeyConstraint(["wave_code"], ["waves.code"], name=op.f("fk_pass_keys_wave_code")),
        sa.PrimaryKeyConstraint("wave_code", "unit_code", "kind", name=op.f("pk_pass_keys")),
    )
    op.create_table(
        "wave_rates",
        sa.Column("wave_code", sa.String(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["wave_code"], ["waves.code"], name=op.f("fk_wave_rates_wave_code")
        ),
        sa.PrimaryKeyConstraint("wave_code", name=op.f("pk_wave_rates")),
    )


def _create_invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wave_code", sa.String(), nullable=False),
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("mark_place", sa.Integer(), nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["wave_code"], ["waves.code"], name=op.f("fk_invitations_wave_code")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_invitations_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("mark_place", name=op.f("uq_invitations_mark_place")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_invitations_secret_sha256")),
    )
    op.create_index(op.f("ix_invitations_wave_code"), "invitations", ["wave_code"])
    op.create_table(
        "pass_marks",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_pass_marks")),
    )


def downgrade() -> None:
    for table in (
        "leases", "pass_marks", "invitations", "wave_rates", "pass_keys",
        "reporting_groups", "waves", "roster_imports", "placements", "people",
    ):  # fmt: skip
        op.drop_table(table)
