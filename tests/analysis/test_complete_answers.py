"""Sums over complete answers: exact, additive, and the covariances that numpy finds too."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.complete_answers import (
    CompleteAnswers,
    CompleteRows,
    scores_of_choices,
    sum_of_complete,
)
from surveys.units import UnitCode
from tests.analysis.release_factories import AGREE, make_item, make_scale

NORTH, SOUTH = UnitCode("north"), UnitCode("south")
ASKED = [
    (make_item("calm"), AGREE),
    (make_item("tired", reverse_keyed=True), AGREE),
    (make_item("stay"), make_scale(unscored=("prefer not to say",))),
]

Answer = tuple[UnitCode, tuple[int, ...]]
answers = st.lists(
    st.tuples(
        st.sampled_from([NORTH, SOUTH]),
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 6)),
    ),
    max_size=40,
)


def summed(given_answers: Sequence[Answer]) -> CompleteAnswers:
    rows = CompleteRows(ASKED, [NORTH, SOUTH])
    for unit, choices in given_answers:
        rows.add(unit, choices)
    return rows.total()


def scores(given_answers: Sequence[Answer]) -> tuple[np.ndarray, np.ndarray]:
    """Return scores of complete answers worked out one by one, and the unit of each."""
    kept = [
        (unit, (calm, 6 - tired, stay))
        for unit, (calm, tired, stay) in given_answers
        if calm and tired and 1 <= stay <= 5
    ]
    table = np.array([each for _unit, each in kept], dtype=np.float64).reshape(-1, 3)
    return table, np.array([unit for unit, _each in kept])


def same(one: CompleteAnswers, other: CompleteAnswers) -> bool:
    return (one.items, one.units) == (other.items, other.units) and all(
        np.array_equal(getattr(one, part), getattr(other, part))
        for part in ("answers", "sums", "products")
    )


def test_a_reverse_keyed_item_is_turned_round_and_an_unscored_answer_scores_nothing() -> None:
    assert scores_of_choices(*ASKED[1]) == (0, 5, 4, 3, 2, 1)
    assert scores_of_choices(*ASKED[2]) == (0, 1, 2, 3, 4, 5, 0)


def test_an_answer_with_a_gap_counts_for_nothing() -> None:
    total = summed([(NORTH, (1, 2, 6)), (NORTH, (0, 2, 3)), (SOUTH, (2, 5, 3))])
    assert total.answers.tolist() == [0, 1]
    assert total.sums.tolist() == [[0, 0, 0], [2, 1, 3]]
    assert total.products.tolist() == [[4, 2, 6], [2, 1, 3], [6, 3, 9]]


@given(answers)
def test_the_covariance_is_that_of_the_answers_themselves(made: Sequence[Answer]) -> None:
    table, _units = scores(made)
    total = summed(made)
    assert total.number == len(table)
    if len(table) < 2:
        with pytest.raises(ValueError, match="more complete answers than there are means"):
            total.covariance()
    else:
        assert total.covariance() == pytest.approx(np.cov(table.T))


@given(answers)
def test_within_units_it_is_taken_around_the_means_of_each_unit(made: Sequence[Answer]) -> None:
    table, units = scores(made)
    total = summed(made)
    present = [unit for unit in (NORTH, SOUTH) if (units == unit).any()]
    assert total.freedom_within == len(table) - len(present)
    if total.freedom_within < 1:
        with pytest.raises(ValueError, match="more complete answers than there are means"):
            total.covariance_within()
        return
    centred = np.concatenate([table[units == u] - table[units == u].mean(axis=0) for u in present])
    assert total.covariance_within() == pytest.approx(
        centred.T @ centred / total.freedom_within, abs=1e-9
    )


@given(answers, st.integers(1, 4))
def test_parts_counted_apart_add_up_to_the_whole(made: Sequence[Answer], parts: int) -> None:
    shares = [summed(made[first::parts]) for first in range(parts)]
    assert same(sum_of_complete(shares), summed(made))


@given(answers)
def test_some_items_alone_keep_the_answers_complete_on_all(made: Sequence[Answer]) -> None:
    some = summed(made).of_items([ASKED[2][0].code, ASKED[0][0].code])
    table, _units = scores(made)
    assert some.number == len(table)
    assert np.array_equal(some.products, (table.T @ table)[np.ix_([2, 0], [2, 0])])


def test_parts_about_other_units_are_refused() -> None:
    with pytest.raises(ValueError, match="the same items and units"):
        sum_of_complete([CompleteRows(ASKED, [NORTH]).total(), summed([])])
