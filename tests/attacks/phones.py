"""A phone that takes part over HTTP, and an installation to attack with it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click
from click.testing import CliRunner
from flask import Flask
from werkzeug.test import Client, TestResponse

from pulse.cli.main import main
from pulse.config import Settings
from pulse.installation import Installation
from pulse.startup import check_installation
from pulse.stores import Stores
from surveys.ballot_format import BallotKind
from surveys.ballots import encode_answers, encode_comment, make_ballot
from surveys.blind_rsa import PassPublicKey
from surveys.descriptors import Descriptor
from surveys.encoding import base64url, from_base64url
from surveys.passes import PendingPass, begin_pass

PASSWORD = "administrator password"
Pending = Mapping[BallotKind, PendingPass]


@contextmanager
def new_site(home: Path, **environ: str) -> Iterator[Installation]:
    """Make an installation with k = 5 as `pulse init` does, for attacks that run by themselves."""
    given = {"PULSE_HOME": str(home), **environ}
    typed = f"{PASSWORD}\n"
    result = CliRunner().invoke(main, ["init", "--k", "5", "--password-stdin"], typed, given)
    if result.exit_code:
        raise click.ClickException(result.output)
    settings = Settings.from_environ(given)
    stores = Stores.of(settings)
    yield Installation(settings, stores, check_installation(settings, stores))
    stores.close()


@dataclass(frozen=True, slots=True)
class Sent:
    """All bytes of one participation that could be known again."""

    blinded: Mapping[BallotKind, bytes]
    signatures: Mapping[BallotKind, bytes]
    ballots: Mapping[BallotKind, bytes]


@dataclass
class Phone:
    """One device: `headers` and `address` go with every request, as its network sends them."""

    app: Flask
    headers: Mapping[str, str] = field(default_factory=dict)
    address: str = "127.0.0.1"

    def get(self, path: str) -> TestResponse:
        return self._ask("GET", path, None)

    def post(self, path: str, content: object) -> TestResponse:
        return self._ask("POST", path, json.dumps(content).encode())

    def put(self, path: str, ballot: bytes) -> TestResponse:
        return self._ask("POST", path, ballot, kind="application/octet-stream")

    def take_part(self, secret: str, answers: Sequence[int], descriptor: Descriptor) -> Sent:
        """Answer from the page to the box, as the script on the page does."""
        self.get("/p")
        pending = self.begin(secret)
        signatures = self.passes(secret, blinded_of(pending))
        ballots = ballots_of(pending, signatures, answers, descriptor)
        self.put_all(ballots, descriptor)
        return Sent(blinded_of(pending), signatures, ballots)

    def begin(self, secret: str) -> Pending:
        reply = self.post("/p/invitation", {"secret": secret})
        assert reply.status_code == 200
        keys = reply.get_json()["keys"]
        leaves = {kind: json.loads(keys[kind.value]["leaf"]) for kind in BallotKind}
        return {
            kind: begin_pass(PassPublicKey.from_modulus(from_base64url(leaf["key"])), kind)
            for kind, leaf in leaves.items()
        }

    def ask_for_passes(self, secret: str, blinded: Mapping[BallotKind, bytes]) -> TestResponse:
        texts = {kind.value: base64url(each) for kind, each in blinded.items()}
        return self.post("/p/passes", {"secret": secret, "blinded": texts})

    def passes(
        self, secret: str, blinded: Mapping[BallotKind, bytes]
    ) -> Mapping[BallotKind, bytes]:
        reply = self.ask_for_passes(secret, blinded)
        assert reply.status_code == 200
        given = reply.get_json()["signatures"]
        return {kind: from_base64url(given[kind.value]) for kind in BallotKind}

    def put_all(self, ballots: Mapping[BallotKind, bytes], descriptor: Descriptor) -> None:
        for ballot in ballots.values():
            assert self.put(f"/box/{descriptor.code}/all", ballot).status_code == 204

    def _ask(
        self, method: str, path: str, body: bytes | None, *, kind: str = "application/json"
    ) -> TestResponse:
        # Werkzeug's own client, not Flask's: what a server hands over, and no cookie is kept.
        client = Client(self.app.wsgi_app, use_cookies=False)
        return client.open(
            path,
            method=method,
            data=body,
            content_type=kind if body is not None else None,
            headers=dict(self.headers),
            environ_base={"REMOTE_ADDR": self.address},
        )


def blinded_of(pending: Pending) -> Mapping[BallotKind, bytes]:
    return {kind: each.blinded for kind, each in pending.items()}


def ballots_of(
    pending: Pending,
    signatures: Mapping[BallotKind, bytes],
    answers: Sequence[int],
    descriptor: Descriptor,
) -> Mapping[BallotKind, bytes]:
    plain = {BallotKind.SCORES: encode_answers(answers), BallotKind.COMMENT: encode_comment("")}
    return {
        kind: make_ballot(
            each.finish(signatures[kind]),
            plain[kind],
            opening_point=descriptor.opening_point,
            descriptor_sha256=descriptor.sha256,
        )
        for kind, each in pending.items()
    }
