"""What the turnover page says of each link, and that it never says more than was found."""

from dataclasses import replace

import pytest

from analysis.chain import EXITS, BothWays, Link, LinkRefused, Order, Pair
from analysis.trends.measures import Measure
from analysis.turnover import Need, Question, Refused, Shortage
from analysis.turnover_study import TurnoverStudy
from analysis.within_turnover import WithinStudy
from pulse.dashboards.associations import Associations
from pulse.dashboards.chain_links import chain_lead, exits_forest, link_rows, score_forest
from surveys.instruments import ItemCode

SAFETY_TO_MORALE = Pair("safe-practice", "morale")
MORALE_TO_EXITS = Pair("morale", EXITS)
FOUND = Link(
    SAFETY_TO_MORALE,
    0.3,
    0.1,
    0.5,
    0.2,
    0.05,
    0.004,
    0.01,
    units=40,
    periods=17,
    rows=640,
    exits=None,
)
NOT_FOUND = replace(FOUND, estimate=0.1, low=-0.1, high=0.3, chance=0.3, adjusted=0.4)
FEWER = replace(FOUND, pair=MORALE_TO_EXITS, estimate=0.8, low=0.65, high=0.95, exits=212)
CLEAR = Order(0.3, 0.1, 0.5, 0.01, 0.02)
UNCLEAR = Order(0.1, -0.1, 0.3, 0.3, 0.4)
REFUSED = LinkRefused(
    SAFETY_TO_MORALE, (Need(Shortage.MONTHS, "At least 8 periods are needed. There are 4."),)
)


def measure_of(code: str, name: str) -> Measure:
    return Measure(code, name, "", "", (ItemCode(code),), (1,), 5, "low", "high")


def study_of(*chain: BothWays) -> Associations:
    nothing = Refused(Question.BETWEEN, (), 0)
    study = TurnoverStudy("morale", nothing, nothing, WithinStudy((), ()), chain)
    measures = (measure_of("morale", "Morale"), measure_of("safe-practice", "Safe practice"))
    return Associations(measures[0], measures, study, has_workforce=True)


def words_of(both: BothWays) -> str:
    (row,) = link_rows(study_of(both))
    return row.words


def test_a_link_with_its_order_says_both() -> None:
    words = words_of(BothWays(FOUND, NOT_FOUND, CLEAR))
    assert words == (
        "Moves with: in a unit, months of higher safe practice are followed by higher morale, "
        "clearly more so than the other way round."
    )


@pytest.mark.parametrize("backward", [FOUND, NOT_FOUND])
def test_without_a_clear_difference_nobody_is_told_which_comes_first(backward: Link) -> None:
    words = words_of(BothWays(FOUND, backward, UNCLEAR))
    assert words.endswith("so we cannot tell which comes first.")


def test_a_link_whose_interval_holds_nothing_is_not_told() -> None:
    assert words_of(BothWays(NOT_FOUND, FOUND, CLEAR)) == "Not distinguishable from no association."


def test_a_link_that_many_looks_explain_is_not_told() -> None:
    lucky = replace(FOUND, adjusted=0.2)
    words = words_of(BothWays(lucky, NOT_FOUND, CLEAR))
    assert words.startswith("Not distinguishable from no association: by itself")
    assert words.endswith("among so many looks chance gives as much now and then.")


def test_the_last_link_says_fewer_leavers_and_whether_the_check_finds_as_much() -> None:
    alone, both = words_of(BothWays(FEWER, NOT_FOUND, None)), words_of(BothWays(FEWER, FOUND, None))
    assert alone == "Moves with: in a unit, months of higher morale are followed by fewer leavers."
    assert both == f"{alone} The other way round is found too, so the order in time says nothing."


def test_a_refused_link_says_what_is_missing_in_months() -> None:
    (row,) = link_rows(study_of(BothWays(REFUSED, NOT_FOUND, None)))
    assert row.words == "Not told yet. At least 8 months are needed. There are 4."
    assert (row.forward, row.backward) == ("not told", "0.10 (\N{MINUS SIGN}0.10 to 0.30)")
    assert row.basis == ""


def test_a_link_is_told_with_its_interval_and_what_it_rests_on() -> None:
    (row,) = link_rows(study_of(BothWays(FEWER, NOT_FOUND, None)))
    assert row.name == "Morale, then leavers"
    assert row.forward == "0.80 (0.65 to 0.95)"
    assert row.basis == "40 units, 17 months, at least 212 leavers; adjusted chance 1%"


def test_scores_and_leavers_have_panels_with_scales_of_their_own() -> None:
    associations = study_of(BothWays(FOUND, NOT_FOUND, CLEAR), BothWays(FEWER, NOT_FOUND, None))
    scores = score_forest(associations, number=3, table=3)
    exits = exits_forest(associations, number=4, table=3)
    assert scores is not None
    assert exits is not None
    labels = [each.label for each in scores.estimates]
    assert labels == ["Link 1", "Link 1 turned round", "Link 2 turned round"]
    assert (scores.null_value, scores.is_log) == (0, False)
    assert [each.label for each in exits.estimates] == ["Link 2"]
    assert (exits.null_value, exits.is_log) == (1, True)


def test_no_link_told_leaves_no_panel() -> None:
    associations = study_of(BothWays(REFUSED, REFUSED, None))
    assert score_forest(associations, number=1, table=1) is None
    assert exits_forest(associations, number=1, table=1) is None
    assert chain_lead(associations) == "We cannot say yet. The table says what is missing."


@pytest.mark.parametrize(
    ("chain", "words"),
    [
        ([BothWays(NOT_FOUND, FOUND, CLEAR)], "We cannot tell: none of the 1 links"),
        (
            [BothWays(FOUND, FOUND, UNCLEAR)],
            "1 is found. For none of them can the order in time be told.",
        ),
        ([BothWays(FOUND, NOT_FOUND, CLEAR)] * 2, "2 are found. For 2 of them the order"),
    ],
)
def test_the_lead_counts_what_is_found(chain: list[BothWays], words: str) -> None:
    assert words in chain_lead(study_of(*chain))
