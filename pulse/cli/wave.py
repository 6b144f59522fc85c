"""`pulse wave …`: the life of a wave from a terminal; the console does the same in a browser."""

import click

from pulse.cli.frame import open_installation, today
from pulse.installation import Installation
from pulse.jobs.closing import close_wave, give_up_wave, release_wave, stage_wave
from pulse.jobs.opening import cancel_wave, open_wave
from pulse.jobs.preparing import begin_preparing, go_on_preparing
from pulse.jobs.worker import served_files
from surveys.challenges import (
    AFTER_CLOSE,
    Outcome,
    answer_challenge,
    challenges_of,
    release_day,
)
from surveys.waves import Wave, all_waves, find_wave

_CODE = click.argument("code")
_YES = click.option("--yes", is_flag=True, help="Do not ask first.")


@click.group()
def wave() -> None:
    """List, prepare, open, close, release, destroy and cancel waves, and answer challenges."""


@wave.command(name="list")
def list_() -> None:
    """Show every wave with its state and its days."""
    site = open_installation()
    with site.stores.registry() as registry:
        waves = all_waves(registry)
    if not waves:
        click.echo("No wave is planned yet. Plan one in the console.")
    for each in waves:
        waits = _waits(site, each) if each.state in AFTER_CLOSE else ""
        click.echo(f"{each.code}  {each.state.value}  {each.opens_on} to {each.closes_on}{waits}")


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
    """Give up a closed wave without a release; a challenge is answered first."""
    _ask(yes, f"Destroy {code}? Its answers can never be counted afterwards.")
    site = open_installation()
    give_up_wave(site, code, day=today())
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


@wave.command()
@_CODE
def challenges(*, code: str) -> None:
    """Show what the union has said about a wave, and what HR has answered."""
    site = open_installation()
    with site.stores.registry() as registry:
        found = find_wave(registry, code)
    with site.stores.archive() as archive:
        raised = challenges_of(archive, code)
    if not raised:
        click.echo(f"The union has not challenged {found.title}.")
    for each in raised:
        click.echo(f"Entry {each.place}, {each.day}. The union: {each.reason}")
        if each.answer is not None:
            answer = each.answer
            click.echo(f"Entry {answer.place}, {answer.day}. HR: {answer.words}")
            click.echo(f"Decided: {answer.outcome.value}.")
        elif each.awaits_answer(today()) and found.state in AFTER_CLOSE:
            click.echo(f"Not answered. Without an answer: {each.released_unanswered_on}.")
        else:
            click.echo("Not answered.")


@wave.command()
@_CODE
@click.option("--words", required=True, help="What HR answers; everybody will read it.")
@click.option("--then", type=click.Choice([each.value for each in Outcome]), required=True)
@_YES
def answer(*, code: str, words: str, then: str, yes: bool) -> None:
    """Answer the union's challenge for HR; the worker then releases or destroys the wave."""
    _ask(yes, f"Answer the challenge of {code}, and then {then}? It cannot be changed.")
    site = open_installation()
    with site.stores.registry() as registry:
        found = find_wave(registry, code)
    with site.stores.archive() as archive:
        answer_challenge(archive, found, words, Outcome(then), signer=site.signer, day=today())
    _say_state(site, code)


def _say_state(site: Installation, code: str) -> None:
    with site.stores.registry() as registry:
        found = find_wave(registry, code)
    waits = _waits(site, found) if found.state in AFTER_CLOSE else ""
    click.echo(f"{found.title} is {found.state.value}.{waits}")


def _waits(site: Installation, found: Wave) -> str:
    if found.releases_on is None:
        return ""
    with site.stores.archive() as archive:
        raised = challenges_of(archive, found.code)
    due = release_day(found.releases_on, raised)
    if due is None:
        return " HR has given it up; the worker destroys it."
    waiting = any(each.awaits_answer(today()) for each in raised)
    unless = " The union has challenged it; HR can answer until then." if waiting else ""
    return f" Its results come out on {due}.{unless}"


def _ask(yes: bool, question: str) -> None:  # noqa: FBT001 - the flag as it was typed
    if not yes:
        click.confirm(question, abort=True)
