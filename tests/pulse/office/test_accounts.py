"""Accounts: what they need, what their passwords may be, and that changes end old sign-ins."""

import subprocess
import sys

import argon2
import pytest
from sqlalchemy import select

from pulse.access import Role
from pulse.office.accounts import (
    Account,
    AccountError,
    all_accounts,
    assign_units,
    change_password,
    create_account,
    set_active,
)
from pulse.office.passwords import PasswordRefusedError, is_password
from pulse.office.tables import AccountRow
from pulse.stores import Stores
from surveys.units import UnitCode
from tests.pulse.conftest import PASSWORD, MakeAccount

EAST, WEST = UnitCode("east"), UnitCode("west")


def add(stores: Stores, account: Account, password: str = PASSWORD) -> None:
    with stores.office() as session:
        create_account(session, account, password=password)


def test_an_account_is_listed_without_its_password(stores: Stores) -> None:
    account = Account("dana", "Dana Okafor", Role.LEADER, (EAST, WEST), is_active=True)
    add(stores, account)
    with stores.office() as session:
        assert all_accounts(session) == (account,)


def test_the_store_keeps_an_argon2_hash_and_never_the_password(
    stores: Stores, make_account: MakeAccount
) -> None:
    make_account("dana")
    with stores.office() as session:
        (kept,) = session.scalars(select(AccountRow.password_hash))
    assert kept.startswith("$argon2id$")
    assert is_password(kept, PASSWORD)
    assert not is_password(kept, PASSWORD + " ")


def test_a_name_is_taken_whatever_its_letter_case(
    stores: Stores, make_account: MakeAccount
) -> None:
    make_account("dana")
    with pytest.raises(AccountError, match="already an account 'dana'"):
        add(stores, Account("DANA ", "Another Dana", Role.HR, (), is_active=True))


@pytest.mark.parametrize("name", ["", "   "])
def test_a_name_is_not_empty(stores: Stores, name: str) -> None:
    with pytest.raises(AccountError, match="needs a name"):
        add(stores, Account(name, "Dana", Role.HR, (), is_active=True))


def test_without_a_display_name_the_sign_in_name_greets(stores: Stores) -> None:
    add(stores, Account("dana", " ", Role.HR, (), is_active=True))
    with stores.office() as session:
        assert all_accounts(session)[0].display_name == "dana"


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("elevenchars", "at least 12 characters"),
        ("dana.okafor@city", "the account's name"),
        ("DANA.OKAFOR@CITY", "the account's name"),
        ("Dana Okafor of East", "the account's name"),
    ],
)
def test_a_password_that_may_not_be_used_says_why(
    stores: Stores, password: str, words: str
) -> None:
    account = Account("dana.okafor@city", "Dana Okafor of East", Role.HR, (), is_active=True)
    with pytest.raises(PasswordRefusedError, match=words):
        add(stores, account, password)
    with stores.office() as session:
        assert all_accounts(session) == ()


@pytest.mark.parametrize("password", ["twelve chars", "aaaaaaaaaaaa", "ünï çödé wörd", "x" * 500])
def test_no_rule_about_signs_and_digits_stands_in_the_way(stores: Stores, password: str) -> None:
    add(stores, Account("dana", "Dana", Role.HR, (), is_active=True), password)


def test_a_password_is_the_same_however_the_keyboard_writes_its_letters(stores: Stores) -> None:
    add(stores, Account("dana", "Dana", Role.HR, (), is_active=True), "caf\u00e9 by the river")
    with stores.office() as session:
        (kept,) = session.scalars(select(AccountRow.password_hash))
    assert is_password(kept, "cafe\u0301 by the river")


@pytest.mark.parametrize("role", [Role.LEADER, Role.TEAM_LEADER])
def test_a_leader_needs_a_unit(stores: Stores, role: Role) -> None:
    with pytest.raises(AccountError, match="needs at least one unit"):
        add(stores, Account("dana", "Dana", role, (), is_active=True))


@pytest.mark.parametrize("role", [Role.HR, Role.UNION_AUDITOR, Role.ADMINISTRATOR])
def test_only_leaders_have_units(stores: Stores, role: Role) -> None:
    with pytest.raises(AccountError, match="Only leaders have units"):
        add(stores, Account("dana", "Dana", role, (EAST,), is_active=True))


def test_units_are_replaced_not_added(stores: Stores, make_account: MakeAccount) -> None:
    make_account("dana", Role.LEADER, ["east"])
    with stores.office() as session:
        assign_units(session, "Dana", [WEST, WEST])
    with stores.office() as session:
        assert all_accounts(session)[0].units == (WEST,)


def test_a_closed_account_can_be_opened_again(stores: Stores, make_account: MakeAccount) -> None:
    make_account("dana")
    for is_active in (False, True):
        with stores.office() as session:
            set_active(session, "dana", is_active=is_active)
            assert all_accounts(session)[0].is_active is is_active


def test_changing_what_is_not_there_says_how_to_find_the_names(stores: Stores) -> None:
    with stores.office() as session, pytest.raises(AccountError, match="pulse account list"):
        change_password(session, "nobody", PASSWORD)


def test_a_guess_costs_what_the_argon2_standard_asks_for() -> None:
    standard = argon2.profiles.RFC_9106_LOW_MEMORY
    code = "from pulse.office.passwords import hash_password; print(hash_password('seven quiet herons'))"
    made = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert argon2.extract_parameters(made.stdout.strip()) == standard
