"""The marker sweep: known people take part through every error, then every byte is searched.

They meet errors on every address of the answering path and send what cannot be read, before and
while they take part. The long form:

    python -m tests.attacks.marker_sweep
"""

import json
import logging
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
from flask import request
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from pulse.app import create_app
from pulse.cli.quiet_log import SilentAboutRequests
from pulse.installation import Installation
from pulse.jobs.opening import open_wave
from pulse.jobs.preparing import begin_preparing, go_on_preparing
from surveys.descriptors import Descriptor
from surveys.waves import descriptor_of
from tests.attacks.marked_people import (
    Person,
    chunks_of,
    files_under,
    forms,
    hits,
    mark_roster,
    never_kept,
    outside_boxes,
    outside_the_registry,
    people_of,
)
from tests.attacks.phones import Phone, Sent, ballots_of, blinded_of, new_site
from tests.pulse.waves_made import OPENS, SERVED, draft_wave, fill_registry

Ask = Callable[[], TestResponse]
_THROUGH_ERRORS = 2  # people who meet every error


# What is opened for writing, as Python's own audit says


_opened: list[str] | None = None


def _hear(event: str, given: tuple[object, ...]) -> None:
    if _opened is None:
        return
    if event == "sqlite3.connect" or (
        event == "open" and isinstance(given[2], int) and given[2] & 3
    ):
        _opened.append(str(given[0]))


sys.addaudithook(_hear)  # for as long as the process lives; it does nothing between sweeps


@contextmanager
def opened_for_writing() -> Iterator[list[str]]:
    """Collect the path of every file that is opened for writing meanwhile."""
    global _opened  # noqa: PLW0603 - an audit hook cannot be handed anything
    _opened = []
    try:
        yield _opened
    finally:
        _opened = None


# Errors that are forced


def quoting(kind: type[Exception], met: list[str]) -> Callable[..., object]:
    """Return a function that fails with an error that quotes everything it can reach."""

    def fail(*given: object, **named: object) -> object:
        quoted = f"{given!r} {named!r}"
        with suppress(RuntimeError):  # there is no request of Flask's in the box
            quoted += f" {dict(request.headers)} {request.get_data()!r} {request.environ!r}"
        met.append(quoted)
        if kind is OperationalError:
            raise OperationalError(quoted, {"secret": quoted}, Exception(quoted))
        raise kind(quoted)

    return fail


ERRORS = (RuntimeError, OperationalError, sqlite3.OperationalError, OSError)
BEFORE_THE_PASS: Mapping[str, tuple[str, ...]] = {
    "GET /p/": ("pulse.respond.answering.open_heads",),
    "GET /p/anonymity": ("pulse.respond.views.anonymity_page",),
    "GET /p/receipts": ("pulse.respond.views.ReceiptsPage",),
    "GET /p/receipts/<wave>.txt": ("pulse.respond.answering.published_ids",),
    "POST /p/invitation": (
        "pulse.respond.views.tidy_secret",
        "pulse.respond.answering.find_invitation",
    ),
    "POST /p/passes": (
        "pulse.respond.answering.find_invitation",
        "pulse.respond.answering.sign_passes",
        "pulse.respond.answering.take_mark",
        "pulse.respond.views.base64url",  # the mark is kept, and the signatures never leave
    ),
}
"""For every address of the answering zone, the inner functions that are made to fail there."""
AT_THE_BOX = ("pulse.box.app.put_ballot", "pulse.box.app.box_path")


def take_part_through_errors(
    phone: Phone, person: Person, descriptor: Descriptor, replies: list[str]
) -> Sent:
    """Meet every error at every step, then take the step; add what came back to `replies`."""
    secret = person.secret
    pending = phone.begin(secret)
    blinded = blinded_of(pending)
    asking: Mapping[str, Ask] = {
        "GET /p/": lambda: phone.get("/p/"),
        "GET /p/anonymity": lambda: phone.get("/p/anonymity"),
        "GET /p/receipts": lambda: phone.get("/p/receipts"),
        "GET /p/receipts/<wave>.txt": lambda: phone.get(f"/p/receipts/{secret}.txt"),
        "POST /p/invitation": lambda: phone.post("/p/invitation", {"secret": secret}),
        "POST /p/passes": lambda: phone.ask_for_passes(secret, blinded),
    }
    for route, inner in BEFORE_THE_PASS.items():
        replies += [_forced(name, kind, asking[route]) for name in inner for kind in ERRORS]
    signatures = phone.passes(secret, blinded)
    ballots = ballots_of(pending, signatures, person.answers, descriptor)
    for ballot in ballots.values():
        ask = partial(phone.put, f"/box/{descriptor.code}/all", ballot)
        replies += [_forced(name, kind, ask) for name in AT_THE_BOX for kind in ERRORS]
    phone.put_all(ballots, descriptor)
    return Sent(blinded, signatures, ballots)


