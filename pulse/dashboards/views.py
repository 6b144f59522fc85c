"""Routes of the result pages: parse, narrow to the viewer's part of the tree, build one page."""

from collections.abc import Sequence
from contextlib import nullcontext, suppress

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from analysis.archive import visible_releases
from analysis.release import CROSSING, ReleaseHead
from analysis.turnover_study import TurnoverStudy
from analysis.workforce_series import RateCode
from pulse.access import Permission, current_viewer, requires
from pulse.app_context import current_stores
from pulse.charts.page import mark_chart_page
from pulse.dashboards.associations import associations_of
from pulse.dashboards.empty import NothingToShow, no_release_page, no_unit_page
from pulse.dashboards.heatmap import HeatmapQuestion, Order, heatmap_page
from pulse.dashboards.method import method_page
from pulse.dashboards.published_context import packs_with_benchmarks, with_context, with_note
from pulse.dashboards.scope import Scope, scope_at, scope_of
from pulse.dashboards.staffing import staffing_csv, staffing_page
from pulse.dashboards.staffing_series import StaffingQuestion, staffing_series
from pulse.dashboards.this_month import this_month_page
from pulse.dashboards.trend_series import trends_of
from pulse.dashboards.trend_tables import trends_csv
from pulse.dashboards.trends import TrendsQuestion, trends_page, trends_part
from pulse.dashboards.turnover import turnover_page
from pulse.dashboards.turnover_tables import study_csv, study_json
from pulse.dashboards.unit import unit_page, unit_series
from pulse.dashboards.unit_breakdowns import breakdown_table
from pulse.dashboards.unit_tables import breakdown_csv, unit_csv
from pulse.dashboards.units import units_page
from pulse.downloads import file_response
from pulse.rules_in_force import rules_in_force
from surveys.units import UnitCode

bp = Blueprint("dashboards", __name__)


@bp.errorhandler(NothingToShow)
def nothing_to_show(nothing: NothingToShow) -> str:
    return render_template("dashboards/empty.html", page=nothing.page)


@bp.get("/this-month")
@requires(Permission.VIEW_THIS_MONTH)
def this_month() -> str:
    with current_stores().archive() as session:
        heads = visible_releases(session)
        page = this_month_page(session, heads, _newest_scope(heads))
    return render_template("dashboards/this_month.html", page=page)


@bp.get("/units")
@requires(Permission.VIEW_UNIT)
def units() -> str | AnyResponse:
    """Send the viewer to their unit, or let them choose among several."""
    with current_stores().archive() as session:
        page = units_page(_newest_scope(visible_releases(session)))
    if len(page.units) == 1:
        return redirect(url_for("dashboards.unit", code=page.units[0].code), code=303)
    return render_template("dashboards/units.html", page=page)


@bp.get("/units/<code>")
@requires(Permission.VIEW_UNIT)
def unit(code: str) -> str:
    with current_stores().archive() as session:
        heads = visible_releases(session)
        page = unit_page(
            session,
            heads,
            scope_at(current_viewer(), heads, UnitCode(code)),
            UnitCode(code),
            measure=request.args.get("measure", ""),
            is_whole=request.args.get("months") == "all",
            by=request.args.get("by", ""),
        )
    with current_stores().registry() as registry:
        page = with_context(page, packs_with_benchmarks(registry))
    mark_chart_page()
    return render_template("dashboards/unit.html", page=page)


@bp.get("/units/<code>.csv")
@requires(Permission.VIEW_UNIT)
def unit_table(code: str) -> Response:
    with current_stores().archive() as session:
        heads = visible_releases(session)
        scope = scope_at(current_viewer(), heads, UnitCode(code))
        series = unit_series(
            session, heads, scope, UnitCode(code), measure=request.args.get("measure", "")
        )
    return file_response(unit_csv(series), f"{code}-{series.measure.code}.csv")


@bp.get("/units/<code>/groups.csv")
@requires(Permission.VIEW_UNIT)
def unit_groups(code: str) -> Response:
    with current_stores().archive() as session:
        heads = visible_releases(session)
        scope_at(current_viewer(), heads, UnitCode(code))
        table = breakdown_table(session, heads, UnitCode(code), by=request.args.get("by", ""))
    if table is None or not table.tabs:
        abort(404)
    return file_response(breakdown_csv(table), f"{code}-by-{table.code.replace(CROSSING, '-')}.csv")


@bp.get("/heatmap")
@requires(Permission.VIEW_HEATMAP)
def heatmap() -> str:
    with current_stores().archive() as session:
        heads = visible_releases(session)
        until = _until_asked_month(heads)
        page = heatmap_page(
            session, heads, _newest_scope(until), _heatmap_question(), newest=until[-1].month
        )
    with current_stores().registry() as registry:
        page = with_note(page, packs_with_benchmarks(registry))
    return render_template("dashboards/heatmap.html", page=page)


@bp.get("/trends")
@requires(Permission.VIEW_TRENDS)
def trends() -> str:
    with current_stores().archive() as session:
        heads = visible_releases(session)
        until = _until_asked_month(heads)
        page = trends_page(
            session,
            heads,
            _asked_part(until),
            TrendsQuestion(_asked_depth(), request.args.get("page", 1, type=int)),
            newest=until[-1].month,
            unit=request.args.get("unit", ""),
        )
    return render_template("dashboards/trends.html", page=page)


