"""Routes for planning waves: one, several ahead, and the organisation's own questions."""

from dataclasses import replace
from datetime import date, datetime

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from analysis.archive import visible_releases
from pulse.access import Permission, requires
from pulse.app_context import current_stores
from pulse.console.ahead_page import ahead_page
from pulse.console.builder_page import BuilderPage, FieldError, WaveForm, builder_page
from pulse.console.own_question_page import OwnQuestionForm, own_question_page
from surveys.calendar import usual_dates
from surveys.errors import StateError
from surveys.instruments import ItemCode
from surveys.months import Month
from surveys.own_questions import OwnQuestionError, add_own_question
from surveys.policy import AnonymityPolicy
from surveys.policy_log import policy_in_force
from surveys.scheduling import MOST_MONTHS, SkippedDaysError, parse_skipped_days, plan_ahead
from surveys.wave_questions import questions_on_offer
from surveys.wave_states import WaveKind
from surveys.waves import (
    WavePlan,
    all_waves,
    breakdowns_asked,
    change_draft,
    create_draft,
    find_wave,
    refuse_unless_free_draft,
)

bp = Blueprint("wave_builder", __name__, url_prefix="/waves")

Answer = str | Response | tuple[str, int]
_USUAL_MONTHS_AHEAD = 6


@bp.get("/plan")
@requires(Permission.MANAGE_WAVES)
def plan() -> Answer:
    with current_stores().registry() as registry:
        return _draw(_builder(registry, _usual_form(registry)))


@bp.post("/plan")
@requires(Permission.MANAGE_WAVES)
def create() -> Answer:
    return _store(None)


@bp.get("/<code>/change")
@requires(Permission.MANAGE_WAVES)
def change(code: str) -> Answer:
    with current_stores().registry() as registry:
        wave = find_wave(registry, code)
        refuse_unless_free_draft(wave)
        form = WaveForm(
            kind=wave.kind.value,
            title=wave.title if wave.kind is WaveKind.ONE_OFF else "",
            opens_on=wave.opens_on.isoformat(),
            closes_on=wave.closes_on.isoformat(),
            items=wave.items,
            breakdowns=wave.breakdowns,
        )
        return _draw(_builder(registry, form, code))


@bp.post("/<code>/change")
@requires(Permission.MANAGE_WAVES)
def store_change(code: str) -> Answer:
    return _store(code)


@bp.get("/ahead")
@requires(Permission.MANAGE_WAVES)
def ahead() -> Answer:
    """Show what planning ahead would add; nothing is stored."""
    months = request.args.get("months", _USUAL_MONTHS_AHEAD, type=int)
    skipped = request.args.get("skip", "")
    return _ahead(months, skipped)


@bp.post("/ahead")
@requires(Permission.MANAGE_WAVES)
def add_ahead() -> Answer:
    months, skipped = request.form.get("months", 0, type=int), request.form.get("skip", "")
    try:
        days = parse_skipped_days(skipped)
    except SkippedDaysError:
        return _ahead(months, skipped)
    policy, released = _rules()
    with current_stores().registry(writing=True) as registry:
        schedule = plan_ahead(
            all_waves(registry),
            first=_next_month(),
            count=min(max(months, 1), MOST_MONTHS),
            policy=policy,
            released=released,
            skipped=days,
        )
        for each in schedule.plans:
            create_draft(registry, each, policy=policy, released=released)
    return redirect(url_for("waves.start"), code=303)


@bp.get("/own-question")
@requires(Permission.MANAGE_WAVES)
def own_question() -> Answer:
    return render_template("console/own_question.html", page=own_question_page(OwnQuestionForm()))


@bp.post("/own-question")
@requires(Permission.MANAGE_WAVES)
def add_question() -> Answer:
    form = OwnQuestionForm(*(request.form.get(name, "") for name in ("wording", "name", "scale")))
    try:
        with current_stores().registry(writing=True) as registry:
            add_own_question(
                registry, wording=form.wording, name=form.name, scale=form.scale, day=_today()
            )
    except OwnQuestionError as error:
        page = own_question_page(form, field=error.field, problem=str(error))
        return render_template("console/own_question.html", page=page), 400
    return redirect(url_for("wave_builder.plan"), code=303)


