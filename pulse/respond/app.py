"""The answering zone: an application of its own, without sign-in, session, cookie or access log."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, Response, current_app
from jinja2 import FileSystemLoader, StrictUndefined
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from pulse.answering_settings import BoxPlace
from pulse.assets import manifest
from pulse.config import LOOPBACK_HOSTS, Settings
from pulse.errors import QuietFlask
from pulse.logs import log_failure
from pulse.respond.answering import Answering
from pulse.respond.views import bp
from pulse.stores import Stores

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_CHECKOUT = Path(__file__).resolve().parent.parent.parent
_LARGEST_REQUEST_BYTES = 4096
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_ONE_YEAR_SECONDS = 365 * 24 * 60 * 60


def create_answering_app(settings: Settings, stores: Stores) -> Flask:
    """Return the application that is mounted at /p.

    Raises:
        SettingsError: a language has no translation, or the file of contacts is wrong.
    """
    app = QuietFlask("pulse.respond", static_folder=None, template_folder=None)
    host = urlsplit(settings.public_url).hostname or ""
    app.config.update(
        MAX_CONTENT_LENGTH=_LARGEST_REQUEST_BYTES,
        TRUSTED_HOSTS=sorted(LOOPBACK_HOSTS) if host in LOOPBACK_HOSTS else [host],
    )
    installed = Path(__file__).resolve().parent.parent / "templates"
    app.jinja_loader = FileSystemLoader([installed, _CHECKOUT / "templates"])
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    # The main application serves the files; this one only names them.
    app.add_template_global(lambda name: f"/assets/{manifest()[name]}", "asset_url")
    app.extensions["pulse.answering"] = Answering(settings, stores)
    app.after_request(partial(_set_headers, settings))
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(OperationalError, _unreachable)
    app.register_blueprint(bp)
    app.wsgi_app = partial(_with_root, app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way
    return app


def _with_root(
    inner: "WSGIApplication", environ: "WSGIEnvironment", start_response: "StartResponse"
) -> "Iterable[bytes]":
    """Answer /p like /p/: a redirection would be one more round trip before the first question."""
    environ["PATH_INFO"] = environ.get("PATH_INFO") or "/"
    return inner(environ, start_response)


def _set_headers(settings: Settings, response: Response) -> Response:
    response.headers.update(_HEADERS)
    box = settings.answering
    elsewhere = f" {box.box_url}" if box.box_place is BoxPlace.ELSEWHERE else ""
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src 'self'{elsewhere}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'"
    )
    if settings.is_https:
        response.headers["Strict-Transport-Security"] = f"max-age={_ONE_YEAR_SECONDS}"
    return response


def _refused(error: HTTPException) -> Response:
    """Answer with the rule and never with what was asked."""
    code = error.code or 500
    return Response(f"{code}: this cannot be done here.\n", code, mimetype="text/plain")


def _unreachable(error: OperationalError) -> Response:
    log_failure(error, page=current_app.name)
    return Response("503: try again in a minute.\n", 503, mimetype="text/plain")
