"""The door: who gets in, how the cookie behaves, and where one lands."""

import re
from datetime import timedelta

import argon2
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from pulse.access import Role
from pulse.office import passwords
from pulse.office.accounts import change_password, set_active
from pulse.office.sign_in import WRONG, own_page
from pulse.office.sign_ins import utc_now
from pulse.office.tables import AccountRow, SignInRow
from pulse.stores import Stores
from tests.pulse.conftest import PASSWORD, MakeAccount, SignInAs


def sign_in(
    client: FlaskClient, name: str, password: str = PASSWORD, way_back: str = "/"
) -> TestResponse:
    form = client.get("/sign-in").text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', form)[0]
    sent = {"csrf_token": token, "name": name, "password": password, "next": way_back}
    return client.post("/sign-in", data=sent)


def sign_out(client: FlaskClient) -> TestResponse:
    page = client.get("/administration/health").text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    return client.post("/sign-out", data={"csrf_token": token})


def is_in(client: FlaskClient) -> bool:
    return client.get("/administration/health").status_code == 200


def test_the_right_name_and_password_open_the_first_page_of_the_role(
    client: FlaskClient, make_account: MakeAccount
) -> None:
    make_account("robin", Role.ADMINISTRATOR)
    answer = sign_in(client, "robin")
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/").location == "/administration/health"
    assert is_in(client)


def test_letter_case_and_spaces_around_the_name_do_not_matter(
    client: FlaskClient, make_account: MakeAccount
) -> None:
    make_account("robin", Role.ADMINISTRATOR)
    sign_in(client, "  Robin ")
    assert is_in(client)


@pytest.mark.parametrize(
    ("name", "password"),
    [("robin", "not the password"), ("nobody", PASSWORD), ("closed", PASSWORD), ("", "")],
)
def test_every_wrong_way_in_gets_the_same_answer(
    client: FlaskClient, make_account: MakeAccount, name: str, password: str
) -> None:
    make_account("robin", Role.ADMINISTRATOR)
    make_account("closed", Role.ADMINISTRATOR, is_active=False)
    answer = sign_in(client, name, password)
    assert answer.status_code == 400
    assert answer.text.count(WRONG) == 2
    assert "<title>Error: Sign in" in answer.text
    assert password not in answer.text.replace(WRONG, "") or not password
    assert not is_in(client)


