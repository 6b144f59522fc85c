"""`pulse init`: one command makes an installation, and once more changes nothing but the policy."""

import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pulse.config import Settings
from pulse.installation import Installation
from pulse.office.accounts import all_accounts
from pulse.office.sign_ins import check_account
from pulse.startup import check_installation
from pulse.stores import Stores
from surveys.ledger.log import EntryKind, LogEntry, append, entries
from surveys.policy import AnonymityPolicy, Breakdown
from surveys.policy_log import policy_in_force
from tests.conftest import ADMINISTRATOR_PASSWORD, RunPulse
from tests.postgresql_server import STORES, PostgresqlServer

POLICY = """
threshold = 8
challenge_days = 7

[[breakdowns]]
code = "role"
name = "Role family"
options = ["Social work", "Family support", "Business support"]
"""


@pytest.fixture
def opened(settings: Settings) -> Iterator[Stores]:
    stores = Stores.of(settings)
    yield stores
    stores.close()


def logged(stores: Stores) -> tuple[LogEntry, ...]:
    with stores.archive() as session:
        return entries(session)


def policy_of(stores: Stores) -> AnonymityPolicy:
    with stores.archive() as session:
        return policy_in_force(session)


def test_one_command_makes_an_installation(
    run_pulse: RunPulse, settings: Settings, opened: Stores
) -> None:
    result = run_pulse("init")
    assert result.exit_code == 0
    signer = check_installation(settings, opened)
    assert "at least 10 people" in result.output
    assert signer.public_key.text in result.output


def test_the_policy_is_the_first_entry_of_the_log(run_pulse: RunPulse, opened: Stores) -> None:
    run_pulse("init", "--k", "5", "--challenge-days", "0")
    first, *others = logged(opened)
    assert (first.place, first.kind, first.body["threshold"]) == (0, EntryKind.POLICY, 5)
    assert policy_of(opened) == AnonymityPolicy(threshold=5, challenge_days=0)
    assert others == []


def test_everything_is_open_to_its_owner_alone(run_pulse: RunPulse, tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    assert run_pulse("init", PULSE_HOME=str(home)).exit_code == 0
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (home, *home.rglob("*"))}
    assert modes == {
        "home": 0o700,
        "keys": 0o700,
        "log.key": 0o600,
        "session.key": 0o600,
        "registry.sqlite": 0o600,
        "office.sqlite": 0o600,
        "archive.sqlite": 0o600,
    }


def test_a_made_up_password_is_shown_once_and_works(run_pulse: RunPulse, opened: Stores) -> None:
    lines = run_pulse("init").output.splitlines()
    password = lines[-1].removeprefix("Password, shown this once: ")
    with opened.office() as session:
        assert check_account(session, "admin", password) is not None
    assert "Password" not in run_pulse("init").output


def test_a_password_can_come_from_standard_input(run_pulse: RunPulse, opened: Stores) -> None:
    result = run_pulse(
        "init", "--password-stdin", "--administrator", "Sam", typed=f"{ADMINISTRATOR_PASSWORD}\n"
    )
    with opened.office() as session:
        assert check_account(session, "sam", ADMINISTRATOR_PASSWORD) is not None
    assert ADMINISTRATOR_PASSWORD not in result.output


def test_a_weak_password_is_refused_and_the_next_run_goes_on(
    run_pulse: RunPulse, opened: Stores
) -> None:
    result = run_pulse("init", "--password-stdin", typed="short\n")
    assert result.exit_code == 2
    assert "at least 12 characters" in result.stderr
    assert run_pulse("init", "--password-stdin", typed=f"{ADMINISTRATOR_PASSWORD}\n").exit_code == 0
    with opened.office() as session:
        assert len(all_accounts(session)) == 1


def test_a_second_run_changes_nothing(
    run_pulse: RunPulse, opened: Stores, settings: Settings
) -> None:
    run_pulse("init", "--k", "5")
    before = (
        logged(opened),
        (settings.keys / "log.key").read_bytes(),
        (settings.keys / "session.key").read_bytes(),
    )
    assert run_pulse("init").exit_code == 0
    assert run_pulse("init", "--k", "5").exit_code == 0
    assert (
        logged(opened),
        (settings.keys / "log.key").read_bytes(),
        (settings.keys / "session.key").read_bytes(),
    ) == before
    with opened.office() as session:
        assert len(all_accounts(session)) == 1


