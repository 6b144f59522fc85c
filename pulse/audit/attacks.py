"""What Pulse tried against its own releases before anybody saw them, and what that left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.release import ReleaseHead, Source
from pulse.challenge_notes import ChallengeNote
from surveys.months import Month


@dataclass(frozen=True, slots=True)
class AttackLine:
    """One attack: how often it was tried, and how many groups smaller than k it isolated."""

    name: str
    tried: str
    found: str


@dataclass(frozen=True, slots=True)
class AttackReport:
    """The self-attack of one release."""

    month: Month
    finding: str
    release_words: str
    caption: str
    lines: tuple[AttackLine, ...]
    not_searched: tuple[str, ...]
    challenges: tuple[ChallengeNote, ...]

    @property
    def not_searched_words(self) -> str:
        return f"Not searched: {'; '.join(self.not_searched)}."


@dataclass(frozen=True, slots=True)
class SelfAttackPage:
    """All releases, newest first."""

    lead: str
    attacks: tuple[AttackReport, ...]


def self_attack_page(
    heads: Sequence[ReleaseHead], challenges: Mapping[Month, tuple[ChallengeNote, ...]]
) -> SelfAttackPage:
    """Return the page of the visible releases (oldest first) and what is printed on them."""
    return SelfAttackPage(
        lead=(
            "Before a release is shown, Pulse tries to rebuild hidden groups from the shown "
            "figures alone. A release that leaks is not published. Each attack must first find a "
            "leak that was planted for it; one that has gone blind stops the release."
        ),
        attacks=tuple(
            attack_report(head, challenges.get(head.month, ())) for head in reversed(heads)
        ),
    )


def attack_report(head: ReleaseHead, challenges: tuple[ChallengeNote, ...] = ()) -> AttackReport:
    attack = head.self_attack
    tried, leaks = sum(attack.tried.values()), attack.leaks
    noun = "leak" if leaks == 1 else "leaks"
    source = "an imported file" if head.source is Source.IMPORTED else "a wave"
    return AttackReport(
        month=head.month,
        finding=f"{leaks:,} {noun} in {tried:,} attacks tried.",
        release_words=(
            f"Released under k = {head.threshold} from {source}, entry {head.log_place:,} of the "
            f"log, engine {head.engine}."
        ),
        caption=f"Attacks tried on the release of {head.month.words}",
        lines=tuple(
            AttackLine(_sentence(name), f"{count:,}", f"{attack.found.get(name, 0):,}")
            for name, count in attack.tried.items()
        ),
        not_searched=attack.not_searched,
        challenges=challenges,
    )


def _sentence(name: str) -> str:
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]
