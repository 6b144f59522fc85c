"""Routes of HR's Waves: the calendar, one wave, its steps, and what staff will see.

A page never takes a step itself. It writes down what is wanted, and the worker does it.
"""

from datetime import date, datetime

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from pulse.access import Permission, requires
from pulse.answering_settings import MailWay
from pulse.app_context import current_settings, current_stores
from pulse.console.calendar_page import waves_page
from pulse.console.confirm_page import StepFacts, confirm_page
from pulse.console.readiness import (
    Check,
    checks_of,
    group_check,
    mail_check,
    minutes_to_prepare,
    staff_check,
)
from pulse.console.wave_page import PreviewPage, WaveFacts, wave_page
from pulse.mail.mailings import mailings_of
from pulse.respond.preview import SECRET, draw_preview
from pulse.security import allow_own_frame
from surveys.challenges import all_challenges, challenges_of, refuse_unanswered
from surveys.errors import StateError
from surveys.policy import AnonymityPolicy, Breakdown
from surveys.policy_log import policy_in_force
from surveys.preparing_waves import Layout, plan_layout
from surveys.roster import newest_import, staff_on
from surveys.unit_registry import tree_as_of
from surveys.wave_questions import QuestionOnOffer, questions_on_offer
from surveys.wave_states import WaveState
from surveys.wave_wishes import WaveStep, possible_steps, wish, wish_of
from surveys.waves import Wave, all_waves, delete_draft, find_wave, invited_of, rates_of

bp = Blueprint("waves", __name__, url_prefix="/waves")

Answer = str | Response | tuple[str, int]


@bp.get("")
@requires(Permission.MANAGE_WAVES)
def start() -> Answer:
    with current_stores().archive() as archive:
        challenges = all_challenges(archive)
    with current_stores().registry() as registry:
        topics = {
            each.item.code: each.construct.name
            for each in questions_on_offer(registry)
            if each.item.rotation or each.is_own
        }
        page = waves_page(
            all_waves(registry),
            invited=invited_of(registry),
            rates=rates_of(registry),
            topics=topics,
            answer_until={
                each.wave: each.released_unanswered_on
                for each in challenges
                if each.awaits_answer(_today())
            },
        )
    return render_template("console/waves.html", page=page)


@bp.get("/<code>")
@requires(Permission.MANAGE_WAVES)
def one(code: str) -> Answer:
    with current_stores().archive() as archive:
        policy, challenges = policy_in_force(archive), challenges_of(archive, code)
    with current_stores().office() as office:
        mailings = mailings_of(office, code)
    with current_stores().registry() as registry:
        wave = _find(registry, code)
        questions = _questions(registry, wave)
        facts = WaveFacts(
            wish=wish_of(registry, code),
            questions=questions,
            breakdowns=_breakdowns(wave, policy),
            checks=_checks(registry, wave, questions, policy),
            invited=invited_of(registry).get(code, 0),
            rate=rates_of(registry).get(code),
            mailings=mailings,
            challenges=challenges,
        )
    return render_template("console/wave.html", page=wave_page(wave, facts, today=_today()))


@bp.get("/<code>/preview")
@requires(Permission.MANAGE_WAVES)
def preview(code: str) -> Answer:
    """Show what staff will see in a frame of a phone's size."""
    with current_stores().registry() as registry:
        wave = _find(registry, code)
    page = PreviewPage(code, wave.title, SECRET)
    return render_template("console/wave_preview.html", page=page)


@bp.get("/<code>/preview/page")
@requires(Permission.MANAGE_WAVES)
def preview_page(code: str) -> Answer:
    """The answering page itself, which sends and keeps nothing here."""
    allow_own_frame()
    policy = _policy()
    with current_stores().registry() as registry:
        wave = _find(registry, code)
        items = [(each.item, each.scale) for each in _questions(registry, wave)]
    return draw_preview(
        current_settings(),
        policy,
        items,
        title=wave.title,
        closes_on=wave.closes_on,
        breakdowns=_breakdowns(wave, policy),
    )


@bp.get("/<code>/<step>")
@requires(Permission.MANAGE_WAVES)
def confirm(code: str, step: str) -> Answer:
    wanted = _step(step)
    if wanted is WaveStep.DESTROY:
        _refuse_unanswered(code)
    return _confirm(code, wanted)


