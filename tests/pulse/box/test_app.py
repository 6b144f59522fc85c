"""The box as a web application: what it answers, and that it can do nothing but take in."""

import io
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from wsgiref.types import StartResponse
from wsgiref.validate import validator

import pytest

from pulse.box.app import create_box
from surveys.ballot_format import BallotKind
from surveys.box import box_path, make_box, shut_box
from surveys.box_files import box_connection
from surveys.box_reading import ballot_ids
from tests.surveys.box_factories import WAVE, ballot, key_table, new_ballot, opened_box

SCORES, COMMENT = BallotKind.SCORES, BallotKind.COMMENT
ORIGIN = "https://pulse.example.org"
ADDRESS = f"/{WAVE}/all"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@pytest.fixture
def box(tmp_path: Path) -> Path:
    return opened_box(box_path(tmp_path, wave=WAVE, part="all"))


def noting(told: list[tuple[str, list[tuple[str, str]]]]) -> StartResponse:
    """Return WSGI's start_response, which writes down what it is told."""

    def start_response(
        status: str, headers: list[tuple[str, str]], *_error: object
    ) -> Callable[[bytes], object]:
        told.append((status, headers))
        return told.extend  # the old way to write; the list would show it

    return start_response


def ask(
    boxes: Path,
    path: str = ADDRESS,
    *,
    body: bytes = b"",
    method: str = "POST",
    length: str | None = None,
    origin: str | None = None,
    allowed_origin: str | None = None,
) -> Answer:
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(body)) if length is None else length,
        "CONTENT_TYPE": "application/octet-stream",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if environ["CONTENT_LENGTH"] == "":
        del environ["CONTENT_LENGTH"]
    if origin is not None:
        environ["HTTP_ORIGIN"] = origin
    told: list[tuple[str, list[tuple[str, str]]]] = []
    application = create_box(boxes, allowed_origin=allowed_origin)
    parts = application(environ, noting(told))
    ((status, headers),) = told
    assert environ["wsgi.errors"].getvalue() == ""
    assert len({name for name, _ in headers}) == len(headers)
    return Answer(int(status[:3]), dict(headers), b"".join(parts))


@pytest.mark.parametrize("kind", BallotKind)
def test_a_genuine_ballot_is_taken_in(box: Path, kind: BallotKind) -> None:
    assert ask(box.parent, body=ballot(kind, 0)).status == 204
    shut_box(box)
    assert len(ballot_ids(box)) == 1


def test_a_ballot_sent_again_is_answered_like_the_first_time(box: Path) -> None:
    first = ask(box.parent, body=ballot(SCORES, 0))
    assert ask(box.parent, body=ballot(SCORES, 0)) == first


@pytest.mark.usefixtures("box")
@pytest.mark.parametrize(
    "path",
    ["/", "", "/2026-11", "/2026-11/", "/2026-11/all/", "/2026-12/all", "/2026-11/none", "//2026-11/all",
     "/../all", "/2026-11/../2026-11/all", "/2026-11/all.box", "/2026-11/all\0", "/%2e%2e/all"],
)  # fmt: skip
def test_an_address_that_is_not_a_box_is_not_found(tmp_path: Path, path: str) -> None:
    assert ask(tmp_path, path, body=ballot(SCORES, 0)).status == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE"])
def test_nothing_can_be_taken_out_or_away(box: Path, method: str) -> None:
    ask(box.parent, body=ballot(SCORES, 0))
    before = box.read_bytes()
    answer = ask(box.parent, method=method)
    assert (answer.status, answer.headers["Allow"], answer.body) == (405, "OPTIONS, POST", b"")
    assert box.read_bytes() == before


@pytest.mark.parametrize(
    ("length", "status"),
    [("", 400), ("0", 400), ("594", 400), ("596", 400), ("-1", 400), ("5 95", 400), ("²", 400),
     ("2579", 400), ("2580", 413), ("9999", 413), ("1" * 5000, 413)],
)  # fmt: skip
def test_a_body_of_another_size_is_refused(box: Path, length: str, status: int) -> None:
    assert ask(box.parent, body=ballot(SCORES, 0), length=length).status == status


