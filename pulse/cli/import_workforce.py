"""`pulse import workforce`: figures of units and periods, with the difference shown first."""

from pathlib import Path

import click

from analysis.workforce_figures import FIGURE_WORDS, MISSING_WORDS, Figure, value_words
from analysis.workforce_files import FigureKey
from analysis.workforce_plans import FigureChange, WorkforcePlan
from pulse.cli.frame import open_installation, today
from pulse.cli.imports import is_confirmed, show_list
from pulse.console.workforce_imports import FigureFile, mark_of, plan_figures, store_figures


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--mapping",
    default="",
    help="TOML file that says what the columns of FILE mean, or the name of one that comes with "
    "Pulse, such as csww.",
)
@click.option("--dry-run", is_flag=True, help="Show what would change; store nothing.")
@click.option("--yes", is_flag=True, help="Do not ask before the change is made.")
def workforce(*, file: Path, mapping: str, dry_run: bool, yes: bool) -> None:
    """Take in workforce figures from FILE (CSV: unit, period, headcount, leavers and others).

    Periods are months, quarters or years. The guide on workforce figures lists every column.
    """
    installation = open_installation()
    asked = FigureFile(file, mapping)
    plan = plan_figures(installation.stores, asked)
    _show(plan)
    if not is_confirmed(has_changes=plan.has_changes, dry_run=dry_run, yes=yes):
        return
    store_figures(
        installation.stores, installation.signer, asked, shown=mark_of(plan), today=today()
    )
    click.echo(f"Stored: {_rows(plan.rows)}.")


def _show(plan: WorkforcePlan) -> None:
    said = f", read as {plan.layout}" if plan.layout else ""
    click.echo(f"{_rows(plan.rows)}{said}.")
    if plan.passed_over:
        click.echo(f"Rows that the mapping leaves out: {plan.passed_over:,}")
    if plan.ignored:
        click.echo(f"Columns that are not used: {', '.join(plan.ignored)}")
    if plan.missing:
        counts = ", ".join(
            f"{count:,} {MISSING_WORDS[symbol]} ({symbol.value})"
            for symbol, count in plan.missing.items()
        )
        click.echo(f"Missing numbers, which are not read as 0: {counts}")
    click.echo(f"New: {len(plan.new):,}")
    revised = [(key, changes) for key, changes in plan.changes.items() if key not in plan.withdrawn]
    show_list("Changed", [_change_words(key, changes) for key, changes in revised])
    if plan.withdrawn:
        show_list("Withdrawn", [f"{unit}  {period}" for unit, period in sorted(plan.withdrawn)])
    click.echo(f"Unchanged: {plan.unchanged:,}")
    if plan.inner_units:
        click.echo(
            f"Units in this file that have units below them: {len(plan.inner_units):,}, such as "
            f"{plan.inner_units[0]!r}. Write there only the people who are in no unit below: Pulse "
            "adds the units below by itself."
        )


def _change_words(key: FigureKey, changes: tuple[FigureChange, ...]) -> str:
    unit, period = key
    told = "; ".join(
        f"{FIGURE_WORDS[Figure(each.figure)]} {value_words(each.after)}, "
        f"was {value_words(each.before)}"
        for each in changes
    )
    return f"{unit}  {period}  {told}"


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"
