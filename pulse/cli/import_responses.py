"""`pulse import responses`: answers of past surveys in, protected releases out."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from analysis.history.columns import BreakdownColumn, ColumnMapping, ItemColumn
from analysis.history.counting import CountedFile
from analysis.history.delimited import Progress
from analysis.history.importing import (
    MonthOutcome,
    Transactions,
    count_history,
    discard_history,
    preview_history,
    publish_history,
    stage_history,
)
from analysis.history.reading import ResponseFile, open_responses
from pulse.cli.frame import open_installation, today
from pulse.installation import Installation


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--unit", default="unit", help="Column with the unit's code; unit without.")
@click.option(
    "--respondent",
    default="respondent",
    help="Column with an id of the person, which need only be unique within the unit; "
    "respondent without.",
)
@click.option("--date", "day", default="date", help="Column with the day; date without.")
@click.option(
    "--item",
    "items",
    multiple=True,
    required=True,
    metavar="COLUMN=ITEM",
    help="A column and the code of the item it answers. Say it once for each item.",
)
@click.option(
    "--breakdown",
    "breakdowns",
    multiple=True,
    metavar="COLUMN=BREAKDOWN",
    help="A column and the code of the declared breakdown that it answers. Say it once for each.",
)
@click.option("--date-format", help="How days are written, such as %d/%m/%Y; 2014-06-07 without.")
@click.option("--dry-run", is_flag=True, help="Show what would be released and store nothing.")
@click.option("--yes", is_flag=True, help="Do not ask before the months are released.")
def responses(
    *,
    file: Path,
    unit: str,
    respondent: str,
    day: str,
    items: Sequence[str],
    breakdowns: Sequence[str],
    date_format: str | None,
    dry_run: bool,
    yes: bool,
) -> None:
    """Count the answers in FILE (CSV or Parquet, plain or gzip) and release their months.

    A person's last answer in a unit and month counts. Either all months of the file are released
    or none, and each month only once. The file itself is not kept.
    """
    columns = tuple(ItemColumn.parse(text) for text in items)
    divided = tuple(BreakdownColumn.parse(text) for text in breakdowns)
    mapping = ColumnMapping(unit, respondent, day, columns, date_format, divided)
    installation = open_installation()
    stores = Transactions(installation.stores.registry, installation.stores.archive)
    opened = open_responses(file, mapping)
    with _progress_bar(opened) as progress:
        counted = count_history(
            opened, stores, home=installation.settings.home, day=today(), progress=progress
        )
    if dry_run:
        _show(counted, preview_history(counted, stores))
        click.echo("This was a dry run. Nothing was stored.")
        return
    _release(counted, stores, installation, ask=not yes)


def _release(
    counted: CountedFile, stores: Transactions, installation: Installation, *, ask: bool
) -> None:
    is_released = False
    try:
        staged = stage_history(counted, stores)
        _show(counted, staged.outcomes)
        if ask and not _is_confirmed(len(staged.outcomes)):
            return
        publish_history(staged, stores, signer=installation.signer, day=counted.space.last_day)
        is_released = True
    finally:
        if not is_released:
            discard_history(stores)
    click.echo(f"Released: {_months(len(staged.outcomes))}. The file was not kept.")


def _is_confirmed(months: int) -> bool:
    if not _can_ask():
        click.echo(
            "Nobody can be asked here, so nothing was stored. Run the same command with --yes."
        )
        return False
    question = f"Release {_months(months)}? They can never be changed or imported again."
    if click.confirm(question):
        return True
    click.echo("Nothing was stored.")
    return False


def _can_ask() -> bool:
    return sys.stdin.isatty()


def _show(counted: CountedFile, outcomes: Sequence[MonthOutcome]) -> None:
    click.echo(
        f"{counted.rows:,} rows in {_months(len(outcomes))}. {counted.duplicates:,} rows were "
        "dropped because the same person answered again later in that month."
    )
    click.echo(f"Answers in {counted.units:,} units.")
    click.echo("month      people  units with answers  cells shown  cells hidden")
    for outcome in outcomes:
        click.echo(
            f"{outcome.month}  {outcome.respondents:>8,}  {outcome.units:>18,}"
            f"  {outcome.shown:>11,}  {outcome.hidden:>12,}"
        )
    for outcome in outcomes:
        _show_breakdowns(outcome)
    click.echo(
        "These answers were not anonymous at source, and every page that shows them says so."
    )


def _show_breakdowns(outcome: MonthOutcome) -> None:
    asked = outcome.breakdowns
    for each in asked.divided:
        click.echo(
            f"{outcome.month}  by {each.name}: {each.shown:,} cells shown, "
            f"{each.cells - each.shown:,} hidden"
        )
    if asked.asked and not asked.divided:
        click.echo(
            f"{outcome.month}  by {', '.join(asked.asked)}: nothing can be shown safely, so only "
            "unit totals are"
        )


def _months(count: int) -> str:
    return "1 month" if count == 1 else f"{count:,} months"


@contextmanager
def _progress_bar(file: ResponseFile) -> Iterator[Progress]:
    """Show on standard error how much of the file has been read, if that is a terminal."""
    with click.progressbar(
        length=file.size, label="Counting", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        yield bar.update
