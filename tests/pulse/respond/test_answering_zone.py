"""The answering zone over HTTP: what a phone asks, and what never comes back."""

import gzip
import hashlib
import json
import logging
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from pulse.app import create_app
from pulse.installation import Installation
from pulse.jobs.opening import cancel_wave
from surveys.ballot_format import BallotKind
from surveys.ballots import encode_answers, encode_comment, make_ballot
from surveys.blind_rsa import PassPublicKey
from surveys.box import shut_box
from surveys.descriptors import Descriptor, read_descriptor
from surveys.encoding import base64url, from_base64url
from surveys.ledger.log import EntryKind, append
from surveys.passes import PendingPass, begin_pass
from surveys.policy import Breakdown
from surveys.policy_log import policy_in_force
from surveys.wave_states import WaveState
from surveys.wave_tables import WaveRow
from surveys.waves import descriptor_of, set_state
from tests.pulse.waves_made import box_of, prepared_wave


@pytest.fixture
def phone(served: Flask) -> FlaskClient:
    return served.test_client(use_cookies=True)


def ask(phone: FlaskClient, secret: str) -> dict[str, object]:
    reply = phone.post("/p/invitation", json={"secret": secret})
    assert reply.status_code == 200
    found: dict[str, object] = reply.get_json()
    return found


def begin(found: Mapping[str, object]) -> dict[BallotKind, PendingPass]:
    keys = found["keys"]
    assert isinstance(keys, dict)
    leaves = {kind: json.loads(keys[kind.value]["leaf"]) for kind in BallotKind}
    return {
        kind: begin_pass(PassPublicKey.from_modulus(from_base64url(leaf["key"])), kind)
        for kind, leaf in leaves.items()
    }


def blinded(pending: Mapping[BallotKind, PendingPass]) -> dict[str, str]:
    return {kind.value: base64url(each.blinded) for kind, each in pending.items()}


def test_a_phone_takes_part_from_the_secret_to_the_box(
    phone: FlaskClient, secrets: list[str], installation: Installation, wave_code: str
) -> None:
    with installation.stores.registry() as registry:
        descriptor = descriptor_of(registry, wave_code)
    pending = begin(ask(phone, secrets[0]))
    reply = phone.post("/p/passes", json={"secret": secrets[0], "blinded": blinded(pending)})
    assert reply.status_code == 200
    for kind, each in pending.items():
        done = each.finish(from_base64url(reply.get_json()["signatures"][kind.value]))
        plain = encode_answers([1] * 8) if kind is BallotKind.SCORES else encode_comment("")
        body = ballot_of(done, plain, descriptor)
        put = phone.post(
            f"/box/{wave_code}/all", data=body, content_type="application/octet-stream"
        )
        assert put.status_code == 204
    assert ask(phone, secrets[0])["state"] == "used"


def ballot_of(done: object, plain: bytes, descriptor: Descriptor) -> bytes:
    return make_ballot(
        done,  # type: ignore[arg-type]  # a Pass, which the loop above made
        plain,
        opening_point=descriptor.opening_point,
        descriptor_sha256=descriptor.sha256,
    )


def test_no_answer_sets_a_cookie_or_may_be_kept(phone: FlaskClient, secrets: list[str]) -> None:
    for reply in (
        phone.get("/p"),
        phone.get("/p/"),
        phone.get("/p/anonymity"),
        phone.get("/p/nothing-here"),
        phone.post("/p/invitation", json={"secret": secrets[0]}),
        phone.post("/p/invitation", data="nonsense"),
        phone.post("/p/passes", json={"secret": secrets[0]}),
        phone.post("/box/2026-11/all", data=b"x"),
    ):
        assert "Set-Cookie" not in reply.headers
        assert reply.headers["Cache-Control"] == "no-store"
    assert phone.get("/p").headers["Referrer-Policy"] == "no-referrer"


def test_the_page_holds_the_descriptor_whose_hash_was_logged(
    phone: FlaskClient, installation: Installation, wave_code: str
) -> None:
    page = phone.get("/p").get_data(as_text=True)
    data = json.loads(re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page)[1])  # type: ignore[index]
    text = data["waves"][wave_code]
    with installation.stores.registry() as registry:
        descriptor = descriptor_of(registry, wave_code)
    assert hashlib.sha256(text.encode()).hexdigest() == descriptor.sha256
    assert read_descriptor(text, descriptor.annex) == descriptor
    assert page.count("<legend>") == 8
    assert "results for groups of 5 people or more" in page
    assert "27 November 2026" in page