def _store(code: str | None) -> Answer:
    """Store the form as a draft; a rule that it breaks is named beside what was typed."""
    form = _form()
    errors, days = _days(form)
    policy, released = _rules()
    if days is not None:
        wanted = WavePlan(
            kind=WaveKind(form.kind),
            opens_on=days[0],
            closes_on=days[1],
            items=form.items,
            title=form.title.strip() if form.kind == WaveKind.ONE_OFF else "",
            code=_slug(form.title) if form.kind == WaveKind.ONE_OFF else "",
            breakdowns=form.breakdowns,
        )
        try:
            with current_stores().registry(writing=True) as registry:
                if code is None:
                    wave = create_draft(registry, wanted, policy=policy, released=released)
                else:
                    wanted = replace(wanted, code=wanted.code or code)
                    wave = change_draft(registry, code, wanted, policy=policy, released=released)
            return redirect(url_for("waves.one", code=wave.code), code=303)
        except StateError as error:
            errors = (FieldError(_field_of(str(error)), str(error)),)
    with current_stores().registry() as registry:
        return _draw(_builder(registry, form, code, errors)), 400


def _form() -> WaveForm:
    kind = request.form.get("kind", "")
    return WaveForm(
        kind=kind if kind in set(WaveKind) else WaveKind.MONTHLY.value,
        title=request.form.get("title", ""),
        opens_on=request.form.get("opens_on", ""),
        closes_on=request.form.get("closes_on", ""),
        items=tuple(ItemCode(code) for code in request.form.getlist("items")),
        breakdowns=tuple(request.form.getlist("breakdowns")),
    )


def _days(form: WaveForm) -> tuple[tuple[FieldError, ...], tuple[date, date] | None]:
    found: list[date] = []
    errors: list[FieldError] = []
    for field, typed, what in (
        ("opens_on", form.opens_on, "opens"),
        ("closes_on", form.closes_on, "closes"),
    ):
        try:
            found.append(date.fromisoformat(typed))
        except ValueError:
            errors.append(FieldError(field, f"Say on which day the wave {what}."))
    if not errors and found[0] < _today():
        errors.append(FieldError("opens_on", "The wave cannot open in the past."))
    if form.kind == WaveKind.ONE_OFF and not form.title.strip():
        errors.append(FieldError("title", "Give the one-off pulse a title that staff will read."))
    return tuple(errors), None if errors else (found[0], found[1])


_FIELDS = (
    ("question", "questions"),
    ("title", "title"),
    ("code", "title"),
    ("closes", "closes_on"),
)


def _field_of(rule: str) -> str:
    """Return the field that a rule of a wave speaks of; most speak of the opening day."""
    words = rule.casefold()
    return next((field for word, field in _FIELDS if word in words), "opens_on")


def _slug(title: str) -> str:
    letters = "".join(each if each.isascii() and each.isalnum() else "-" for each in title.lower())
    return "-".join(filter(None, letters.split("-")))[:31].strip("-")


def _usual_form(registry: Session) -> WaveForm:
    """Return the next month without a wave, its usual days and the questions whose turn it is."""
    policy, released = _rules()
    schedule = plan_ahead(
        all_waves(registry),
        first=Month.of(_today()),
        count=MOST_MONTHS + 1,
        policy=policy,
        released=released,
    )
    coming = [each for each in schedule.plans if each.opens_on >= _today()]
    if not coming:
        opens_on, closes_on = usual_dates(_next_month())
        return WaveForm("monthly", "", opens_on.isoformat(), closes_on.isoformat())
    usual = coming[0]
    return WaveForm(
        "monthly", "", usual.opens_on.isoformat(), usual.closes_on.isoformat(), usual.items
    )


def _builder(
    registry: Session, form: WaveForm, code: str | None = None, errors: tuple[FieldError, ...] = ()
) -> BuilderPage:
    policy, _released = _rules()
    return builder_page(
        form,
        questions_on_offer(registry),
        code=code,
        policy=policy,
        breakdowns_asked=breakdowns_asked(registry, but=code),
        errors=errors,
    )


def _ahead(months: int, skipped: str) -> Answer:
    count = min(max(months, 1), MOST_MONTHS)
    problem, days = "", frozenset[date]()
    try:
        days = parse_skipped_days(skipped)
    except SkippedDaysError as error:
        problem = str(error)
    policy, released = _rules()
    with current_stores().registry() as registry:
        schedule = plan_ahead(
            all_waves(registry),
            first=_next_month(),
            count=count,
            policy=policy,
            released=released,
            skipped=days,
        )
        offered = questions_on_offer(registry)
    page = ahead_page(schedule, offered, months=count, skipped=skipped, problem=problem)
    drawn = render_template("console/ahead.html", page=page)
    return (drawn, 400) if problem else drawn


def _rules() -> tuple[AnonymityPolicy, frozenset[Month]]:
    with current_stores().archive() as archive:
        released = frozenset(head.month for head in visible_releases(archive))
        return policy_in_force(archive), released


def _draw(page: BuilderPage) -> str:
    return render_template("console/builder.html", page=page)


def _next_month() -> Month:
    return Month.of(_today()).shifted(1)


def _today() -> date:
    return datetime.now().astimezone().date()
