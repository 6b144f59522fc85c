"""What leaders may see of workforce figures: sums that no subtraction brings down to a few people."""

from collections.abc import Sequence
from datetime import date
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from analysis.tables import WorkforceRow
from analysis.turnover import protected_leavers
from analysis.workforce_figures import Figure
from analysis.workforce_held import figures_held, numbers_by_period
from analysis.workforce_periods import Period
from analysis.workforce_series import (
    PeriodSums,
    RateCode,
    RateParts,
    parts_of,
    people_behind,
    period_sums,
    rate_base,
    shown_sums,
)
from pulse.stores import Stores
from surveys.months import Month
from surveys.units import Unit, UnitCode, UnitTree

MARCH = Period(Month(2026, 3))
QUARTER = Period(Month(2026, 4), 3)
YEAR = Period(Month(2026, 1), 12)
THRESHOLD = 5
HEADS = RateParts(RateCode.LEAVERS, Figure.LEAVERS, Figure.HEADCOUNT)
FTE = RateParts(RateCode.AGENCY, Figure.AGENCY_FTE, Figure.IN_POST_FTE)
DAYS = RateParts(RateCode.ABSENCE, Figure.DAYS_LOST, Figure.IN_POST_FTE)


def tree_of(parents: Sequence[int]) -> UnitTree:
    """Units u0, u1, ...; each place's parent stands before it."""
    codes = [UnitCode(f"u{place}") for place in range(len(parents))]
    return UnitTree.of(
        date(2026, 1, 1),
        [Unit(c, c, None if up < 0 else codes[up]) for c, up in zip(codes, parents, strict=True)],
    )


def put(stores: Stores, period: Period, **figures: Sequence[float]) -> None:
    """Store a row for each place of the given columns."""
    rows = [
        {"unit_code": f"u{place}", "month": str(period.start), "months": period.months}
        | dict(zip(figures, numbers, strict=True))
        for place, numbers in enumerate(zip(*figures.values(), strict=True))
    ]
    with stores.archive() as session:
        session.execute(insert(WorkforceRow), rows)


def sums(
    stores: Stores,
    period: Period,
    parents: Sequence[int],
    parts: RateParts,
    *,
    is_open: bool = False,
) -> PeriodSums:
    with stores.archive() as session:
        own = numbers_by_period(session, (parts.events, parts.in_post)).get(period, {})
    threshold = None if is_open else THRESHOLD
    return period_sums(own, period, tree_of(parents), parts, threshold=threshold)


def attack(incidence: np.ndarray, people: np.ndarray) -> int:
    """Count the combinations of shown sums that tell the figure of 1 to 4 people.

    Each shown sum is added, left out or subtracted; what is left are some of the own figures, each
    once (a plain group of people) or not at all.

    Args:
        incidence: shown sums x own figures, 1 where the figure is part of the sum.
        people: behind each own figure.
    """
    leaks = 0
    for signs in product((-1, 0, 1), repeat=len(incidence)):
        left = np.array(signs) @ incidence
        if set(left.tolist()) <= {0, 1}:
            leaks += 0 < int(people[left == 1].sum()) < THRESHOLD
    return leaks


def incidence_of(parents: Sequence[int], shown: Sequence[bool]) -> np.ndarray:
    rows = np.eye(len(parents), dtype=int)
    for place in range(len(parents) - 1, 0, -1):
        rows[parents[place]] += rows[place]
    return rows[np.array(shown, dtype=bool)]


TREES = st.lists(st.integers(0, 99), min_size=2, max_size=6).map(
    lambda picks: (-1, *(pick % place for place, pick in enumerate(picks[1:], start=1)))
)


@settings(max_examples=60)
@given(parents=TREES, data=st.data())
def test_no_combination_of_shown_sums_tells_of_one_to_four_people(
    parents: tuple[int, ...], data: st.DataObject
) -> None:
    """Heads, FTE and days lost; the people are as few as the amounts allow."""
    parts = data.draw(st.sampled_from([HEADS, FTE, DAYS]))
    scale = 21.0 if parts is DAYS else 0.7 if parts is FTE else 1.0
    own = (
        np.array(
            data.draw(st.lists(st.integers(0, 9), min_size=len(parents), max_size=len(parents)))
        )
        * scale
    )
    people = people_behind(own, parts, MARCH)
    shown = shown_sums(parents, people, threshold=THRESHOLD)
    assert attack(incidence_of(parents, shown.tolist()), people) == 0


