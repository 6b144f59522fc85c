"""Figures of the questionnaire: what a release says of its questions, and what it keeps back."""

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.preparing import PreparedRelease, prepare_release
from analysis.questionnaire_documents import questionnaire_document, read_questionnaire
from analysis.questionnaire_figures import questionnaire_figures, share_without_score
from analysis.release import Bound, CodedNumber, QuestionnaireFigures, Source
from analysis.release_documents import read_header
from analysis.tally import ItemTally, MonthTally
from surveys.canonical import sha256_hex
from surveys.instruments import Construct, ItemCode
from surveys.policy import AnonymityPolicy
from tests.analysis.questionnaire_factories import (
    ITEMS,
    SAFETY,
    UNITS,
    Choices,
    make_choices,
    scores_of,
    tally_of,
)
from tests.analysis.release_factories import AGREE, CONSTRUCTS, fixed_salt, make_tree

POLICY = AnonymityPolicy(threshold=10)
CODES = [item.code for item in ITEMS]


def figures_of(choices: Choices, policy: AnonymityPolicy = POLICY) -> QuestionnaireFigures:
    found = questionnaire_figures(tally_of(choices), policy, shown=CODES)
    assert found is not None
    return found


def release_of(tally: MonthTally) -> PreparedRelease:
    tree = make_tree({"all": None, **dict.fromkeys(UNITS, "all")})
    known = CONSTRUCTS | {SAFETY: Construct(SAFETY, "Safety", "?", "?")}
    with fixed_salt():
        return prepare_release(tally, tree, POLICY, known, source=Source.WAVE, earlier_spread={})


def test_correlations_are_those_of_the_answers_in_two_decimals() -> None:
    choices = make_choices(400)
    expected = np.corrcoef(scores_of(choices).T)
    assert np.array(figures_of(choices).correlations) == pytest.approx(expected, abs=0.005 + 1e-9)


def test_within_units_they_are_taken_around_the_means_of_units() -> None:
    choices = make_choices(400)
    scores, units = scores_of(choices), np.array([unit for unit, _chosen in choices])
    for unit in UNITS:
        scores[units == unit] -= scores[units == unit].mean(axis=0)
    within = figures_of(choices).correlations_within
    assert np.array(within) == pytest.approx(np.corrcoef(scores.T), abs=0.005 + 1e-9)


def test_items_of_one_construct_make_a_scale_and_a_single_item_makes_none() -> None:
    (scale,) = figures_of(make_choices(400)).scales
    assert (scale.construct, scale.items) == (SAFETY, tuple(CODES[1:]))
    assert 0.7 < scale.alpha <= (scale.omega or 0) + 0.01 < 0.9
    assert all(0.4 < each < 0.8 for each in scale.item_rest)  # the reverse-keyed one as well


def test_with_one_complete_answer_too_few_nothing_is_said() -> None:
    complete = make_choices(199)
    gap = [(UNITS[0], (0, 3, 3, 3))] * 50
    assert questionnaire_figures(tally_of([*complete, *gap]), POLICY, shown=CODES) is None
    assert questionnaire_figures(tally_of(make_choices(200)), POLICY, shown=CODES) is not None


def test_without_a_declaration_nothing_is_said() -> None:
    tally = tally_of(make_choices(400), with_complete=False)
    assert questionnaire_figures(tally, POLICY, shown=CODES) is None


@pytest.mark.parametrize(("people", "said"), [(200, 200), (499, 200), (500, 500), (1_900, 1_000)])
def test_the_number_of_complete_answers_is_told_coarsely(people: int, said: int) -> None:
    assert figures_of(make_choices(people)).answers_from == said


def test_a_stricter_policy_asks_for_more_answers() -> None:
    strict = AnonymityPolicy(threshold=10, reliability_from=300)
    assert questionnaire_figures(tally_of(make_choices(299)), strict, shown=CODES) is None
    assert figures_of(make_choices(320), strict).answers_from == 300


def test_the_answers_are_four_times_k_or_more() -> None:
    large = AnonymityPolicy(threshold=60)
    assert questionnaire_figures(tally_of(make_choices(239)), large, shown=CODES) is None
    assert figures_of(make_choices(240), large).answers_from == 200


def test_an_item_on_which_fewer_than_k_may_differ_takes_no_part() -> None:
    def with_dissenters(number: int) -> Choices:
        return [
            (unit, (*chosen[:3], 1 if place < number else 5))
            for place, (unit, chosen) in enumerate(make_choices(400))
        ]

    assert figures_of(with_dissenters(9)).items == tuple(CODES[:3])
    assert figures_of(with_dissenters(10)).items == tuple(CODES)
    # Nine more who skip another question might be among those who differ.
    gaps = [(UNITS[0], (0, 3, 3, 1))] * 9
    assert figures_of([*with_dissenters(9), *gaps]).items == tuple(CODES[:3])


