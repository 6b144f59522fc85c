"""The pooled within-unit standard deviation."""

import math
from dataclasses import replace
from statistics import variance

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analysis.release import ReleasedItem, SpreadBasis
from analysis.spread import pooled_earlier, within_spread
from analysis.tally import ItemTally
from surveys.instruments import ItemCode
from tests.analysis.release_factories import AGREE, make_item

CODE = ItemCode("morale_1")


def tally(*atoms: list[int]) -> ItemTally:
    return ItemTally(make_item(), AGREE, np.array(atoms, dtype=np.int64).reshape(len(atoms), 6))


def released(spread: float, basis: SpreadBasis = SpreadBasis.THIS_RELEASE) -> ReleasedItem:
    item = make_item()
    return ReleasedItem(
        code=item.code,
        version=1,
        construct=item.construct,
        construct_name="Morale",
        ask_lower="",
        ask_higher="",
        wording=item.wording,
        labels=AGREE.labels,
        unscored=(),
        band_names=("low", "middle", "high"),
        reverse_keyed=False,
        source="ours",
        licence="CC BY 4.0",
        within_sd=spread,
        within_sd_basis=basis,
    )


def test_it_pools_the_squares_around_each_units_own_mean() -> None:
    atoms = tally([40, 20, 10, 20, 10, 5], [0, 0, 10, 60, 30, 9])
    first = [1] * 40 + [2] * 20 + [3] * 10 + [4] * 20 + [5] * 10
    second = [3] * 10 + [4] * 60 + [5] * 30
    pooled = math.sqrt((99 * variance(first) + 99 * variance(second)) / 198)
    assert within_spread(atoms, fewest_answers=200, earlier={}) == (
        round(pooled, 2),
        SpreadBasis.THIS_RELEASE,
    )


def test_below_two_hundred_scored_answers_earlier_releases_speak() -> None:
    atoms = tally([40, 40, 40, 40, 39, 50])
    earlier = pooled_earlier([[released(0.8)], [released(1.2)]])
    assert within_spread(atoms, fewest_answers=200, earlier=earlier) == (
        1.02,
        SpreadBasis.EARLIER_RELEASES,
    )


def test_before_anything_is_measured_it_is_a_quarter_of_the_range() -> None:
    atoms = tally([1, 1, 1, 1, 1, 0])
    assert within_spread(atoms, fewest_answers=200, earlier={}) == (
        1.0,
        SpreadBasis.QUARTER_OF_RANGE,
    )


def test_borrowed_values_are_not_pooled_again() -> None:
    items = [released(2.0, SpreadBasis.QUARTER_OF_RANGE), released(1.0)]
    assert pooled_earlier([[item] for item in items]) == {(CODE, 1): 1.0}


def test_another_version_of_an_item_lends_nothing() -> None:
    earlier = pooled_earlier([[replace(released(0.7), version=2)]])
    basis = within_spread(tally([1, 1, 1, 1, 1, 0]), fewest_answers=200, earlier=earlier)[1]
    assert basis is SpreadBasis.QUARTER_OF_RANGE


def test_units_of_one_mind_everywhere_are_not_given_away() -> None:
    atoms = tally([0, 0, 0, 0, 150, 0], [150, 0, 0, 0, 0, 0])
    assert within_spread(atoms, fewest_answers=200, earlier={})[0] == 0.1


def test_single_answers_per_unit_measure_nothing_within_units() -> None:
    atoms = tally(*[[1, 0, 0, 0, 0, 0]] * 250)
    basis = within_spread(atoms, fewest_answers=200, earlier={})[1]
    assert basis is SpreadBasis.QUARTER_OF_RANGE


@given(st.permutations([[40, 9, 3, 1, 7, 0], [3, 3, 90, 3, 3, 1], [0, 0, 1, 50, 30, 2]]))
def test_the_order_of_units_does_not_matter(atoms: list[list[int]]) -> None:
    assert within_spread(tally(*atoms), fewest_answers=200, earlier={})[0] == 0.81
