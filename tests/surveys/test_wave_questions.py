"""Whose turn it is, own questions, and the time that answering takes."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy.orm import Session

from pulse.stores import Stores
from surveys.errors import StateError
from surveys.instruments import ItemCode
from surveys.library_bank import default_instrument
from surveys.own_questions import OwnQuestionError, add_own_question
from surveys.packs import find_items
from surveys.policy import AnonymityPolicy
from surveys.wave_questions import (
    questions_on_offer,
    seconds_to_answer,
    suggested_questions,
)
from surveys.wave_states import WaveKind
from surveys.waves import WavePlan, create_draft

ANCHORS = tuple(item.code for item in default_instrument().items if not item.rotation)
TODAY = date(2026, 11, 1)


@pytest.fixture
def registry(stores: Stores) -> Iterator[Session]:
    with stores.registry() as session:
        yield session


def members(name: str) -> set[ItemCode]:
    return {item.code for item in default_instrument().items if item.rotation == name}


def months(count: int) -> list[tuple[date, tuple[ItemCode, ...]]]:
    """Return waves as they would be if every suggestion was taken."""
    waves: list[tuple[date, tuple[ItemCode, ...]]] = []
    for month in range(count):
        day = date(2026 + month // 12, month % 12 + 1, 9)
        waves.append((day, suggested_questions(waves, most=8)))
    return waves


def test_every_wave_asks_the_anchors_first_and_the_sets_in_turn() -> None:
    waves = months(8)
    assert all(codes[:5] == ANCHORS for _day, codes in waves)
    assert [len(codes) for _day, codes in waves] == [8] * 8
    for place, (_day, codes) in enumerate(waves):
        assert set(codes[5:]) <= members("ABCD"[place % 4])


def test_a_set_with_four_questions_leaves_out_each_in_its_turn() -> None:
    of_c = [set(codes[5:]) for _day, codes in months(16)[2::4]]
    left_out = [members("C") - asked for asked in of_c]
    assert len(set.union(*left_out)) == 4


def test_a_set_whose_places_were_taken_by_own_questions_comes_again() -> None:
    first = (date(2026, 1, 9), suggested_questions((), most=8)[:6])  # one question of set A
    again = suggested_questions([first], most=8)[5:]
    assert set(again) == members("A")


def test_a_stricter_policy_keeps_the_anchors_and_fewer_rotating_questions() -> None:
    assert len(suggested_questions((), most=6)) == 6
    assert suggested_questions((), most=4) == ANCHORS[:4]


def test_own_questions_are_kept_offered_and_last(registry: Session) -> None:
    code = add_own_question(
        registry, wording="The new rota works for me.", name="Rota", scale="agreement", day=TODAY
    )
    offered = questions_on_offer(registry)
    assert [question.item.code for question in offered if question.is_own] == [code]
    assert offered[-1].construct.name == "Rota"
    second = add_own_question(
        registry, wording="I know who to ask.", name="Whom to ask", scale="agreement", day=TODAY
    )
    assert list(find_items(registry, [code, second])) == ["own-1", "own-2"]


@pytest.mark.parametrize(
    ("wording", "name", "scale", "field"),
    [
        ("Short?", "Rota", "agreement", "wording"),
        ("x" * 161, "Rota", "agreement", "wording"),
        ("The new rota works for me.", "", "agreement", "name"),
        ("The new rota works for me.", "Morale", "agreement", "name"),
        ("The new rota works for me.", "Rota", "staying", "scale"),
    ],
)
def test_an_own_question_that_breaks_a_rule_is_refused_by_field(
    registry: Session, wording: str, name: str, scale: str, field: str
) -> None:
    with pytest.raises(OwnQuestionError) as refused:
        add_own_question(registry, wording=wording, name=name, scale=scale, day=TODAY)
    assert refused.value.field == field


def test_the_same_wording_is_not_kept_twice(registry: Session) -> None:
    said = {"wording": "The new rota works for me.", "scale": "agreement"}
    add_own_question(registry, name="Rota", day=TODAY, **said)
    with pytest.raises(OwnQuestionError, match="there already"):
        add_own_question(registry, name="Rota again", day=TODAY, **said)


def test_a_wave_with_three_own_questions_is_refused(registry: Session) -> None:
    own = tuple(
        add_own_question(
            registry, wording=f"This is question {n}.", name=f"Own {n}", scale="morale", day=TODAY
        )
        for n in range(3)
    )
    plan = WavePlan(WaveKind.MONTHLY, date(2026, 11, 9), date(2026, 11, 27), (*ANCHORS, *own))
    with pytest.raises(StateError, match="at most 2 questions of your own"):
        create_draft(registry, plan, policy=AnonymityPolicy(), released=())


def test_a_one_off_pulse_and_a_monthly_wave_cannot_share_a_month(registry: Session) -> None:
    monthly = WavePlan(WaveKind.MONTHLY, date(2026, 11, 2), date(2026, 11, 20), ANCHORS)
    once = WavePlan(
        WaveKind.ONE_OFF, date(2026, 11, 28), date(2026, 12, 10), ANCHORS[:1], "The move", "move"
    )
    create_draft(registry, monthly, policy=AnonymityPolicy(), released=())
    with pytest.raises(StateError, match="has a wave already"):
        create_draft(registry, once, policy=AnonymityPolicy(), released=())


def test_eight_usual_questions_take_about_a_minute(registry: Session) -> None:
    offered = {question.item.code: question for question in questions_on_offer(registry)}
    usual = [offered[code] for code in suggested_questions((), most=8)]
    assert 40 <= seconds_to_answer(usual) <= 80
    assert seconds_to_answer([]) == 0
    assert seconds_to_answer(usual[:1]) < seconds_to_answer(usual)