def test_the_packed_page_is_the_same_page(phone: FlaskClient) -> None:
    packed = phone.get("/p", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == phone.get("/p").data


def test_the_first_page_costs_one_query_once_it_was_drawn(phone: FlaskClient) -> None:
    phone.get("/p")
    asked: list[str] = []
    with statements_in(asked):
        phone.get("/p")
    assert len(asked) == 1


@contextmanager
def statements_in(asked: list[str]) -> Iterator[None]:
    """Write down what every engine is asked, apart from the frame of transactions."""

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield
    event.remove(Engine, "before_cursor_execute", note)


def test_looking_again_and_again_changes_nothing(
    phone: FlaskClient, secrets: list[str], installation: Installation
) -> None:
    before = (installation.settings.home / "registry.sqlite").read_bytes()
    for _ in range(3):
        phone.get("/p")
        assert ask(phone, secrets[1])["state"] == "ready"
    assert (installation.settings.home / "registry.sqlite").read_bytes() == before


def test_asking_for_the_same_pass_again_gives_the_same_signatures(
    phone: FlaskClient, secrets: list[str]
) -> None:
    pending = begin(ask(phone, secrets[0]))
    body = {"secret": secrets[0], "blinded": blinded(pending)}
    first, again = (phone.post("/p/passes", json=body).get_json() for _ in range(2))
    assert first == again
    other = {"secret": secrets[0], "blinded": blinded(begin(ask(phone, secrets[0])))}
    refused = phone.post("/p/passes", json=other)
    assert (refused.status_code, refused.get_json()) == (409, {"error": "used"})


def test_of_twenty_parallel_requests_with_one_secret_one_gets_passes(
    served: Flask, secrets: list[str]
) -> None:
    found = ask(served.test_client(), secrets[0])
    bodies = [{"secret": secrets[0], "blinded": blinded(begin(found))} for _ in range(20)]
    codes: list[int] = []
    together = threading.Barrier(20)

    def race(body: dict[str, object]) -> None:
        together.wait()
        codes.append(served.test_client().post("/p/passes", json=body).status_code)

    racers = [threading.Thread(target=race, args=(body,)) for body in bodies]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(codes) == [200] + [409] * 19


@pytest.mark.parametrize("secret", ["A" * 16, "not a code", "", "ABCDEFGHIJKLMNOP"])
def test_a_foreign_code_is_unknown_and_says_nothing_else(phone: FlaskClient, secret: str) -> None:
    assert ask(phone, secret) == {"state": "unknown"}


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"secret": 5},
        {"secret": "A" * 16, "blinded": {}},
        {"secret": "A" * 16, "blinded": {"scores": "AA", "comment": "AA"}},
        {"secret": "A" * 16, "blinded": {"scores": "é" * 342, "comment": "*" * 342}},
    ],
)
def test_what_is_no_request_for_passes_is_refused_without_its_words(
    phone: FlaskClient, body: object
) -> None:
    reply = phone.post("/p/passes", json=body)
    assert reply.status_code == 400
    assert reply.get_data(as_text=True) == "400: this cannot be done here.\n"


@pytest.mark.parametrize("value", [0, 2**2048 - 1])
def test_no_message_outside_the_key_is_signed(
    phone: FlaskClient, secrets: list[str], value: int
) -> None:
    text = base64url(value.to_bytes(256, "big"))
    body = {"secret": secrets[0], "blinded": {"scores": text, "comment": text}}
    reply = phone.post("/p/passes", json=body)
    assert (reply.status_code, reply.get_json()) == (400, {"error": "malformed"})
    assert ask(phone, secrets[0])["state"] == "ready"


def test_a_request_far_too_long_is_refused(phone: FlaskClient) -> None:
    assert phone.post("/p/invitation", data=b"x" * 5000).status_code in {400, 413}


def test_a_closed_wave_says_so_and_issues_nothing(
    phone: FlaskClient, secrets: list[str], installation: Installation, wave_code: str
) -> None:
    found = ask(phone, secrets[0])
    shut_box(box_of(installation, secrets[0]))
    with installation.stores.registry() as registry:
        set_state(registry, wave_code, WaveState.CLOSED)
    assert ask(phone, secrets[0]) == {"state": "closed"}
    body = {"secret": secrets[0], "blinded": blinded(begin(found))}
    reply = phone.post("/p/passes", json=body)
    assert (reply.status_code, reply.get_json()) == (410, {"error": "closed"})
    assert "<legend>" not in phone.get("/p").get_data(as_text=True)


@pytest.mark.usefixtures("quick_keys")
def test_a_wave_that_was_cancelled_leads_nowhere(installation: Installation) -> None:
    code = prepared_wave(installation)
    phone = create_app(installation.settings).test_client()
    cancel_wave(installation, code, day=date(2026, 11, 7))
    assert ask(phone, "A" * 16) == {"state": "unknown"}


def test_an_error_inside_is_noted_without_what_was_asked(
    phone: FlaskClient,
    secrets: list[str],
    installation: Installation,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with installation.stores.registry() as registry:
        registry.get_one(WaveRow, "2026-11").descriptor = "not JSON"
        registry.get_one(WaveRow, "2026-11").closes_on = date(2026, 11, 28)  # so it is read anew
    reply = phone.post(
        "/p/invitation", json={"secret": secrets[0]}, headers={"User-Agent": "marked-agent"}
    )
    assert reply.status_code == 500
    said = reply.get_data(as_text=True) + "".join(capfd.readouterr())
    for marker in (secrets[0], "marked-agent", "127.0.0.1", "not JSON"):
        assert marker not in said


def test_nothing_is_logged_about_an_ordinary_participation(
    phone: FlaskClient,
    secrets: list[str],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        pending = begin(ask(phone, secrets[0]))
        phone.post("/p/passes", json={"secret": secrets[0], "blinded": blinded(pending)})
        phone.get("/p")
    assert "".join(capfd.readouterr()) == ""
    assert not caplog.records


def test_the_page_about_anonymity_states_the_settings_in_force(phone: FlaskClient) -> None:
    page = phone.get("/p/anonymity").get_data(as_text=True)
    assert "groups of 5 people or more" in page
    assert "wait 3 days after the close" in page
    assert not re.search(r"100\s*(%|per ?cent)", page)


def test_the_page_on_anonymity_speaks_of_breakdowns_where_they_are_declared(
    phone: FlaskClient, installation: Installation
) -> None:
    words = "you are also asked about yourself"
    assert words not in phone.get("/p/anonymity").get_data(as_text=True)
    role = Breakdown("role", "Role family", ("Social work", "Support"))
    with installation.stores.archive() as archive:
        body = replace(policy_in_force(archive), breakdowns=(role,)).as_document()
        append(archive, EntryKind.POLICY, body, signer=installation.signer, day=date(2026, 11, 1))
    assert words in phone.get("/p/anonymity").get_data(as_text=True)
