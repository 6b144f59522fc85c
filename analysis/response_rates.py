"""How many of those invited answered, for shown cells only, coded like every other figure.

A cell's rate is its respondents of the people invited in the reporting groups that lie wholly under
its unit, in percent, rounded down to the policy's step. Where fewer than k of them did not answer
there is only a bound, "over 90%": the same for every number of answers from which it can come, so
it never says that nobody, or just one, is missing. In a small cell that bound lies lower, because
"over 90%" would be false there. What rounds down to nothing reads "under" one step.

Source: PRODUCT, core rules; docs/decisions/0100.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from analysis.aggregation import sum_up
from analysis.release import Bound, CodedNumber
from surveys.policy import AnonymityPolicy
from surveys.units import UnitCode, UnitTree

_HIGHEST_BOUND = 90  # percent


def code_rate(respondents: int, invited: int, *, threshold: int, step: int) -> CodedNumber:
    """Return a response rate in percent; AT_LEAST reads "over" and AT_MOST "under".

    Args:
        respondents: people who answered.
        invited: people who could have.
        threshold: fewest people who did not answer for the rate to be told itself.
        step: percentage points; divides 100.

    Raises:
        ValueError: more people answered than were invited, or fewer than k were invited.
    """
    if not 0 <= respondents <= invited:
        raise ValueError("more people answered than were invited")
    if invited < threshold:
        raise ValueError("fewer people were invited than k, so nothing may be told of them")
    if invited - respondents < threshold:
        fewest = invited - threshold + 1
        percent_below = (100 * fewest - 1) // invited  # the highest whole one that is not reached
        return CodedNumber(float(min(percent_below, _HIGHEST_BOUND) // step * step), Bound.AT_LEAST)
    percent = 100 * respondents // invited // step * step
    return CodedNumber(float(percent)) if percent else CodedNumber(float(step), Bound.AT_MOST)


def coded_rates(
    tree: UnitTree,
    invited: Mapping[UnitCode, int],
    respondents: Mapping[int, int],
    policy: AnonymityPolicy,
) -> tuple[CodedNumber, ...]:
    """Return the rate of every shown cell; none at all where nobody was invited.

    Args:
        tree: the units.
        invited: people per reporting group, by the unit in which they are counted.
        respondents: people who answered, by the place in the tree of every shown cell.
        policy: gives k and the step.

    Raises:
        ValueError: a group is no unit of the tree, or more people answered than were invited.
    """
    if not invited:
        return ()
    unknown = [code for code in invited if code not in tree]
    if unknown:
        raise ValueError(f"people were invited in {min(unknown)!r}, which the tree does not have")
    under = _invited_under(tree.parent_places, {tree.place(c): n for c, n in invited.items()})
    return tuple(
        code_rate(
            people,
            under[place],
            threshold=policy.shown_threshold,
            step=policy.response_rate_step,
        )
        for place, people in respondents.items()
    )


def _invited_under(parents: Sequence[int], own: Mapping[int, int]) -> list[int]:
    """Return for each place the people of the groups at it and below it."""
    table = np.zeros((len(parents), 1), dtype=np.int64)
    for place, people in own.items():
        table[place, 0] = people
    total: list[int] = sum_up(table, parents)[:, 0].tolist()
    return total
