"""What Pulse tried against its own releases before anybody saw them, and what that left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.release import ReleaseHead, Source
from pulse.challenge_notes import ChallengeNote
from surveys.months import Month

_GAPS_IN_SHORT = 3

EXPLANATIONS: Mapping[str, str] = {
    "subtract one shown unit from one above it": (
        "A department of 31 people with a shown team of 28 would give three people away."
    ),
    "subtract all shown units from the one above them": (
        "From each shown unit, everybody in the shown units within it is taken away. Who is left "
        "must be nobody, or a group of at least k."
    ),
    "subtract one shown cell from one that holds it": (
        "A team of 12, of whom 9 are shown as nurses, would give three people away. So would nine "
        "nurses of a team beside twelve of its department."
    ),
    "subtract all shown cells of one kind from the one that holds them": (
        "From each shown total, everybody in its shown roles is taken away, and likewise for every "
        "breakdown and every smaller unit. Who is left must be nobody, or a group of at least k."
    ),
    "search every two kinds of cells for small cuts": (
        "Totals and one breakdown, or two breakdowns, can be added and subtracted in more ways "
        "than anybody could list. This search leaves none of them out. It uses the sealed counts, "
        "which are destroyed when the month is closed."
    ),
    "solve all shown counts as one system of equations": (
        "Every shown number is an equation; all of them together are solved exactly."
    ),
    "solve the shown cells of each kind and the totals as equations": (
        "Every shown number is an equation; those of one breakdown are solved exactly, knowing "
        "nothing but what is shown."
    ),
    "solve all shown cells as one system of equations": (
        "Every shown number of the release is an equation over the groups that have anybody in "
        "them; all of them together are solved exactly. It uses the sealed counts."
    ),
    "compare shown cells that hold nearly the same people": (
        "If nearly the same people have a shown role and a shown site, the difference of the two "
        "is a few people. Pairs of shown numbers are compared, and each total with two of its own."
    ),
    "search neighbourhoods at random for combinations of many cells": (
        "Several breakdowns together hold more combinations than can be tried. Many are drawn at "
        "random in each part of the organisation, and the draw can be repeated exactly."
    ),
    "narrow hidden cells down by linear programming": (
        "For a sample of hidden numbers: the least and the most that each could be, given all that "
        "is shown around it. If both are the same and below k, it is not hidden at all."
    ),
    "look for groups whose answers must all be alike": (
        "A group may be large enough and still give its members away: if the shown shares prove "
        "that all of it gave the same answer, everybody in it is known."
    ),
}
"""By the names that stand in releases, old ones too; a name without words is shown without."""
_VERIFIED = (
    "After the attacks a separate program, the verifier, proves from the sealed counts that no "
    "combination of shown numbers depends on fewer than k people. What it reads is never stored. "
    "The certificate of a release names the verifier, and the hash of what it has read."
)


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
        """The first gaps, which every release has, and how many more there are."""
        first, more = self.not_searched[:_GAPS_IN_SHORT], len(self.not_searched) - _GAPS_IN_SHORT
        rest = f"; and {more:,} more" if more > 0 else ""
        return f"Not searched: {'; '.join(first)}{rest}."


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an attack does, for somebody who has never heard of it."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class SelfAttackPage:
    """All releases, newest first, and what the attacks named in them do."""

    lead: str
    verified: str
    explanations: tuple[Explanation, ...]
    attacks: tuple[AttackReport, ...]


def self_attack_page(
    heads: Sequence[ReleaseHead], challenges: Mapping[Month, tuple[ChallengeNote, ...]]
) -> SelfAttackPage:
    """Return the page of the visible releases (oldest first) and what is printed on them."""
    named = {name for head in heads for name in head.self_attack.tried}
    return SelfAttackPage(
        lead=(
            "Before a release is shown, Pulse tries to rebuild hidden groups from the shown "
            "figures. A release that leaks is not published. Each attack must first find a "
            "leak that was planted for it; one that has gone blind stops the release. No list of "
            "attacks is complete, so each release also says what was not searched."
        ),
        verified=_VERIFIED,
        explanations=tuple(
            Explanation(_sentence(name), words)
            for name, words in EXPLANATIONS.items()
            if name in named
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