def test_another_k_is_a_new_entry_and_keeps_the_rest(run_pulse: RunPulse, opened: Stores) -> None:
    run_pulse("init", "--k", "5", "--challenge-days", "7")
    run_pulse("init", "--k", "12")
    assert policy_of(opened) == AnonymityPolicy(threshold=12, challenge_days=7)
    assert [entry.body["threshold"] for entry in logged(opened)] == [5, 12]


def test_a_file_declares_the_whole_policy(
    run_pulse: RunPulse, opened: Stores, tmp_path: Path
) -> None:
    (tmp_path / "policy.toml").write_text(POLICY)
    assert run_pulse("init", "--policy", str(tmp_path / "policy.toml")).exit_code == 0
    role = Breakdown("role", "Role family", ("Social work", "Family support", "Business support"))
    assert policy_of(opened) == AnonymityPolicy(threshold=8, challenge_days=7, breakdowns=(role,))


def test_an_option_goes_over_the_file(run_pulse: RunPulse, opened: Stores, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(POLICY)
    run_pulse("init", "--policy", str(tmp_path / "policy.toml"), "--k", "9")
    assert (policy_of(opened).threshold, policy_of(opened).challenge_days) == (9, 7)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"threshold = 4", "policy.toml: k is 4; nobody can set it below 5"),
        (b"treshold = 8", "no field 'treshold'; did you mean threshold?"),
        (b"most_questions = 9", "most_questions is 9; it must be 1 to 8"),
        (b"threshold", "policy.toml is not a TOML file"),
        (b"\xff\xfe\x00", "policy.toml is not a TOML file"),
    ],
)
def test_a_bad_policy_file_is_refused_before_anything_is_made(
    run_pulse: RunPulse, settings: Settings, tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "policy.toml").write_bytes(content)
    result = run_pulse("init", "--policy", str(tmp_path / "policy.toml"))
    assert result.exit_code == 2
    assert words in result.stderr
    assert list(settings.home.iterdir()) == []


def test_k_below_the_floor_is_refused_before_anything_is_made(
    run_pulse: RunPulse, settings: Settings
) -> None:
    result = run_pulse("init", "--k", "4")
    assert (result.exit_code, result.stderr) == (
        2,
        "Error: k is 4; nobody can set it below 5. Choose 5 or more.\n",
    )
    assert list(settings.home.iterdir()) == []


def test_after_a_release_another_policy_needs_both_keys(
    installation: Installation, run_pulse: RunPulse
) -> None:
    with installation.stores.archive() as session:
        append(session, EntryKind.RELEASE, {}, signer=installation.signer, day=date(2026, 3, 1))
    result = run_pulse("init", "--k", "8")
    assert result.exit_code == 2
    assert "needs both keys" in result.stderr
    assert run_pulse("init").exit_code == 0
    assert policy_of(installation.stores).threshold == 5


def test_a_lost_key_is_not_replaced_by_a_new_one(
    installation: Installation, run_pulse: RunPulse
) -> None:
    key = installation.settings.keys / "log.key"
    key.unlink()
    result = run_pulse("init")
    assert result.exit_code == 2
    assert "Put it back from your backup" in result.stderr
    assert not key.exists()


def test_a_file_in_the_place_of_the_home_is_named(run_pulse: RunPulse, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a letter")
    result = run_pulse("init", PULSE_HOME=str(tmp_path / "taken"))
    assert result.exit_code == 2
    assert f"{tmp_path}/taken" in result.stderr


def test_a_file_that_is_no_database_stays_as_it_is(run_pulse: RunPulse, settings: Settings) -> None:
    letter = b"a letter, not a database\n" * 50
    (settings.home / "office.sqlite").write_bytes(letter)
    result = run_pulse("init")
    assert result.exit_code == 2
    assert "holds something else" in result.stderr
    assert (settings.home / "office.sqlite").read_bytes() == letter


@pytest.mark.postgresql
def test_the_same_command_makes_an_installation_on_postgresql(
    run_pulse: RunPulse, postgresql_server: PostgresqlServer, settings: Settings
) -> None:
    urls = {f"PULSE_{store.upper()}_URL": postgresql_server.create_database() for store in STORES}
    first = run_pulse("init", "--k", "5", **urls)
    assert first.exit_code == 0
    assert "Password, shown this once" in first.output
    assert run_pulse("init", "--k", "6", **urls).exit_code == 0
    assert (
        run_pulse("log", "verify", **urls).output
        == "All 2 entries match their signed checkpoints.\n"
    )
    assert [path.name for path in settings.home.iterdir()] == ["keys"]
