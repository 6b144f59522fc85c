"""Routes of notes on charts: the list, the forms, the confirmations, the entries of the log."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from analysis.archive import visible_releases
from analysis.chart_notes import annotate, note_text, rebase, withdraw
from analysis.release import ReleaseHead
from pulse.access import Permission, current_viewer, refuse, requires
from pulse.app_context import current_settings, current_stores
from pulse.charts.page import mark_chart_page
from pulse.dashboards.note_forms import (
    NoteWords,
    chosen_month,
    note_form,
    note_months,
    unit_where,
    withdraw_form,
)
from pulse.dashboards.notes import AUTHORS, find_note, may_withdraw, notes_page
from pulse.dashboards.rebase_forms import (
    RebaseSubject,
    RebaseWords,
    rebase_form,
    rebase_proposal,
    rebase_subject,
    wish_of,
)
from pulse.dashboards.scope import Scope, scope_at
from pulse.keys import load_log_signer
from surveys.challenges import WordsError
from surveys.units import UnitCode

bp = Blueprint("notes", __name__, url_prefix="/units/<code>/notes")

Answer = str | Response | tuple[str, int]
Page = TypeVar("Page")
_Ask = Callable[[Session, tuple[ReleaseHead, ...], Scope], Page]


@bp.get("")
@requires(Permission.VIEW_UNIT)
def listed(code: str) -> Answer:
    page = _read(
        code,
        lambda session, heads, scope: notes_page(
            session, heads, scope, UnitCode(code), current_viewer()
        ),
    )
    return render_template("dashboards/notes.html", page=page)


@bp.get("/new")
@requires(Permission.ANNOTATE_CHARTS)
def note(code: str) -> Answer:
    words = NoteWords(month=request.args.get("month", ""))
    return render_template("dashboards/note.html", page=_note_form(code, words))


@bp.post("/new")
@requires(Permission.ANNOTATE_CHARTS)
def put_note(code: str) -> Answer:
    """Show what was written and what it does; enter it in the log once that is confirmed."""
    form, decision = request.form, request.form.get("decision", "")
    words = NoteWords(form.get("month", ""), form.get("text", ""), "below" in form)
    heads, scope = _read(code, lambda _session, heads, scope: (heads, scope))
    try:
        text = note_text(words.text, what="Your note")
        month = chosen_month(words.month, note_months(heads, _today()))
    except WordsError as error:
        words = NoteWords(words.month, words.text, words.with_units_below, str(error))
        return render_template("dashboards/note.html", page=_note_form(code, words)), 400
    if decision == "enter":
        where = unit_where(scope, UnitCode(code), with_units_below=words.with_units_below)
        author, signer = AUTHORS[current_viewer().role], load_log_signer(current_settings())
        with current_stores().archive(writing=True) as session:
            annotate(session, where, month, text, author=author, signer=signer, day=_today())
        return redirect(url_for("notes.listed", code=code), code=303)
    words = NoteWords(words.month, text, words.with_units_below)
    template = "note.html" if decision == "change" else "note_confirm.html"
    return render_template(f"dashboards/{template}", page=_note_form(code, words))


@bp.get("/rebase")
@requires(Permission.REBASE_CHARTS)
def rebase_from(code: str) -> Answer:
    subject = _subject(code, request.args.get("measure", ""))
    return render_template("dashboards/rebase.html", page=rebase_form(subject, RebaseWords()))


@bp.post("/rebase")
@requires(Permission.REBASE_CHARTS)
def put_rebase(code: str) -> Answer:
    """Show old and new limits; enter the rebase in the log once that is confirmed."""
    form, decision = request.form, request.form.get("decision", "")
    words = RebaseWords(form.get("month", ""), form.get("reason", ""), "below" in form)
    subject, author = _subject(code, form.get("measure", "")), AUTHORS[current_viewer().role]
    try:
        reason = note_text(words.reason, what="Your reason")
        words = RebaseWords(words.month, reason, words.with_units_below)
        proposal = rebase_proposal(subject, words, author=author, today=_today())
    except WordsError as error:
        wrong = RebaseWords(words.month, words.reason, words.with_units_below, str(error))
        return render_template("dashboards/rebase.html", page=rebase_form(subject, wrong)), 400
    if decision == "enter":
        wish, signer = wish_of(subject, words), load_log_signer(current_settings())
        with current_stores().archive(writing=True) as session:
            rebase(session, wish, author=author, signer=signer, day=_today())
        return redirect(url_for("notes.listed", code=code), code=303)
    if decision == "change":
        return render_template("dashboards/rebase.html", page=proposal.form)
    mark_chart_page()
    return render_template("dashboards/rebase_confirm.html", page=proposal)


@bp.route("/<int:place>/withdraw", methods=["GET", "POST"])
@requires(Permission.ANNOTATE_CHARTS)
def take_back(code: str, place: int) -> Answer:
    """Ask why, show what it does, and withdraw the note once that is confirmed."""
    viewer, form, decision = current_viewer(), request.form, request.form.get("decision", "")
    found, scope = _read(
        code,
        lambda session, heads, scope: (find_note(session, heads, UnitCode(code), place), scope),
    )
    if not may_withdraw(viewer, found, scope):
        refuse("a note is withdrawn once, by HR or by a leader of the part where a leader put it")
    if request.method == "GET":
        page = withdraw_form(found, scope, UnitCode(code), viewer)
        return render_template("dashboards/withdraw.html", page=page)
    why = form.get("why", "")
    try:
        why = note_text(why, what="Your reason")
    except WordsError as error:
        page = withdraw_form(found, scope, UnitCode(code), viewer, why=why, problem=str(error))
        return render_template("dashboards/withdraw.html", page=page), 400
    if decision == "withdraw":
        author, signer = AUTHORS[viewer.role], load_log_signer(current_settings())
        with current_stores().archive(writing=True) as session:
            withdraw(session, place, why, author=author, signer=signer, day=_today())
        return redirect(url_for("notes.listed", code=code), code=303)
    page = withdraw_form(found, scope, UnitCode(code), viewer, why=why)
    template = "withdraw.html" if decision == "change" else "withdraw_confirm.html"
    return render_template(f"dashboards/{template}", page=page)


def _read(code: str, ask: "_Ask[Page]") -> Page:
    """Ask the archive about a unit that the viewer may see.

    Raises:
        NotFound: no released tree has the unit.
        AccessRefused: the unit lies outside the viewer's part of the tree.
    """
    with current_stores().archive() as session:
        heads = visible_releases(session)
        return ask(session, heads, scope_at(current_viewer(), heads, UnitCode(code)))


def _note_form(code: str, words: NoteWords) -> object:
    return _read(
        code,
        lambda _session, heads, scope: note_form(
            heads, scope, UnitCode(code), words, today=_today()
        ),
    )


def _subject(code: str, measure: str) -> RebaseSubject:
    return _read(
        code,
        lambda session, heads, scope: rebase_subject(
            session, heads, scope, UnitCode(code), measure=measure
        ),
    )


def _today() -> date:
    return datetime.now().astimezone().date()
