"""The pattern of a tree is safe, and no safe pattern shows more."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure.rules import Rules
from analysis.disclosure.tree import Pattern, protect_tree, subtree_totals

K5 = Rules(5)


@st.composite
def trees(draw: st.DrawFn, most_units: int = 8) -> tuple[list[int], list[int]]:
    size = draw(st.integers(1, most_units))
    parents = [-1] + [draw(st.integers(0, unit - 1)) for unit in range(1, size)]
    counts = draw(st.lists(st.integers(0, 9), min_size=size, max_size=size))
    return parents, counts


def residues(parents: list[int], counts: list[int], shown: tuple[bool, ...]) -> dict[int, int]:
    """People in each shown unit outside its shown descendants, by walking up from each atom."""
    found = {unit: 0 for unit, is_shown in enumerate(shown) if is_shown}
    for atom, count in enumerate(counts):
        unit = atom
        while unit >= 0 and not shown[unit]:
            unit = parents[unit]
        if unit >= 0:
            found[unit] += count
    return found


def is_safe(parents: list[int], counts: list[int], shown: tuple[bool, ...], k: int) -> bool:
    totals = subtree_totals(parents, counts)
    return all(totals[unit] >= k for unit, is_shown in enumerate(shown) if is_shown) and all(
        residue == 0 or residue >= k for residue in residues(parents, counts, shown).values()
    )


def heaviest_by_trying_all(parents: list[int], counts: list[int], k: int) -> int:
    totals = subtree_totals(parents, counts)
    return max(
        sum(1000 + totals[unit] for unit, is_shown in enumerate(shown) if is_shown)
        for shown in product((False, True), repeat=len(parents))
        if is_safe(parents, counts, shown, k)
    )


@given(trees(), st.integers(1, 7))
@settings(max_examples=400, deadline=None)
def test_the_optimum_equals_the_best_of_all_patterns(
    tree: tuple[list[int], list[int]], k: int
) -> None:
    parents, counts = tree
    assert protect_tree(parents, counts, Rules(k)).weight == heaviest_by_trying_all(
        parents, counts, k
    )


@given(trees(most_units=60), st.integers(1, 12))
@settings(deadline=None)
def test_no_residue_and_no_shown_unit_holds_1_to_k_minus_1_people(
    tree: tuple[list[int], list[int]], k: int
) -> None:
    parents, counts = tree
    assert is_safe(parents, counts, protect_tree(parents, counts, Rules(k)).shown, k)


@given(trees(most_units=60))
@settings(deadline=None)
def test_the_stated_weight_is_the_weight_of_what_is_shown(
    tree: tuple[list[int], list[int]],
) -> None:
    pattern = protect_tree(*tree, K5)
    assert pattern.weight == sum(
        1000 + n for n, is_shown in zip(pattern.respondents, pattern.shown, strict=True) if is_shown
    )


@given(trees(most_units=60))
@settings(deadline=None)
def test_the_same_counts_give_the_same_pattern(tree: tuple[list[int], list[int]]) -> None:
    assert protect_tree(*tree, K5) == protect_tree(*tree, K5)


@given(trees(most_units=30), st.integers(1, 4))
@settings(deadline=None)
def test_colluders_raise_the_threshold_that_the_engine_works_with(
    tree: tuple[list[int], list[int]], colluders: int
) -> None:
    assert protect_tree(*tree, Rules(5, colluders)) == protect_tree(*tree, Rules(5 + colluders))


def shown(parents: list[int], counts: list[int], rules: Rules = K5) -> list[int]:
    pattern: Pattern = protect_tree(parents, counts, rules)
    return [unit for unit, is_shown in enumerate(pattern.shown) if is_shown]


def test_one_small_team_takes_a_sibling_with_it_into_hiding() -> None:
    # 0 is the service; its teams have 3, 8 and 20. Hiding only the 3 would leave 31 - 28.
    assert shown([-1, 0, 0, 0], [0, 3, 8, 20]) == [0, 3]


def test_two_small_siblings_hide_in_each_other_when_together_they_are_enough() -> None:
    assert shown([-1, 0, 0, 0], [0, 3, 4, 20]) == [0, 3]


def test_two_small_siblings_too_small_together_hide_a_third_or_the_parent() -> None:
    assert shown([-1, 0, 0, 0], [0, 2, 2, 20]) == [0]
    assert shown([-1, 0, 0, 0, 0], [0, 2, 2, 9, 20]) == [0, 4]


def test_a_parent_gives_way_where_that_shows_more() -> None:
    # The service's team of 2 and the 3 people of the whole cover each other only without it.
    assert shown([-1, 0, 1, 1, 1], [3, 0, 6, 7, 2]) == [0, 2, 3]


def test_an_empty_sibling_costs_nothing_and_is_hidden() -> None:
    assert shown([-1, 0, 0, 0], [0, 0, 8, 20]) == [0, 2, 3]


def test_an_organisation_of_one_person_shows_nothing() -> None:
    assert shown([-1], [1]) == []


def test_an_empty_month_shows_nothing() -> None:
    assert shown([-1, 0, 0], [0, 0, 0]) == []


def test_one_level_shows_the_whole_from_k_on() -> None:
    assert shown([-1], [4]) == []
    assert shown([-1], [5]) == [0]


def test_a_chain_of_nine_levels_shows_each_level_that_adds_nobody_or_k() -> None:
    parents = [-1, 0, 1, 2, 3, 4, 5, 6, 7]
    assert shown(parents, [0] * 8 + [6]) == list(range(9))
    # Level 4 adds 2 people: levels 0 to 4 or levels 5 to 8 may be shown, not both.
    assert shown(parents, [0, 0, 0, 0, 2, 0, 0, 0, 6]) == [0, 1, 2, 3, 4]


def test_people_of_the_unit_itself_are_protected_like_those_below() -> None:
    # Three managers sit on the service itself: service minus teams would be those three.
    assert shown([-1, 0, 0], [3, 9, 9]) in ([0, 1], [0, 2])


def test_weights_decide_between_two_safe_patterns() -> None:
    parents, counts = [-1, 0, 0], [0, 3, 9]
    assert protect_tree(parents, counts, K5, [10, 1, 1]).shown == (True, False, False)
    assert protect_tree(parents, counts, K5, [1, 1, 10]).shown == (False, False, True)


@pytest.mark.parametrize(
    ("parents", "counts", "weights"),
    [
        ([-1, 0], [1], None),
        ([-1, 2, 0], [1, 1, 1], None),
        ([-1], [-1], None),
        ([-1], [1], [0]),
        ([-1], [1], [1, 1]),
    ],
)
def test_what_is_no_tree_of_counts_is_refused(
    parents: list[int], counts: list[int], weights: list[int] | None
) -> None:
    with pytest.raises(ValueError, match=r"unit|length|weight"):
        protect_tree(parents, counts, K5, weights)


def test_a_rule_that_protects_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="protects nobody"):
        Rules(0)
    with pytest.raises(ValueError, match="colluders"):
        Rules(5, -1)
