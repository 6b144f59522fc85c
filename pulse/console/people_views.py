"""Routes of HR's People page: who works where in numbers, and taking in a new list of staff."""

from datetime import UTC, date, datetime

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pulse.access import Permission, requires
from pulse.app_context import current_settings, current_stores
from pulse.console.people import Upload, difference_page, people_page, upload_of
from pulse.console.people_imports import StaffLists, plan_lists, store_lists
from pulse.console.people_uploads import drop_upload, find_upload, keep_upload, sweep_uploads
from pulse.console.uploads import make_room_for_a_file
from pulse.keys import load_log_signer
from surveys.errors import StateError, SurveyError
from surveys.roster import newest_import, staff_on
from surveys.roster_plans import RosterPlan
from surveys.sheets import ImportRejected, Problem
from surveys.unit_registry import tree_as_of

bp = Blueprint("people", __name__, url_prefix="/people")

Answer = str | Response | tuple[str, int]


@bp.url_value_preprocessor
def _make_room(endpoint: str | None, _values: dict[str, object] | None) -> None:
    if endpoint == f"{bp.name}.{upload.__name__}":
        make_room_for_a_file()


@bp.get("")
@requires(Permission.MANAGE_PEOPLE)
def start() -> Answer:
    sweep_uploads(current_settings().home, now=datetime.now(UTC))
    return _people_page(upload_of(_today()))


@bp.post("")
@requires(Permission.MANAGE_PEOPLE)
def upload() -> Answer:
    """Keep the files, and lead to the difference if there is nothing to put right."""
    home = current_settings().home
    sweep_uploads(home, now=datetime.now(UTC))
    typed = request.form.get("day", "")
    staff = request.files.get("staff")
    content = staff.read() if staff is not None else b""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return _wrong(typed, "Write the day as year, month and day, such as 2026-11-01.")
    if not content:
        return _wrong(typed, "Choose the list of staff, a file that is not empty.")
    mapping = request.files.get("mapping")
    mapped = mapping.read() if mapping is not None else b""
    token = keep_upload(home, staff=content, mapping=mapped or None, day=day)
    try:
        _plan(_lists(token))
    except SurveyError as error:
        drop_upload(home, token)
        return _refused(typed, error)
    return redirect(url_for("people.difference", token=token), code=303)


@bp.get("/difference/<token>")
@requires(Permission.MANAGE_PEOPLE)
def difference(token: str) -> Answer:
    page = request.args.get("page", 1, type=int)
    shown = difference_page(_plan(_lists(token)), token=token, page=page)
    return render_template("console/people_difference.html", page=shown)


@bp.post("/difference/<token>")
@requires(Permission.MANAGE_PEOPLE)
def decide(token: str) -> Answer:
    """Store the list as it was shown, or throw it away."""
    home = current_settings().home
    if request.form.get("decision") != "store":
        drop_upload(home, token)
        return redirect(url_for("people.start"), code=303)
    lists = _lists(token)
    plan = _plan(lists)
    is_meant = request.form.get("everybody") == "yes"
    if plan.loses_more_than_half and not is_meant:
        problem = "Say whether this is the list of everybody."
        shown = difference_page(plan, token=token, page=1, problem=problem)
        return render_template("console/people_difference.html", page=shown), 400
    store_lists(
        current_stores(),
        load_log_signer(current_settings()),
        lists,
        shown=request.form.get("mark", ""),
        today=_today(),
        allow_leavers=is_meant,
    )
    drop_upload(home, token)
    return redirect(url_for("people.start"), code=303)


def _lists(token: str) -> StaffLists:
    lists = find_upload(current_settings().home, token)
    if lists is None:
        raise StateError(
            "This list is no longer here: it was stored, thrown away, or more than an hour old. "
            "Upload it again."
        )
    return lists


def _plan(lists: StaffLists) -> RosterPlan:
    with current_stores().registry() as registry:
        return plan_lists(registry, lists, today=_today())


def _wrong(day: str, rule: str) -> Answer:
    return _people_page(
        Upload(day, "The list was not taken in.", (Problem(None, None, rule),))
    ), 400


def _refused(day: str, error: SurveyError) -> Answer:
    if isinstance(error, ImportRejected):
        heading = str(error).partition("\n")[0]
        return _people_page(Upload(day, heading, error.problems, error.more)), 400
    return _wrong(day, str(error))


def _people_page(form: Upload) -> str:
    today = _today()
    with current_stores().registry() as registry:
        try:
            tree = tree_as_of(registry, today)
        except StateError:
            tree = None
        page = people_page(
            staff_on(registry, today),
            newest_import(registry),
            tree,
            page=request.args.get("page", 1, type=int),
            upload=form,
        )
    return render_template("console/people.html", page=page)


def _today() -> date:
    """The day where this machine stands; nothing keeps a time of day."""
    return datetime.now().astimezone().date()
