"""The gate between waves: who moved decides how finely a cell is shown, answers never do."""

import json
from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.coding import CodingRules, code_item
from analysis.figure_text import CellFigures, is_coarse_in, rate_in
from analysis.preparing import PreparedRelease, prepare_release
from analysis.release import Bound, CodedNumber, Published, Source
from analysis.self_attack import published_item
from analysis.wave_gate import OPEN_GATE, Invitations, WaveGate
from surveys.instruments import ItemCode
from surveys.units import UnitCode
from tests.analysis.release_factories import (
    CONSTRUCTS,
    FIVE,
    NO_EARLIER,
    make_scale,
    make_tally,
    make_tree,
    spread_out,
    without_seal,
)

TEAM = UnitCode("team")
PAIR = {"all": None, "team": "all", "other": "all"}
INVITED = {UnitCode("team"): 10, UnitCode("other"): 90}
MORALE_1 = ItemCode("morale_1")


def is_coarse(*, stayed: int, now: int, before: int | None) -> bool:
    gate = WaveGate({TEAM: stayed}, {} if before is None else {TEAM: before})
    return TEAM in gate.coarse_units({TEAM: now})


@pytest.mark.parametrize(
    ("now_of", "before_of", "stayed", "expected"),
    [
        ((10, 10), (10, 10), 10, False),  # nobody moved: all may answer, twice
        ((10, 10), (8, 9), 9, True),  # a joiner, and everybody answered
        ((9, 10), (8, 9), 9, False),  # the joiner may be the one who did not
        ((9, 9), (10, 10), 9, True),  # a leaver, and everybody had answered
        ((9, 9), (9, 10), 9, False),  # the leaver may be the one who had not
        ((9, 10), (10, 10), 9, True),  # a swap: the leaver had answered
        ((10, 10), (9, 10), 9, True),  # a swap: the joiner has
        ((9, 10), (9, 10), 9, False),  # a swap with room on both sides
        ((10, 12), (8, 9), 9, True),  # three joiners, two people without an answer
        ((9, 12), (8, 9), 9, False),  # three joiners, three people without an answer
    ],
)
def test_a_cell_is_coarse_where_fewer_people_did_not_answer_than_joined_now_or_left_then(
    now_of: tuple[int, int], before_of: tuple[int, int], stayed: int, *, expected: bool
) -> None:
    (now, invited), (before, invited_before) = now_of, before_of
    joiners, leavers = invited - stayed, invited_before - stayed
    assert (invited - now < joiners or invited_before - before < leavers) is expected
    assert is_coarse(stayed=stayed, now=now, before=before) is expected


@given(st.integers(1, 6), st.integers(0, 4), st.integers(0, 4), st.data())
def test_in_usual_steps_both_months_may_rest_on_those_who_stayed_alone(
    stayed: int, joiners: int, leavers: int, data: st.DataObject
) -> None:
    now = data.draw(st.integers(0, stayed + joiners))
    before = data.draw(st.integers(0, stayed + leavers))
    cell_now = ["stayed"] * stayed + ["joined"] * joiners
    cell_before = ["stayed"] * stayed + ["left"] * leavers
    may_be_still = all(
        any(set(who) <= {"stayed"} for who in combinations(cell, people))
        for cell, people in ((cell_now, now), (cell_before, before))
    )
    assert is_coarse(stayed=stayed, now=now, before=before) is not may_be_still


def test_a_cell_that_was_hidden_then_has_nothing_to_be_compared_with() -> None:
    assert not is_coarse(stayed=9, now=10, before=None)


def test_a_unit_that_is_new_has_nothing_to_be_compared_with() -> None:
    assert OPEN_GATE.coarse_units({TEAM: 10}) == frozenset()


def test_where_it_is_not_known_who_stayed_a_cell_is_coarse() -> None:
    assert WaveGate(is_closed=True).coarse_units({TEAM: 10}) == {TEAM}
    assert WaveGate({}, {TEAM: 9}).coarse_units({TEAM: 10}) == {TEAM}


def wave(scores: Mapping[str, list[int]], gate: WaveGate = OPEN_GATE) -> PreparedRelease:
    return prepare_release(
        make_tally({"morale_1": scores}),
        make_tree(PAIR),
        FIVE,
        CONSTRUCTS,
        source=Source.WAVE,
        earlier_spread=NO_EARLIER,
        invitations=Invitations(INVITED, gate),
    )


def text_of(release: PreparedRelease, unit: str) -> str:
    return next(cell.figures or "" for cell in release.cells if cell.unit == unit)


JOINED = WaveGate({TEAM: 9}, {TEAM: 8})
SCORES = {"team": [1, 2, 2, 3, 2, 0], "other": spread_out(60)}


