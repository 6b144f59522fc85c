"""Serves the demo: fresh passwords, one server per organisation, until somebody stops it."""

import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pulse.access import Role
from pulse.answering_settings import MailWay
from pulse.config import VARIABLES, Settings, SettingsError
from pulse.demo.city import Organisation, eastmoor, fernhollow
from pulse.office.accounts import Account, all_accounts, change_password, create_account
from pulse.stores import Stores
from surveys.units import UnitCode

_PASSWORD_BYTES = 12


@dataclass(frozen=True, slots=True)
class DemoSite:
    """One demo organisation, where it lies and on which port it is served."""

    organisation: Organisation
    settings: Settings
    port: int
    accounts: tuple[Account, ...]


@dataclass(frozen=True, slots=True)
class SignIn:
    """A name and the password made for it this time."""

    name: str
    password: str
    who: str


def demo_sites(folder: Path, port: int) -> tuple[DemoSite, DemoSite]:
    """Return the city on the port and the stricter charity on the next one."""
    return (
        _site(eastmoor(), folder / "eastmoor", port, leader="HP", team_leader="CL-LC-1"),
        _site(fernhollow(), folder / "fernhollow", port + 1, leader="OU", team_leader="OU-1-1"),
    )


def _site(
    organisation: Organisation, home: Path, port: int, *, leader: str, team_leader: str
) -> DemoSite:
    settings = Settings.from_environ(
        {
            "PULSE_HOME": str(home),
            "PULSE_ORGANISATION": organisation.name,
            "PULSE_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "PULSE_MAIL": MailWay.MAILBOX.value,
        }
    )
    names = {code: name for code, name, _parent in organisation.units}
    accounts = (
        Account("hr", "People team", Role.HR, (), is_active=True),
        _of_unit("leader", names[leader], Role.LEADER, leader),
        _of_unit("team", names[team_leader], Role.TEAM_LEADER, team_leader),
        Account("union", "Staff side", Role.UNION_AUDITOR, (), is_active=True),
        Account("admin", "Systems desk", Role.ADMINISTRATOR, (), is_active=True),
    )
    return DemoSite(organisation, settings, port, accounts)


def _of_unit(name: str, display_name: str, role: Role, unit: str) -> Account:
    return Account(name, display_name, role, (UnitCode(unit),), is_active=True)


def make_passwords(site: DemoSite) -> tuple[SignIn, ...]:
    """Give every demo account a new password and return them; nothing else keeps them."""
    made: list[SignIn] = []
    with closing(Stores.of(site.settings)) as stores, stores.office() as session:
        known = {account.sign_in_name for account in all_accounts(session)}
        for account in site.accounts:
            password = secrets.token_urlsafe(_PASSWORD_BYTES)
            if account.sign_in_name in known:
                change_password(session, account.sign_in_name, password)
            else:
                create_account(session, account, password=password)
            made.append(SignIn(account.sign_in_name, password, account.display_name))
    return tuple(made)


class DemoNotServedError(SettingsError):
    """A server did not start; what it printed says why."""


def serve(sites: Sequence[DemoSite], ready: Callable[[], None]) -> None:
    """Run a server per site until one ends or somebody stops the demo; leave none behind.

    Raises:
        DemoNotServedError: a server could not start, for example because its port is taken.
    """
    servers: list[subprocess.Popen[str]] = []
    with _interrupted_by(signal.SIGINT, signal.SIGTERM):
        try:
            servers.extend(_server(site) for site in sites)
            for server, site in zip(servers, sites, strict=True):
                _wait_until_it_answers(server, site)
            ready()
            servers[0].wait()
        except KeyboardInterrupt:
            return
        finally:
            _stop(servers)


@contextmanager
def _interrupted_by(*signals: signal.Signals) -> Iterator[None]:
    """Raise KeyboardInterrupt at any of the signals, also where a shell has them ignored."""
    before = {each: signal.signal(each, _interrupt) for each in signals}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _wait_until_it_answers(server: "subprocess.Popen[str]", site: DemoSite) -> None:
    """Read the line that a server prints once it listens."""
    if server.stdout is None or not server.stdout.readline():
        raise DemoNotServedError(
            f"{site.organisation.name} is not served on port {site.port}. Try other ports: "
            f"pulse demo --port {site.port + 1000}"
        )


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _server(site: DemoSite) -> "subprocess.Popen[str]":
    own = {
        "PULSE_HOME": str(site.settings.home),
        "PULSE_ORGANISATION": site.settings.organisation,
        "PULSE_PUBLIC_URL": site.settings.public_url,
        "PULSE_MAIL": MailWay.MAILBOX.value,
    }
    # `env` takes away what a real installation on this machine may have set.
    unset = [word for name in VARIABLES if name not in own for word in ("-u", name)]
    given = [f"{name}={value}" for name, value in own.items()]
    pulse = [sys.executable, "-m", "pulse", "serve", "--port", str(site.port)]
    return subprocess.Popen(  # noqa: S603 - our own command
        ["/usr/bin/env", *unset, *given, *pulse], stdout=subprocess.PIPE, text=True
    )


def _stop(servers: Sequence["subprocess.Popen[str]"]) -> None:
    for server in servers:
        server.terminate()
    for server in servers:
        server.communicate()
