"""From opened ballots to counts: what is counted where, and that no order of ballots is left."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.ballot_tally import BallotTally, sum_of_tallies, tally_ballots
from analysis.disclosure.frequency_tables import NO_CATEGORY
from surveys.descriptors import Descriptor
from surveys.opening import SPOILT, OpenedAnswers
from surveys.policy import AnonymityPolicy
from surveys.units import UnitCode
from tests.surveys.test_descriptors import BREAKDOWNS, GROUPS, make_descriptor

PLAIN = make_descriptor()
DIVIDED = replace(
    PLAIN, policy=AnonymityPolicy(breakdowns=BREAKDOWNS), breakdowns=("role", "tenure")
)
ITEMS = len(PLAIN.instrument.items)
NORTH, SOUTH = (group.unit for group in GROUPS)


def opened(unit: UnitCode, *breakdowns: int, answer: int = 1) -> OpenedAnswers:
    return OpenedAnswers(unit, (answer,) * ITEMS + breakdowns)


def table_of(counted: BallotTally) -> list[tuple[object, int, list[int]]]:
    """Return every atom with its respondents and all its counts."""
    tally = counted.tally
    counts = np.concatenate([item.counts for item in tally.items.values()], axis=1)
    return list(zip(tally.keys, tally.respondents.tolist(), counts.tolist(), strict=True))


ballots = st.lists(
    st.builds(
        opened,
        st.sampled_from([NORTH, SOUTH]),
        st.integers(0, 3),
        st.integers(0, 3),
        answer=st.integers(0, 4),
    ),
    max_size=12,
)


def test_without_breakdown_questions_each_group_is_one_atom_also_an_empty_one() -> None:
    counted = tally_ballots([opened(SOUTH), opened(SOUTH), SPOILT], PLAIN)
    assert counted.tally.atoms == (NORTH, SOUTH)
    assert counted.tally.respondents.tolist() == [0, 2]
    assert (counted.tally.breakdowns, counted.tally.categories) == ((), ())
    assert counted.spoilt == 1


def test_each_combination_that_occurs_is_an_atom_and_nobody_without_answer_is_in_any() -> None:
    counted = tally_ballots(
        [
            opened(NORTH, 2, 1),
            opened(NORTH, 2, 1),
            opened(NORTH, 0, 2),  # skipped the role
            opened(NORTH, 3, 3),  # prefers not to say either
        ],
        DIVIDED,
    )
    nobody = NO_CATEGORY
    assert counted.tally.keys == [
        (NORTH, (nobody, nobody)),
        (NORTH, (nobody, 1)),
        (NORTH, (1, 0)),
        (SOUTH, (nobody, nobody)),
    ]
    assert counted.tally.respondents.tolist() == [1, 1, 2, 0]


@given(ballots, st.randoms(use_true_random=False))
def test_the_order_of_ballots_changes_nothing(
    made: Sequence[OpenedAnswers], random: Random
) -> None:
    shuffled = random.sample(list(made), len(made))
    assert table_of(tally_ballots(shuffled, DIVIDED)) == table_of(tally_ballots(made, DIVIDED))


@given(ballots, st.integers(1, 4), st.sampled_from([PLAIN, DIVIDED]))
def test_parts_counted_apart_add_up_to_the_whole(
    made: Sequence[OpenedAnswers], parts: int, descriptor: Descriptor
) -> None:
    shares = [tally_ballots(made[first::parts], descriptor) for first in range(parts)]
    assert table_of(sum_of_tallies(shares)) == table_of(tally_ballots(made, descriptor))


@given(ballots)
def test_taken_by_unit_the_counts_are_as_if_no_breakdown_had_been_asked(
    made: Sequence[OpenedAnswers],
) -> None:
    divided, plain = tally_ballots(made, DIVIDED), tally_ballots(made, PLAIN)
    by_unit = BallotTally(divided.tally.by_unit(), divided.spoilt)
    assert table_of(by_unit) == table_of(plain)
    assert by_unit.tally.breakdowns == ()


def test_an_atom_of_an_unknown_category_is_refused() -> None:
    tally = tally_ballots([opened(NORTH, 1, 1)], DIVIDED).tally
    with pytest.raises(ValueError, match="a category that no breakdown declares"):
        replace(tally, categories=((2, 0), *tally.categories[1:]))
    with pytest.raises(ValueError, match="every atom needs its categories"):
        replace(tally, categories=tally.categories[:1])
    with pytest.raises(ValueError, match="stands twice"):
        replace(tally, categories=(tally.categories[0],) * len(tally.atoms))


DECLARED = replace(PLAIN, questionnaire_figures=True)


def test_sums_over_complete_answers_are_made_only_where_the_wave_has_declared_them() -> None:
    made = [opened(NORTH, answer=2), opened(NORTH, answer=0), opened(SOUTH, answer=1)]
    assert tally_ballots(made, PLAIN).tally.complete is None
    complete = tally_ballots(made, DECLARED).tally.complete
    assert complete is not None
    assert complete.items == tuple(item.code for item in DECLARED.instrument.items)
    assert dict(zip(complete.units, complete.answers.tolist(), strict=True)) == {NORTH: 1, SOUTH: 1}


@given(ballots, st.integers(1, 4))
def test_sums_of_parts_are_the_sums_of_the_whole_and_breakdowns_do_not_change_them(
    made: Sequence[OpenedAnswers], parts: int
) -> None:
    divided = replace(DIVIDED, questionnaire_figures=True)
    whole = tally_ballots(made, DECLARED).tally.complete
    shares = [tally_ballots(made[first::parts], divided) for first in range(parts)]
    summed = sum_of_tallies(shares).tally.complete
    assert whole is not None
    assert summed is not None
    assert (summed.items, summed.units) == (whole.items, whole.units)
    assert np.array_equal(summed.answers, whole.answers)
    assert np.array_equal(summed.sums, whole.sums)
    assert np.array_equal(summed.products, whole.products)
