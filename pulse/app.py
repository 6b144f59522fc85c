"""The web application: this module wires the rooms together and does nothing else."""

import gc
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask
from flask_wtf import CSRFProtect
from jinja2 import FileSystemLoader, StrictUndefined
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from pulse import assets
from pulse.administration.views import administration_pages
from pulse.answering_settings import BoxPlace, MailWay
from pulse.app_context import keep_settings, stores_of
from pulse.audit.challenge_views import bp as challenges
from pulse.audit.views import bp as audit
from pulse.box.app import create_box
from pulse.charts.page import install_charts
from pulse.config import LOOPBACK_HOSTS, Settings
from pulse.console.answer_views import bp as wave_answer
from pulse.console.builder_views import bp as wave_builder
from pulse.console.people_views import bp as people
from pulse.console.waves_views import bp as waves
from pulse.console.workforce_views import bp as workforce
from pulse.dashboards.analysis_views import bp as analyses
from pulse.dashboards.note_views import bp as notes
from pulse.dashboards.views import bp as dashboards
from pulse.dashboards.warming import keep_warm
from pulse.errors import QuietFlask, handle_errors
from pulse.govuk import govuk
from pulse.health import check_running
from pulse.home import bp as home
from pulse.mail.mailbox_pages import bp as mailbox
from pulse.navigation import frame_pages
from pulse.office import sign_in
from pulse.office.accounts import all_accounts
from pulse.office.refusals import read_refusals, record_refusal
from pulse.office.session_secret import session_secret
from pulse.refusals import keep_refusal_reader
from pulse.respond.app import create_answering_app
from pulse.security import protect_pages
from pulse.stores import Stores

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_CHECKOUT = Path(__file__).resolve().parent.parent
_LARGEST_FORM_BYTES = 64 * 1024


def create_app(settings: Settings) -> Flask:
    """Return the application over an installation that `pulse init` has made.

    Raises:
        SettingsError: the folder of keys cannot be read.
    """
    app = QuietFlask("pulse", static_folder=None, template_folder=None)
    _configure(app, settings)
    stores = Stores.of(settings)
    keep_settings(app.extensions, settings, stores)
    keep_refusal_reader(app.extensions, read_refusals)
    _prepare_templates(app)
    protect_pages(app, is_https=settings.is_https)
    CSRFProtect(app)
    handle_errors(app, record_refusal)
    frame_pages(app)
    sign_in.greet_viewers(app)
    administration = administration_pages(read_accounts=all_accounts, run_checks=check_running)
    console = (wave_builder, wave_answer, waves, people, workforce)
    union = (audit, challenges)
    results = (dashboards, analyses, notes)
    for blueprint in (assets.bp, home, sign_in.bp, *results, *union, administration, *console):
        app.register_blueprint(blueprint)
    if settings.answering.mail.way is MailWay.MAILBOX:
        app.register_blueprint(mailbox)
    _mount_answering(app, settings, stores)
    return app


def served_app(settings: Settings) -> Flask:
    """Return the application for a process that serves it and does nothing else.

    A thread beside it works out what large organisations would have to wait for.

    What is loaded by now stays until the process ends. It is taken out of garbage collection,
    which would look through all of it during some requests and hold them up by a tenth of a second.

    Raises:
        SettingsError: the folder of keys cannot be read.
    """
    app = create_app(settings)
    gc.collect()
    gc.freeze()
    keep_warm(stores_of(app.extensions))
    return app


def _mount_answering(app: Flask, settings: Settings, stores: Stores) -> None:
    """Put the answering zone and the box beside the pages: no cookie, no session reaches them."""
    zones: dict[str, WSGIApplication] = {"/p": create_answering_app(settings, stores)}
    if settings.answering.box_place is BoxPlace.MOUNTED:
        zones["/box"] = create_box(settings.answering.boxes, allowed_origin=None)
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, zones)  # type: ignore[method-assign]  # as Flask's own guide does


def _configure(app: Flask, settings: Settings) -> None:
    address = urlsplit(settings.public_url)
    host = address.hostname or ""
    app.config.update(
        SECRET_KEY=session_secret(settings.keys),
        SESSION_COOKIE_NAME="__Host-pulse" if settings.is_https else f"pulse-{address.port or 80}",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        TRUSTED_HOSTS=sorted(LOOPBACK_HOSTS) if host in LOOPBACK_HOSTS else [host],
        MAX_CONTENT_LENGTH=_LARGEST_FORM_BYTES,
        WTF_CSRF_TIME_LIMIT=None,  # a form lives as long as the sign-in whose secret it holds
        WTF_CSRF_SSL_STRICT=False,  # it wants a referrer, which our own pages never send
    )


def _prepare_templates(app: Flask) -> None:
    """Find templates in the installed package, else beside it in the checkout."""
    installed = Path(__file__).resolve().parent / "templates"
    app.jinja_loader = FileSystemLoader([installed, _CHECKOUT / "templates"])
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.add_template_global(assets.asset_url)
    app.add_template_global(govuk)
    install_charts(app)
