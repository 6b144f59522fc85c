"""What the demo's people say of themselves where a month asks it: their role and their years.

Drawn apart from what they answer and when they leave, so that asking it changes nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from pulse.demo.city import ROLE, TENURE
from surveys.months import Month
from surveys.policy import PREFER_NOT_TO_SAY, Breakdown
from surveys.units import UnitCode

_ASKED_IN = frozenset({3, 11, 18})
"""Places (from 0) of the months that ask; the last one is the open wave, and 1 in 4 is the most."""

_YEARS = (1, 5, 10)  # where the bands of years end
_SKIPS, _PREFERS_NOT = 0.04, 0.09

_SHARES: Mapping[str, tuple[float, ...]] = {
    "FH-RH": (0.05, 0.15, 0.6, 0.1, 0.1),
    "FH": (0.45, 0.15, 0.2, 0.12, 0.08),
    "EH-BS": (0.0, 0.05, 0.0, 0.15, 0.8),
    "EH": (0.15, 0.6, 0.05, 0.12, 0.08),
    "": (0.6, 0.15, 0.03, 0.14, 0.08),
}
"""Shares of the role families by the beginning of a team's code; the first that fits counts."""


@dataclass(frozen=True, slots=True)
class Traits:
    """A person's role family and the month in which they began.

    `number` stands for the person where chance decides what they say.
    """

    number: int
    role: int
    began: int  # as `Month.ordinal`


def breakdowns_asked(declared: Sequence[Breakdown], place: int) -> tuple[Breakdown, ...]:
    """Return the breakdown questions of the month at this place (from 0) of the history."""
    return tuple(declared) if place in _ASKED_IN else ()


def traits_of(team: UnitCode, name: str, *, seed: int, first: Month, hired: Month | None) -> Traits:
    """Return the traits of one person.

    Args:
        team: where they work.
        name: within the team.
        seed: of the organisation.
        first: the first month of its history.
        hired: when they joined; None for those who were there from the start.
    """
    number = crc32(f"{team} {name}".encode())
    random = np.random.default_rng([seed, number])
    shares = next(share for prefix, share in _SHARES.items() if team.startswith(prefix))
    role = int(random.choice(len(shares), p=shares))
    served = int(random.gamma(2.0, 34.0))  # months before the first; about five and a half years
    return Traits(number, role, first.ordinal - served if hired is None else hired.ordinal)


def said_of_self(
    traits: Traits, asked: Sequence[Breakdown], month: Month, *, seed: int
) -> list[str]:
    """Return the option that a person chooses of each question; "" where it is skipped."""
    if not asked:
        return []
    years = (month.ordinal - traits.began) / 12
    chosen = {
        ROLE.code: ROLE.options[traits.role],
        TENURE.code: TENURE.options[sum(years >= end for end in _YEARS)],
    }
    rolls = np.random.default_rng([seed, traits.number, month.ordinal]).random(len(asked))
    return [
        "" if roll < _SKIPS else PREFER_NOT_TO_SAY if roll < _PREFERS_NOT else chosen[each.code]
        for each, roll in zip(asked, rolls, strict=True)
    ]
