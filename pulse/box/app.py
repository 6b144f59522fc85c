"""The box as a web application of its own: it takes ballots in and can do nothing else.

It knows no session, no cookie, no user and no other store, and it writes no log. An answer is a
status without a body; the page that sent the ballot has the words for it.
"""

import sqlite3
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from surveys.ballot_format import BallotKind
from surveys.ballots import BallotRefused
from surveys.box import BoxFullError, BoxNotOpenError, box_path, put_ballot
from surveys.box_files import NoSuchBoxError

_SIZES = frozenset(kind.ballot_bytes for kind in BallotKind)
_HEADERS = (
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Length", "0"),
)
_PREFLIGHT_SECONDS = "3600"


def create_box(boxes: Path, *, allowed_origin: str | None) -> WSGIApplication:
    """Return the application that serves POST /<wave>/<part> for the boxes in a folder.

    204 the ballot is in, also when it was before. 400 no ballot by its size. 403 key, pass or
    signature refused. 404 no such box. 405 not POST. 410 the wave is not open. 413 longer than any
    ballot. 503 cannot be written now: send it again later.

    Args:
        boxes: the folder.
        allowed_origin: the origin whose pages may send ballots from another host, such as
            https://pulse.example.org; None where pages and box share a host.
    """

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status, headers = _answer(environ, boxes)
        allowed = _cross_origin_headers(environ, allowed_origin)
        start_response(f"{status.value} {status.phrase}", [*_HEADERS, *headers, *allowed])
        return ()

    return application


def _answer(environ: WSGIEnvironment, boxes: Path) -> tuple[HTTPStatus, list[tuple[str, str]]]:
    """Return the status and the headers that go with it."""
    try:
        path = _box_of(environ, boxes)
    except NoSuchBoxError:
        return HTTPStatus.NOT_FOUND, []
    method = environ["REQUEST_METHOD"]
    if method == "OPTIONS":
        return HTTPStatus.NO_CONTENT, [("Allow", "OPTIONS, POST")]
    if method != "POST":
        return HTTPStatus.METHOD_NOT_ALLOWED, [("Allow", "OPTIONS, POST")]
    return _take(path, environ), []


def _box_of(environ: WSGIEnvironment, boxes: Path) -> Path:
    match environ.get("PATH_INFO", "").split("/"):
        case ["", wave, part]:
            return box_path(boxes, wave=wave, part=part)
        case _:
            raise NoSuchBoxError("A box's address is its wave and its part.")


def _take(path: Path, environ: WSGIEnvironment) -> HTTPStatus:
    """Read no more than a ballot has, and nothing of what cannot be one."""
    length = environ.get("CONTENT_LENGTH", "")
    # The digits of a size are few; a long text of digits is never made into a number.
    if length.isdecimal() and (len(length) > len(str(max(_SIZES))) or int(length) > max(_SIZES)):
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    if not length.isdecimal() or int(length) not in _SIZES:
        return HTTPStatus.BAD_REQUEST
    body = environ["wsgi.input"].read(int(length))
    if len(body) != int(length):  # the sender hung up half way
        return HTTPStatus.BAD_REQUEST
    return _put(path, body)


def _put(path: Path, body: bytes) -> HTTPStatus:
    try:
        put_ballot(path, body)
    except BallotRefused:
        return HTTPStatus.FORBIDDEN
    except NoSuchBoxError:
        return HTTPStatus.NOT_FOUND
    except BoxNotOpenError:
        return HTTPStatus.GONE
    except (BoxFullError, sqlite3.Error, OSError):
        return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.NO_CONTENT


def _cross_origin_headers(
    environ: WSGIEnvironment, allowed_origin: str | None
) -> list[tuple[str, str]]:
    """Return what lets pages of the one allowed origin, and no others, send a ballot here."""
    if allowed_origin is None:
        return []
    headers = [("Vary", "Origin")]
    if environ.get("HTTP_ORIGIN") == allowed_origin:
        headers.append(("Access-Control-Allow-Origin", allowed_origin))
        if environ["REQUEST_METHOD"] == "OPTIONS":
            headers += [
                ("Access-Control-Allow-Methods", "POST"),
                ("Access-Control-Allow-Headers", "content-type"),
                ("Access-Control-Max-Age", _PREFLIGHT_SECONDS),
            ]
    return headers
