"""Routes of HR's Workforce page: what is held, taking in a file, and what was revised."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from analysis.workforce_held import figures_held
from analysis.workforce_history import (
    count_revisions,
    overview_of,
    revisions,
    units_held,
    workforce_imports,
)
from analysis.workforce_layouts import shipped_layouts
from analysis.workforce_plans import WorkforcePlan
from pulse.access import Permission, requires
from pulse.app_context import current_settings, current_stores
from pulse.console.people import Pages
from pulse.console.uploads import WORKFORCE_FIGURES, Shelf, make_room_for_a_file
from pulse.console.workforce_export import figures_csv
from pulse.console.workforce_imports import FigureFile, plan_figures, store_figures
from pulse.console.workforce_page import (
    EXAMPLE,
    FigureUpload,
    figures_difference_page,
    revisions_page,
    upload_form,
    workforce_page,
)
from pulse.downloads import file_response
from pulse.keys import load_log_signer
from surveys.errors import StateError, SurveyError
from surveys.sheets import ImportRejected, Problem
from surveys.unit_registry import tree_as_of

bp = Blueprint("workforce", __name__, url_prefix="/workforce")

Answer = str | AnyResponse | tuple[str, int]

_FIGURES, _MAPPING, _NAME = "figures.csv", "mapping.toml", "mapping.txt"


@bp.url_value_preprocessor
def _make_room(endpoint: str | None, _values: dict[str, object] | None) -> None:
    if endpoint == f"{bp.name}.{upload.__name__}":
        make_room_for_a_file()


@bp.get("")
@requires(Permission.MANAGE_PEOPLE)
def start() -> Answer:
    _shelf().sweep(now=datetime.now(UTC))
    return _workforce_page(upload_form())


@bp.get("/example.csv")
@requires(Permission.MANAGE_PEOPLE)
def example() -> Response:
    return file_response(EXAMPLE, "workforce-example.csv")


@bp.get("/figures.csv")
@requires(Permission.MANAGE_PEOPLE)
def figures() -> Response:
    """Give all figures as they were taken in."""
    stores = current_stores()

    def lines() -> Iterator[str]:
        with stores.archive() as session:
            yield from figures_csv(session)

    return file_response(lines(), "workforce.csv")


@bp.post("")
@requires(Permission.MANAGE_PEOPLE)
def upload() -> Answer:
    """Keep the file, and lead to the difference if there is nothing to put right."""
    _shelf().sweep(now=datetime.now(UTC))
    name = request.form.get("mapping", "")
    content, mapping = _sent("figures"), _sent("mapping_file")
    if not content:
        return _wrong(name, "Choose a file of figures that is not empty.")
    if name and name not in shipped_layouts():
        return _wrong("", "Choose one of the ways to read the file.")
    files = {_FIGURES: content, _NAME: name.encode()}
    token = _shelf().keep({**files, _MAPPING: mapping} if mapping else files)
    try:
        _plan(token)
    except SurveyError as error:
        _shelf().drop(token)
        return _refused(name, error)
    return redirect(url_for("workforce.difference", token=token), code=303)


@bp.get("/difference/<token>")
@requires(Permission.MANAGE_PEOPLE)
def difference(token: str) -> Answer:
    page = figures_difference_page(_plan(token), _names(), token=token, page=_asked_page())
    return render_template("console/workforce_difference.html", page=page)


@bp.post("/difference/<token>")
@requires(Permission.MANAGE_PEOPLE)
def decide(token: str) -> Answer:
    """Store the figures as they were shown, or throw them away."""
    if request.form.get("decision") == "store":
        store_figures(
            current_stores(),
            load_log_signer(current_settings()),
            _file(token),
            shown=request.form.get("mark", ""),
            today=datetime.now().astimezone().date(),
        )
    _shelf().drop(token)
    return redirect(url_for("workforce.start"), code=303)


@bp.get("/revisions")
@requires(Permission.MANAGE_PEOPLE)
def history() -> Answer:
    with current_stores().archive() as session:
        count = count_revisions(session)
        pages = Pages.of(count, _asked_page())
        part = revisions(session, first=pages.part.start, most=pages.part.stop - pages.part.start)
        page = revisions_page(part, workforce_imports(session), _names(), pages=pages, in_all=count)
    return render_template("console/workforce_revisions.html", page=page)


def _shelf() -> Shelf:
    return Shelf(current_settings().home, WORKFORCE_FIGURES)


def _sent(name: str) -> bytes:
    file = request.files.get(name)
    return b"" if file is None else file.read()


def _file(token: str) -> FigureFile:
    folder = _shelf().find(token)
    if folder is None or not (folder / _NAME).is_file():
        raise StateError(
            "This file is no longer here: it was stored, thrown away, or more than an hour old. "
            "Upload it again."
        )
    own = folder / _MAPPING
    mapping = str(own) if own.is_file() else (folder / _NAME).read_text("utf-8")
    return FigureFile(folder / _FIGURES, mapping)


def _plan(token: str) -> WorkforcePlan:
    return plan_figures(current_stores(), _file(token))


def _wrong(mapping: str, rule: str) -> Answer:
    form = upload_form(mapping, "The file was not taken in.", (Problem(None, None, rule),))
    return _workforce_page(form), 400


def _refused(mapping: str, error: SurveyError) -> Answer:
    if not isinstance(error, ImportRejected):
        return _wrong(mapping, str(error))
    heading = str(error).partition("\n")[0]
    return _workforce_page(upload_form(mapping, heading, error.problems, error.more)), 400


def _workforce_page(form: FigureUpload) -> str:
    with current_stores().archive() as session:
        page = workforce_page(
            overview_of(session),
            figures_held(session),
            workforce_imports(session),
            units=units_held(session),
            revised=count_revisions(session),
            has_units=bool(_names()),
            page=_asked_page(),
            upload=form,
        )
    return render_template("console/workforce.html", page=page)


def _names() -> Mapping[str, str]:
    """Return the names of today's units by code, none before the first import."""
    with current_stores().registry() as registry:
        try:
            tree = tree_as_of(registry, datetime.now().astimezone().date())
        except StateError:
            return {}
    return {unit.code: unit.name for unit in tree}


def _asked_page() -> int:
    return request.args.get("page", 1, type=int)
