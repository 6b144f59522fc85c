"""What people read when something cannot be done: one place, kind words, nothing of the inside."""

from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from flask import Flask, g, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import (
    Forbidden,
    HTTPException,
    InternalServerError,
    NotFound,
    SecurityError,
)

from analysis.errors import AnalysisError
from pulse.access import AccessRefused, find_viewer
from pulse.logs import log_failure, log_refusal
from surveys.errors import SurveyError

Answer = tuple[str, int]
RefusalRecorder = Callable[[str, str, str], None]
"""Writes role, rule and page of a refused request down for the union auditor to read."""


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """One thing that could not be done: what happened, and what to do now."""

    title: str
    what_happened: str
    what_to_do: str


NOT_FOUND = ErrorPage(
    "Page not found",
    "There is no page at this address. It may have moved, or a letter may be missing.",
    "Check the address, or start again from the first page.",
)
EXPIRED_FORM = ErrorPage(
    "This form is too old to send",
    "It was open for a long time, or you signed in again in another tab. Nothing was changed.",
    "Go back, load the page again and send it once more.",
)
BAD_REQUEST = ErrorPage(
    "We could not read that",
    "Something in the address or the form is not what this page expects. Nothing was changed.",
    "Go back and try again, or start from the first page.",
)
FORBIDDEN = ErrorPage(
    "You cannot open this page",
    "",
    "If you should be able to open it, ask the person who runs Pulse for you.",
)
RULE_BROKEN = ErrorPage(
    "That cannot be done now",
    "",
    "Nothing was changed. If you did not expect this, ask the person who runs Pulse for you.",
)
UNREACHABLE = ErrorPage(
    "Pulse cannot reach its records",
    "Nothing was changed and nothing is lost.",
    "Try again in a minute. If it stays like this, tell the person who runs Pulse for you.",
)
FAILED = ErrorPage(
    "Something went wrong on our side",
    "It was not you. We noted the kind of error and its place in the program, nothing about you.",
    "Try again. If it happens again, tell the person who runs Pulse for you, and at what time.",
)


class QuietFlask(Flask):
    """Flask whose log of unexpected errors holds type and place, never the address or a value."""

    def log_exception(
        self,
        exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None],
    ) -> None:
        if exc_info[1] is not None:
            log_failure(exc_info[1], page=_page_pattern())


def handle_errors(app: Flask, record_refusal: RefusalRecorder) -> None:
    """Answer every error of the application with a page."""

    @app.errorhandler(AccessRefused)
    def refused(refusal: AccessRefused) -> Answer:
        viewer = find_viewer()
        role = "nobody signed in" if viewer is None else viewer.role.value
        record_refusal(role, refusal.rule, _page_pattern())
        log_refusal(role=role, rule=refusal.rule, page=_page_pattern())
        happened = f"The rule: {refusal.rule}. Noted for the union with your role, not your name."
        return _answer(FORBIDDEN, Forbidden.code, what_happened=happened)

    @app.errorhandler(SurveyError)
    @app.errorhandler(AnalysisError)
    def rule_broken(error: SurveyError | AnalysisError) -> Answer:
        return _answer(RULE_BROKEN, 409, what_happened=str(error))

    @app.errorhandler(OperationalError)
    def unreachable(error: OperationalError) -> Answer:
        log_failure(error, page=_page_pattern())
        return _answer(UNREACHABLE, 503)

    @app.errorhandler(InternalServerError)
    def failed(_error: InternalServerError) -> Answer:
        return _answer(FAILED, InternalServerError.code)

    @app.errorhandler(CSRFError)
    def expired_form(error: CSRFError) -> Answer:
        return _answer(EXPIRED_FORM, error.code)

    @app.errorhandler(SecurityError)
    def foreign_host(error: SecurityError) -> Answer:
        # Addresses cannot be made for a host that is not ours, so this page has no links.
        return "This server does not answer to that name.\n", error.code

    @app.errorhandler(HTTPException)
    def refused_by_http(error: HTTPException) -> Answer:
        code = error.code or InternalServerError.code
        return _answer(NOT_FOUND if code == NotFound.code else BAD_REQUEST, code)


def _answer(page: ErrorPage, code: int, *, what_happened: str | None = None) -> Answer:
    g.has_charts = False
    if what_happened is not None:
        page = ErrorPage(page.title, what_happened, page.what_to_do)
    return render_template("errors/error.html", page=page), code


def _page_pattern() -> str:
    """Return the route's pattern, such as /units/<code>: the page without what was asked of it."""
    return request.url_rule.rule if request.url_rule is not None else "no such page"
