"""`pulse log …`: check the log here, and take away what proves it elsewhere."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError

from pulse import stores as stores_module
from pulse.cli.frame import today
from pulse.installation import Installation
from pulse.stores import Stores
from surveys.ledger.log import EntryKind, IntactLog, append, entries, verify
from surveys.ledger.signing import LogSigner
from surveys.ledger.tables import LogEntryRow
from tests.conftest import RunPulse


def test_a_whole_log_is_told(installation: Installation, run_pulse: RunPulse) -> None:
    assert installation.settings.home.exists()
    assert run_pulse("log", "verify").output == "All 1 entries match their signed checkpoints.\n"


def test_a_changed_entry_is_named(installation: Installation, run_pulse: RunPulse) -> None:
    with installation.stores.archive() as session:
        session.execute(
            update(LogEntryRow).values(
                document='{"body":{"threshold":5},"day":"2020-01-01","kind":"policy"}'
            )
        )
    result = run_pulse("log", "verify")
    assert result.exit_code == 1
    assert "does not hold from entry 0 on. The words of the entry are not the ones" in result.output


def test_a_kept_checkpoint_shows_that_the_log_only_grew(
    installation: Installation, run_pulse: RunPulse, tmp_path: Path
) -> None:
    kept = tmp_path / "checkpoint.txt"
    kept.write_text(run_pulse("log", "checkpoint").output)
    with installation.stores.archive() as session:
        append(session, EntryKind.UNITS, {}, signer=installation.signer, day=today())
    result = run_pulse("log", "verify", "--since", str(kept))
    assert result.exit_code == 0
    assert "The first 1 entries are still the ones of the kept checkpoint" in result.output


def test_a_kept_checkpoint_shows_a_past_written_anew(
    installation: Installation, run_pulse: RunPulse, tmp_path: Path
) -> None:
    kept = tmp_path / "checkpoint.txt"
    kept.write_text(run_pulse("log", "checkpoint").output)
    with installation.stores.archive() as session:
        session.execute(text("DELETE FROM log_entries"))
        session.execute(text("DELETE FROM checkpoints"))
        body = {"threshold": 6}
        append(session, EntryKind.POLICY, body, signer=installation.signer, day=today())
    result = run_pulse("log", "verify", "--since", str(kept))
    assert result.exit_code == 1
    assert "All 1 entries match" in result.output
    assert "are not the ones of the kept checkpoint" in result.output


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize("content", [b"", b"anything", b"\xff\xfe"])
def test_a_file_that_is_no_checkpoint_is_refused(
    run_pulse: RunPulse, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "x").write_bytes(content)
    result = run_pulse("log", "verify", "--since", str(tmp_path / "x"))
    assert result.exit_code == 2
    assert "not a" in result.stderr


@pytest.mark.usefixtures("installation")
def test_a_proof_is_checked_without_the_installation(run_pulse: RunPulse, tmp_path: Path) -> None:
    proof, key = tmp_path / "entry.tlog-proof", run_pulse("log", "key").output.strip()
    proof.write_text(run_pulse("log", "prove", "0").output)
    result = run_pulse(
        "log", "check-proof", str(proof), "--key", key, PULSE_HOME=str(tmp_path / "elsewhere")
    )
    assert result.exit_code == 0
    assert result.output.startswith("Entry 0 stands in the signed log of 1 entries:")
    assert '"threshold": 5' in result.output


@pytest.mark.usefixtures("installation")
def test_a_proof_under_another_key_is_refused(run_pulse: RunPulse, tmp_path: Path) -> None:
    proof, key = tmp_path / "entry.tlog-proof", LogSigner.generate().public_key.text
    proof.write_text(run_pulse("log", "prove", "0").output)
    result = run_pulse("log", "check-proof", str(proof), "--key", key)
    assert result.exit_code == 2
    assert "did not sign this note" in result.stderr


@pytest.mark.usefixtures("installation")
def test_an_entry_that_is_not_there_has_no_proof(run_pulse: RunPulse) -> None:
    result = run_pulse("log", "prove", "9")
    assert (result.exit_code, result.stderr) == (
        2,
        "Error: The log has no entry 9; its entries are 0 to 0.\n",
    )


def entries_after(installation: Installation) -> int:
    """Return how many entries the log has, after a check that all of them match."""
    with installation.stores.archive() as session:
        assert isinstance(verify(session, installation.signer.public_key), IntactLog)
        return len(entries(session))


def append_large(stores: Stores, signer: LogSigner) -> None:
    with stores.archive() as session:
        append(session, EntryKind.UNITS, {"words": "x" * 100_000}, signer=signer, day=today())


def append_until_full(installation: Installation) -> None:
    for _ in range(10):
        append_large(installation.stores, installation.signer)


def test_a_disk_that_fills_up_loses_no_entry(installation: Installation) -> None:
    with installation.stores.archive_engine.connect() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 60}")
    append_large(installation.stores, installation.signer)
    with pytest.raises(OperationalError, match="database or disk is full"):
        append_until_full(installation)
    before = entries_after(installation)
    assert before >= 2
    installation.stores.close()
    append_large(installation.stores, installation.signer)
    assert entries_after(installation) == before + 1


def test_a_log_that_somebody_else_writes_waits_and_then_says_so(
    installation: Installation, run_pulse: RunPulse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores_module, "_BUSY_MILLISECONDS", 50)
    other = sqlite3.connect(installation.settings.home / "archive.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    result = run_pulse("init", "--k", "7")
    assert result.exit_code == 2
    assert "Another command or page is writing" in result.stderr
    other.close()
    assert entries_after(installation) == 1
    assert run_pulse("init", "--k", "7").exit_code == 0
    assert entries_after(installation) == 2
