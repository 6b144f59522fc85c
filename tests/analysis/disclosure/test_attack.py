"""The self-attack finds what is there to find, and finds nothing in what the engine made."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure import attack
from analysis.disclosure.attack import ControlSilentError, attack_tree
from analysis.disclosure.rules import Rules
from analysis.disclosure.tree import protect_tree, subtree_totals
from tests.analysis.disclosure.test_tree import residues, trees

K5 = Rules(5)
SUBTRACT_TWO = "subtract one shown unit from one above it"
SUBTRACT_ALL = "subtract all shown units from the one above them"
SOLVE = "solve all shown counts as one system of equations"


@given(trees(most_units=40), st.integers(1, 9))
@settings(deadline=None)
def test_nothing_is_found_in_what_the_engine_shows(
    tree: tuple[list[int], list[int]], k: int
) -> None:
    parents, counts = tree
    pattern = protect_tree(parents, counts, Rules(k))
    published = [
        n if is_shown else None
        for n, is_shown in zip(pattern.respondents, pattern.shown, strict=True)
    ]
    assert attack_tree(parents, published, Rules(k)).leaks == 0


@given(trees(most_units=12), st.data())
@settings(max_examples=300, deadline=None)
def test_any_pattern_is_called_leaking_exactly_when_a_residue_is_small(
    tree: tuple[list[int], list[int]], data: st.DataObject
) -> None:
    parents, counts = tree
    totals = subtree_totals(parents, counts)
    shown = tuple(data.draw(st.booleans()) and totals[unit] >= 5 for unit in range(len(parents)))
    published = [totals[unit] if is_shown else None for unit, is_shown in enumerate(shown)]
    small = sum(1 <= residue < 5 for residue in residues(parents, counts, shown).values())
    report = attack_tree(parents, published, K5)
    assert report.found[SUBTRACT_ALL] == report.found[SOLVE] == small


def test_a_team_of_three_is_found_by_subtracting_its_sibling() -> None:
    report = attack_tree([-1, 0, 0], [31, 28, None], K5)
    assert report.found == {SUBTRACT_TWO: 1, SUBTRACT_ALL: 1, SOLVE: 1}


def test_a_remainder_over_two_shown_units_is_found_though_no_pair_gives_it() -> None:
    report = attack_tree([-1, 0, 0, 0], [31, 14, 14, None], K5)
    assert report.found == {SUBTRACT_TWO: 0, SUBTRACT_ALL: 1, SOLVE: 1}


def test_a_leak_two_levels_up_is_found() -> None:
    report = attack_tree([-1, 0, 1], [14, None, 12], K5)
    assert report.found == {SUBTRACT_TWO: 1, SUBTRACT_ALL: 1, SOLVE: 1}


def test_a_shown_unit_below_k_is_a_leak_by_itself() -> None:
    assert attack_tree([-1], [4], K5).leaks > 0


def test_figures_that_contradict_each_other_are_called_a_leak() -> None:
    assert attack_tree([-1, 0], [10, 12], K5).leaks > 0


def test_an_attack_that_has_gone_blind_stops_the_release(monkeypatch: pytest.MonkeyPatch) -> None:
    blind = {**attack._ATTACKS, SOLVE: lambda _parents, _published, _k: (1, 0)}
    monkeypatch.setattr(attack, "_ATTACKS", blind)
    with pytest.raises(ControlSilentError, match="solve all shown counts"):
        attack_tree([-1], [10], K5)


def test_what_was_tried_and_not_searched_is_counted_and_named() -> None:
    report = attack_tree([-1, 0, 0], [20, 10, None], K5)
    assert report.tried == {SUBTRACT_TWO: 3, SUBTRACT_ALL: 2, SOLVE: 2}
    assert report.not_searched
