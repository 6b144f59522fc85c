"""Breakdown questions in a wave: which may be asked when, and what people can answer.

They are declared in the anonymity policy, count among a wave's questions and are asked last. Their
answers are counted with everything else that a person said, so they are asked seldom: at most one
wave in four.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from surveys.errors import StateError
from surveys.policy import PREFER_NOT_TO_SAY, AnonymityPolicy, Breakdown

WAVES_PER_BREAKDOWN = 4
"""Among so many waves in a row at most one asks breakdown questions."""


def answers_on_offer(breakdown: Breakdown) -> tuple[str, ...]:
    """Return the options as declared, and last the one that divides nobody off."""
    return (*breakdown.options, PREFER_NOT_TO_SAY)


def category_of(breakdown: Breakdown, choice: int) -> int | None:
    """Return the option's place (from 0) of a ballot's choice; None for skipped or not said."""
    return choice - 1 if 1 <= choice <= len(breakdown.options) else None


def declared_breakdowns(policy: AnonymityPolicy, codes: Sequence[str]) -> tuple[Breakdown, ...]:
    """Return the breakdowns of these codes, in the order in which the policy declares them.

    Raises:
        StateError: the policy does not declare one of them, or one stands twice.
    """
    known = {breakdown.code for breakdown in policy.breakdowns}
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise StateError(
            f"The anonymity policy declares no breakdown question {unknown[0]!r}. "
            f"{_declared_words(policy)}"
        )
    if len(set(codes)) != len(codes):
        raise StateError("A breakdown question stands twice. Take one of them out.")
    return tuple(each for each in policy.breakdowns if each.code in codes)


def refuse_too_often(opens_on: date, others: Iterable[tuple[date, bool]]) -> None:
    """Refuse breakdown questions in a wave that has others with them too near.

    Args:
        opens_on: the day on which the wave opens that would ask some.
        others: of every other wave that counts, the day on which it opens and whether it asks any.

    Raises:
        StateError: fewer than three waves lie between; the message names the other wave's day.
    """
    in_order = sorted(others)
    before = [asks for asks in in_order if asks[0] < opens_on]
    after = [asks for asks in in_order if asks[0] >= opens_on]
    between = WAVES_PER_BREAKDOWN - 1
    near = [day for day, asks in (*before[-between:], *after[:between]) if asks]
    if near:
        raise StateError(
            f"Breakdown questions are asked in at most one wave of {WAVES_PER_BREAKDOWN}, and the "
            f"wave that opens on {near[0]} asks some already. Take them out of one of the two."
        )


def can_ask(opens_on: date, others: Collection[tuple[date, bool]]) -> bool:
    """Return whether a wave that opens on this day may ask breakdown questions."""
    try:
        refuse_too_often(opens_on, others)
    except StateError:
        return False
    return True


def _declared_words(policy: AnonymityPolicy) -> str:
    codes = ", ".join(repr(breakdown.code) for breakdown in policy.breakdowns)
    return f"It declares: {codes}." if codes else "It declares none."
