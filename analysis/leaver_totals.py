"""Totals of leavers told coarsely, so that no difference of two of them tells a hidden number.

Each association counts the leavers that take part in it, over slightly different units and months.
To the last digit, two such totals would differ by the leavers of a single unit and month, which
are hidden where they are few. Associations that leave the analysis for pages and files therefore
tell "at least" a round number, and refusals how many more are needed in steps of ten.
"""

from collections.abc import Sequence
from dataclasses import replace

from analysis.chain import BothWays, Link, LinkRefused, Told
from analysis.turnover import FEWEST_LEAVERS, Association, Need, Refused, Shortage
from analysis.within_turnover import Finding, WithinAssociation, WithinRefused

_ROUND = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0)
_STEP_OF_NEEDS = 10


def round_total(leavers: int) -> int:
    """Return the largest round number that is no larger: 30, 40, 50, 70, 100, 150, 200, ...

    Raises:
        ValueError: fewer than 1.
    """
    if leavers < 1:
        raise ValueError("a total below 1 has no round number below it")
    power = 10 ** (len(str(leavers)) - 1)
    return int(max(each * power for each in _ROUND if each * power <= leavers))


def coarse_answer(found: Association | Refused) -> Association | Refused:
    if isinstance(found, Refused):
        return replace(found, needs=coarse_needs(found.needs))
    return replace(found, leavers=round_total(found.leavers))


def coarse_finding(found: Finding) -> Finding:
    if isinstance(found, WithinRefused):
        return replace(found, needs=coarse_needs(found.needs))
    if isinstance(found, WithinAssociation):
        return replace(found, exits=round_total(found.exits))
    raise TypeError(f"{found!r} is no finding")


def coarse_link(both: BothWays) -> BothWays:
    return replace(both, forward=_one_way(both.forward), backward=_one_way(both.backward))


def coarse_needs(needs: Sequence[Need]) -> tuple[Need, ...]:
    """Return the needs with the number of missing leavers rounded up to the next ten."""
    return tuple(_coarse_need(need) if _is_of_leavers(need) else need for need in needs)


def _is_of_leavers(need: Need) -> bool:
    return need.shortage is Shortage.LEAVERS and need.missing > 0


def _coarse_need(need: Need) -> Need:
    missing = -(-need.missing // _STEP_OF_NEEDS) * _STEP_OF_NEEDS
    return replace(
        need,
        words=(
            f"At least {FEWEST_LEAVERS} leavers in those units and months are needed. There are "
            f"fewer: up to {missing} more are needed."
        ),
        missing=missing,
    )


def _one_way(told: Told) -> Told:
    if isinstance(told, LinkRefused):
        return replace(told, needs=coarse_needs(told.needs))
    if isinstance(told, Link) and told.exits is not None:
        return replace(told, exits=round_total(told.exits))
    return told