def test_an_item_that_cells_withhold_takes_no_part() -> None:
    found = questionnaire_figures(tally_of(make_choices(400)), POLICY, shown=CODES[1:])
    assert found is not None
    assert found.items == tuple(CODES[1:])


def test_of_one_question_alone_nothing_is_said() -> None:
    tally = tally_of(make_choices(400))
    assert questionnaire_figures(tally, POLICY, shown=CODES[:1]) is None
    assert questionnaire_figures(tally, POLICY, shown=CODES[:2]) is not None


def test_in_units_of_one_person_nothing_is_said_about_within() -> None:
    few = [(UNITS[place % 12], chosen) for place, (_unit, chosen) in enumerate(make_choices(205))]
    found = figures_of(few)  # 205 answers less 12 units are fewer than 200
    assert found.correlations_within is None


def skipped_by(skipped: int, people: int) -> ItemTally:
    half = (people - skipped) // 2
    counts = [[0, 0, half, people - skipped - half, 0, skipped]]
    return ItemTally(ITEMS[0], AGREE, np.array(counts, dtype=np.int64))


@pytest.mark.parametrize(
    ("skipped", "said"),
    [
        (0, CodedNumber(5, Bound.AT_MOST)),
        (29, CodedNumber(5, Bound.AT_MOST)),
        (30, CodedNumber(10)),
        (200, CodedNumber(50)),
        (400, CodedNumber(95, Bound.AT_LEAST)),
    ],
)
def test_how_many_skipped_is_told_in_steps_and_never_that_nobody_did(
    skipped: int, said: CodedNumber
) -> None:
    assert share_without_score(skipped_by(skipped, 400), POLICY) == said


@given(st.integers(5, 50), st.integers(200, 900))
def test_behind_each_share_of_skips_stand_k_different_numbers_of_people(
    k: int, people: int
) -> None:
    policy = AnonymityPolicy(threshold=k)
    said = Counter(
        share_without_score(skipped_by(skipped, people), policy) for skipped in range(people + 1)
    )
    assert min(said.values()) >= k


def test_the_release_holds_them_and_reads_them_back() -> None:
    release = release_of(tally_of(make_choices(400)))
    figures = read_header(release.header).questionnaire
    assert figures == figures_of(make_choices(400))
    assert read_questionnaire(json.loads(json.dumps(questionnaire_document(figures)))) == figures
    assert read_questionnaire(None) is None


def test_how_people_are_divided_among_hidden_units_changes_no_figure() -> None:
    """Nothing of a release may depend on fewer than k people, and such a split would."""
    choices = make_choices(400)
    people = [(unit, chosen) for unit, chosen in choices if unit not in UNITS[10:]]
    few = [(1, 1, 5, 1)] * 8 + [(5, 5, 1, 5)] * 8
    splits = [
        [(UNITS[10 + (place in first)], chosen) for place, chosen in enumerate(few)]
        for first in (range(8), range(8, 16), range(0, 16, 2))
    ]
    releases = [release_of(tally_of([*people, *split])) for split in splits]
    shown = [{cell.unit for cell in each.cells if cell.respondents} for each in releases]
    assert all(not each & set(UNITS[10:]) for each in shown)
    figures = [read_header(each.header).questionnaire for each in releases]
    assert figures[0] is not None
    assert figures[0].correlations_within is not None
    assert figures[1:] == figures[:1] * 2


def test_a_release_without_them_is_what_it_was_before_they_existed() -> None:
    without = release_of(tally_of(make_choices(400), with_complete=False))
    too_few = release_of(tally_of(make_choices(150)))
    assert "questionnaire" not in without.header + too_few.header
    assert "questionnaire" not in without.certificate + too_few.certificate
    assert read_header(without.header).questionnaire is None
    withal = release_of(tally_of(make_choices(400)))
    header = json.loads(withal.header)
    del header["questionnaire"]
    assert sha256_hex(without.header) == without.tables["header"]
    assert json.loads(without.header) == header
    assert without.cells == withal.cells


def test_the_certificate_names_them_and_no_number_of_people() -> None:
    release = release_of(tally_of(make_choices(437)))
    named = json.loads(release.certificate)["questionnaire_figures"]
    assert named["answers"] == "200 complete answers or more"
    assert named["scales"] == ["safety"]
    assert named["searched_by_self_attack"] is False
    assert "437" not in json.dumps(named)
    assert "437" not in json.dumps(json.loads(release.header)["questionnaire"])


def test_taking_breakdowns_out_of_the_counts_keeps_them() -> None:
    tally = tally_of(make_choices(400))
    assert tally.by_unit().complete is tally.complete


def test_sums_about_other_items_than_the_months_are_refused() -> None:
    tally = tally_of(make_choices(20))
    with pytest.raises(ValueError, match="all items of the month"):
        replace(tally, items={ItemCode(CODES[0]): tally.items[CODES[0]]})