@bp.get("/trends.csv")
@requires(Permission.VIEW_TRENDS)
def trends_table() -> Response:
    with current_stores().archive() as session:
        until = _until_asked_month(visible_releases(session))
        scope = _asked_part(until)
        found = trends_of(session, until, scope, trends_part(scope, _asked_depth()).units)
    return file_response(trends_csv(found), f"trends-{until[-1].month}.csv")


@bp.get("/turnover")
@requires(Permission.VIEW_TURNOVER)
def turnover() -> str:
    viewer = current_viewer()
    with current_stores().archive() as session:
        heads = visible_releases(session)
        page = turnover_page(
            session, heads, viewer, _newest_scope(heads), unit=request.args.get("unit", "")
        )
    mark_chart_page()
    return render_template("dashboards/turnover.html", page=page)


@bp.get("/turnover.csv")
@requires(Permission.VIEW_TURNOVER)
def turnover_table() -> Response:
    return file_response(study_csv(_turnover_study()), "turnover.csv")


@bp.get("/turnover.json")
@requires(Permission.VIEW_TURNOVER)
def turnover_data() -> Response:
    return file_response(
        study_json(_turnover_study()), "turnover.json", mimetype="application/json"
    )


@bp.get("/workforce/rates")
@requires(Permission.VIEW_TURNOVER)
def staffing() -> str:
    with current_stores().archive() as session:
        heads = visible_releases(session)
        scope, asked = _staffing_question(heads)
        page = staffing_page(session, heads, current_viewer(), scope, asked)
    mark_chart_page()
    return render_template("dashboards/staffing.html", page=page)


@bp.get("/workforce/rates.csv")
@requires(Permission.VIEW_TURNOVER)
def staffing_table() -> Response:
    with current_stores().archive() as session:
        heads = visible_releases(session)
        _scope, asked = _staffing_question(heads)
        series = staffing_series(session, heads, current_viewer(), asked)
    if series is None:
        abort(404)
    return file_response(staffing_csv(series), f"{asked.unit}-{asked.rate}.csv")


@bp.get("/method")
@requires(Permission.VIEW_METHOD)
def method() -> str:
    with current_stores().archive() as session:
        page = method_page(rules_in_force(session), visible_releases(session))
    return render_template("dashboards/method.html", page=page)


def _turnover_study() -> TurnoverStudy:
    """Return the study of the whole organisation, the same for everybody who may read it.

    Raises:
        NothingToShow: there is no release, or none of the viewer's units is in it.
    """
    with current_stores().archive() as session:
        heads = visible_releases(session)
        _newest_scope(heads)
        return associations_of(lambda: nullcontext(session), heads).study


def _newest_scope(heads: Sequence[ReleaseHead]) -> Scope:
    """Return the viewer's part of the newest of the releases.

    Raises:
        NothingToShow: there is no release, or none of the viewer's units is in it.
    """
    if not heads:
        raise NothingToShow(no_release_page(current_viewer()))
    scope = scope_of(current_viewer(), heads[-1].tree)
    if not scope.tops:
        raise NothingToShow(no_unit_page())
    return scope


def _staffing_question(heads: Sequence[ReleaseHead]) -> tuple[Scope, StaffingQuestion]:
    """Return the asked unit, rate and length; the viewer's first unit and leavers without."""
    scope = _newest_scope(heads)
    unit = UnitCode(request.args.get("unit", "") or scope.tops[0])
    if unit not in scope.tree or not scope.covers(unit):
        scope = scope_at(current_viewer(), heads, unit)
    try:
        rate = RateCode(request.args.get("rate", RateCode.LEAVERS))
    except ValueError:
        abort(404)
    return scope, StaffingQuestion(unit, rate, request.args.get("months", type=int))


def _asked_part(heads: Sequence[ReleaseHead]) -> Scope:
    """Return the viewer's part of the newest of the releases, or the unit in the address alone.

    Raises:
        NothingToShow: there is no release, or none of the viewer's units is in it.
        NotFound: the newest release's tree does not hold the unit.
        AccessRefused: the unit lies outside the viewer's part of the tree.
    """
    whole, code = _newest_scope(heads), UnitCode(request.args.get("unit", ""))
    if not code:
        return whole
    scope_at(current_viewer(), heads[-1:], code)
    return Scope(whole.tree, (code,))


def _asked_depth() -> int | None:
    return request.args.get("depth", None, type=int)


def _until_asked_month(heads: Sequence[ReleaseHead]) -> Sequence[ReleaseHead]:
    """Return the releases up to the month in the address; all of them without one.

    Raises:
        NotFound: the address names something else than a released month.
    """
    asked = request.args.get("month", "")
    if not asked or not heads:
        return heads
    until = tuple(head for head in heads if str(head.month) <= asked)
    if not until or str(until[-1].month) != asked:
        abort(404)
    return until


def _heatmap_question() -> HeatmapQuestion:
    order = Order.A_TO_Z
    with suppress(ValueError):  # an address typed by hand; A to Z then
        order = Order(request.args.get("order", ""))
    return HeatmapQuestion(order, request.args.get("level", 1, type=int))
