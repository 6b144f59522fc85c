"""The whole study: its chain stands in the default questions, and its document leaves nothing out."""

import json

import pytest

from analysis.chain import EXITS
from analysis.turnover_study import (
    CHAIN,
    MORALE,
    PLACEBO_WORDS,
    study_document,
    study_turnover,
    within_document,
)
from analysis.within_turnover import Theme, study_within
from surveys.library_bank import default_instrument
from tests.analysis.test_within_turnover import make_lagged


def test_every_step_of_the_chain_is_a_construct_of_the_default_questions() -> None:
    steps = {code for pair in CHAIN for code in (pair.earlier, pair.later)} - {EXITS}
    assert steps <= set(default_instrument().constructs)
    assert MORALE in steps


def test_the_links_of_the_chain_join_up_and_end_in_exits() -> None:
    assert CHAIN[-1].later == EXITS
    for pair in CHAIN[:-1]:
        ends_in_staying = pair.later == "staying"
        assert ends_in_staying or any(pair.later == after.earlier for after in CHAIN)


def test_a_study_is_written_whole_with_a_refusal_for_what_was_never_asked() -> None:
    panel, score = make_lagged(20, 16, lag=1, coefficient=-0.5)
    study = study_turnover(panel, {MORALE: Theme(score)}, about=MORALE, draws=19)
    document = json.loads(json.dumps(study_document(study)))

    assert [each["lag"] for each in document["within"]] == [1, 2, 3]
    assert [each["lag"] for each in document["placebo"]] == [-1]
    assert document["between"]["is_told"]
    assert document["pooled"]["is_told"]
    *links, to_exits = document["chain"]
    assert all(link["forward"]["words"] == "One of the two was never asked." for link in links)
    assert to_exits["forward"]["is_told"]


def test_a_placebo_that_is_found_is_said_once() -> None:
    panel, score = make_lagged(lag=-1, coefficient=1.0)
    study = study_within(panel, {MORALE: Theme(score)}, lags=(1,))
    assert within_document(study)["placebo_words"] == [PLACEBO_WORDS]


def test_a_theme_that_is_not_there_is_refused() -> None:
    panel, score = make_lagged(lag=1, coefficient=0.0)
    with pytest.raises(ValueError, match="no theme 'morale'"):
        study_turnover(panel, {"safety": Theme(score)}, about=MORALE)
