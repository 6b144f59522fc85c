"""Breakdown questions in a wave: which, how many, how seldom, and what a ballot says of them."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from pulse.stores import Stores
from surveys.breakdown_questions import (
    WAVES_PER_BREAKDOWN,
    answers_on_offer,
    can_ask,
    category_of,
    declared_breakdowns,
)
from surveys.errors import StateError
from surveys.library_bank import default_instrument
from surveys.policy import AnonymityPolicy, Breakdown
from surveys.wave_questions import questions_on_offer, seconds_to_answer
from surveys.wave_states import WaveKind, WaveState
from surveys.waves import Wave, WavePlan, check_breakdowns, create_draft, set_state

ROLE = Breakdown("role", "Role family", ("Social work", "Family support", "Office"))
TENURE = Breakdown("tenure", "Years here", ("Up to 2", "More"))
POLICY = AnonymityPolicy(breakdowns=(ROLE, TENURE))
ITEMS = tuple(item.code for item in default_instrument().items)


@pytest.fixture
def registry(stores: Stores) -> Iterator[Session]:
    with stores.registry() as session:
        yield session


def draft(
    registry: Session,
    month: int,
    *breakdowns: str,
    items: int = 5,
    policy: AnonymityPolicy = POLICY,
) -> Wave:
    """Add the draft of a month counted from January 2026."""
    opens_on = date(2026 + month // 12, month % 12 + 1, 9)
    plan = WavePlan(
        WaveKind.MONTHLY,
        opens_on,
        opens_on + timedelta(days=18),
        ITEMS[:items],
        breakdowns=breakdowns,
    )
    return create_draft(registry, plan, policy=policy, released=())


def test_preferring_not_to_say_comes_last_and_belongs_to_no_category() -> None:
    assert answers_on_offer(ROLE) == (*ROLE.options, "Prefer not to say")
    assert [category_of(ROLE, choice) for choice in range(5)] == [None, 0, 1, 2, None]


def test_questions_are_asked_in_the_order_in_which_the_policy_declares_them() -> None:
    assert declared_breakdowns(POLICY, ("tenure", "role")) == (ROLE, TENURE)


def test_a_wave_keeps_what_it_asks_and_counts_it_among_its_questions(registry: Session) -> None:
    wave = draft(registry, 0, "role", "tenure")
    assert wave.breakdowns == ("role", "tenure")
    assert wave.questions == 7


def test_breakdown_questions_count_among_the_eight(registry: Session) -> None:
    with pytest.raises(StateError, match="asks 1 to 8 questions; this one has 9"):
        draft(registry, 0, "role", items=8)


def test_a_wave_asks_something_else_as_well(registry: Session) -> None:
    with pytest.raises(StateError, match="at least one question beside breakdown questions"):
        draft(registry, 0, "role", items=0)


def test_only_what_the_policy_declares_can_be_asked(registry: Session) -> None:
    with pytest.raises(StateError, match=r"declares no breakdown question 'age'.*'role', 'tenure'"):
        draft(registry, 0, "age")
    with pytest.raises(StateError, match="It declares none"):
        draft(registry, 0, "role", policy=AnonymityPolicy())


def test_one_question_is_not_asked_twice_in_a_wave(registry: Session) -> None:
    with pytest.raises(StateError, match="stands twice"):
        draft(registry, 0, "role", "role")


@pytest.mark.parametrize("month", [1, 2, 3])
def test_within_the_next_three_waves_none_is_asked_again(registry: Session, month: int) -> None:
    draft(registry, 0, "role")
    for other in range(1, month):
        draft(registry, other)
    with pytest.raises(StateError, match=r"at most one wave of 4.*opens on 2026-01-09"):
        draft(registry, month, "tenure")


def test_the_fourth_wave_after_may_ask_again(registry: Session) -> None:
    draft(registry, 0, "role")
    for other in range(1, 4):
        draft(registry, other)
    assert draft(registry, 4, "role").breakdowns == ("role",)


def test_months_without_a_wave_do_not_count_as_waves(registry: Session) -> None:
    draft(registry, 0, "role")
    with pytest.raises(StateError, match="at most one wave of 4"):
        draft(registry, 11, "role")


def test_a_wave_cannot_be_put_before_one_that_asks_some(registry: Session) -> None:
    draft(registry, 3, "role")
    with pytest.raises(StateError, match=r"opens on 2026-04-09"):
        draft(registry, 1, "role")


def test_what_staff_could_answer_counts_when_a_wave_opens_also_if_it_was_destroyed(
    registry: Session,
) -> None:
    opened = [draft(registry, 0, "role"), *(draft(registry, other) for other in range(1, 4))]
    for wave in opened:
        for state in (WaveState.PREPARED, WaveState.OPEN):
            set_state(registry, wave.code, state)
    second = draft(registry, 4, "role")
    check_breakdowns(registry, second)
    for state in (WaveState.CLOSED, WaveState.DESTROYED):
        set_state(registry, opened[1].code, state)
    check_breakdowns(registry, second)


def test_a_planned_wave_that_never_opened_is_no_wave_in_between(registry: Session) -> None:
    first = draft(registry, 0, "role")
    for state in (WaveState.PREPARED, WaveState.OPEN):
        set_state(registry, first.code, state)
    for other in range(1, 4):
        set_state(registry, draft(registry, other).code, WaveState.PREPARED)
    second = draft(registry, 4, "role")
    with pytest.raises(StateError, match=r"at most one wave of 4.*opens on 2026-01-09"):
        check_breakdowns(registry, second)


@given(st.lists(st.booleans(), min_size=1, max_size=14))
def test_however_waves_are_planned_no_four_in_a_row_ask_twice(wishes: list[bool]) -> None:
    asked: list[tuple[date, bool]] = []
    for place, wish in enumerate(wishes):
        day = date(2026, 1, 1) + timedelta(days=28 * ((5 * place) % 14))  # in a shuffled order
        asked.append((day, wish and can_ask(day, asked)))
    in_order = [asks for _day, asks in sorted(asked)]
    # A wave planned later may fall between two, which only moves those two apart.
    for first in range(len(in_order)):
        assert sum(in_order[first : first + WAVES_PER_BREAKDOWN]) <= 1


def test_answering_them_takes_time_like_any_question(registry: Session) -> None:
    offered = questions_on_offer(registry)[:5]
    assert seconds_to_answer(offered, (ROLE, TENURE)) > seconds_to_answer(offered)
