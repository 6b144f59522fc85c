"""`pulse health`: one line per check, and an exit code that a monitor understands."""

from sqlalchemy import text

from pulse.installation import Installation
from tests.conftest import RunPulse

CHECKS = 6


def lines_by_state(output: str) -> tuple[list[str], list[str]]:
    lines = output.splitlines()
    return [line for line in lines if line.startswith("ok ")], [
        line for line in lines if line.startswith("NEEDS YOU ")
    ]


def test_a_new_installation_is_healthy(installation: Installation, run_pulse: RunPulse) -> None:
    assert installation.stores
    result = run_pulse("health")
    fine, wrong = lines_by_state(result.stdout)
    assert (result.exit_code, len(fine), wrong) == (0, CHECKS, [])


def test_a_key_folder_open_to_others_needs_somebody(
    installation: Installation, run_pulse: RunPulse
) -> None:
    installation.settings.keys.chmod(0o755)
    result = run_pulse("health")
    _fine, wrong = lines_by_state(result.stdout)
    assert result.exit_code == 1
    assert len(wrong) == 1
    assert "chmod 700" in wrong[0]


def test_a_missing_store_says_what_to_do_and_makes_no_empty_one(
    installation: Installation, run_pulse: RunPulse
) -> None:
    office = installation.settings.home / "office.sqlite"
    office.unlink()
    result = run_pulse("health")
    assert result.exit_code == 1
    assert "pulse init" in result.stdout
    assert not office.exists()


def test_an_altered_log_entry_is_found(installation: Installation, run_pulse: RunPulse) -> None:
    with installation.stores.archive() as session:
        session.execute(text("UPDATE log_entries SET document = replace(document, '5', '6')"))
    result = run_pulse("health")
    assert result.exit_code == 1
    assert "Entry 0 does not match." in result.stdout


def test_no_check_stops_the_others(installation: Installation, run_pulse: RunPulse) -> None:
    (installation.settings.home / "archive.sqlite").write_bytes(
        b"this is no database, whatever its name says" * 100
    )
    result = run_pulse("health")
    fine, wrong = lines_by_state(result.stdout)
    assert result.exit_code == 1
    assert len(fine) + len(wrong) == CHECKS
    assert len(wrong) == 3