@bp.post("/<code>/<step>")
@requires(Permission.MANAGE_WAVES)
def take(code: str, step: str) -> Answer:
    """Write down what is wanted; the worker does it in a moment."""
    wanted = _step(step)
    closes_on: date | None = None
    if wanted is WaveStep.EXTEND:
        typed = request.form.get("closes_on", "")
        try:
            closes_on = date.fromisoformat(typed)
        except ValueError:
            return _confirm(code, wanted, typed=typed, problem="Choose the new closing day."), 400
    if wanted is WaveStep.DESTROY:
        _refuse_unanswered(code)
    if _has_promise(wanted) and request.form.get("promise") != "yes":
        problem = "Tick the sentence to go on, or go back to the wave."
        return _confirm(code, wanted, problem=problem), 400
    with current_stores().registry() as registry:
        wave = _find(registry, code)
        if (
            wanted is WaveStep.CANCEL
            and wave.state is WaveState.DRAFT
            and not wave.is_being_prepared
        ):
            delete_draft(registry, code)  # nothing of it was frozen, sent or logged
            return redirect(url_for("waves.start"), code=303)
        wish(registry, code, wanted, closes_on=closes_on)
    return redirect(url_for("waves.one", code=code), code=303)


def _refuse_unanswered(code: str) -> None:
    with current_stores().archive() as archive:
        refuse_unanswered(challenges_of(archive, code), _today())


def _confirm(code: str, step: WaveStep, *, typed: str = "", problem: str = "") -> str:
    policy = _policy()
    with current_stores().registry() as registry:
        wave = _find(registry, code)
        if step not in possible_steps(wave):
            raise StateError(
                f"{wave.title} is {wave.state.value}; this cannot be done with it now."
            )
        facts = _step_facts(registry, wave, policy)
    page = confirm_page(wave, step, facts, typed_day=typed, problem=problem)
    return render_template("console/wave_confirm.html", page=page)


def _step_facts(registry: Session, wave: Wave, policy: AnonymityPolicy) -> StepFacts:
    if wave.is_free_draft:
        layout = _layout(registry, wave, policy)
        if isinstance(layout, StateError):
            raise layout
        invited, groups = layout.invited, len(layout.groups)
    else:
        invited, groups = invited_of(registry).get(wave.code, 0), wave.keys_needed // 2
    return StepFacts(
        invited=invited,
        groups=groups,
        threshold=policy.shown_threshold,
        minutes=minutes_to_prepare(groups),
        challenge_days=policy.challenge_days,
    )


def _checks(
    registry: Session, wave: Wave, questions: tuple[QuestionOnOffer, ...], policy: AnonymityPolicy
) -> tuple[Check, ...]:
    if wave.state is not WaveState.DRAFT:
        return ()
    settings = current_settings().answering
    staff = staff_on(registry, wave.opens_on)
    return (
        *checks_of(
            wave,
            questions,
            _breakdowns(wave, policy),
            most_questions=policy.most_questions,
            languages=settings.languages,
        ),
        staff_check(newest_import(registry), _today()),
        group_check(_layout(registry, wave, policy), shown_from=policy.shown_threshold),
        mail_check(
            is_on=settings.mail.way is not MailWay.NONE,
            without_address=sum(not member.email for member in staff),
        ),
    )


def _layout(registry: Session, wave: Wave, policy: AnonymityPolicy) -> Layout | StateError:
    try:
        return plan_layout(
            staff_on(registry, wave.opens_on),
            tree_as_of(registry, wave.opens_on),
            policy,
            box_parts=current_settings().answering.box_parts,
        )
    except StateError as error:
        return error


def _questions(registry: Session, wave: Wave) -> tuple[QuestionOnOffer, ...]:
    offered = {question.item.code: question for question in questions_on_offer(registry)}
    return tuple(offered[code] for code in wave.items if code in offered)


def _breakdowns(wave: Wave, policy: AnonymityPolicy) -> tuple[Breakdown, ...]:
    """Return the breakdown questions that the wave asks and the policy still declares."""
    return tuple(each for each in policy.breakdowns if each.code in wave.breakdowns)


def _find(registry: Session, code: str) -> Wave:
    try:
        return find_wave(registry, code)
    except StateError as error:
        raise NotFound from error


def _step(step: str) -> WaveStep:
    try:
        return WaveStep(step)
    except ValueError as error:
        raise NotFound from error


def _has_promise(step: WaveStep) -> bool:
    return step in {WaveStep.DESTROY, WaveStep.CLOSE}


def _policy() -> AnonymityPolicy:
    with current_stores().archive() as archive:
        return policy_in_force(archive)


def _today() -> date:
    return datetime.now().astimezone().date()
