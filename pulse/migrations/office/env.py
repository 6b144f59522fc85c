"""Alembic runs this file for every command on the office."""

from pulse.upgrades import run_migrations

run_migrations("office")
