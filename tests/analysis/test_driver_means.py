"""What is set beside morale: which months, which units, which correlations."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from analysis.driver_correlations import within_correlations
from analysis.driver_means import paired_means, questions_of, with_morale
from analysis.release import (
    QuestionnaireFigures,
    Reason,
    ReleasedItem,
    ReleaseHead,
    Suppressed,
    UnitMonth,
)
from surveys.units import UnitCode
from tests.analysis.trends.conftest import START, make_cell, make_figure, make_head, make_item

NEXT = START.shifted(1)
MORALE = make_item()
LOAD, FAIR, PROUD = (make_item(code, construct=code) for code in ("load", "fair", "proud"))
TEAM = UnitCode("team")
NAN = float("nan")


def cell_of(month: int, means: Mapping[str, float | None], *, is_coarse: bool = False) -> UnitMonth:
    """One unit's cell; None is a question that too few answered."""
    figures = {
        code: Suppressed(Reason.TOO_FEW_FOR_ITEM) if mean is None else make_figure(mean)
        for code, mean in means.items()
    }
    return UnitMonth(TEAM, START.shifted(month), make_cell(figures, is_coarse=is_coarse))


def two_months(first: Sequence[ReleasedItem], second: Sequence[ReleasedItem]) -> list[ReleaseHead]:
    return [make_head(START, items=first), make_head(NEXT, items=second)]


def with_figures(
    head: ReleaseHead, correlations: Sequence[Sequence[float]], *, answers_from: int = 200
) -> ReleaseHead:
    """Return a release that says these correlations of its items within units."""
    matrix = tuple(tuple(row) for row in correlations)
    figures = QuestionnaireFigures(
        answers_from, tuple(item.code for item in head.items), (), matrix, matrix, ()
    )
    return replace(head, questionnaire=figures)


def test_months_without_a_question_about_morale_are_left_out() -> None:
    heads = two_months([LOAD], [MORALE, LOAD])
    assert with_morale(heads) == (heads[1],)


def test_questions_are_those_of_the_newest_pulse_and_then_older_ones_without_morale() -> None:
    heads = two_months([MORALE, PROUD, LOAD], [MORALE, LOAD, FAIR])
    assert questions_of(heads) == (LOAD, FAIR, PROUD)


def test_a_question_in_other_words_is_another_question() -> None:
    changed = make_item("load", construct="load", version=2)
    assert questions_of(two_months([MORALE, LOAD], [MORALE, changed])) == (changed, LOAD)


def test_a_question_stands_beside_the_morale_of_the_months_that_show_both() -> None:
    heads = two_months([MORALE, LOAD, FAIR], [MORALE, LOAD])
    history = [
        cell_of(0, {"morale": 3.0, "load": 2.0, "fair": 4.0}),
        cell_of(1, {"morale": 4.0, "load": 3.0}),
    ]
    means = paired_means(heads, [history])
    assert means.morale.tolist() == [[3.5, 3.0]]  # load in both months, fair in the first
    assert means.questions.tolist() == [[2.5, 4.0]]
    assert means.together == (0,)
    assert (means.morale_together.tolist(), means.questions_together.tolist()) == ([3.5], [[2.5]])


@pytest.mark.parametrize(
    "entry",
    [
        UnitMonth(TEAM, START, Suppressed(Reason.TOO_FEW)),
        cell_of(0, {"morale": 3.0, "load": 2.0}, is_coarse=True),
        cell_of(0, {"morale": None, "load": 2.0}),
        cell_of(5, {"morale": 3.0, "load": 2.0}),  # a month that is not looked at
    ],
    ids=["hidden", "in half points", "morale hidden", "another month"],
)
def test_what_does_not_show_both_takes_no_part(entry: UnitMonth) -> None:
    heads = [make_head(START, items=[MORALE, LOAD])]
    means = paired_means(heads, [[entry], [cell_of(0, {"morale": 3.0, "load": 2.0})]])
    assert np.isnan(means.questions[0]).all()
    assert np.isnan(means.morale_together[0])
    assert means.units == 1


def test_a_hidden_question_leaves_the_others_and_ends_together() -> None:
    heads = [make_head(START, items=[MORALE, LOAD, FAIR])]
    means = paired_means(heads, [[cell_of(0, {"morale": 3.0, "load": None, "fair": 4.0})]])
    assert np.array_equal(means.questions, [[NAN, 4.0]], equal_nan=True)
    assert np.isnan(means.questions_together).all()


def test_several_questions_about_morale_are_taken_as_their_mean() -> None:
    second = make_item("spirit")  # of the construct morale
    heads = [make_head(START, items=[MORALE, second, LOAD])]
    means = paired_means(heads, [[cell_of(0, {"morale": 3.0, "spirit": 4.0, "load": 2.0})]])
    assert means.morale.tolist() == [[3.5]]


def test_correlations_of_several_months_are_averaged_and_count_as_the_fewest_answers() -> None:
    first = with_figures(
        make_head(START, items=[MORALE, LOAD, FAIR]),
        [[1, 0.4, 0.2], [0.4, 1, 0.3], [0.2, 0.3, 1]],
        answers_from=1000,
    )
    second = with_figures(make_head(NEXT, items=[MORALE, LOAD]), [[1, 0.2], [0.2, 1]])
    found = within_correlations([first, second], (LOAD, FAIR, PROUD), (0,))
    assert found is not None
    assert found.singles[:2] == pytest.approx([0.3, 0.2])
    assert np.isnan(found.singles[2])
    assert found.together == pytest.approx(np.array([[1, 0.3], [0.3, 1]]))
    assert (found.freedom, found.releases) == (200, 2)
    alone = within_correlations([first], (LOAD, FAIR), (0, 1))
    assert alone is not None
    assert alone.freedom == 999  # a thousand answers in a tree of one unit


def test_months_without_released_correlations_are_passed_over() -> None:
    told = with_figures(make_head(START, items=[MORALE, LOAD]), [[1, 0.4], [0.4, 1]])
    silent = make_head(NEXT, items=[MORALE, LOAD])
    found = within_correlations([told, silent], (LOAD,), (0,))
    assert found is not None
    assert (found.singles.tolist(), found.releases) == ([pytest.approx(0.4)], 1)
    assert within_correlations([silent], (LOAD,), (0,)) is None


def test_a_release_that_withholds_morale_says_nothing_of_what_moves_with_it() -> None:
    head = with_figures(make_head(START, items=[LOAD, FAIR]), [[1, 0.3], [0.3, 1]])
    with_hidden_morale = replace(head, items=(MORALE, LOAD, FAIR))
    assert within_correlations([with_hidden_morale], (LOAD, FAIR), (0, 1)) is None