def _forced(name: str, kind: type[Exception], ask: Ask) -> str:
    """Ask while an inner function fails and return what comes back."""
    met: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(name, quoting(kind, met))
        try:
            reply = ask()
        except kind as error:
            # An error in the box that it does not know is its server's: gunicorn writes this line.
            SilentAboutRequests.__new__(SilentAboutRequests).exception()
            said = type(error).__name__
        else:
            assert reply.status_code in {500, 503}
            said = reply.get_data(as_text=True)
    assert met, f"{name} was never reached"
    return said


def send_nonsense(phone: Phone, person: Person, code: str) -> Iterator[str]:
    """Send what cannot be read to every address, the secret in every place it can be put."""
    secret, answers = person.secret, list(person.answers)
    for path in (f"/p/{secret}", f"/p?secret={secret}", f"/p/receipts/{secret}", f"/box/{secret}"):
        yield phone.get(path).get_data(as_text=True)
    for content in (secret, [secret], {"secret": [secret]}, {"secret": secret, "answers": answers}):
        yield phone.post("/p/invitation", content).get_data(as_text=True)
        yield phone.post("/p/passes", content).get_data(as_text=True)
    for body in (secret.encode(), json.dumps(answers).encode() * 500, bytes([1, 8, *answers])):
        for path in (f"/box/{code}/all", f"/box/{code}/{secret.lower()}", "/p/passes"):
            yield phone.put(path, body).get_data(as_text=True)


# The sweep as a whole


@dataclass(frozen=True, slots=True)
class Swept:
    """What people did, and everything that was written meanwhile."""

    people: Sequence[Person]
    sent: Sequence[Sent]
    replies: Sequence[str]
    said: str
    written: Mapping[str, bytes]
    opened: Sequence[str]
    after_each: Sequence[str]


@contextmanager
def said_by_the_program() -> Iterator[StringIO]:
    """Collect standard output and error and everything that any library logs."""
    said = StringIO()
    handler = logging.StreamHandler(said)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with redirect_stdout(said), redirect_stderr(said):
            yield said
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def marked_wave(site: Installation, people_per_team: int) -> str:
    """Open a wave of people who were marked before anything was prepared for them."""
    fill_registry(site, {"A": people_per_team, "B": people_per_team})
    mark_roster(site)
    code = draft_wave(site)
    begin_preparing(site, code)
    assert go_on_preparing(site, code, day=OPENS - timedelta(days=3))
    open_wave(site, code, day=OPENS, served=SERVED)
    return code


def sweep(site: Installation, people_per_team: int, *, temporary: Path) -> Swept:
    """Let everybody take part, two of them through every error, and search after each."""
    code = marked_wave(site, people_per_team)
    people = people_of(site, code)
    with site.stores.registry() as registry:
        descriptor = descriptor_of(registry, code)
    app = create_app(site.settings)
    sent: list[Sent] = []
    replies: list[str] = []
    after_each: list[str] = []
    with opened_for_writing() as opened, said_by_the_program() as said:
        for person in people:
            phone = Phone(app, person.headers, person.trail["REMOTE_ADDR"])
            replies += send_nonsense(phone, person, code)
            if person.number <= _THROUGH_ERRORS:
                sent.append(take_part_through_errors(phone, person, descriptor, replies))
            else:
                sent.append(phone.take_part(person.secret, person.answers, descriptor))
            after_each += hits(never_kept(person), files_under(site.settings.home, temporary))
    written = files_under(site.settings.home, temporary)
    return Swept(people, sent, replies, said.getvalue(), written, opened, after_each)


def leaks(swept: Swept) -> list[str]:
    """Return everything that stands where it may not."""
    streams = {"what was said": swept.said.encode(), "replies": "\n".join(swept.replies).encode()}
    everything = {**swept.written, **streams}
    found = list(swept.after_each)
    for person, sent in zip(swept.people, swept.sent, strict=True):
        found += hits(never_kept(person), everything)
        roster = set().union(*map(forms, person.roster)) | {person.invitation}
        found += hits(roster, outside_the_registry(everything))
        ballots = set().union(*map(chunks_of, sent.ballots.values()))
        found += hits(ballots, outside_boxes(everything))
        passed = {*sent.blinded.values(), *sent.signatures.values()}
        found += hits(passed, everything)
    return found


def main() -> int:
    """Sweep after 40 people and say what was tried; 1 if anything was found."""
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as temporary:
        tempfile.tempdir = temporary
        with new_site(Path(name)) as site:
            swept = sweep(site, 20, temporary=Path(temporary))
    found = leaks(swept)
    size = sum(map(len, swept.written.values()))
    print(  # noqa: T201 - the long form is for a person
        f"marker sweep: {len(swept.people)} people, {len(swept.replies)} errors and unreadable "
        f"requests, {len(swept.written)} files with {size:,} bytes searched: {len(found)} found"
    )
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main())
