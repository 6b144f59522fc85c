"""Around whose means correlations are taken: no group smaller than k, no split of hidden units."""

from collections.abc import Mapping

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analysis.answer_groups import in_shown_groups
from analysis.complete_answers import CompleteAnswers
from surveys.units import UnitCode
from tests.analysis.release_factories import make_item, make_tree

TREE = make_tree(
    {
        "all": None,
        "north": "all", "n1": "north", "n2": "north", "n3": "north",
        "south": "all", "s1": "south", "s2": "south",
    }
)  # fmt: skip


def complete_of(people: Mapping[str, int]) -> CompleteAnswers:
    """Answers to one item, everybody scoring 2."""
    answers = np.array(list(people.values()), dtype=np.int64)
    return CompleteAnswers(
        (make_item().code,),
        tuple(UnitCode(unit) for unit in people),
        answers,
        2 * answers[:, np.newaxis],
        np.array([[4 * answers.sum()]]),
    )


def groups_of(people: Mapping[str, int], hidden: set[str], *, fewest: int = 10) -> dict[str, int]:
    published = [None if unit.code in hidden else 99 for unit in TREE]
    grouped = in_shown_groups(complete_of(people), TREE, published, fewest=fewest)
    assert grouped.sums.tolist() == [[2 * number] for number in grouped.answers.tolist()]
    assert grouped.number == sum(people.values())
    return {str(unit): n for unit, n in zip(grouped.units, grouped.answers.tolist(), strict=True)}


def test_shown_units_are_groups_and_hidden_ones_count_in_the_shown_unit_above() -> None:
    people = {"n1": 20, "n2": 4, "n3": 7, "s1": 12, "s2": 15}
    assert groups_of(people, {"n2", "n3"}) == {"n1": 20, "north": 11, "s1": 12, "s2": 15}


def test_where_a_hidden_part_is_hidden_as_well_it_counts_at_the_top() -> None:
    people = {"n1": 20, "n2": 4, "n3": 7, "s1": 12, "s2": 15}
    assert groups_of(people, {"n2", "n3", "north"}) == {"n1": 20, "all": 11, "s1": 12, "s2": 15}


def test_a_group_with_too_few_complete_answers_joins_the_one_above() -> None:
    people = {"n1": 20, "n2": 4, "n3": 9, "s1": 12, "s2": 15}
    assert groups_of(people, set()) == {"n1": 20, "north": 13, "s1": 12, "s2": 15}


def test_what_is_too_small_at_the_top_joins_the_smallest_other_group() -> None:
    people = {"all": 3, "n1": 20, "s1": 12, "s2": 15}
    assert groups_of(people, set()) == {"s1": 15, "n1": 20, "s2": 15}


@given(st.dictionaries(st.sampled_from([u.code for u in TREE]), st.integers(0, 30), min_size=1),
       st.sets(st.sampled_from([u.code for u in TREE if u.parent])))  # fmt: skip
def test_no_group_is_smaller_unless_there_is_only_one(
    people: dict[str, int], hidden: set[str]
) -> None:
    sizes = [number for number in groups_of(people, hidden).values() if number]
    assert len(sizes) <= 1 or min(sizes) >= 10
