"""How well one person's answer can be guessed from two months of a small group, worked out exactly.

People repeat themselves. Somebody leaves a group of n people between two months, everybody answers
both times, and the others give the same answer again with some probability, else a fresh one. A
guesser knows all that, the counts of both months as if nothing were rounded, and guesses in which
of three bands the answer of the person who left was. The share of right guesses is a ceiling for
what released figures allow: those are rounded, some people do not answer, and in this very case the
cell is shown coarsely (`analysis.wave_gate`).
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
import numpy.typing as npt

BANDS = (0.20, 0.34, 0.46)
"""Shares of people in the three bands before anything is known; the last one is the best guess."""

REPEATS = (0.6, 0.8)
"""How often somebody gives the same answer again a month later, at the least and at the most."""

_Joint = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GuessingOdds:
    """Shares of right guesses: with no figures at all, with one month, and with both."""

    people: int
    without: float
    one_month: float
    two_months: tuple[float, float]


@lru_cache(maxsize=8)
def guessing_odds(people: int) -> GuessingOdds:
    """Return the odds in a group of so many people, one of whom leaves.

    Raises:
        ValueError: fewer than two people, of whom nobody would be left.
    """
    if people < 2:  # noqa: PLR2004 - one leaves and somebody stays
        raise ValueError("a group that somebody leaves has at least two people")
    return GuessingOdds(
        people=people,
        without=max(BANDS),
        one_month=_right_guesses(_others(people - 1, 0.0).sum(axis=(2, 3), keepdims=True)),
        two_months=(
            _right_guesses(_others(people - 1, REPEATS[0])),
            _right_guesses(_others(people - 1, REPEATS[1])),
        ),
    )


def _others(people: int, repeats: float) -> _Joint:
    """Return the probability of the counts of those who stay.

    The axes are how many answer in the first and in the second band, then the same a month later.
    """
    size = people + 1
    joint = np.zeros((size,) * 4)
    joint[0, 0, 0, 0] = 1.0
    for _person in range(people):
        after = np.zeros_like(joint)
        for first, second in product(range(3), repeat=2):
            chance = BANDS[first] * (repeats * (first == second) + (1 - repeats) * BANDS[second])
            after += chance * _one_more(joint, first, second)
        joint = after
    return joint


def _one_more(joint: _Joint, first: int, second: int) -> _Joint:
    """Return the probabilities after one more person; nobody is at the far end yet."""
    shifts = (first == 0, first == 1, second == 0, second == 1)
    moved = joint
    for axis, is_one_more in enumerate(shifts):
        if is_one_more:
            moved = np.roll(moved, 1, axis=axis)
    return moved


def _right_guesses(others: _Joint) -> float:
    """Return how often the likeliest band is right, given the first month with the one who left."""
    size = others.shape[0] + 1
    seen = np.zeros((3, size, size, *others.shape[2:]))
    stay = slice(0, others.shape[0])
    one_up = slice(1, size)
    seen[0, one_up, stay] = BANDS[0] * others
    seen[1, stay, one_up] = BANDS[1] * others
    seen[2, stay, stay] = BANDS[2] * others
    return float(seen.max(axis=0).sum())
