"""What the page "Is this anonymous?" states, from the settings and the policy in force now."""

from dataclasses import dataclass

from pulse.answering_settings import BoxPlace
from pulse.config import Settings
from pulse.respond.contacts import Contacts
from surveys.policy import AnonymityPolicy


@dataclass(frozen=True, slots=True)
class AnonymityPage:
    """`shown_from` is the fewest people behind a figure; `box_is_apart` that it is kept apart.

    `asks_breakdowns` says that the policy declares questions about people themselves,
    `questions_from` from how many complete answers on it is told how the questions go together.
    """

    organisation: str
    box_is_apart: bool
    shown_from: int
    challenge_days: int
    asks_breakdowns: bool
    questions_from: int
    contacts: Contacts


def anonymity_page(
    settings: Settings, policy: AnonymityPolicy, contacts: Contacts
) -> AnonymityPage:
    return AnonymityPage(
        settings.organisation,
        settings.answering.box_place is not BoxPlace.MOUNTED,
        policy.shown_threshold,
        policy.challenge_days,
        bool(policy.breakdowns),
        policy.reliability_from,
        contacts,
    )
