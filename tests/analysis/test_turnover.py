"""Morale beside leavers: the two associations, their refusals, and leaver counts for leaders."""

import re
from collections.abc import Iterable
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.turnover import (
    Association,
    Question,
    Refused,
    Shortage,
    protected_leavers,
)
from surveys.months import Month
from surveys.units import UnitCode
from tests.analysis.turnover_rows import TurnoverRow, between_units, pooled_months

START = Month(2025, 1)


def make_row(
    unit: int, month: int, *, morale: float | None = 3.4, headcount: int | None = 20,
    leavers: int | None = 1,
) -> TurnoverRow:  # fmt: skip
    return TurnoverRow(UnitCode(f"u{unit:03d}"), START.shifted(month), morale, headcount, leavers)


def make_rows(
    units: int = 12, months: int = 12, *, slope: float = -0.4, seed: int = 3
) -> list[TurnoverRow]:
    """Return units whose leavers fall with their morale (slope per scale point), with noise."""
    random = np.random.default_rng(seed)
    rows: list[TurnoverRow] = []
    for unit in range(units):
        level = 2.6 + 1.6 * unit / units
        for month in range(months):
            morale = round(float(level + 0.1 * random.normal()), 1)
            leavers = int(random.poisson(max(0.05, 1.0 + slope * 2 * (level - 3.4))))
            rows.append(make_row(unit, month, morale=morale, leavers=min(20, leavers)))
    return rows


def association(result: Association | Refused) -> Association:
    assert isinstance(result, Association), result
    return result


def refusal(result: Association | Refused) -> Refused:
    assert isinstance(result, Refused), result
    return result


def shortages(result: Association | Refused) -> set[Shortage]:
    return {need.shortage for need in refusal(result).needs}


def test_between_units_is_spearman_of_mean_morale_and_leavers_per_person_month() -> None:
    rows = make_rows()
    found = association(between_units(rows))
    units = sorted({row.unit for row in rows})
    morale = [np.mean([r.morale for r in rows if r.unit == u]) for u in units]
    rate = [sum(r.leavers or 0 for r in rows if r.unit == u) for u in units]  # headcount is equal
    assert found.estimate == pytest.approx(stats.spearmanr(morale, rate).statistic)
    assert (found.n, found.units, found.months, found.units_left_out) == (12, 12, 12, 0)
    assert found.leavers == sum(row.leavers or 0 for row in rows)


def test_pooled_months_set_morale_against_the_leaver_rate_one_month_later() -> None:
    rows = make_rows()
    found = association(pooled_months(rows))
    later = {(row.unit, row.month): row for row in rows}
    pairs = [
        (row.morale, (after.leavers or 0) / 20)
        for row in rows
        if (after := later.get((row.unit, row.month.shifted(1)))) is not None
    ]
    assert found.estimate == pytest.approx(stats.spearmanr(*zip(*pairs, strict=True)).statistic)
    assert (found.n, found.units, found.months) == (12 * 11, 12, 11)


def test_pairs_reach_over_the_end_of_a_year_and_never_over_a_missing_month() -> None:
    rows = [row for row in make_rows(months=14) if row.month != START.shifted(5)]
    assert association(pooled_months(rows)).n == 12 * (13 - 2)


def test_the_interval_holds_the_estimate_and_words_follow_the_interval() -> None:
    for found in (association(between_units(make_rows())), association(pooled_months(make_rows()))):
        assert found.low <= found.estimate <= found.high
        assert found.is_distinguishable
        assert found.words.startswith("Moves with:")
        assert found.words.endswith("fewer leavers.")


def test_the_other_direction_is_said_as_plainly() -> None:
    found = association(between_units(make_rows(slope=0.4)))
    assert found.words == "Moves with: units with higher morale have more leavers."


def test_an_interval_over_zero_is_not_distinguishable_from_no_association() -> None:
    found = association(between_units(make_rows(slope=0.0)))
    assert not found.is_distinguishable
    assert found.words == "Not distinguishable from no association."


def test_units_that_are_equal_but_for_floating_point_share_a_rank() -> None:
    """0.1 + 0.2 is not 0.3 in floating point; the order of a unit's months must not rank it."""
    rows = make_rows()
    for unit, means in ((50, (1.1, 2.2, 3.3)), (51, (3.3, 2.2, 1.1))):
        rows += [make_row(unit, m, morale=mean, leavers=2) for m, mean in enumerate(means)]
    swapped = [
        TurnoverRow(
            UnitCode({"u050": "u051", "u051": "u050"}.get(r.unit, r.unit)),
            r.month, r.morale, r.headcount, r.leavers,
        )
        for r in rows
    ]  # fmt: skip
    assert between_units(swapped) == between_units(rows)


