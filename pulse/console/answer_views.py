"""Routes of HR's answer to a challenge. The answer is an entry of the log; the worker reads it."""

from datetime import date, datetime

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from pulse.access import Permission, requires
from pulse.app_context import current_settings, current_stores
from pulse.console.answer_page import AnswerForm, AnswerPage, answer_page
from pulse.keys import load_log_signer
from surveys.challenges import (
    Challenge,
    Outcome,
    WordsError,
    answer_challenge,
    challenges_of,
    find_answerable,
    plain_words,
)
from surveys.errors import StateError
from surveys.waves import Wave, find_wave

bp = Blueprint("wave_answer", __name__, url_prefix="/waves")

Answer = str | Response | tuple[str, int]


@bp.get("/<code>/answer")
@requires(Permission.MANAGE_WAVES)
def form(code: str) -> Answer:
    return _draw("answer", answer_page(*_waiting(code), AnswerForm()))


@bp.post("/<code>/answer")
@requires(Permission.MANAGE_WAVES)
def send(code: str) -> Answer:
    """Show what was written and what it does; enter it in the log once that is confirmed."""
    wave, challenge = _waiting(code)
    typed = AnswerForm(request.form.get("words", ""), request.form.get("outcome", ""))
    decision = request.form.get("decision", "")
    try:
        typed = AnswerForm(plain_words(typed.words, what="Your answer"), typed.outcome)
    except WordsError as error:
        page = answer_page(wave, challenge, typed, field="words", problem=str(error))
        return _draw("answer", page), 400
    if typed.outcome not in set(Outcome):
        problem = "Choose what happens with the wave."
        page = answer_page(wave, challenge, typed, field="outcome", problem=problem)
        return _draw("answer", page), 400
    page = answer_page(wave, challenge, typed)
    if decision != "answer":
        return _draw("answer" if decision == "change" else "answer_confirm", page)
    if page.promise and request.form.get("promise") != "yes":
        problem = "Tick the sentence to go on, or change your answer."
        page = answer_page(wave, challenge, typed, field="promise", problem=problem)
        return _draw("answer_confirm", page), 400
    _enter(wave, typed)
    return redirect(url_for("waves.one", code=code), code=303)


def _enter(wave: Wave, typed: AnswerForm) -> None:
    signer = load_log_signer(current_settings())
    outcome = Outcome(typed.outcome)
    with current_stores().archive(writing=True) as archive:
        answer_challenge(archive, wave, typed.words, outcome, signer=signer, day=_today())


def _draw(template: str, page: AnswerPage) -> str:
    return render_template(f"console/{template}.html", page=page)


def _waiting(code: str) -> tuple[Wave, Challenge]:
    """Return a wave with the challenge that waits for an answer.

    Raises:
        NotFound: there is no such wave.
        StateError: nothing waits for an answer.
    """
    with current_stores().registry() as registry:
        try:
            wave = find_wave(registry, code)
        except StateError as error:
            raise NotFound from error
    with current_stores().archive() as archive:
        return wave, find_answerable(wave, challenges_of(archive, code), _today())


def _today() -> date:
    return datetime.now().astimezone().date()
