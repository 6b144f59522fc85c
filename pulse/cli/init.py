"""`pulse init`: make the stores, the keys, the log with its policy, and the first administrator.

Every step leaves a whole state and passes over what is there, so that a run that was cut short
is simply run again.
"""

import os
import secrets
import sys
from dataclasses import replace
from pathlib import Path

import click
from sqlalchemy.orm import Session

from pulse.access import Role
from pulse.cli.frame import today
from pulse.config import Settings
from pulse.keys import create_keys, has_log_key, load_log_signer
from pulse.office.accounts import Account, all_accounts, create_account
from pulse.office.session_secret import session_secret
from pulse.policy_file import read_policy
from pulse.startup import StartUpError, check_installation, sqlite_path
from pulse.stores import Stores
from pulse.upgrades import store_versions, upgrade_store
from surveys.ledger.log import newest_checkpoint
from surveys.ledger.signing import LogSigner
from surveys.policy import AnonymityPolicy
from surveys.policy_log import policy_history, record_policy

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
_PASSWORD_BYTES = 15  # 20 characters to type


@click.command()
@click.option("--k", "threshold", type=int, help="Fewest people behind a shown figure; 10 without.")
@click.option("--challenge-days", type=int, help="Days for the union to object; 3 without.")
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A TOML file with the whole policy, such as breakdowns and their options.",
)
@click.option("--administrator", default="admin", help="Name to sign in with; admin without.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def init(
    *,
    threshold: int | None,
    challenge_days: int | None,
    policy_file: Path | None,
    administrator: str,
    password_stdin: bool,
) -> None:
    """Make a new installation, or change its policy while nothing is released yet."""
    settings = Settings.from_environ(os.environ)
    declared = read_policy(policy_file) if policy_file else None
    # A policy that breaks a rule is refused before anything is made.
    _changed(declared or AnonymityPolicy(), threshold, challenge_days)
    stores = Stores.of(settings)
    click.get_current_context().call_on_close(stores.close)
    make_stores(settings, stores)
    signer = _make_keys(settings, stores)
    with stores.archive() as session:
        policy = _changed(declared or _present_policy(session), threshold, challenge_days)
        record_policy(session, policy, signer=signer, day=today())
    check_installation(settings, stores)
    click.echo(f"Pulse is ready in {settings.home}.")
    click.echo(f"A figure is shown when at least {policy.shown_threshold} people stand behind it.")
    click.echo(f"Public key of the log, for the union to keep: {signer.public_key.text}")
    _make_administrator(stores, administrator, password_stdin=password_stdin)


def make_stores(settings: Settings, stores: Stores) -> None:
    """Make the tables of each store that has none; files are open to their owner alone."""
    for url in settings.store_urls.values():
        path = sqlite_path(url)
        if path is not None:
            path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
            # SQLite gives its journals the rights that the file has.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, _FILE_MODE))
    for version in store_versions(stores):
        if not version.current:
            upgrade_store(stores, version.store)
        elif version.what_to_do:
            raise StartUpError(version.what_to_do)


def _make_keys(settings: Settings, stores: Stores) -> LogSigner:
    with stores.archive() as session:
        has_log = newest_checkpoint(session) is not None
    if has_log and not has_log_key(settings):
        # A new key could not go on with a log that another one signed.
        return load_log_signer(settings)
    signer = create_keys(settings)
    session_secret(settings.keys)
    return signer


def _changed(
    policy: AnonymityPolicy, threshold: int | None, challenge_days: int | None
) -> AnonymityPolicy:
    return replace(
        policy,
        threshold=policy.threshold if threshold is None else threshold,
        challenge_days=policy.challenge_days if challenge_days is None else challenge_days,
    )


def _present_policy(session: Session) -> AnonymityPolicy:
    history = policy_history(session)
    return history[-1].policy if history else AnonymityPolicy()


def _make_administrator(stores: Stores, name: str, *, password_stdin: bool) -> None:
    with stores.office() as session:
        if any(account.role is Role.ADMINISTRATOR for account in all_accounts(session)):
            return
        password, is_made_up = _ask_password(name, password_stdin=password_stdin)
        account = Account(name, "Administrator", Role.ADMINISTRATOR, units=(), is_active=True)
        create_account(session, account, password=password)
        # Printed before it is kept: a run that is cut short here makes another one next time.
        click.echo(f"Sign in as {name!r}, the first administrator.")
        if is_made_up:
            click.echo(f"Password, shown this once: {password}")


def _ask_password(name: str, *, password_stdin: bool) -> tuple[str, bool]:
    if password_stdin:
        return sys.stdin.readline().rstrip("\r\n"), False
    if sys.stdin.isatty():
        asked = f"Password for {name!r}"
        return click.prompt(asked, hide_input=True, confirmation_prompt=True), False
    return secrets.token_urlsafe(_PASSWORD_BYTES), True