@pytest.mark.parametrize("name", ["robin", "nobody", "closed"])
def test_a_password_is_checked_with_the_same_work_whether_the_name_exists_or_not(
    client: FlaskClient,
    stores: Stores,
    make_account: MakeAccount,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    make_account("robin", Role.ADMINISTRATOR)
    make_account("closed", Role.ADMINISTRATOR, is_active=False)
    costs: list[argon2.Parameters] = []
    usual = passwords._HASHER
    passwords._nobodys_hash.cache_clear()  # another test may have made it at other costs

    class CountingHasher(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002 - the library's name
            costs.append(argon2.extract_parameters(str(hash)))
            return bool(super().verify(hash, password))

    counting = CountingHasher(
        time_cost=usual.time_cost, memory_cost=usual.memory_cost, parallelism=usual.parallelism
    )
    monkeypatch.setattr(passwords, "_HASHER", counting)
    sign_in(client, name, "wrong in any case")
    with stores.office() as session:
        kept = session.scalars(select(AccountRow.password_hash)).first()
    assert costs == [argon2.extract_parameters(str(kept))]


def test_the_session_before_signing_in_does_not_survive_it(
    client: FlaskClient, make_account: MakeAccount
) -> None:
    make_account("robin", Role.ADMINISTRATOR)
    with client.session_transaction() as cookie:
        cookie["sign_in"] = "chosen by somebody else"
        cookie["left over"] = "from another reader"
    sign_in(client, "robin")
    with client.session_transaction() as cookie:
        assert "left over" not in cookie
        assert cookie["sign_in"] != "chosen by somebody else"
    assert is_in(client)


def test_each_sign_in_has_a_token_of_its_own_and_the_store_keeps_only_its_hash(
    app: Flask, stores: Stores, make_account: MakeAccount
) -> None:
    make_account("robin", Role.ADMINISTRATOR)
    tokens = set()
    for _ in range(2):
        client = app.test_client()
        sign_in(client, "robin")
        with client.session_transaction() as cookie:
            tokens.add(cookie["sign_in"])
    with stores.office() as session:
        kept = set(session.scalars(select(SignInRow.token_sha256)))
    assert len(tokens) == len(kept) == 2
    assert tokens.isdisjoint(kept)


def test_signing_out_ends_the_sign_in_on_the_server_too(
    app: Flask, client: FlaskClient, make_account: MakeAccount
) -> None:
    make_account("robin", Role.ADMINISTRATOR)
    sign_in(client, "robin")
    with client.session_transaction() as cookie:
        token = cookie["sign_in"]
    assert sign_out(client).location == "/sign-in"
    assert not is_in(client)
    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie["sign_in"] = token
    assert not is_in(thief)


def test_signing_out_needs_the_form(client: FlaskClient, make_account: MakeAccount) -> None:
    make_account("robin", Role.ADMINISTRATOR)
    sign_in(client, "robin")
    assert client.post("/sign-out").status_code == 400
    assert is_in(client)


def test_a_sign_in_ends_after_twelve_hours_and_its_row_goes_with_the_next(
    app: Flask, stores: Stores, sign_in_as: SignInAs
) -> None:
    client = sign_in_as(Role.ADMINISTRATOR)
    assert is_in(client)
    with stores.office() as session:
        (expires,) = session.scalars(select(SignInRow.expires_at))
        assert timedelta(hours=11, minutes=59) < expires - utc_now() <= timedelta(hours=12)
        session.execute(update(SignInRow).values(expires_at=utc_now()))
    assert not is_in(client)
    sign_in(app.test_client(), Role.ADMINISTRATOR.value + "-root")
    with stores.office() as session:
        assert session.scalar(select(func.count()).select_from(SignInRow)) == 1


def test_closing_an_account_ends_its_sign_ins_at_once(stores: Stores, sign_in_as: SignInAs) -> None:
    client = sign_in_as(Role.ADMINISTRATOR)
    with stores.office() as session:
        set_active(session, "administrator-root", is_active=False)
    assert not is_in(client)


def test_a_new_password_ends_sign_ins_made_with_the_old_one(
    stores: Stores, sign_in_as: SignInAs
) -> None:
    client = sign_in_as(Role.ADMINISTRATOR)
    with stores.office() as session:
        change_password(session, "administrator-root", "another quiet heron waits")
    assert not is_in(client)


def test_after_signing_in_one_comes_back_to_the_page_one_wanted(
    client: FlaskClient, make_account: MakeAccount
) -> None:
    make_account("robin", Role.ADMINISTRATOR)
    door = client.get("/administration/accounts?order=name").location
    assert door == "/sign-in?next=/administration/accounts?order%3Dname"
    way_back = re.findall(r'name="next" value="([^"]+)"', client.get(door).text)[0]
    assert (
        sign_in(client, "robin", way_back=way_back).location
        == "/administration/accounts?order=name"
    )


def test_the_door_lets_somebody_who_is_in_pass(sign_in_as: SignInAs) -> None:
    assert (
        sign_in_as(Role.ADMINISTRATOR).get("/sign-in?next=/administration/accounts").location
        == "/administration/accounts"
    )


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/a\nb",
        "javascript:alert(1)",
        "evil",
        "",
        "///evil.example",
        "/\t/evil.example",
    ],
)
def test_no_address_of_another_server_is_followed_after_signing_in(app: Flask, target: str) -> None:
    with app.test_request_context():
        assert own_page(target) == "/"


def test_nothing_of_the_password_or_the_address_is_kept_in_the_office_store(
    client: FlaskClient, stores: Stores, make_account: MakeAccount
) -> None:
    make_account("robin", Role.ADMINISTRATOR)
    sign_in(client, "a name that is a password", "typed in the wrong box")
    sign_in(client, "robin")
    dump = "\n".join(stores.office_engine.raw_connection().driver_connection.iterdump())  # type: ignore[union-attr] # sqlite3
    assert "a name that is a password" not in dump
    assert "typed in the wrong box" not in dump
    assert PASSWORD not in dump
    assert "127.0.0.1" not in dump
