"""`pulse account …`: accounts by command, with clear words for whatever is wrong."""

from datetime import date

import pytest
from sqlalchemy import insert

from pulse.access import Role
from pulse.installation import Installation
from pulse.office.accounts import all_accounts
from pulse.office.sign_ins import check_account
from surveys.tables import UnitRow, UnitTreeRow
from tests.conftest import ADMINISTRATOR_PASSWORD, RunPulse

PASSWORD = "seven quiet herons wade"


def accounts_of(installation: Installation) -> dict[str, tuple[Role, tuple[str, ...], bool]]:
    with installation.stores.office() as session:
        return {
            each.sign_in_name: (each.role, each.units, each.is_active)
            for each in all_accounts(session)
        }


def lets_in(installation: Installation, name: str, password: str) -> bool:
    with installation.stores.office() as session:
        return check_account(session, name, password) is not None


def test_an_account_gets_a_password_that_is_shown_once_and_works(
    installation: Installation, run_pulse: RunPulse
) -> None:
    result = run_pulse("account", "add", "Priya", "--role", "hr", "--name", "Priya Nair")
    assert result.exit_code == 0
    assert result.stderr == ""
    password = result.stdout.split("Password, shown this once: ")[1].strip()
    assert len(password) >= 20
    assert lets_in(installation, "priya", password)
    assert password not in run_pulse("account", "list").output


def test_a_password_can_come_from_standard_input_and_is_not_repeated(
    installation: Installation, run_pulse: RunPulse
) -> None:
    result = run_pulse(
        "account", "add", "priya", "--role", "hr", "--password-stdin", typed=f"{PASSWORD}\n"
    )
    assert result.exit_code == 0
    assert PASSWORD not in result.output
    assert lets_in(installation, "priya", PASSWORD)


@pytest.mark.parametrize("role", ["union-auditor", "union_auditor"])
def test_a_role_may_be_written_with_a_hyphen_or_a_low_line(
    installation: Installation, run_pulse: RunPulse, role: str
) -> None:
    assert run_pulse("account", "add", "tom", "--role", role).exit_code == 0
    assert accounts_of(installation)["tom"] == (Role.UNION_AUDITOR, (), True)


def test_a_leader_gets_units_and_is_told_of_codes_that_do_not_exist(
    installation: Installation, run_pulse: RunPulse
) -> None:
    with installation.stores.registry() as session:
        session.execute(insert(UnitTreeRow).values(valid_from=date(2026, 1, 1), revision=1))
        session.execute(
            insert(UnitRow).values(
                valid_from=date(2026, 1, 1), code="city", name="City", parent_code=None
            )
        )
    result = run_pulse(
        "account", "add", "dana", "--role", "leader", "--unit", "city", "--unit", "moon"
    )
    assert result.exit_code == 0
    assert "There is no unit 'moon' today; nothing is shown for it." in result.stderr
    assert "'city'" not in result.stderr
    assert accounts_of(installation)["dana"] == (Role.LEADER, ("city", "moon"), True)


def test_before_units_are_imported_codes_are_kept_with_a_word_about_it(
    installation: Installation, run_pulse: RunPulse
) -> None:
    result = run_pulse("account", "add", "dana", "--role", "team-leader", "--unit", "city")
    assert result.exit_code == 0
    assert "No units are imported yet" in result.stderr
    assert accounts_of(installation)["dana"][1] == ("city",)


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (["add", "admin", "--role", "hr"], None, "already an account 'admin'"),
        (["add", "dana", "--role", "leader"], None, "A leader needs at least one unit"),
        (["add", "dana", "--role", "hr", "--unit", "city"], None, "Only leaders have units"),
        (["add", "dana", "--role", "hr", "--password-stdin"], "short\n", "at least 12 characters"),
        (["add", "dana", "--role", "hr", "--password-stdin"], "", "at least 12 characters"),
        (["password", "nobody"], None, "There is no account 'nobody'"),
        (["deactivate", "nobody"], None, "There is no account 'nobody'"),
        (["units", "admin", "--unit", "city"], None, "Only leaders have units"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_message_and_changes_nothing(
    installation: Installation, run_pulse: RunPulse, words: list[str], typed: str | None, said: str
) -> None:
    before = accounts_of(installation)
    result = run_pulse("account", *words, typed=typed)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert accounts_of(installation) == before
    assert lets_in(installation, "admin", ADMINISTRATOR_PASSWORD)


def test_an_account_can_be_closed_and_opened_again(
    installation: Installation, run_pulse: RunPulse
) -> None:
    run_pulse("account", "add", "priya", "--role", "hr", "--password-stdin", typed=f"{PASSWORD}\n")
    assert run_pulse("account", "deactivate", "priya").exit_code == 0
    assert not lets_in(installation, "priya", PASSWORD)
    assert "closed" in run_pulse("account", "list").output
    assert run_pulse("account", "activate", "priya").exit_code == 0
    assert lets_in(installation, "priya", PASSWORD)


def test_a_new_password_takes_the_place_of_the_old(
    installation: Installation, run_pulse: RunPulse
) -> None:
    run_pulse("account", "add", "priya", "--role", "hr", "--password-stdin", typed=f"{PASSWORD}\n")
    result = run_pulse(
        "account", "password", "priya", "--password-stdin", typed="another quiet heron waits\n"
    )
    assert result.exit_code == 0
    assert not lets_in(installation, "priya", PASSWORD)
    assert lets_in(installation, "priya", "another quiet heron waits")


def test_units_are_replaced(installation: Installation, run_pulse: RunPulse) -> None:
    run_pulse("account", "add", "dana", "--role", "leader", "--unit", "east")
    result = run_pulse("account", "units", "dana", "--unit", "west")
    assert result.exit_code == 0
    assert "dana reads west and what lies below." in result.stdout
    assert accounts_of(installation)["dana"][1] == ("west",)


def test_the_list_says_role_state_and_units(
    installation: Installation, run_pulse: RunPulse
) -> None:
    assert installation.stores
    run_pulse(
        "account",
        "add",
        "dana",
        "--role",
        "leader",
        "--name",
        "Dana Okafor",
        "--unit",
        "east",
        "--unit",
        "west",
    )
    lines = run_pulse("account", "list").stdout.splitlines()
    assert [line.split() for line in lines] == [
        ["admin", "administrator", "open", "Administrator"],
        ["dana", "leader", "open", "Dana", "Okafor", "east,", "west"],
    ]
