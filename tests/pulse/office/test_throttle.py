"""Guessing passwords gets slow, for every name alike, also for many guesses at once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from pulse.access import Role
from pulse.office.sign_ins import utc_now
from pulse.office.tables import SignInTriesRow
from pulse.office.throttle import (
    FORGET_AFTER,
    TRIES_BEFORE_WAITING,
    count_try,
    forget_tries,
    key_of_name,
    wait_after,
)
from pulse.stores import Stores
from tests.pulse.conftest import PASSWORD, MakeAccount

NOON = datetime(2026, 3, 3, 12)  # noqa: DTZ001 - the office store keeps UTC without a zone
KEY = key_of_name("robin", b"secret")


def tries(stores: Stores, count: int, *, now: datetime = NOON) -> list[timedelta | None]:
    answers = []
    for _ in range(count):
        with stores.office() as session:
            answers.append(count_try(session, KEY, now=now))
    return answers


def test_five_tries_are_free_and_the_next_waits_a_minute(any_stores: Stores) -> None:
    assert tries(any_stores, 6) == [None] * 5 + [timedelta(minutes=1)]


def test_waiting_is_over_when_the_minute_is(any_stores: Stores) -> None:
    tries(any_stores, 5)
    assert tries(any_stores, 1, now=NOON + timedelta(seconds=59)) == [timedelta(seconds=1)]
    assert tries(any_stores, 1, now=NOON + timedelta(seconds=60)) == [None]


def test_asking_while_waiting_does_not_make_the_wait_longer(any_stores: Stores) -> None:
    tries(any_stores, 5)
    tries(any_stores, 50)
    assert tries(any_stores, 1, now=NOON + timedelta(minutes=1)) == [None]


def test_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    minutes = [wait_after(count).total_seconds() / 60 for count in (5, 6, 7, 8, 9, 10, 50, 5000)]
    assert minutes == [1, 2, 4, 8, 15, 15, 15, 15]


def test_the_right_password_begins_the_count_anew(any_stores: Stores) -> None:
    tries(any_stores, 4)
    with any_stores.office() as session:
        forget_tries(session, KEY)
    assert tries(any_stores, 6)[-2:] == [None, timedelta(minutes=1)]


def test_tries_are_forgotten_after_half_a_day(any_stores: Stores) -> None:
    tries(any_stores, 5)
    later = NOON + FORGET_AFTER
    with any_stores.office() as session:
        count_try(session, key_of_name("somebody else", b"secret"), now=later)
        assert KEY not in set(session.scalars(select(SignInTriesRow.name_hmac)))


def test_of_many_guesses_at_once_only_the_first_five_are_let_through(any_stores: Stores) -> None:
    def guess(_: int) -> timedelta | None:
        with any_stores.office() as session:
            return count_try(session, KEY, now=NOON)

    with ThreadPoolExecutor(8) as guessers:
        answers = list(guessers.map(guess, range(40)))
    assert answers.count(None) == TRIES_BEFORE_WAITING


def test_a_name_written_in_other_letters_is_the_same_name() -> None:
    assert key_of_name(" ROBIN", b"secret") == KEY
    assert key_of_name("robin", b"another secret") != KEY


@pytest.mark.parametrize("name", ["robin", "nobody"])
def test_too_many_tries_say_when_to_come_back_for_names_that_exist_and_names_that_do_not(
    client: FlaskClient, make_account: MakeAccount, stores: Stores, name: str
) -> None:
    make_account("robin", Role.ADMINISTRATOR)
    secret = client.application.config["SECRET_KEY"]
    for _ in range(TRIES_BEFORE_WAITING):
        with stores.office() as session:
            count_try(session, key_of_name(name, secret), now=utc_now())
    form = client.get("/sign-in").text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', form)[0]
    answer = client.post("/sign-in", data={"csrf_token": token, "name": name, "password": PASSWORD})
    assert answer.status_code == 429
    assert "Too many tries under this name. Try again in 1 minute." in answer.text
    assert 0 < int(answer.headers["Retry-After"]) <= 60
