"""`pulse import …`: what the organisation knows, in; each command shows first what it would change.

Units and packs lie in the registry, the log in the archive. The change is written first, then the
log entry is kept, then the change: a run that is cut short in between leaves an entry whose change
is made, without a second entry, when the same command is run again.
"""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

import click

from analysis.archive import visible_releases
from pulse.cli.frame import open_installation, today
from pulse.installation import Installation
from surveys.canonical import canonical_json
from surveys.errors import StateError
from surveys.instruments import Benchmark, Statistic
from surveys.ledger.log import EntryKind, append, entries
from surveys.packs import PackPlan, apply_pack, plan_pack
from surveys.unit_registry import UnitMove, UnitPlan, apply_units, plan_units

_LISTED = 20
_CHANGED_MEANWHILE = (
    "The file or the data in Pulse changed after the difference was shown. Nothing was stored. "
    "Run the import again."
)
_FILE = click.argument("file", type=click.Path(path_type=Path))
_DRY_RUN = click.option("--dry-run", is_flag=True, help="Show what would change; store nothing.")
_YES = click.option("--yes", is_flag=True, help="Do not ask before the change is made.")


class _ImportGroup(click.Group):
    """Loads some commands only when they are asked for: `responses` brings the whole engine."""

    modules: Mapping[str, str] = MappingProxyType(
        {
            "people": "pulse.cli.import_people",
            "responses": "pulse.cli.import_responses",
            "workforce": "pulse.cli.import_workforce",
        }
    )

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *self.modules])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.modules:
            command: click.Command = getattr(import_module(self.modules[cmd_name]), cmd_name)
            return command
        return super().get_command(ctx, cmd_name)


@click.group(name="import", cls=_ImportGroup)
def imports() -> None:
    """Take in units, people, packs of questions, past answers and workforce figures."""


@imports.command()
@_FILE
@click.option(
    "--valid-from",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="First day on which these units are in force, such as 2026-04-01.",
)
@_DRY_RUN
@_YES
def units(*, file: Path, valid_from: datetime, dry_run: bool, yes: bool) -> None:
    """Take in the whole tree of units from FILE (CSV: code, name, parent)."""
    installation = open_installation()
    day = valid_from.date()
    stores = installation.stores
    with stores.registry() as registry, stores.archive() as archive:
        released = [head.month for head in visible_releases(archive)]
        plan = plan_units(registry, file, day, released=released)
    _show_units(plan)
    if not is_confirmed(has_changes=plan.has_changes, dry_run=dry_run, yes=yes):
        return
    with stores.registry() as registry:
        if plan_units(registry, file, day, released=released) != plan:
            raise StateError(_CHANGED_MEANWHILE)
        apply_units(registry, plan)
        _log_once(installation, EntryKind.UNITS, units_body(plan), subject="valid_from")
    click.echo(f"Stored: {_count(len(plan.tree), 'unit')} valid from {plan.valid_from}.")


@imports.command()
@_FILE
@_DRY_RUN
@_YES
def pack(*, file: Path, dry_run: bool, yes: bool) -> None:
    """Take in a pack of questions from FILE (TOML; see the guide on packs)."""
    installation = open_installation()
    stores = installation.stores
    with stores.registry() as registry:
        plan = plan_pack(registry, file)
    _show_pack(plan)
    if not is_confirmed(has_changes=plan.has_changes, dry_run=dry_run, yes=yes):
        return
    with stores.registry() as registry:
        if plan_pack(registry, file) != plan:
            raise StateError(_CHANGED_MEANWHILE)
        apply_pack(registry, plan, day=today())
        _log_once(installation, EntryKind.PACK, pack_body(plan), subject="pack")
    click.echo(f"Stored: version {plan.version} of {plan.instrument.name!r}.")


def is_confirmed(*, has_changes: bool, dry_run: bool, yes: bool) -> bool:
    """Say what happens next, asking if somebody is there; True if the change is to be made."""
    if not has_changes:
        click.echo("Nothing to do: all of this is in Pulse already.")
        return False
    if dry_run:
        click.echo("This was a dry run. Nothing was stored.")
        return False
    if yes:
        return True
    if not is_terminal():
        click.echo(
            "Nobody can be asked here, so nothing was stored. Run the same command with --yes."
        )
        return False
    if click.confirm("Store this?"):
        return True
    click.echo("Nothing was stored.")
    return False


