"""The frame of every command: one clear message, exit code 2, and never a traceback."""

import errno
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from analysis.errors import AnalysisError
from pulse.cli.frame import FramedGroup
from pulse.config import SettingsError
from pulse.office.accounts import AccountError
from pulse.stores import open_engine
from surveys.errors import StateError


def run(fail: Callable[[], object]) -> Result:
    """Run a command that does this, in the frame."""
    group = FramedGroup("pulse")

    @group.command()
    def attempt() -> None:
        fail()

    return CliRunner().invoke(group, ["attempt"])


def raising(error: BaseException) -> Callable[[], object]:
    def fail() -> None:
        raise error

    return fail


@pytest.mark.parametrize("family", [StateError, AnalysisError, SettingsError, AccountError])
def test_a_broken_rule_is_told_in_its_own_words(family: type[Exception]) -> None:
    result = run(raising(family("The rule, and what to do.")))
    assert (result.exit_code, result.stderr, result.stdout) == (
        2,
        "Error: The rule, and what to do.\n",
        "",
    )


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_says_to_make_room(number: int) -> None:
    result = run(raising(OSError(number, os.strerror(number), "/srv/pulse")))
    assert result.exit_code == 2
    assert "The disk is full. Nothing was changed" in result.stderr


def test_another_refusal_of_the_system_names_the_file() -> None:
    result = run(
        raising(PermissionError(errno.EACCES, "Permission denied", "/srv/pulse/units.csv"))
    )
    assert (result.exit_code, result.stderr) == (
        2,
        "Error: The system refused: /srv/pulse/units.csv: Permission denied. Put that right, then run the same command again.\n",
    )


def test_ctrl_c_says_that_nothing_is_half_done() -> None:
    result = run(raising(KeyboardInterrupt()))
    assert (result.exit_code, result.stderr) == (
        1,
        "Stopped. Nothing was changed by the step that was running.\n",
    )


def test_a_bug_is_not_hidden() -> None:
    assert isinstance(run(raising(ZeroDivisionError())).exception, ZeroDivisionError)


def open_sqlite(path: Path) -> Callable[[], object]:
    def use() -> None:
        engine = open_engine(f"sqlite:///{path}")
        try:
            with engine.begin() as connection:
                connection.execute(text("CREATE TABLE t (n)"))
        finally:
            engine.dispose()

    return use


def test_a_file_that_is_no_database_is_named_so(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_bytes(b"a picture, perhaps" * 100)
    result = run(open_sqlite(tmp_path / "x.sqlite"))
    assert result.exit_code == 2
    assert "holds something else. Put it back from your backup" in result.stderr


def test_a_database_whose_folder_is_gone_is_named_so(tmp_path: Path) -> None:
    result = run(open_sqlite(tmp_path / "gone" / "x.sqlite"))
    assert result.exit_code == 2
    assert "A database file cannot be opened" in result.stderr


def test_a_read_only_database_says_who_may_write() -> None:
    error = OperationalError(
        "INSERT", {}, sqlite3.OperationalError("attempt to write a readonly database")
    )
    result = run(raising(error))
    assert result.exit_code == 2
    assert "Run Pulse as the user who owns it" in result.stderr


def test_a_server_that_is_away_says_what_to_check() -> None:
    def ask() -> None:
        with open_engine("postgresql+psycopg://pulse:secret@127.0.0.1:9/pulse").connect():
            pass

    result = run(ask)
    assert result.exit_code == 2
    assert "A database cannot be reached. Check that its server runs" in result.stderr
    assert "secret" not in result.stderr


def test_no_message_repeats_what_was_to_be_written(tmp_path: Path) -> None:
    def write() -> None:
        engine = open_engine(f"sqlite:///{tmp_path / 'x.sqlite'}")
        try:
            with engine.begin() as connection:
                connection.execute(text("CREATE TABLE t (word TEXT CHECK (word = 'yes'))"))
                connection.execute(text("INSERT INTO t VALUES (:word)"), {"word": "an answer"})
        finally:
            engine.dispose()

    result = run(write)
    assert result.exit_code == 2
    assert "A database refused what was asked" in result.stderr
    assert "an answer" not in result.output


def test_a_command_that_succeeds_ends_with_nothing_to_say() -> None:
    result = run(lambda: click.echo("done"))
    assert (result.exit_code, result.output) == (0, "done\n")
