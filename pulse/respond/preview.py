"""The answering page as staff will see it, before the wave exists: nothing is sent or kept."""

from collections.abc import Sequence
from datetime import date

from pulse.config import Settings
from pulse.languages import language
from pulse.respond.contacts import Contacts
from pulse.respond.drawing import draw_answering
from pulse.respond.page import AnsweringPage, AskedWave, questions_of
from surveys.instruments import Item
from surveys.policy import AnonymityPolicy, Breakdown
from surveys.scales import Scale

SECRET = "A" * 16
_NO_FINGERPRINT = "not frozen yet"


def draw_preview(
    settings: Settings,
    policy: AnonymityPolicy,
    items: Sequence[tuple[Item, Scale]],
    *,
    title: str,
    closes_on: date,
    breakdowns: Sequence[Breakdown] = (),
) -> str:
    """Return the page with the questions in the order asked; its script sends nothing."""
    wave = AskedWave(
        code="preview",
        title=title,
        closes_on=closes_on,
        shown_from=policy.shown_threshold,
        challenge_days=policy.challenge_days,
        invited=0,
        comments=False,
        fingerprint=_NO_FINGERPRINT,
        descriptor_text="",
        questions=questions_of(items, breakdowns),
    )
    contacts = Contacts.read(settings.answering.contacts)
    return draw_answering(
        AnsweringPage(settings.organisation, (wave,), contacts),
        tuple(map(language, settings.answering.languages)),
        box_url="",
        participation="rehearsal.js",
    )
