"""Static files under names that their content decides, so that browsers may keep them for ever."""

import json
from functools import cache
from pathlib import Path
from types import MappingProxyType

from flask import Blueprint, Response, abort, request, url_for

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
    response = Response(_content(BUILT / (name + suffix)), mimetype=_media_type(name))
    response.cache_control.public = True
    response.cache_control.immutable = True
    response.cache_control.max_age = ONE_YEAR
    response.vary.add("Accept-Encoding")
    if packed:
        response.content_encoding = packed
    response.set_etag(name + suffix)
    response.make_conditional(request)
    return response


@cache
def _content(path: Path) -> bytes:
    """Return a built file, kept in memory: it is small and its name changes with its content.

    An open file handed to a server would stay open where the reader leaves before its end.
    """
    return path.read_bytes()


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
