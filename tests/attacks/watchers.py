"""The watcher: everybody who may look at Pulse looks at all of it after each single answer.

One of every role looks, somebody who is not signed in and holds an invitation of their own, and
whoever has a shell on the server. Between two daily counts nothing that they see may change. The
long form:

    python -m tests.attacks.watchers
"""

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from itertools import product
from pathlib import Path

from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from pulse.access import ROLES_OF_ONE_PART, Role
from pulse.app import create_app
from pulse.cli.main import main as pulse
from pulse.installation import Installation
from pulse.jobs.rates import COUNTED_AT
from pulse.jobs.worker import tick
from pulse.office.accounts import Account, create_account
from pulse.office.sign_ins import begin_sign_in, check_account, utc_now
from pulse.respond.app import create_answering_app
from surveys.descriptors import Descriptor
from surveys.units import UnitCode
from surveys.wave_wishes import WaveStep
from surveys.waves import descriptor_of
from tests.attacks.phones import PASSWORD, Phone, new_site
from tests.pulse.released import FIRST, MANY, months_from, release, tally_of
from tests.pulse.waves_made import OPENS, opened_wave, secrets_of

CITY = {"A": 60, "B": 60}
"""As many people as the daily rate needs at least, and a few more."""
MONTHS = months_from(FIRST, 3)
UNITS = ("root", "north", "north-1", "A")
ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "code": ("2026-11",),
    "month": (str(MONTHS[-1]), "2026-11"),
    "wave": ("2026-11",),
    "step": tuple(step.value for step in WaveStep),
    "place": tuple(map(str, range(10))),
    "token": ("none",),
}
"""What is put into the variable parts of an address; a new kind of part needs a line here."""
COMMANDS = (("health",), ("wave", "list"), ("log", "verify"), ("log", "checkpoint"))
_FRESH = re.compile(r'(nonce="|nonce-|name="csrf_token"[^>]*value=")[^"\';]+')
_HEADERS_OF_ONE_ANSWER = {"Set-Cookie", "ETag", "Content-Length", "Date"}
_ANSWERS = 40  # of the long form
Seen = Mapping[str, str]


@dataclass
class Watch:
    """An open wave, the people in it, and everybody who looks on."""

    site: Installation
    app: Flask
    descriptor: Descriptor
    secrets: list[str]
    clients: Mapping[str, FlaskClient]
    refused: frozenset[str] = frozenset()

    def look(self) -> Seen:
        """Fetch everything that anybody may see.

        What was refused at the first look is not asked for again: each refusal is noted for the
        union to read, so asking changes that page.
        """
        seen = dict(self._pages())
        seen |= {f"nobody: {path}": text_of(self._stranger.get(path)) for path in self._answering()}
        own = {"secret": self.secrets[0]}
        seen["a colleague: POST /p/invitation"] = text_of(self._stranger.post("/p/invitation", own))
        for words in COMMANDS:
            environ = {"PULSE_HOME": str(self.site.settings.home)}
            said = CliRunner().invoke(pulse, words, env=environ).output
            seen[f"shell: pulse {' '.join(words)}"] = said
        self.refused |= {each for each, text in seen.items() if text.startswith("403")}
        return {each: text for each, text in seen.items() if each not in self.refused}

    def answer(self, choice: int) -> None:
        """Let the next person take part, each choosing alike everywhere."""
        secret = self.secrets.pop()
        Phone(self.app).take_part(secret, [choice % 5 + 1] * 8, self.descriptor)

    def work(self, days_after_opening: int, minutes: int = 0) -> None:
        """Let the worker look, so many minutes after the hour of the daily count."""
        day = OPENS + timedelta(days=days_after_opening)
        tick(self.site, datetime.combine(day, COUNTED_AT) + timedelta(minutes=minutes))

    @property
    def _stranger(self) -> Phone:
        return Phone(self.app)

    def _pages(self) -> Iterator[tuple[str, str]]:
        for (name, client), path in product(self.clients.items(), addresses(self.app)):
            if (key := f"{name}: {path}") not in self.refused:
                yield key, text_of(client.get(path))

    def _answering(self) -> tuple[str, ...]:
        zone = create_answering_app(self.site.settings, self.site.stores)
        paths = tuple(f"/p{path}" for path in addresses(zone))
        return (*paths, "/box/2026-11/all", "/box")


