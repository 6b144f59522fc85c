"""The administrator's pages: who may sign in and is everything in order, and never a result."""

import pytest

from pulse.access import Role
from pulse.administration.accounts import AccountLine, accounts_page
from pulse.administration.health import Check, health_page
from pulse.office.accounts import Account
from surveys.units import UnitCode
from tests.pulse.conftest import MakeAccount, SignInAs


def account(role: Role, *units: str, is_active: bool = True) -> Account:
    return Account("dana", "Dana Okafor", role, tuple(UnitCode(unit) for unit in units), is_active)


@pytest.mark.parametrize(
    ("who", "line"),
    [
        (
            account(Role.HR),
            AccountLine(
                "dana",
                "Dana Okafor",
                "HR analyst",
                "results of the whole organisation",
                is_active=True,
            ),
        ),
        (
            account(Role.LEADER, "east", "west"),
            AccountLine(
                "dana", "Dana Okafor", "senior leader", "results of east, west", is_active=True
            ),
        ),
        (
            account(Role.TEAM_LEADER, "east-1"),
            AccountLine("dana", "Dana Okafor", "team leader", "results of east-1", is_active=True),
        ),
        (
            account(Role.UNION_AUDITOR),
            AccountLine(
                "dana",
                "Dana Okafor",
                "union auditor",
                "rules, log and refusals; no results",
                is_active=True,
            ),
        ),
        (
            account(Role.ADMINISTRATOR, is_active=False),
            AccountLine(
                "dana",
                "Dana Okafor",
                "administrator",
                "accounts and health; no results",
                is_active=False,
            ),
        ),
    ],
    ids=lambda value: value.role.value if isinstance(value, Account) else "",
)
def test_an_account_is_told_in_words(who: Account, line: AccountLine) -> None:
    assert accounts_page([who]).lines == (line,)


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ([], "0 people can sign in."),
        ([True], "1 person can sign in."),
        ([True, True, False], "2 people can sign in. Closed accounts: 1."),
    ],
)
def test_the_summary_counts_who_can_sign_in(states: list[bool], words: str) -> None:
    assert accounts_page([account(Role.HR, is_active=state) for state in states]).summary == words


@pytest.mark.parametrize(
    ("states", "title"),
    [
        ([True, True], "Everything is in order"),
        ([True, False], "One thing needs you"),
        ([False, True, False], "2 things need you"),
    ],
)
def test_the_health_page_says_first_how_much_there_is_to_do(states: list[bool], title: str) -> None:
    checks = [Check("The log is whole", is_done=state, words="") for state in states]
    assert health_page(checks).title == title


def test_the_accounts_page_shows_names_and_commands_but_no_password(
    sign_in_as: SignInAs, make_account: MakeAccount
) -> None:
    make_account("lee", Role.LEADER, ["east"], is_active=False)
    page = sign_in_as(Role.ADMINISTRATOR).get("/administration/accounts").text
    assert "signs in as lee" in page
    assert "results of east" in page
    assert "closed" in page
    assert "pulse account password NAME" in page
    assert "argon2" not in page


def test_the_health_page_names_what_is_missing_and_what_to_do(sign_in_as: SignInAs) -> None:
    page = sign_in_as(Role.ADMINISTRATOR).get("/administration/health")
    assert page.status_code == 200
    assert "2 things need you" in page.text  # these stores have neither log key nor policy
    assert "run `pulse init`" in page.text
