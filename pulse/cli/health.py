"""`pulse health`: is everything in order, for people to read and for a monitor to ask."""

import os

import click

from pulse.config import Settings
from pulse.health import check_health
from pulse.stores import Stores

_NOT_HEALTHY = 1


@click.command()
def health() -> None:
    """Check stores, keys, log and built files; exit code 1 if something needs you."""
    settings = Settings.from_environ(os.environ)
    stores = Stores.of(settings)
    click.get_current_context().call_on_close(stores.close)
    checks = check_health(settings, stores)
    for check in checks:
        click.echo(f"{'ok       ' if check.is_done else 'NEEDS YOU'} {check.name}: {check.words}")
    if not all(check.is_done for check in checks):
        raise click.exceptions.Exit(_NOT_HEALTHY)
