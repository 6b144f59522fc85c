"""Totals of leavers leave the analysis as round numbers only."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.leaver_totals import coarse_needs, round_total
from analysis.turnover import Association, Need, Shortage
from analysis.turnover_study import TurnoverStudy, coarse_study, study_document, study_turnover
from analysis.within_turnover import Theme, WithinAssociation
from tests.analysis.test_within_turnover import make_lagged


def study_of(units: int = 20, periods: int = 16) -> TurnoverStudy:
    panel, score = make_lagged(units, periods, lag=1, coefficient=-0.5)
    return study_turnover(panel, {"morale": Theme(score)}, about="morale", draws=19)


@pytest.mark.parametrize(
    ("leavers", "told"),
    [(30, 30), (39, 30), (40, 40), (69, 50), (99, 70), (149, 100), (184, 150), (12_345, 10_000)],
)
def test_totals_are_told_as_at_least_a_round_number(leavers: int, told: int) -> None:
    assert round_total(leavers) == told


@given(st.integers(1, 10**9))
def test_a_round_total_is_never_more_and_more_than_half(leavers: int) -> None:
    assert leavers / 2 < round_total(leavers) <= leavers


@given(st.integers(1, 10**9), st.integers(0, 10**6))
def test_more_leavers_are_never_told_as_fewer(leavers: int, more: int) -> None:
    assert round_total(leavers) <= round_total(leavers + more)


def test_no_leavers_have_no_round_total() -> None:
    with pytest.raises(ValueError, match="below 1"):
        round_total(0)


@pytest.mark.parametrize(("missing", "told"), [(1, 10), (10, 10), (11, 20), (29, 30)])
def test_missing_leavers_are_told_in_steps_of_ten(missing: int, told: int) -> None:
    (need,) = coarse_needs([Need(Shortage.LEAVERS, f"There are {30 - missing}.", missing)])
    assert need.missing == told
    assert need.words.endswith(f"There are fewer: up to {told} more are needed.")


def test_missing_units_and_months_are_told_as_they_are() -> None:
    needs = (Need(Shortage.UNITS, "There are 9, so 1 more.", 1), Need(Shortage.LEAVERS, "Uneven."))
    assert coarse_needs(needs) == needs


def test_a_coarse_study_differs_in_totals_alone() -> None:
    study = study_of()
    coarse = coarse_study(study)
    assert isinstance(study.between, Association)
    assert coarse.between == replace(study.between, leavers=round_total(study.between.leavers))
    for exact, told in zip(study.within.findings, coarse.within.findings, strict=True):
        assert isinstance(exact, WithinAssociation)
        assert told == replace(exact, exits=round_total(exact.exits))
    assert [each.order for each in coarse.chain] == [each.order for each in study.chain]


def test_no_total_that_is_not_round_is_left_in_a_coarse_study() -> None:
    def totals(value: object) -> list[int]:
        if isinstance(value, dict):
            found = [
                value[name] for name in ("exits", "leavers") if isinstance(value.get(name), int)
            ]
            return found + [each for child in value.values() for each in totals(child)]
        if isinstance(value, list | tuple):
            return [each for child in value for each in totals(child)]
        return []

    told = totals(study_document(coarse_study(study_of())))
    assert len(told) >= 6
    assert all(round_total(total) == total for total in told)
