"""A challenge and its answer: when they are possible, what they must say, and what waits for whom."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from pulse.stores import Stores
from surveys.challenges import (
    LONGEST_WORDS,
    Answer,
    Challenge,
    Outcome,
    WordsError,
    all_challenges,
    answer_challenge,
    can_challenge,
    challenges_of,
    plain_words,
    raise_challenge,
    release_day,
)
from surveys.errors import StateError
from surveys.ledger.log import EntryKind, append, entries
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from surveys.wave_states import WaveState
from tests.surveys.closed_waves import CLOSED, make_wave

RELEASES = CLOSED + timedelta(days=3)
REASON = "The list of staff was changed after the wave had opened."


def make_challenge(raised: date, *, answered: date | None = None, outcome: str = "") -> Challenge:
    answer = answered and Answer("", Outcome(outcome or "release"), answered, place=1)
    return Challenge("2026-02", Month(2026, 2), REASON, raised, 0, answer or None)


@pytest.fixture
def archive(any_stores: Stores) -> Iterator[Session]:
    with any_stores.archive() as session:
        yield session


def challenged(archive: Session, signer: LogSigner, *, day: date = CLOSED) -> Challenge:
    return raise_challenge(archive, make_wave(), REASON, signer=signer, day=day)


def test_a_challenge_and_its_answer_are_read_from_the_log_alone(
    archive: Session, signer: LogSigner
) -> None:
    raised = challenged(archive, signer)
    answered = answer_challenge(
        archive,
        make_wave(),
        "Two people had been entered twice.",
        Outcome.RELEASE,
        signer=signer,
        day=CLOSED + timedelta(days=2),
    )
    assert answered == replace(raised, answer=answered.answer)
    assert challenges_of(archive, "2026-02") == (answered,)
    assert all_challenges(archive) == (answered,)
    assert challenges_of(archive, "2026-03") == ()
    first, second = entries(archive)
    assert first.body["raised_by"] == "union_auditor"
    assert first.body["reason"] == REASON
    assert second.body["challenge"] == first.place
    assert second.body["outcome"] == "release"


@pytest.mark.parametrize("day", [CLOSED, RELEASES - timedelta(days=1)])
@pytest.mark.parametrize("state", [WaveState.CLOSED, WaveState.STAGED])
def test_a_wave_can_be_challenged_from_its_close_to_the_day_before_its_release(
    state: WaveState, day: date
) -> None:
    assert can_challenge(make_wave(state=state), (), day)


@pytest.mark.parametrize(
    ("state", "day"),
    [
        (WaveState.OPEN, CLOSED),
        (WaveState.STAGED, CLOSED - timedelta(days=1)),
        (WaveState.STAGED, RELEASES),
        (WaveState.RELEASED, CLOSED),
        (WaveState.DESTROYED, CLOSED),
    ],
)
def test_outside_these_days_it_cannot(
    archive: Session, signer: LogSigner, state: WaveState, day: date
) -> None:
    wave = make_wave(state=state)
    assert not can_challenge(wave, (), day)
    with pytest.raises(StateError, match="not in its days to challenge"):
        raise_challenge(archive, wave, REASON, signer=signer, day=day)
    assert entries(archive) == ()


def test_without_days_to_challenge_there_is_no_window() -> None:
    assert not can_challenge(make_wave(challenge_days=0), (), CLOSED)


def test_there_is_one_challenge_at_a_time(archive: Session, signer: LogSigner) -> None:
    challenged(archive, signer)
    with pytest.raises(StateError, match="One challenge at a time"):
        challenged(archive, signer)
    answer_challenge(archive, make_wave(), "So.", Outcome.RELEASE, signer=signer, day=CLOSED)
    challenged(archive, signer)
    assert [each.answer is None for each in challenges_of(archive, "2026-02")] == [False, True]


def test_of_eight_who_challenge_at_once_one_gets_through(
    any_stores: Stores, signer: LogSigner
) -> None:
    start = Barrier(8)

    def attempt(number: int) -> bool:
        start.wait()
        try:
            with any_stores.archive(writing=True) as session:
                reason = f"Reason {number}"
                raise_challenge(session, make_wave(), reason, signer=signer, day=CLOSED)
        except StateError:
            return False
        return True

    with ThreadPoolExecutor(8) as people:
        assert sum(people.map(attempt, range(8))) == 1
    with any_stores.archive() as session:
        assert len(entries(session)) == 1


def test_a_wave_that_hr_has_given_up_is_not_challenged_again(
    archive: Session, signer: LogSigner
) -> None:
    challenged(archive, signer)
    answer_challenge(archive, make_wave(), "Agreed.", Outcome.DESTROY, signer=signer, day=CLOSED)
    with pytest.raises(StateError, match="challenged already"):
        challenged(archive, signer)


def test_a_release_in_the_log_ends_both_though_the_state_does_not_say_so_yet(
    archive: Session, signer: LogSigner
) -> None:
    challenged(archive, signer)
    append(archive, EntryKind.RELEASE, {"month": "2026-02"}, signer=signer, day=CLOSED)
    with pytest.raises(StateError, match="are out already"):
        challenged(archive, signer)
    with pytest.raises(StateError, match="are out already"):
        answer_challenge(archive, make_wave(), "So.", Outcome.RELEASE, signer=signer, day=CLOSED)


@pytest.mark.parametrize(
    ("days", "state"), [(14, WaveState.STAGED), (2, WaveState.DESTROYED), (2, WaveState.RELEASED)]
)
def test_an_answer_comes_within_fourteen_days_or_not_at_all(
    archive: Session, signer: LogSigner, days: int, state: WaveState
) -> None:
    challenged(archive, signer)
    day = CLOSED + timedelta(days=days)
    with pytest.raises(StateError, match="waits for an answer"):
        answer_challenge(
            archive, make_wave(state=state), "Late.", Outcome.RELEASE, signer=signer, day=day
        )


def test_on_the_thirteenth_day_it_still_can(archive: Session, signer: LogSigner) -> None:
    challenged(archive, signer)
    day = CLOSED + timedelta(days=13)
    answer_challenge(archive, make_wave(), "Late.", Outcome.RELEASE, signer=signer, day=day)
    assert release_day(RELEASES, challenges_of(archive, "2026-02")) == day


def test_nobody_answers_where_nothing_was_asked(archive: Session, signer: LogSigner) -> None:
    with pytest.raises(StateError, match=r"No challenge of February\s2026"):
        answer_challenge(archive, make_wave(), "So.", Outcome.RELEASE, signer=signer, day=CLOSED)


DAY_2, DAY_5, DAY_15 = (CLOSED + timedelta(days=days) for days in (1, 5, 15))


@pytest.mark.parametrize(
    ("challenges", "expected"),
    [
        ((), RELEASES),
        ((make_challenge(DAY_2, answered=DAY_2),), RELEASES),
        ((make_challenge(DAY_2, answered=DAY_5),), DAY_5),
        ((make_challenge(DAY_2),), DAY_15),
        ((make_challenge(CLOSED, answered=CLOSED), make_challenge(DAY_2)), DAY_15),
        ((make_challenge(DAY_2, answered=DAY_5, outcome="destroy"),), None),
    ],
)
def test_a_release_waits_for_the_later_of_its_day_and_the_answers(
    challenges: tuple[Challenge, ...], expected: date | None
) -> None:
    assert release_day(RELEASES, challenges) == expected


@given(st.integers(0, 14), st.integers(0, 13), st.none() | st.integers(0, 13))
def test_nothing_said_about_a_challenge_brings_a_release_forward_or_holds_it_for_ever(
    challenge_days: int, raised_after: int, answered_after: int | None
) -> None:
    releases_on = CLOSED + timedelta(days=challenge_days)
    raised = CLOSED + timedelta(days=min(raised_after, max(0, challenge_days - 1)))
    answered = None if answered_after is None else raised + timedelta(days=answered_after)
    due = release_day(releases_on, [make_challenge(raised, answered=answered)])
    assert due is not None
    assert releases_on <= due <= releases_on + timedelta(days=14)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("  \n ", "Your reason is missing"),
        ("x" * 1001, "Your reason is 1,001 characters. It can be up to 1,000"),
        ("a bell\x07", "cannot be shown"),
        ("turned \N{RIGHT-TO-LEFT OVERRIDE}round", "cannot be shown"),
    ],
)
def test_words_that_cannot_be_kept_are_refused_with_what_to_change(
    archive: Session, signer: LogSigner, text: str, message: str
) -> None:
    with pytest.raises(WordsError, match=message):
        raise_challenge(archive, make_wave(), text, signer=signer, day=CLOSED)
    assert entries(archive) == ()


def test_a_break_of_line_counts_once_whatever_the_browser_sends() -> None:
    text = "x" * 499 + "\r\n" + "y" * 500
    assert plain_words(text, what="It") == text.replace("\r\n", "\n")
    assert len(plain_words(text, what="It")) == LONGEST_WORDS