def watch(site: Installation, *, teams: Mapping[str, int] = CITY) -> Watch:
    """Publish three months, open a wave, and sign in one of every role."""
    with site.stores.archive() as archive:
        tallies = [tally_of(month, MANY, means={}) for month in MONTHS]
        release(archive, tallies, site.signer)
    code = opened_wave(site, teams=teams)
    app = create_app(site.settings)
    with site.stores.registry() as registry:
        descriptor = descriptor_of(registry, code)
    clients = {role.value: signed_in(site, app, role) for role in Role}
    return Watch(site, app, descriptor, list(secrets_of(site, code)), clients)


def signed_in(site: Installation, app: Flask, role: Role) -> FlaskClient:
    units = (UnitCode("root"), UnitCode("ALL")) if role in ROLES_OF_ONE_PART else ()
    account = Account(role.value, "Dana Okafor", role, units, is_active=True)
    with site.stores.office() as office:
        create_account(office, account, password=PASSWORD)
        account_id = check_account(office, role.value, PASSWORD)
        assert account_id is not None
        token = begin_sign_in(office, account_id, now=utc_now())
    client = app.test_client()
    with client.session_transaction() as session:
        session["sign_in"] = token
    return client


def addresses(app: Flask) -> tuple[str, ...]:
    """Return every address that answers a GET, its variable parts filled in every sensible way."""
    return tuple(
        path
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint != "assets.hashed_file"
        for path in filled(app, rule)
    )


def filled(app: Flask, rule: Rule) -> Iterator[str]:
    parts = sorted(rule.arguments)
    arguments = {**ARGUMENTS, "code": UNITS} if rule.rule.startswith("/units") else ARGUMENTS
    for values in product(*(arguments[part] for part in parts)):
        given = {
            part: int(value) if part == "place" else value
            for part, value in zip(parts, values, strict=True)
        }
        yield app.url_map.bind("127.0.0.1").build(rule.endpoint, given)


def text_of(reply: TestResponse) -> str:
    """Return status, headers and body without what is drawn by lot for one answer."""
    headers = sorted(
        f"{name}: {value}" for name, value in reply.headers if name not in _HEADERS_OF_ONE_ANSWER
    )
    text = "\n".join([reply.status, *headers, reply.get_data().decode("utf-8", "replace")])
    return _FRESH.sub(r"\1…", text)


def changes(before: Seen, after: Seen) -> list[str]:
    """Return where something changed, with the first line that did."""
    found = [f"{each} came or went" for each in sorted(before.keys() ^ after.keys())]
    for each in sorted(before.keys() & after.keys()):
        if before[each] != after[each]:
            pairs = zip(before[each].splitlines(), after[each].splitlines(), strict=False)
            line = next(((old, new) for old, new in pairs if old != new), ("", "longer or shorter"))
            found.append(f"{each}: {line[0].strip()} -> {line[1].strip()}")
    return found


def main() -> int:
    """Look after each of many answers and say what changed; 1 if anything did before its time."""
    with tempfile.TemporaryDirectory() as folder, new_site(Path(folder) / "home") as site:
        watched = watch(site)
        watched.work(1)
        with redirect_stderr(StringIO()):  # every page that a role may not open is noted once
            watched.look()
        before = watched.look()
        found: list[str] = []
        for number in range(_ANSWERS):
            watched.answer(number)
            watched.work(1, minutes=number + 1)
            found += changes(before, watched.look())
        watched.work(2)
        daily = changes(before, watched.look())
    print(  # noqa: T201 - the long form is for a person
        f"watcher: {len(before)} pages, exports and commands after each of {_ANSWERS} answers: "
        f"{len(found)} changed before the daily count, {len(daily)} after it"
    )
    return int(bool(found) or not daily)


if __name__ == "__main__":
    raise SystemExit(main())
