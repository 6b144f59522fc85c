"""Alembic runs this file for every command on the archive."""

from pulse.upgrades import run_migrations

run_migrations("archive")
