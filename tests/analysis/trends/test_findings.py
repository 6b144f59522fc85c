"""What counts as moved this month, told once per family of units and in a stated order."""

from collections.abc import Callable
from datetime import date

import pytest

from analysis.trends.behaviour import Direction, Rule
from analysis.trends.findings import (
    Finding,
    JudgedSeries,
    Tally,
    expected_by_chance,
    findings,
    tally_of,
)
from analysis.trends.measures import Measure, Point
from surveys.months import Month
from surveys.units import Unit, UnitCode, UnitTree
from tests.analysis.trends.behaviours import process_behaviour

Judged = Callable[..., JudgedSeries]

SHIFT = (3.5, 3.1, 3.2, 3.0, 3.1, 3.2, 3.0, 3.2)
RISE = (3.3, 3.7, 3.6, 3.8, 3.7, 3.6, 3.8, 3.6)
JUMP = (3.4, 3.4, 3.4, 3.4, 3.4, 3.4, 3.4, 4.4)
QUIET = (3.4,) * 8
MONTH = Month(2026, 8)
TREE = UnitTree.of(
    date(2025, 1, 1),
    [
        Unit(UnitCode(code), code.capitalize(), UnitCode(parent) if parent else None)
        for code, parent in (
            ("all", ""), ("east", "all"), ("west", "all"),
            ("east-1", "east"), ("east-2", "east"), ("west-1", "west"),
        )
    ],
)  # fmt: skip


def units_of(found: tuple[Finding, ...]) -> list[str]:
    return [finding.unit for finding in found]


def test_a_finding_is_a_sentence_with_its_evidence_and_a_question(judged: Judged) -> None:
    (finding,) = findings([judged("east-1", SHIFT), judged("east-2", QUIET)], TREE, month=MONTH)
    assert finding.title == "Morale in East-1 has been below its own average for seven months"
    assert finding.evidence.startswith("February to August")
    assert finding.ask == "What got heavier?"
    assert (finding.rule, finding.direction) == (Rule.SHIFT, Direction.LOWER)
    assert (finding.months_long, finding.also) == (7, ())


def test_a_signal_upwards_asks_the_other_question(judged: Judged) -> None:
    (finding,) = findings([judged("east-1", RISE)], TREE, month=MONTH)
    assert finding.ask == "What got lighter?"


def test_only_signals_that_include_the_month_count(judged: Judged) -> None:
    assert findings([judged("east-1", SHIFT)], TREE, month=MONTH.shifted(1)) == ()
    assert findings([judged("east-1", (*SHIFT, 3.4))], TREE, month=MONTH.shifted(1)) == ()


def test_one_team_and_the_units_above_it_are_told_once_as_the_team(judged: Judged) -> None:
    series = [judged(unit, SHIFT) for unit in ("all", "east", "east-1")]
    (finding,) = findings([*series, judged("east-2", QUIET)], TREE, month=MONTH)
    assert (finding.unit, finding.also) == ("east-1", ("all", "east"))


def test_what_several_teams_share_is_told_as_the_unit_above_them(judged: Judged) -> None:
    series = [judged(unit, SHIFT) for unit in ("east", "east-1", "east-2")]
    (finding,) = findings(series, TREE, month=MONTH)
    assert (finding.unit, finding.also) == ("east", ("east-1", "east-2"))
    assert finding.evidence.endswith("Two units within it moved the same way.")


def test_several_teams_below_an_ordinary_unit_are_told_each(judged: Judged) -> None:
    series = [judged("east", QUIET), judged("east-1", SHIFT), judged("east-2", SHIFT)]
    assert units_of(findings(series, TREE, month=MONTH)) == ["east-1", "east-2"]


def test_opposite_movements_of_parent_and_child_are_two_findings(judged: Judged) -> None:
    found = findings([judged("east", SHIFT), judged("east-1", RISE)], TREE, month=MONTH)
    assert units_of(found) == ["east", "east-1"]


def test_different_measures_are_not_told_as_one(
    judged: Judged, measure: Callable[..., Measure]
) -> None:
    load = measure("load", name="Workload")
    series = [judged("east", SHIFT), judged("east-1", SHIFT, measure=load)]
    assert len(findings(series, TREE, month=MONTH)) == 2


def test_the_first_of_each_theme_leads_and_the_longest_run_comes_first(
    judged: Judged, measure: Callable[..., Measure]
) -> None:
    load = measure("load", name="Workload")
    series = [
        judged("west-1", JUMP),
        judged("east-2", JUMP),
        judged("west-1", RISE, measure=load),
        judged("east-1", JUMP, measure=load),
    ]
    found = findings(series, TREE, month=MONTH)
    assert [(f.measure.code, f.unit) for f in found] == [
        ("load", "west-1"),
        ("morale", "east-2"),
        ("load", "east-1"),
        ("morale", "west-1"),
    ]


def test_a_unit_that_is_no_longer_in_the_tree_is_left_out(judged: Judged) -> None:
    assert findings([judged("closed", SHIFT)], TREE, month=MONTH) == ()


def test_expected_signals_grow_with_figures_and_are_fewer_while_provisional() -> None:
    assert expected_by_chance(0) == 0
    assert expected_by_chance(100) == pytest.approx(5.0)
    assert expected_by_chance(100, provisional=100) == pytest.approx(1.7)


def test_a_tally_counts_shown_latest_figures_with_limits(
    judged: Judged, series: Callable[..., tuple[Point, ...]]
) -> None:
    behaviours = [
        judged("east", SHIFT).behaviour,
        judged("west", QUIET).behaviour,
        judged("west", (3.4, None)).behaviour,
        process_behaviour(series([3.4, 3.5] * 4)),
        process_behaviour(series([3.4, 3.5])),
        process_behaviour(()),
    ]
    assert tally_of(behaviours) == Tally(figures=3, moved=1, expected=pytest.approx(0.117))
