"""Alembic runs this file for every command on the registry."""

from pulse.upgrades import run_migrations

run_migrations("registry")
