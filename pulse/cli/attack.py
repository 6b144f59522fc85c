"""`pulse attack`: attack every visible release again, from what it publishes."""

import click

from analysis.archive import month_breakdowns, month_cells, visible_releases
from analysis.disclosure.attack import ControlSilentError
from analysis.repeated_attack import attack_again
from pulse.cli.frame import CommandFailed, open_installation

_LEAKING = 1


@click.command()
def attack() -> None:
    """Try to find groups smaller than k in every release; exit code 1 if there are any."""
    installation = open_installation()
    leaks = 0
    with installation.stores.archive() as session:
        heads = visible_releases(session)
        for head in heads:
            try:
                divided = month_breakdowns(session, head.month)
                report = attack_again(head, month_cells(session, head.month), divided)
            except ControlSilentError as error:
                raise CommandFailed(f"The attacks cannot be trusted: {error}.") from error
            leaks += report.leaks
            tried = sum(report.tried.values())
            click.echo(
                f"{head.month}: {tried} attacks under k = {head.threshold}, {report.leaks} leaks"
            )
    click.echo(f"{len(heads)} releases attacked, {leaks} leaks found.")
    if leaks:
        raise click.exceptions.Exit(_LEAKING)