def is_terminal() -> bool:
    """Whether somebody is there who can be asked."""
    return sys.stdin.isatty()


def _log_once(
    installation: Installation, kind: EntryKind, body: Mapping[str, object], *, subject: str
) -> None:
    """Keep the log entry, unless the newest one on the same subject says exactly this."""
    with installation.stores.archive() as archive:
        same = [e for e in entries(archive, kinds=[kind]) if e.body.get(subject) == body[subject]]
        if same and canonical_json(same[-1].body) == canonical_json(body):
            return
        append(archive, kind, body, signer=installation.signer, day=today())


def units_body(plan: UnitPlan) -> dict[str, object]:
    """Return what the log says about an import of units."""
    return {
        "file_sha256": plan.file_sha256,
        "valid_from": plan.valid_from.isoformat(),
        "revision": plan.revision,
        "rows": len(plan.tree),
        "adds": len(plan.adds),
        "moves": len(plan.moves),
        "renames": len(plan.renames),
        "removals": len(plan.removals),
    }


def pack_body(plan: PackPlan) -> dict[str, object]:
    """Return what the log says about an import of a pack."""
    return {
        "pack": plan.instrument.code,
        "version": plan.version,
        "sha256": plan.sha256,
        "source": plan.instrument.source,
        "licence": plan.instrument.licence,
        "permission": plan.instrument.permission,
        "new": len(plan.new),
        "changed": len(plan.changed),
        "unchanged": len(plan.unchanged),
        "gone": len(plan.gone),
    }


def _show_units(plan: UnitPlan) -> None:
    click.echo(f"{_count(len(plan.tree), 'unit')} valid from {plan.valid_from}.")
    if plan.compared_with is None:
        click.echo("No units are known before that day.")
    else:
        click.echo(f"Compared with the units valid from {plan.compared_with}:")
    show_list("New", [f"{unit.code}  {unit.name}" for unit in plan.adds])
    show_list("Moved", [_move_words(move) for move in plan.moves])
    show_list(
        "Renamed", [f"{r.unit.code}  from {r.before!r} to {r.unit.name!r}" for r in plan.renames]
    )
    show_list("Gone", [f"{unit.code}  {unit.name}" for unit in plan.removals])
    click.echo(f"Unchanged: {plan.unchanged:,}")


def _move_words(move: UnitMove) -> str:
    return f"{move.unit.code}  from {move.before or 'the top'} to {move.unit.parent or 'the top'}"


def _show_pack(plan: PackPlan) -> None:
    click.echo(f"{plan.instrument.name} ({plan.instrument.code}), version {plan.version}.")
    click.echo(f"Source: {plan.instrument.source}")
    click.echo(f"Licence: {plan.instrument.licence}")
    click.echo(f"Permission: {plan.instrument.permission}")
    show_list("New", plan.new)
    show_list("Changed, so a new version", plan.changed)
    show_list("Gone", plan.gone)
    click.echo(f"Unchanged: {len(plan.unchanged):,}")
    found = plan.instrument.benchmarks
    if found is not None:
        click.echo(f"Figures of others, for context: {found.survey} {found.year}, {found.sector}.")
        show_list(found.summary.capitalize(), [_figure_line(each) for each in found.figures])


def _figure_line(figure: Benchmark) -> str:
    if figure.statistic is Statistic.MEAN:
        return f"{figure.item}: mean {figure.value:g} ({figure.asked})"
    return f"{figure.item}: {figure.value:g}% {figure.band} ({figure.asked})"


def show_list(title: str, lines: Sequence[str]) -> None:
    """Show how many lines there are, and the first of them."""
    click.echo(f"{title}: {len(lines):,}")
    for line in lines[:_LISTED]:
        click.echo(f"  {line}")
    if len(lines) > _LISTED:
        click.echo(f"  and {len(lines) - _LISTED:,} more")


def _count(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number:,} {noun}s"
