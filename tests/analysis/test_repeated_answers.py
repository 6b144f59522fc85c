"""How well one answer can be guessed from two months: the exact odds against plain enumeration."""

from collections import defaultdict
from itertools import product

import pytest

from analysis.repeated_answers import BANDS, REPEATS, guessing_odds


def enumerated(people: int, repeats: float | None) -> float:
    """Return the share of right guesses by going through every way of answering."""
    chances: dict[object, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for then in product(range(3), repeat=people):
        chance_then = 1.0
        for band in then:
            chance_then *= BANDS[band]
        for now in product(range(3), repeat=people - 1):
            chance = chance_then
            for band, again in zip(then[1:], now, strict=True):
                same = (repeats or 0.0) * (band == again)
                chance *= same + (1 - (repeats or 0.0)) * BANDS[again]
            seen = (sorted(then), None if repeats is None else sorted(now))
            chances[str(seen)][then[0]] += chance
    return sum(max(each) for each in chances.values())


@pytest.mark.parametrize("people", [2, 3, 4])
def test_the_odds_are_those_of_going_through_every_way_of_answering(people: int) -> None:
    odds = guessing_odds(people)
    assert odds.without == max(BANDS)
    assert odds.one_month == pytest.approx(enumerated(people, None))
    assert odds.two_months == pytest.approx(tuple(enumerated(people, each) for each in REPEATS))


def test_two_months_tell_more_than_one_and_large_groups_less_than_small_ones() -> None:
    small, large = guessing_odds(5), guessing_odds(15)
    for odds in (small, large):
        assert odds.without < odds.one_month < odds.two_months[0] < odds.two_months[1] < 1
    assert large.two_months[1] < small.two_months[0]


def test_a_group_of_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least two"):
        guessing_odds(1)
