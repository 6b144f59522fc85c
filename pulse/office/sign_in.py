"""The door of the office: sign in, sign out, and who is there before each page."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app, g, redirect, render_template, request, session
from flask import url_for as address_of
from werkzeug.wrappers import Response

from pulse.access import find_viewer
from pulse.app_context import current_stores
from pulse.office.sign_ins import (
    begin_sign_in,
    check_account,
    end_sign_in,
    utc_now,
    viewer_of_token,
)
from pulse.office.throttle import count_try, forget_tries, key_of_name

bp = Blueprint("sign_in", __name__)

_TOKEN = "sign_in"  # noqa: S105 - the name of a field, not a secret
WRONG = "The name or the password is not right. Check both, then try again."


@dataclass(frozen=True, slots=True)
class SignInPage:
    """The form as somebody left it: the name stays, the password never comes back."""

    sign_in_name: str
    way_back: str
    problem: str | None


def greet_viewers(app: Flask) -> None:
    """Find out before each page who reads it, from the token in their cookie."""

    @app.before_request
    def greet() -> None:
        token = session.get(_TOKEN)
        g.viewer = None
        if isinstance(token, str) and request.blueprint != "assets":
            with current_stores().office() as office:
                g.viewer = viewer_of_token(office, token, now=utc_now())


@bp.get("/sign-in")
def form() -> str | Response:
    way_back = own_page(request.args.get("next", ""))
    if find_viewer() is not None:
        return redirect(way_back, code=303)
    return _form(SignInPage("", way_back, None))


@bp.post("/sign-in")
def sign_in() -> Response | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """Check name and password; the answer is the same for every reason not to let somebody in."""
    name = request.form.get("name", "")
    way_back = own_page(request.form.get("next", ""))
    key = key_of_name(name, current_app.config["SECRET_KEY"])
    with current_stores().office(writing=True) as office:
        wait = count_try(office, key, now=utc_now())
    if wait is not None:
        page = SignInPage(name, way_back, _wait_in_words(wait))
        return _form(page), 429, {"Retry-After": str(ceil(wait.total_seconds()))}
    with current_stores().office() as office:
        account_id = check_account(office, name, request.form.get("password", ""))
    if account_id is None:
        return _form(SignInPage(name, way_back, WRONG)), 400
    with current_stores().office(writing=True) as office:
        forget_tries(office, key)
        token = begin_sign_in(office, account_id, now=utc_now())
    session.clear()  # what an earlier reader of this browser had ends here
    session[_TOKEN] = token
    return redirect(way_back, code=303)


@bp.post("/sign-out")
def sign_out() -> Response:
    token = session.get(_TOKEN)
    if isinstance(token, str):
        with current_stores().office(writing=True) as office:
            end_sign_in(office, token)
    session.clear()
    return redirect(address_of("sign_in.form"), code=303)


def own_page(target: str) -> str:
    """Return the target if it is a path on this server, else the start page."""
    parts = urlsplit(target)
    is_path = target.startswith("/") and not target.startswith("//") and "\\" not in target
    if is_path and target.isprintable() and not parts.scheme and not parts.netloc:
        return target
    return address_of("home.start")


def _form(page: SignInPage) -> str:
    return render_template("office/sign_in.html", page=page)


def _wait_in_words(wait: timedelta) -> str:
    minutes = ceil(wait.total_seconds() / 60)
    unit = "minute" if minutes == 1 else "minutes"
    return f"Too many tries under this name. Try again in {minutes} {unit}."
