"""`pulse attack`: attack every visible release again, or a table that anybody has published."""

from pathlib import Path

import click

from analysis.archive import month_breakdowns, month_cells, visible_releases
from analysis.disclosure.attack import AttackReport, ControlSilentError
from analysis.frequency_table_files import read_atoms
from analysis.pattern_files import read_pattern
from analysis.repeated_attack import attack_again
from analysis.table_protection import attack_pattern
from pulse.cli.frame import CommandFailed, open_installation
from pulse.cli.table_options import TableOptions, table_options

_LEAKING = 1
_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("published", type=_PATH, required=False)
@click.argument("atoms", type=_PATH, required=False)
@table_options
def attack(*, published: Path | None, atoms: Path | None, options: TableOptions) -> None:
    """Try to find groups smaller than k; exit code 1 if there are any.

    Without files every release of the installation is attacked. With two, the cells that PUBLISHED
    shows of the table in ATOMS, both CSV files as of `pulse protect`; no installation is needed.
    """
    if published is not None and atoms is not None:
        _attack_table(published, atoms, options)
    elif published is not None or options.are_given:
        raise click.UsageError("Name two files: the published cells, then the atoms.")
    else:
        _attack_releases()


def _attack_releases() -> None:
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


def _attack_table(published: Path, atoms: Path, options: TableOptions) -> None:
    columns, rules = options.columns(), options.rules()
    named = read_atoms(atoms, columns)
    attacks = attack_pattern(named, read_pattern(published, named), rules)
    click.echo("From what is published alone:")
    leaks = _show(attacks.published)
    click.echo("With the number of people in each atom:")
    leaks += _show(attacks.sealed)
    click.echo(f"Not searched: {'; '.join(attacks.sealed.not_searched)}.")
    click.echo(f"{leaks:,} groups of 1 to {rules.smallest_group - 1} people found.")
    if leaks:
        raise click.exceptions.Exit(_LEAKING)


def _show(report: AttackReport) -> int:
    for name, tried in report.tried.items():
        click.echo(f"  {name}: {tried:,} tries, {report.found[name]:,} found")
    return report.leaks