def test_a_coarse_cell_has_means_in_half_points_and_shares_in_coarse_steps() -> None:
    usual, coarse = wave(SCORES), wave(SCORES, JOINED)
    assert text_of(usual, "team") == '{"%":"55+","morale_1":[33,30,20,50]}'
    assert text_of(coarse, "team") == '{"%":"55+","~":1,"morale_1":[35,40,"20-",60]}'
    assert text_of(coarse, "other") == text_of(usual, "other")


def test_a_coarse_cell_has_no_single_options_however_many_answered() -> None:
    other = UnitCode("other")
    release = wave(SCORES, WaveGate({other: 50}, {other: 60}))
    figure = CellFigures(60, text_of(release, "other"))[MORALE_1]
    assert isinstance(figure, Published)
    assert figure.options is None
    usual = CellFigures(60, text_of(wave(SCORES), "other"))[MORALE_1]
    assert isinstance(usual, Published)
    assert usual.options is not None


def test_a_coarse_mean_stops_at_the_half_point_before_its_bound() -> None:
    scores = {"team": [0, 0, 0, 1, 9, 0], "other": spread_out(60)}
    figure = CellFigures(10, text_of(wave(scores, JOINED), "team"))[MORALE_1]
    assert isinstance(figure, Published)
    assert figure.mean == CodedNumber(4.5, Bound.AT_LEAST)


def test_a_coarse_cell_is_read_back_as_one_with_its_rate() -> None:
    text = text_of(wave(SCORES, JOINED), "team")
    assert is_coarse_in(text)
    assert not is_coarse_in(text_of(wave(SCORES), "team"))
    assert is_coarse_in('{"~":1}')
    assert not is_coarse_in('{"%":70}')
    assert rate_in(text) == CodedNumber(55, Bound.AT_LEAST)
    assert list(CellFigures(10, text)) == [MORALE_1]


def test_the_gate_changes_no_cell_from_shown_to_hidden_and_no_number_of_people() -> None:
    usual, coarse = wave(SCORES), wave(SCORES, WaveGate(is_closed=True))
    pattern = [[(cell.unit, cell.respondents) for cell in each.cells] for each in (usual, coarse)]
    assert pattern[0] == pattern[1]
    assert all(is_coarse_in(cell.figures or "") for cell in coarse.cells)


@given(st.lists(st.integers(0, 5), min_size=10, max_size=10))
def test_which_cells_are_coarse_does_not_depend_on_answers(answers: list[int]) -> None:
    scores = [answers.count(choice) for choice in (1, 2, 3, 4, 5, 0)]
    release = wave({"team": scores, "other": spread_out(60)}, JOINED)
    coarse = {cell.unit for cell in release.cells if is_coarse_in(cell.figures or "")}
    assert coarse == {"team"}


def test_the_certificate_names_the_coarse_cells_and_why() -> None:
    certificate = json.loads(wave(SCORES, JOINED).certificate)
    assert certificate["cells_shown_coarsely"] == ["team"]
    assert any("joined or left since the last wave" in note for note in certificate["notes"])
    assert "cells_shown_coarsely" not in json.loads(wave(SCORES).certificate)


def test_a_wave_in_which_nobody_moved_is_the_same_bytes_as_without_a_gate() -> None:
    still = WaveGate({TEAM: 10}, {TEAM: 10})
    assert without_seal(wave(SCORES, still)).sha256 == without_seal(wave(SCORES)).sha256


@given(
    chosen=st.lists(st.integers(0, 12), min_size=5, max_size=5).filter(lambda each: sum(each) >= 5),
    skipped=st.integers(0, 3),
    in_coarse_release=st.booleans(),
)
def test_the_attack_is_given_intervals_that_hold_the_true_figures_of_a_coarse_cell(
    *, chosen: list[int], skipped: int, in_coarse_release: bool
) -> None:
    counts = np.array([[*chosen, skipped]], dtype=np.int64)
    people = counts.sum(axis=1)
    rules = CodingRules.of(FIVE, coarse=in_coarse_release, coarse_cells=np.array([True]))
    coded = code_item(counts, people, scale=make_scale(), reverse_keyed=False, rules=rules)
    known = published_item(
        coded,
        labels=5,
        places=[0],
        steps=rules.steps(people).tolist(),
        units=1,
        mean_steps=rules.mean_steps(people).tolist(),
    )
    answers = sum(chosen)
    points = sum(score * people for score, people in enumerate(chosen, start=1))
    assert known.mean_low[0] * answers <= 20 * points < known.mean_high[0] * answers
    assert known.mean_high[0] - known.mean_low[0] >= 10  # half a point in twentieths
    bands = (chosen[0] + chosen[1], chosen[2], chosen[3] + chosen[4])
    for share_low, share_high, band in zip(
        known.share_low[0], known.share_high[0], bands, strict=True
    ):
        assert share_low * answers <= 200 * band < share_high * answers
