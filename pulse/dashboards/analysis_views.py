"""Routes of analyses over the whole organisation: parse, work out, build one page."""

from contextlib import suppress

from flask import Blueprint, Response, abort, render_template, request

from analysis.archive import visible_releases
from pulse.access import Permission, current_viewer, requires
from pulse.app_context import current_stores
from pulse.charts.page import mark_chart_page
from pulse.dashboards.driver_figures import Period, driver_figures
from pulse.dashboards.empty import NothingToShow, no_release_page
from pulse.dashboards.moves_with import moves_with_page
from pulse.dashboards.moves_with_table import moves_with_csv
from pulse.dashboards.questionnaire import questionnaire_page
from pulse.downloads import file_response
from pulse.rules_in_force import rules_in_force
from surveys.policy import AnonymityPolicy

bp = Blueprint("analyses", __name__)


@bp.errorhandler(NothingToShow)
def nothing_to_show(nothing: NothingToShow) -> str:
    return render_template("dashboards/empty.html", page=nothing.page)


@bp.get("/moves-with")
@requires(Permission.VIEW_MOVES_WITH)
def moves_with() -> str:
    with current_stores().archive() as session:
        heads = visible_releases(session)
        if not heads:
            raise NothingToShow(no_release_page(current_viewer()))
        page = moves_with_page(session, heads, _period())
    mark_chart_page()
    return render_template("dashboards/moves_with.html", page=page)


@bp.get("/moves-with.csv")
@requires(Permission.VIEW_MOVES_WITH)
def moves_with_table() -> Response:
    with current_stores().archive() as session:
        heads = visible_releases(session)
        figures = driver_figures(session, heads, _period()) if heads else None
    if figures is None:
        abort(404)
    return file_response(moves_with_csv(figures), f"moves-with-morale-{figures.months[-1]}.csv")


@bp.get("/method/questionnaire")
@requires(Permission.VIEW_QUESTIONNAIRE)
def questionnaire() -> str:
    with current_stores().archive() as session:
        policy = rules_in_force(session) or AnonymityPolicy()
        page = questionnaire_page(
            session, visible_releases(session), needed=policy.reliability_from
        )
    return render_template("dashboards/questionnaire.html", page=page)


def _period() -> Period:
    """Return what the address asks for; up to twelve months where it says nothing we know."""
    with suppress(ValueError):
        return Period(request.args.get("months", ""))
    return Period.TWELVE
