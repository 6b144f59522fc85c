"""Routes of the union auditor's challenges: the list, the form, the confirmation, the entry."""

from datetime import date, datetime

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from pulse.access import Permission, requires
from pulse.app_context import current_settings, current_stores
from pulse.audit.challenges import challenge_form, challenges_page
from pulse.keys import load_log_signer
from pulse.rules_in_force import rules_in_force
from surveys.challenges import (
    WordsError,
    all_challenges,
    challenges_of,
    plain_words,
    raise_challenge,
    refuse_unless_challengeable,
)
from surveys.errors import StateError
from surveys.waves import Wave, all_waves, find_wave

bp = Blueprint("challenges", __name__, url_prefix="/audit/challenges")

Answer = str | Response | tuple[str, int]


@bp.get("")
@requires(Permission.VIEW_AUDIT)
def start() -> Answer:
    with current_stores().registry() as registry:
        waves = all_waves(registry)
    with current_stores().archive() as archive:
        page = challenges_page(
            waves, all_challenges(archive), rules_in_force(archive), today=_today()
        )
    return render_template("audit/challenges.html", page=page)


@bp.get("/<code>")
@requires(Permission.CHALLENGE_WAVES)
def form(code: str) -> Answer:
    wave = _challengeable(code)
    return render_template("audit/challenge.html", page=challenge_form(wave))


@bp.post("/<code>")
@requires(Permission.CHALLENGE_WAVES)
def send(code: str) -> Answer:
    """Show what was written and what it does; enter it in the log once that is confirmed."""
    wave, reason = _challengeable(code), request.form.get("reason", "")
    decision = request.form.get("decision", "")
    try:
        reason = plain_words(reason, what="Your reason")
    except WordsError as error:
        page = challenge_form(wave, reason=reason, problem=str(error))
        return render_template("audit/challenge.html", page=page), 400
    if decision == "raise":
        signer = load_log_signer(current_settings())
        with current_stores().archive(writing=True) as archive:
            raise_challenge(archive, wave, reason, signer=signer, day=_today())
        return redirect(url_for("challenges.start"), code=303)
    template = "challenge.html" if decision == "change" else "challenge_confirm.html"
    return render_template(f"audit/{template}", page=challenge_form(wave, reason=reason))


def _challengeable(code: str) -> Wave:
    """Return a wave in its days to challenge.

    Raises:
        NotFound: there is no such wave.
        StateError: it cannot be challenged now.
    """
    with current_stores().registry() as registry:
        try:
            wave = find_wave(registry, code)
        except StateError as error:
            raise NotFound from error
    with current_stores().archive() as archive:
        refuse_unless_challengeable(wave, challenges_of(archive, code), _today())
    return wave


def _today() -> date:
    return datetime.now().astimezone().date()
