"""`pulse import people`: everybody who works here on a day, with the difference shown first."""

from datetime import datetime
from pathlib import Path

import click

from pulse.cli.frame import open_installation, today
from pulse.cli.imports import is_confirmed, show_list
from pulse.console.people_imports import StaffLists, mark_of, plan_lists, store_lists
from surveys.errors import StateError
from surveys.roster_plans import RosterPlan, StaffMove


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day on which exactly these people work here, such as 2026-11-01; today without.",
)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path),
    help="CSV file (old, new) of units that were renumbered or merged.",
)
@click.option("--allow-leavers", is_flag=True, help="More than half of the people may leave.")
@click.option("--dry-run", is_flag=True, help="Show what would change; store nothing.")
@click.option("--yes", is_flag=True, help="Do not ask before the change is made.")
def people(
    *,
    file: Path,
    day: datetime | None,
    mapping: Path | None,
    allow_leavers: bool,
    dry_run: bool,
    yes: bool,
) -> None:
    """Take in the list of all staff from FILE (CSV: name, unit, reference or email, agency, card).

    Whoever is not in FILE has left by that day.
    """
    installation = open_installation()
    stores = installation.stores
    lists = StaffLists(file, mapping, today() if day is None else day.date())
    with stores.registry() as registry:
        plan = plan_lists(registry, lists, today=today())
    _show(plan)
    if plan.loses_more_than_half and not allow_leavers and not dry_run:
        raise StateError(_too_many_leave(plan))
    if not is_confirmed(has_changes=plan.has_changes, dry_run=dry_run, yes=yes):
        return
    store_lists(
        stores,
        installation.signer,
        lists,
        shown=mark_of(plan),
        today=today(),
        allow_leavers=allow_leavers,
    )
    click.echo(f"Stored: {_people(plan.people)} on {plan.day}.")


def _show(plan: RosterPlan) -> None:
    click.echo(f"{_people(plan.people)} on {plan.day}; {plan.before:,} until then.")
    show_list("New", [f"row {a.entry.row}  {a.entry.name}, {a.entry.unit}" for a in plan.adds])
    show_list("Moved", [_move_words(move) for move in plan.moves])
    show_list("Moved with their unit", [_move_words(move) for move in plan.restructured])
    show_list(
        "New details",
        [f"row {c.entry.row}  {c.entry.name}: {', '.join(c.details)}" for c in plan.changes],
    )
    show_list("Left", [f"{gone.name} ({gone.reference}), {gone.unit}" for gone in plan.leavers])
    click.echo(f"Unchanged: {plan.unchanged:,}")


def _move_words(move: StaffMove) -> str:
    return f"row {move.entry.row}  {move.entry.name}, from {move.before} to {move.entry.unit}"


def _too_many_leave(plan: RosterPlan) -> str:
    return (
        f"{len(plan.leavers):,} of {plan.before:,} people would leave, more than half. Nothing was "
        "stored. If this is the list of everybody, run the same command with --allow-leavers."
    )


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"
