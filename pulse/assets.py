"""Static files under names that their content decides, so that browsers may keep them for ever."""

import json
from functools import cache
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType

from flask import Blueprint, Response, abort, request, send_from_directory, url_for

BUILT = Path(__file__).resolve().parent / "static" / "built"
ONE_YEAR = 31_536_000  # seconds
_PACKINGS = (("br", ".br"), ("gzip", ".gz"))  # the smaller one first

bp = Blueprint("assets", __name__, url_prefix="/assets")


class AssetsError(Exception):
    """The built files are missing, or a page asks for one that is not among them."""


@cache
def manifest() -> MappingProxyType[str, str]:
    """Return the name under which each source file was built.

    Raises:
        AssetsError: nothing was built yet.
    """
    path = BUILT / "manifest.json"
    if not path.is_file():
        raise AssetsError(f"{path} is missing: run `make assets` once, then start Pulse again")
    return MappingProxyType(json.loads(path.read_text(encoding="utf-8")))


def asset_url(name: str) -> str:
    """Return the address of a built file, for example of `pulse.css`.

    Raises:
        AssetsError: nothing was built yet, or nothing under this name.
    """
    built = manifest()
    if name not in built:
        raise AssetsError(f"no asset is called {name!r}; add it to pulse/static/src, `make assets`")
    return url_for("assets.hashed_file", name=built[name])


@bp.get("/<name>")
def hashed_file(name: str) -> Response:
    """Send a built file in the smallest packing that the browser takes."""
    if name not in manifest().values():
        abort(404)
    packed, suffix = _best_packing(name)
    response = send_from_directory(
        BUILT, name + suffix, mimetype=_media_type(name), conditional=True, max_age=ONE_YEAR
    )
    response.cache_control.public = True
    response.cache_control.immutable = True
    response.vary.add("Accept-Encoding")
    if packed:
        response.content_encoding = packed
    if response.status_code == HTTPStatus.NOT_MODIFIED or request.method == "HEAD":
        response.close()  # no body is sent, so the server never closes the file that was opened
    return response


def _best_packing(name: str) -> tuple[str | None, str]:
    for encoding, suffix in _PACKINGS:
        if request.accept_encodings[encoding] and (BUILT / (name + suffix)).is_file():
            return encoding, suffix
    return None, ""


def _media_type(name: str) -> str:
    return {
        ".css": "text/css",
        ".js": "text/javascript",
        ".svg": "image/svg+xml",
        ".txt": "text/plain",
    }[Path(name).suffix]
