"""`pulse wave …`: the life of a wave from a terminal; the console does the same in a browser."""

from datetime import date

import click

from pulse.cli.frame import open_installation, today
from pulse.installation import Installation
from pulse.jobs.closing import close_wave, destroy_wave, release_wave, stage_wave
from pulse.jobs.opening import cancel_wave, open_wave
from pulse.jobs.preparing import begin_preparing, go_on_preparing
from pulse.jobs.worker import served_files
from surveys.waves import all_waves, find_wave

_CODE = click.argument("code")
_YES = click.option("--yes", is_flag=True, help="Do not ask first.")


@click.group()
def wave() -> None:
    """List, prepare, open, close, release, destroy and cancel waves."""


@wave.command(name="list")
def list_() -> None:
    """Show every wave with its state and its days."""
    site = open_installation()
    with site.stores.registry() as registry:
        waves = all_waves(registry)
    if not waves:
        click.echo("No wave is planned yet. Plan one in the console.")
    for each in waves:
        click.echo(f"{each.code}  {each.state.value}  {each.opens_on} to {each.closes_on}")


@wave.command()
@_CODE
def prepare(*, code: str) -> None:
    """Freeze a draft: groups, invitations, keys and questions."""
    site = open_installation()
    with site.stores.registry() as registry:
        known = find_wave(registry, code)
    if not known.is_being_prepared:
        known = begin_preparing(site, code)
    click.echo(f"Making {known.keys_needed} keys; this takes about a tenth of a second each.")
    go_on_preparing(site, code, day=today())
    click.echo(f"{known.title} is prepared and logged.")


@wave.command(name="open")
@_CODE
def open_(*, code: str) -> None:
    """Let staff answer a prepared wave now, whatever its hour of opening."""
    site = open_installation()
    open_wave(site, code, day=today(), served=served_files())
    _say_state(site, code)


@wave.command()
@_CODE
@_YES
def close(*, code: str, yes: bool) -> None:
    """Shut the boxes now, count, and stage the release. Nobody can answer afterwards."""
    _ask(yes, f"Close {code}? Nobody can answer afterwards.")
    site = open_installation()
    close_wave(site, code, day=today())
    stage_wave(site, code, day=today())
    _say_state(site, code)


@wave.command()
@_CODE
def release(*, code: str) -> None:
    """Make a staged release visible, and destroy keys and boxes, if its day has come."""
    site = open_installation()
    release_wave(site, code, day=today())
    _say_state(site, code)


@wave.command()
@_CODE
@_YES
def destroy(*, code: str, yes: bool) -> None:
    """Give up a closed wave without a release."""
    _ask(yes, f"Destroy {code}? Its answers can never be counted afterwards.")
    site = open_installation()
    destroy_wave(site, code, day=today())
    _say_state(site, code)


@wave.command()
@_CODE
@_YES
def cancel(*, code: str, yes: bool) -> None:
    """Give up a wave that has not opened."""
    _ask(yes, f"Cancel {code}?")
    site = open_installation()
    cancel_wave(site, code, day=today())
    click.echo(f"{code} is cancelled.")


def _say_state(site: Installation, code: str) -> None:
    with site.stores.registry() as registry:
        found = find_wave(registry, code)
    waits = _waits(found.releases_on) if found.state.value == "staged" else ""
    click.echo(f"{found.title} is {found.state.value}.{waits}")


def _waits(releases_on: date | None) -> str:
    return "" if releases_on is None else f" Its results come out on {releases_on}."


def _ask(yes: bool, question: str) -> None:  # noqa: FBT001 - the flag as it was typed
    if not yes:
        click.confirm(question, abort=True)