def test_hidden_months_and_units_take_no_part_and_are_counted() -> None:
    rows = make_rows()
    hidden = [make_row(unit, month, morale=None) for unit in (90, 91) for month in range(12)]
    without_figures = [make_row(92, month, headcount=None, leavers=None) for month in range(12)]
    shown = association(between_units(rows))
    found = association(between_units([*rows, *hidden, *without_figures]))
    assert found.units_left_out == 3
    assert found.estimate == shown.estimate


def test_the_order_of_rows_changes_nothing() -> None:
    rows = make_rows()
    assert pooled_months(rows[::-1]) == pooled_months(rows)


@pytest.mark.parametrize("ask", [between_units, pooled_months])
class TestRefusals:
    def test_too_few_units_are_named_with_how_many_more(self, ask) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - either function
        refused = refusal(ask(make_rows(units=6, months=24)))
        assert {need.shortage for need in refused.needs} == {Shortage.UNITS}
        assert refused.reason == (
            "At least 10 units with shown morale and leaver figures are needed. "
            "There are 6, so 4 more."
        )

    def test_too_few_months(self, ask) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - either function
        assert shortages(ask(make_rows(units=40, months=7))) == {Shortage.MONTHS}

    def test_too_few_leavers(self, ask) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - either function
        rows = [
            make_row(u, m, morale=3 + u / 20, leavers=int(m == 3 and u % 2))
            for u in range(12)
            for m in range(12)
        ]
        assert shortages(ask(rows)) == {Shortage.LEAVERS}

    def test_morale_that_never_varies(self, ask) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - either function
        rows = [make_row(u, m, leavers=1 + u % 3) for u in range(12) for m in range(12)]
        assert shortages(ask(rows)) == {Shortage.MORALE_VARIES}

    def test_a_leaver_rate_that_never_varies(self, ask) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - either function
        rows = [make_row(u, m, morale=3 + u / 20) for u in range(12) for m in range(12)]
        assert shortages(ask(rows)) == {Shortage.LEAVERS_VARY}

    def test_everything_that_is_missing_is_said_at_once(self, ask) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - either function
        refused = refusal(ask([make_row(1, 0), make_row(1, 1), make_row(2, 0, morale=None)]))
        assert {Shortage.UNITS, Shortage.MONTHS, Shortage.LEAVERS} <= shortages(refused)
        assert refused.units_left_out == 1

    def test_nothing_at_all(self, ask) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - either function
        assert shortages(ask([])) == {Shortage.UNITS, Shortage.MONTHS, Shortage.LEAVERS}


def test_the_questions_are_told_apart() -> None:
    assert between_units([]).question is Question.BETWEEN
    assert association(pooled_months(make_rows())).question is Question.POOLED


def test_no_sentence_explains_predicts_or_ranks() -> None:
    told = [
        association(f(make_rows(slope=slope))).words
        for f in (between_units, pooled_months)
        for slope in (-0.4, 0.0, 0.4)
    ]
    refused = [
        refusal(f(rows)).reason
        for f in (between_units, pooled_months)
        for rows in ([], [make_row(1, 0)])
    ]
    forbidden = re.compile(
        r"caus|because|driv|predict|risk|best|worst|rank|target|significan|!", re.IGNORECASE
    )
    assert [text for text in told + refused if forbidden.search(text)] == []


def test_a_leader_sees_leavers_where_at_least_five_stand_behind_them() -> None:
    #     all(0)                 own leavers: a 6, b 7, c 5
    assert protected_leavers((-1, 0, 0, 0), (0, 6, 7, 5), threshold=5) == (18, 6, 7, 5)


def test_none_and_few_leavers_look_alike() -> None:
    none = protected_leavers((-1, 0, 0, 0), (0, 6, 7, 0), threshold=5)
    few = protected_leavers((-1, 0, 0, 0), (0, 6, 7, 3), threshold=5)
    assert none[3] is None
    assert few[3] is None


def residues(parents: tuple[int, ...], shown: tuple[int | None, ...]) -> Iterable[int]:
    """Return each shown number less the nearest shown numbers below it."""
    for unit, count in enumerate(shown):
        if count is None:
            continue
        rest = count
        for other in range(unit + 1, len(parents)):
            above = parents[other]
            while above > unit and shown[above] is None:
                above = parents[above]
            if shown[other] is not None and above == unit:
                rest -= shown[other] or 0
        yield rest


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), min_size=1, max_size=14))
def test_no_difference_of_shown_leavers_is_one_to_four(units: list[tuple[int, int]]) -> None:
    parents = (-1, *(pick % place for place, (pick, _n) in enumerate(units[1:], start=1)))
    shown = protected_leavers(parents, [n for _pick, n in units], threshold=5)
    assert all(count is None or count >= 5 for count in shown)
    assert all(rest == 0 or rest >= 5 for rest in residues(parents, shown))
    siblings = [
        (a, b)
        for a, b in combinations(range(len(parents)), 2)
        if parents[b] == a and shown[a] is not None and shown[b] is not None
    ]
    for parent, child in siblings:
        assert (shown[parent] or 0) - (shown[child] or 0) not in {1, 2, 3, 4}
