"""`pulse init` that is killed, locked out or out of space: the next run ends right."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, event

from pulse import stores as stores_module
from pulse.cli.main import main
from pulse.config import Settings
from pulse.office.accounts import all_accounts
from pulse.office.sign_ins import check_account
from pulse.startup import check_installation
from pulse.stores import Stores
from surveys.ledger.log import IntactLog, verify
from tests.conftest import ADMINISTRATOR_PASSWORD, RunPulse

INIT = ("init", "--k", "5", "--password-stdin")
TYPED = f"{ADMINISTRATOR_PASSWORD}\n"
FILE_STEPS = {"os.mkdir", "os.link", "os.remove"}


def run_and_kill(home: Path, step: int) -> bool:
    """Run `pulse init` in a process that is killed before its step-th lasting step; True if it was.

    Lasting steps are commits, folders, links and removals: between two of them nothing that
    outlives the process changes.
    """
    child = os.fork()
    if child == 0:
        _count_down_to_death(step)
        CliRunner().invoke(main, INIT, input=TYPED, env={"PULSE_HOME": str(home)})
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _count_down_to_death(step: int) -> None:
    left = step

    def take_step(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "commit", take_step)
    sys.addaudithook(lambda name, _: take_step() if name in FILE_STEPS else None)


def assert_whole(settings: Settings) -> None:
    opened = Stores.of(settings)
    signer = check_installation(settings, opened)
    with opened.archive() as session:
        check = verify(session, signer.public_key)
    with opened.office() as session:
        accounts = all_accounts(session)
        assert check_account(session, "admin", ADMINISTRATOR_PASSWORD) is not None
    opened.close()
    assert isinstance(check, IntactLog)
    assert check.entries == 1
    assert len(accounts) == 1
    assert not [path for path in settings.home.rglob("*-journal") if path.stat().st_size]


LASTING_STEPS = 15  # the last one is the administrator's account


@pytest.mark.parametrize("step", range(1, LASTING_STEPS + 1))
def test_killed_before_any_lasting_step_the_next_run_ends_right(
    run_pulse: RunPulse, settings: Settings, step: int
) -> None:
    assert run_and_kill(settings.home, step)
    assert run_pulse(*INIT, typed=TYPED).exit_code == 0
    assert_whole(settings)


def test_there_are_no_more_lasting_steps_than_were_tried(settings: Settings) -> None:
    assert not run_and_kill(settings.home, LASTING_STEPS + 1)
    assert_whole(settings)


def test_a_locked_database_says_to_wait_and_the_next_run_ends_right(
    run_pulse: RunPulse, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores_module, "_BUSY_MILLISECONDS", 50)
    other = sqlite3.connect(settings.home / "archive.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    result = run_pulse(*INIT, typed=TYPED)
    assert result.exit_code == 2
    assert "Another command or page is writing to the database" in result.stderr
    other.close()
    assert run_pulse(*INIT, typed=TYPED).exit_code == 0
    assert_whole(settings)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of 4 kB until it grows; skipped where nothing may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4k", "pulse-test", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def grow(disk: Path, kilobytes: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", str(disk)], check=True)


def test_on_a_full_disk_it_says_so_and_goes_on_when_there_is_room(
    run_pulse: RunPulse, small_disk: Path
) -> None:
    settings = Settings.from_environ({"PULSE_HOME": str(small_disk / "home")})
    refused = 0
    for kilobytes in range(8, 400, 16):
        grow(small_disk, kilobytes)
        result = run_pulse(*INIT, typed=TYPED, PULSE_HOME=str(settings.home))
        if result.exit_code == 0:
            break
        assert result.exit_code == 2
        assert "The disk is full. Nothing was changed" in result.stderr
        refused += 1
    assert refused > 5
    assert_whole(settings)
