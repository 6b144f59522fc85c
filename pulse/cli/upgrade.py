"""`pulse upgrade`: bring the stores of an older Pulse up to date."""

import os

import click

from pulse.config import Settings
from pulse.startup import StartUpError, refuse_missing_files
from pulse.stores import Stores
from pulse.upgrades import store_versions, upgrade_store


@click.command()
@click.option("--dry-run", is_flag=True, help="Do every step, then take all of it back.")
def upgrade(*, dry_run: bool) -> None:
    """Bring the databases up to date after a new version was installed."""
    settings = Settings.from_environ(os.environ)
    refuse_missing_files(settings)
    stores = Stores.of(settings)
    click.get_current_context().call_on_close(stores.close)
    versions = store_versions(stores)
    for version in versions:
        if version.is_newer or not version.current:
            raise StartUpError(version.what_to_do)
    pending = [step for version in versions for step in version.pending]
    for step in pending:
        click.echo(f"{step.store}: {step.revision}, {step.what}")
    for store in dict.fromkeys(step.store for step in pending):
        upgrade_store(stores, store, dry_run=dry_run)
    if not pending:
        click.echo("Everything is up to date.")
    elif dry_run:
        click.echo("All steps work. Nothing was kept; run it without --dry-run to keep them.")
    else:
        click.echo("Done.")
