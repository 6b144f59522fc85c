"""The auditor's first page: what is in force, whether the log holds, what was tried and refused."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.release import ReleaseHead
from pulse.audit.attacks import AttackReport, attack_report
from pulse.audit.challenges import ClosedWave
from pulse.audit.log import CheckWords, check_words
from pulse.audit.settings import Setting, settings_in_short
from pulse.navigation import ROLE_NAMES
from pulse.refusals import Refusal
from surveys.ledger.log import BrokenLog, LogCheck
from surveys.months import Month
from surveys.policy_log import LoggedPolicy

REFUSAL_DAYS = 30
REFUSALS_LISTED = 20

_NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class RefusalLine:
    """A refused request: which role, on which day, by which rule."""

    role: str
    words: str


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """`attack` is None before the first release; `more_refusals` counts those not listed."""

    title: str
    lead: str
    waves: tuple[ClosedWave, ...]
    settings: tuple[Setting, ...]
    log: CheckWords
    attack: AttackReport | None
    refusals: tuple[RefusalLine, ...]
    more_refusals: str


def overview_page(
    history: Sequence[LoggedPolicy],
    check: LogCheck,
    heads: Sequence[ReleaseHead],
    refusals: Sequence[Refusal],
    *,
    waves: tuple[ClosedWave, ...] = (),
) -> OverviewPage:
    """Return the page.

    Args:
        history: every policy that was ever in force, oldest first.
        check: of the whole log.
        heads: visible releases, oldest first.
        refusals: of the last `REFUSAL_DAYS` days, newest first.
        waves: between close and release.
    """
    more = len(refusals) - REFUSALS_LISTED
    return OverviewPage(
        title=_title(check, heads, waves),
        lead=(
            "You see every rule and everything done under it. You see no results, and no page "
            "of Pulse shows answers."
        ),
        waves=waves,
        settings=settings_in_short(history),
        log=check_words(check),
        attack=attack_report(heads[-1]) if heads else None,
        refusals=tuple(map(_refusal_line, refusals[:REFUSALS_LISTED])),
        more_refusals=f"And {more:,} earlier ones." if more > 0 else "",
    )


def _title(check: LogCheck, heads: Sequence[ReleaseHead], waves: Sequence[ClosedWave]) -> str:
    if isinstance(check, BrokenLog):
        return "The log does not match"
    if any(head.self_attack.leaks for head in heads):
        return "A release has a leak"
    open_to_challenge = [wave.title for wave in waves if wave.can_challenge]
    if open_to_challenge:
        return f"You can challenge {open_to_challenge[0]}"
    return "Nothing waits for your decision"


def _refusal_line(refusal: Refusal) -> RefusalLine:
    day = f"{refusal.day.day}{_NO_BREAK}{Month.of(refusal.day).words}"
    known = {role.value: name for role, name in ROLE_NAMES.items()}
    name = known.get(refusal.role, refusal.role)
    return RefusalLine(name[:1].upper() + name[1:], f"on {day}. Rule: {refusal.rule}.")
