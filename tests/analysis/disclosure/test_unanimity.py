"""The attack on unanimous groups."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.coding import CodingRules, code_item
from analysis.disclosure import unanimity
from analysis.disclosure.attack import ControlSilentError
from analysis.disclosure.rules import Rules
from analysis.disclosure.unanimity import ContradictionError, PublishedItem, find_unanimous
from analysis.self_attack import published_item
from surveys.policy import AnonymityPolicy
from tests.analysis.release_factories import AGREE

FIVE = Rules(5)
CODING = CodingRules.of(AnonymityPolicy(threshold=5), coarse=False)


def publish(*cells: Sequence[int]) -> tuple[list[int], PublishedItem]:
    """What everybody is given about these cells."""
    counts = np.array(cells, dtype=np.int64)
    people = counts.sum(axis=1)
    coded = code_item(counts, people, scale=AGREE, reverse_keyed=False, rules=CODING)
    steps = CODING.steps(people).tolist()
    item = published_item(coded, labels=5, places=range(len(cells)), steps=steps, units=len(cells))
    return people.tolist(), item


def found(parents: Sequence[int], *cells: Sequence[int]) -> int:
    people, item = publish(*cells)
    return find_unanimous(parents, people, [item], FIVE).found[0]


def test_five_colleagues_of_one_mind_beside_a_published_team_are_found() -> None:
    # the team of five gave 2, 2, 3, 3, 4; all others of the service gave 5
    assert found((-1, 0), [0, 2, 2, 1, 5, 0], [0, 2, 2, 1, 0, 0]) == 1


def test_the_same_colleagues_are_safe_when_one_of_them_differs() -> None:
    assert found((-1, 0), [0, 2, 3, 1, 4, 0], [0, 2, 2, 1, 0, 0]) == 0


def test_a_team_of_one_mind_on_its_own_is_never_found() -> None:
    for people in (5, 9, 10, 30, 250):
        assert found((-1,), [0, 0, 0, 0, people, 0]) == 0


def test_five_of_one_mind_are_hidden_among_many() -> None:
    assert found((-1, 0), [10, 20, 40, 60, 75, 0], [10, 20, 40, 60, 70, 0]) == 0


def test_nobody_left_beside_the_shown_units_is_no_group() -> None:
    people, item = publish([0, 2, 2, 1, 0, 0], [0, 2, 2, 1, 0, 0])
    assert find_unanimous((-1, 0), people, [item], FIVE).tried == 1


def test_a_hidden_unit_between_does_not_hide_a_group() -> None:
    people, item = publish([0, 2, 2, 1, 5, 0], [0, 0, 0, 0, 9, 0], [0, 2, 2, 1, 0, 0])
    item.shown[1] = False
    assert find_unanimous((-1, 0, 1), [people[0], None, people[2]], [item], FIVE).found == (1,)


def test_figures_that_no_answers_can_give_stop_the_release() -> None:
    people, item = publish([2, 2, 2, 2, 2, 0])
    item.share_low[0], item.share_high[0] = 150, 200  # 75 % or more in each of three bands
    with pytest.raises(ContradictionError):
        find_unanimous((-1,), people, [item], FIVE)


def test_a_unit_that_holds_less_than_the_one_beneath_it_stops_the_release() -> None:
    people, item = publish([0, 0, 0, 0, 10, 0], [5, 0, 0, 0, 5, 0])
    with pytest.raises(ContradictionError):
        find_unanimous((-1, 0), people, [item], FIVE)


def test_an_attack_that_has_gone_blind_stops_the_release(monkeypatch: pytest.MonkeyPatch) -> None:
    blind = lambda low, *_rest: np.zeros(low.shape[:2], dtype=np.bool_)  # noqa: E731 - one line
    monkeypatch.setattr(unanimity, "_of_one_mind", blind)
    people, item = publish([2, 2, 2, 2, 2, 0])
    with pytest.raises(ControlSilentError):
        find_unanimous((-1,), people, [item], FIVE)


def test_without_a_shown_unit_there_is_nothing_to_try() -> None:
    assert find_unanimous((-1,), [None], [], FIVE).tried == 0


CELL = st.lists(st.integers(0, 5), min_size=6, max_size=6).filter(lambda c: sum(c[:5]) >= 5)
REST = st.lists(st.integers(0, 5), min_size=6, max_size=6).filter(lambda c: sum(c) >= 5)


@given(CELL, REST)
@settings(max_examples=300)
def test_what_is_proved_is_true(team: list[int], rest: list[int]) -> None:
    """A residue is found only if its scored answers really are in one band, or there are none."""
    service = [a + b for a, b in zip(team, rest, strict=True)]
    if found((-1, 0), service, team):
        bands = [rest[0] + rest[1], rest[2], rest[3] + rest[4]]
        assert sum(count > 0 for count in bands) <= 1
