"""Routes of the union auditor: rules, log and self-attack, to read only."""

from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, abort, render_template, request

from analysis.archive import certificate as certificate_of
from analysis.archive import visible_releases
from pulse.access import Permission, requires
from pulse.app_context import current_settings, current_stores
from pulse.audit.attacks import self_attack_page
from pulse.audit.challenges import closed_waves
from pulse.audit.log import entry_page, log_page
from pulse.audit.overview import REFUSAL_DAYS, overview_page
from pulse.audit.settings import settings_page
from pulse.challenge_notes import printed_notes
from pulse.downloads import file_response
from pulse.keys import load_log_signer
from pulse.refusals import refusals_since
from surveys.challenges import all_challenges
from surveys.errors import StateError
from surveys.ledger.log import entries, newest_checkpoint, verify
from surveys.ledger.signing import LogPublicKey
from surveys.months import Month
from surveys.policy_log import policy_history
from surveys.waves import all_waves

bp = Blueprint("audit", __name__, url_prefix="/audit")


@bp.get("")
@requires(Permission.VIEW_AUDIT)
def overview() -> str:
    since = datetime.now(UTC).date() - timedelta(days=REFUSAL_DAYS)
    refusals = refusals_since(since)
    with current_stores().registry() as registry:
        waves = all_waves(registry)
    with current_stores().archive() as session:
        page = overview_page(
            policy_history(session),
            verify(session, _public_key()),
            visible_releases(session),
            refusals,
            waves=closed_waves(
                waves, all_challenges(session), today=datetime.now().astimezone().date()
            ),
        )
    return render_template("audit/overview.html", page=page)


@bp.get("/settings")
@requires(Permission.VIEW_AUDIT)
def settings() -> str:
    with current_stores().archive() as session:
        page = settings_page(policy_history(session))
    return render_template("audit/settings.html", page=page)


@bp.get("/log")
@requires(Permission.VIEW_AUDIT)
def log() -> str:
    with current_stores().archive() as session:
        page = log_page(
            entries(session),
            verify(session, _public_key()),
            note=newest_checkpoint(session),
            page=request.args.get("page", 1, type=int),
        )
    return render_template("audit/log.html", page=page)


@bp.get("/log/<int:place>")
@requires(Permission.VIEW_AUDIT)
def entry(place: int) -> str:
    with current_stores().archive() as session:
        found = next((each for each in entries(session) if each.place == place), None)
    if found is None:
        abort(404)
    return render_template("audit/entry.html", page=entry_page(found))


@bp.get("/self-attack")
@requires(Permission.VIEW_AUDIT)
def self_attack() -> str:
    with current_stores().archive() as session:
        heads = visible_releases(session)
        page = self_attack_page(heads, printed_notes(session, heads))
    return render_template("audit/self_attack.html", page=page)


@bp.get("/certificates/<month>.json")
@requires(Permission.VIEW_AUDIT)
def certificate(month: str) -> Response:
    """Send the public certificate of a release as it was logged, byte for byte."""
    try:
        asked = Month.parse(month)
        with current_stores().archive() as session:
            text = certificate_of(session, asked)
    except (ValueError, StateError):
        abort(404)
    return file_response(text, f"certificate-{asked}.json", mimetype="application/json")


def _public_key() -> LogPublicKey:
    return load_log_signer(current_settings()).public_key
