"""Pages that everybody may open, signed in or not: the way in and the accessibility statement."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from pulse.access import find_viewer
from pulse.navigation import first_page_of

bp = Blueprint("home", __name__)


@bp.get("/")
def start() -> Response:
    """Send a viewer to the first page of their role, anybody else to sign in."""
    viewer = find_viewer()
    target = url_for("sign_in.form") if viewer is None else first_page_of(viewer)
    return redirect(target, code=303)


@bp.get("/accessibility")
def accessibility() -> str:
    return render_template("accessibility.html")
