"""`pulse account …`: who may sign in, as what, and for which units."""

import secrets
import sys
from collections.abc import Sequence

import click

from pulse.access import ROLES_OF_ONE_PART, Role
from pulse.cli.frame import FramedGroup, open_installation, today
from pulse.office.accounts import (
    Account,
    all_accounts,
    assign_units,
    change_password,
    create_account,
    set_active,
)
from pulse.stores import Stores
from surveys.errors import StateError
from surveys.unit_registry import tree_as_of
from surveys.units import UnitCode

_GENERATED_BYTES = 15  # 20 characters to type
_ROLES = [role.value.replace("_", "-") for role in Role]

_units_option = click.option(
    "--unit", "units", multiple=True, metavar="CODE", help="A unit to read, with all below it."
)
_password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)


@click.group(cls=FramedGroup)
def account() -> None:
    """People who read results. Staff who answer never have an account."""


@account.command(context_settings={"token_normalize_func": lambda word: word.replace("_", "-")})
@click.argument("name")
@click.option("--role", type=click.Choice(_ROLES), required=True, help="What the account may do.")
@click.option("--name", "display_name", default="", help="Name to greet; the sign-in name without.")
@_units_option
@_password_option
def add(
    name: str, *, role: str, display_name: str, units: tuple[str, ...], password_stdin: bool
) -> None:
    """Add an account NAME; without --password-stdin a password is made and shown once."""
    stores = open_installation().stores
    codes = tuple(UnitCode(code) for code in units)
    password = _read_password() if password_stdin else secrets.token_urlsafe(_GENERATED_BYTES)
    made = Account(name, display_name, Role(role.replace("-", "_")), codes, is_active=True)
    with stores.office() as session:
        create_account(session, made, password=password)
    click.echo(f"{name} can sign in now.")
    _show_generated(password, is_generated=not password_stdin)
    _warn_of_unknown_units(stores, codes)


@account.command(name="list")
def list_accounts() -> None:
    """List all accounts: name, role, open or closed, units."""
    with open_installation().stores.office() as session:
        accounts = all_accounts(session)
    if not accounts:
        click.echo("There is no account yet. Make one with `pulse account add`.")
    for each in accounts:
        state = "open  " if each.is_active else "closed"
        role = each.role.value.replace("_", "-")
        reads = ", ".join(each.units) if each.role in ROLES_OF_ONE_PART else ""
        line = f"{each.sign_in_name:<24} {role:<14} {state} {each.display_name}  {reads}"
        click.echo(line.rstrip())


@account.command()
@click.argument("name")
def deactivate(name: str) -> None:
    """Close the account NAME and sign it out everywhere, at once."""
    with open_installation().stores.office() as session:
        set_active(session, name, is_active=False)
    click.echo(f"{name} is signed out everywhere and cannot sign in any more.")


@account.command()
@click.argument("name")
def activate(name: str) -> None:
    """Open the closed account NAME again, with its old password and units."""
    with open_installation().stores.office() as session:
        set_active(session, name, is_active=True)
    click.echo(f"{name} can sign in again.")


@account.command()
@click.argument("name")
@_password_option
def password(name: str, *, password_stdin: bool) -> None:
    """Give the account NAME a new password and sign it out everywhere."""
    stores = open_installation().stores
    new = _read_password() if password_stdin else secrets.token_urlsafe(_GENERATED_BYTES)
    with stores.office() as session:
        change_password(session, name, new)
    click.echo(f"{name} has a new password and is signed out everywhere.")
    _show_generated(new, is_generated=not password_stdin)


@account.command()
@click.argument("name")
@_units_option
def units(name: str, *, units: tuple[str, ...]) -> None:
    """Replace the units that the leader NAME reads."""
    stores = open_installation().stores
    codes = tuple(UnitCode(code) for code in units)
    with stores.office() as session:
        assign_units(session, name, codes)
    click.echo(f"{name} reads {', '.join(codes)} and what lies below.")
    _warn_of_unknown_units(stores, codes)


def _read_password() -> str:
    """Return the first line of standard input, so that no password stands in a process list."""
    return sys.stdin.readline().rstrip("\r\n")


def _show_generated(new: str, *, is_generated: bool) -> None:
    if is_generated:
        click.echo(f"Password, shown this once: {new}")


def _warn_of_unknown_units(stores: Stores, codes: Sequence[UnitCode]) -> None:
    """Say which codes are in no tree today: the account sees nothing there until they are."""
    if not codes:
        return
    with stores.registry() as session:
        try:
            tree = tree_as_of(session, today())
        except StateError:
            click.echo(
                "No units are imported yet, so the codes could not be checked. Nothing is shown "
                "for a code that does not exist.",
                err=True,
            )
            return
    for code in codes:
        if code not in tree:
            click.echo(
                f"There is no unit {code!r} today; nothing is shown for it. Correct it with "
                "`pulse account units`, or import the units.",
                err=True,
            )
