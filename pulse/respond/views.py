"""The addresses of the answering zone. A GET changes nothing; a secret travels in a body only."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request

from pulse.respond.anonymity import anonymity_page
from pulse.respond.answering import Answering
from pulse.respond.drawing import draw_answering, speech_in
from pulse.respond.open_waves import OpenWave
from pulse.respond.page import answering_page
from pulse.respond.receipts import ReceiptsPage
from surveys.ballot_format import PASS_BYTES, BallotKind
from surveys.blind_rsa import BlindedMessageError
from surveys.encoding import base64url, from_base64url
from surveys.errors import StateError
from surveys.invitations import MistypedCodeError, tidy_secret
from surveys.issuing import PassRefused, Refusal

bp = Blueprint("respond", __name__)
_CODES = {
    Refusal.UNKNOWN: 404,
    Refusal.NOT_YET: 409,
    Refusal.USED: 409,
    Refusal.CLOSED: 410,
    Refusal.MALFORMED: 400,
}


@bp.get("/")
def page() -> Response:
    drawn = _answering().drawn(_draw)
    is_packed = bool(request.accept_encodings["gzip"])
    response = Response(drawn.packed if is_packed else drawn.plain, mimetype="text/html")
    response.vary.add("Accept-Encoding")
    if is_packed:
        response.content_encoding = "gzip"
    return response


@bp.get("/anonymity")
def anonymity() -> str:
    answering = _answering()
    return render_template(
        "respond/anonymity.html",
        page=anonymity_page(answering.settings, answering.policy(), answering.contacts),
        **_speech("/p/anonymity"),
    )


@bp.get("/receipts")
def receipts() -> str:
    """Let somebody look for a receipt on their own device; it is never sent."""
    answering = _answering()
    page = ReceiptsPage(
        answering.settings.organisation, answering.published_waves(), answering.contacts
    )
    return render_template("respond/receipts.html", page=page, **_speech("/p/receipts"))


@bp.get("/receipts/<wave>.txt")
def receipt_list(wave: str) -> Response:
    """Give the whole list of a wave, so that nobody learns which line was looked for."""
    try:
        ids = _answering().published_ids(wave)
    except StateError:
        abort(404)
    return Response("".join(f"{each}\n" for each in ids), mimetype="text/plain")


@bp.post("/invitation")
def invitation() -> Response:
    """Say what an invitation leads to, in the same words however often it is asked."""
    answering = _answering()
    found = answering.look_up(_secret(_body()))
    reply: dict[str, object] = {"state": found.state}
    if found.wave is not None and found.found is not None:
        since = answering.since(datetime.now().astimezone().date())
        reply |= {
            "wave": found.wave.head.code,
            "keys": found.wave.key_proofs(found.found.unit_code),
            "since": None if since is None else asdict(since),
        }
    return jsonify(reply)


@bp.post("/passes")
def passes() -> tuple[Response, int]:
    """Sign what cannot be seen here, once for each invitation."""
    body = _body()
    blinded = body.get("blinded")
    if not isinstance(blinded, dict) or set(blinded) != {kind.value for kind in BallotKind}:
        abort(400)
    messages = {kind: _message(blinded[kind.value]) for kind in BallotKind}
    try:
        signed = _answering().issue(_secret(body), messages)
    except PassRefused as refused:
        return jsonify({"error": refused.refusal.value}), _CODES[refused.refusal]
    except BlindedMessageError:
        return jsonify({"error": Refusal.MALFORMED.value}), 400
    return jsonify({"signatures": {kind.value: base64url(s) for kind, s in signed.items()}}), 200


def _draw(waves: tuple[OpenWave, ...]) -> str:
    answering = _answering()
    page = answering_page(answering.settings.organisation, waves, answering.contacts)
    return draw_answering(page, answering.languages, box_url=answering.settings.answering.box_url)


def _speech(path: str) -> Mapping[str, object]:
    return speech_in(_answering().languages, request.args.get("language", ""), path=path)


def _answering() -> Answering:
    answering: Answering = current_app.extensions["pulse.answering"]
    return answering


def _body() -> dict[str, object]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        abort(400)
    return body


def _secret(body: dict[str, object]) -> str:
    given = body.get("secret")
    if not isinstance(given, str):
        abort(400)
    try:
        return tidy_secret(given)
    except MistypedCodeError:
        return ""  # leads to no invitation, like any other foreign code


def _message(given: object) -> bytes:
    if not isinstance(given, str):
        abort(400)
    try:
        message = from_base64url(given)
    except ValueError:
        abort(400)
    if len(message) != PASS_BYTES:
        abort(400)
    return message