def test_only_as_much_is_read_as_a_ballot_has(box: Path) -> None:
    assert ask(box.parent, body=ballot(SCORES, 0) + b"and more", length="595").status == 204


def test_a_ballot_that_says_another_kind_than_its_size_is_refused(box: Path) -> None:
    body = bytearray(ballot(SCORES, 0))
    body[32] = COMMENT.number
    assert ask(box.parent, body=bytes(body)).status == 403


def test_a_forged_ballot_and_one_of_another_wave_are_refused(box: Path) -> None:
    forged = ballot(SCORES, 0)[:-1] + b"\0"
    assert ask(box.parent, body=forged).status == 403
    assert ask(box.parent, body=new_ballot(SCORES, "another wave")).status == 403


def test_a_wave_that_is_not_open_is_gone(box: Path) -> None:
    make_box(
        box_path(box.parent, wave="2026-12", part="all"),
        wave="2026-12",
        keys=key_table("town"),
        invited=1,
    )
    shut_box(box)
    assert ask(box.parent, body=ballot(SCORES, 0)).status == 410
    assert ask(box.parent, "/2026-12/all", body=ballot(SCORES, 0)).status == 410


def test_a_full_or_damaged_box_asks_to_send_again_later(box: Path) -> None:
    with box_connection(box) as connection:
        connection.execute("UPDATE scores_slots SET slot = cast(x'01' || substr(slot, 2) AS BLOB)")
    assert ask(box.parent, body=ballot(SCORES, 0)).status == 503
    box.write_bytes(b"not a box" * 1000)
    with pytest.raises(sqlite3.DatabaseError), box_connection(box):
        pass
    assert ask(box.parent, body=ballot(SCORES, 0)).status == 503


def test_no_answer_is_kept_sets_a_cookie_or_has_a_body(box: Path) -> None:
    answers = [
        ask(box.parent, body=ballot(SCORES, 0)),
        ask(box.parent, body=b"x"),
        ask(box.parent, "/none/all"),
        ask(box.parent, method="GET"),
    ]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
    assert {name for answer in answers for name in answer.headers} == {
        "Cache-Control", "X-Content-Type-Options", "Content-Length", "Allow",
    }  # fmt: skip
    assert {answer.body for answer in answers} == {b""}


# Pages on another host


@pytest.mark.parametrize("method", ["OPTIONS", "POST"])
def test_pages_of_the_allowed_origin_may_send_from_another_host(box: Path, method: str) -> None:
    answer = ask(
        box.parent, body=ballot(SCORES, 0), method=method, origin=ORIGIN, allowed_origin=ORIGIN
    )
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (204, ORIGIN)
    assert answer.headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_browser_that_asks_first_may_post_bytes_and_nothing_else(box: Path) -> None:
    answer = ask(box.parent, method="OPTIONS", origin=ORIGIN, allowed_origin=ORIGIN)
    assert answer.headers["Access-Control-Allow-Methods"] == "POST"
    assert answer.headers["Access-Control-Allow-Headers"] == "content-type"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [("https://evil.example", ORIGIN), ("null", ORIGIN), (None, ORIGIN), (ORIGIN, None)],
)
def test_pages_of_other_origins_may_not(box: Path, origin: str | None, allowed: str | None) -> None:
    for method in ("OPTIONS", "POST"):
        answer = ask(
            box.parent, body=ballot(SCORES, 0), method=method, origin=origin, allowed_origin=allowed
        )
        assert not [name for name in answer.headers if name.startswith("Access-Control")]


def test_it_keeps_to_the_rules_of_wsgi(box: Path) -> None:
    application = validator(create_box(box.parent, allowed_origin=ORIGIN))
    environ = {
        "REQUEST_METHOD": "POST", "SCRIPT_NAME": "/box", "PATH_INFO": ADDRESS, "QUERY_STRING": "",
        "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": "595", "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(ballot(SCORES, 0)), "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False, "wsgi.multiprocess": True, "wsgi.run_once": False,
    }  # fmt: skip
    told: list[tuple[str, list[tuple[str, str]]]] = []
    parts = application(environ, noting(told))
    assert list(parts) == []
    parts.close()  # type: ignore[attr-defined]  # the validator's own iterator
    assert [status for status, _ in told] == ["204 No Content"]