def test_the_attack_finds_what_an_open_table_tells() -> None:
    parents, people = (-1, 0, 0), np.array([0, 6, 2])
    assert attack(incidence_of(parents, [True, True, False]), people) > 0


@settings(max_examples=40)
@given(parents=TREES, data=st.data())
def test_periods_side_by_side_tell_no_more_than_each_by_itself(
    parents: tuple[int, ...], data: st.DataObject
) -> None:
    """A month of one unit and the quarter of another have no figure in common, whatever is added."""
    parents = parents[:4]
    counts = st.lists(st.integers(0, 9), min_size=len(parents), max_size=len(parents))
    first, second = np.array(data.draw(counts)), np.array(data.draw(counts))
    blocks = [
        incidence_of(parents, shown_sums(parents, people, threshold=THRESHOLD).tolist())
        for people in (first, second)
    ]
    whole = np.zeros((sum(map(len, blocks)), 2 * len(parents)), dtype=int)
    whole[: len(blocks[0]), : len(parents)] = blocks[0]
    whole[len(blocks[0]) :, len(parents) :] = blocks[1]
    assert attack(whole, np.concatenate([first, second])) == 0


def test_a_year_beside_one_of_its_months_would_tell_the_rest() -> None:
    """Why a unit's periods may not overlap: each alone is safe, their difference is not."""
    months = np.array([7, 2])  # one month, and the other eleven
    both = np.array([[1, 0], [1, 1]])
    assert attack(both, months) > 0


def test_leavers_are_shown_where_the_turnover_page_shows_them(any_stores: Stores) -> None:
    parents, leavers = (-1, 0, 0, 1, 1), (0, 1, 6, 5, 3)
    put(any_stores, MARCH, headcount=(2, 20, 20, 20, 20), leavers=leavers)
    found = sums(any_stores, MARCH, parents, HEADS)
    there = {unit.code: place for place, unit in enumerate(found.tree)}
    by_hand = protected_leavers(
        found.tree.parent_places,
        [leavers[int(u.code[1:])] for u in found.tree],
        threshold=THRESHOLD,
    )
    shown = [v if s else None for v, s in zip(found.events.tolist(), found.is_shown, strict=True)]
    assert shown == list(by_hand)
    assert found.in_post[there[UnitCode("u1")]] == 60


@pytest.mark.parametrize(
    ("amount", "parts", "fewest"),
    [
        (0.0, FTE, 0),
        (0.2, FTE, 1),
        (4.0, FTE, 4),
        (4.1, FTE, 5),
        (3.0, HEADS, 3),
        (21.0, DAYS, 1),
        (22.0, DAYS, 2),
        (105.0, DAYS, 5),
    ],
)
def test_behind_an_amount_are_as_few_people_as_it_allows(
    amount: float, parts: RateParts, fewest: int
) -> None:
    assert people_behind(np.array([amount]), parts, MARCH).tolist() == [fewest]


def test_only_the_exact_period_is_summed_and_only_units_with_both_figures(
    any_stores: Stores,
) -> None:
    put(any_stores, MARCH, headcount=(10, 20, 30), leavers=(6, None, 7))
    put(any_stores, QUARTER, headcount=(10, 20, 30), leavers=(9, 9, 9))
    found = sums(any_stores, MARCH, (-1, 0, 0), HEADS, is_open=True)
    assert (found.events.tolist(), found.in_post.tolist()) == ([13, 0, 7], [40, 0, 30])
    assert found.has_figures.tolist() == [True, False, True]
    assert not sums(any_stores, YEAR, (-1, 0, 0), HEADS).has_figures.any()


def test_a_rate_has_one_base_for_the_whole_organisation(any_stores: Stores) -> None:
    put(
        any_stores,
        MARCH,
        in_post_fte=(9.5, None),
        agency_fte=(2.5, None),
        agency=(None, 3),
        headcount=(None, 20),
    )
    with any_stores.archive() as session:
        held = figures_held(session)
    assert parts_of(RateCode.AGENCY, held) == RateParts(
        RateCode.AGENCY, Figure.AGENCY, Figure.HEADCOUNT
    )
    assert parts_of(RateCode.VACANCIES, held) is None


def test_bases_are_those_of_the_definitions() -> None:
    assert rate_base(HEADS, 3, 20, MARCH) == 20
    assert rate_base(FTE, 5, 20, MARCH) == 25
    assert rate_base(DAYS, 5, 20, YEAR) == 20 * 253
