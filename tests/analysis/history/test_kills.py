"""Killed or broken at any point and run again, an import ends in the same bytes."""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from analysis.history.errors import MonthsTakenError
from analysis.history.private_folder import sweep_leftovers
from pulse.config import Settings
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from tests.analysis.history.history_files import Organisation, visible_months

POINTS = 25
OUR_CODE = f"{os.sep}analysis{os.sep}"


class PlannedFault:
    """Counts our own function calls and strikes at one of them."""

    def __init__(self, strike_at: int, strike: Callable[[], None], *, spare: str = "") -> None:
        self.calls = 0
        self._strike_at = strike_at
        self._strike = strike
        self._spare = spare

    def watch(self, run: Callable[[], None]) -> None:
        sys.setprofile(self._called)
        try:
            run()
        finally:
            sys.setprofile(None)

    def _called(self, frame: FrameType, kind: str, _argument: object) -> None:
        file = frame.f_code.co_filename
        if kind != "call" or OUR_CODE not in file or "tests" in file:
            return
        if self._spare and self._spare in file:
            return
        self.calls += 1
        if self.calls == self._strike_at:
            self._strike()


def copy_of(organisation: Organisation, home: Path) -> Organisation:
    shutil.copytree(organisation.home, home)
    settings = Settings.from_environ({"PULSE_HOME": str(home)})
    return Organisation(Stores.of(settings), home, organisation.signer)


def killed_at(call: int, *, home: Path, signer: LogSigner, file: Path) -> bool:
    """Run the import in a child process, kill it at the call, and return whether it was killed."""
    child = os.fork()
    if child == 0:
        settings = Settings.from_environ({"PULSE_HOME": str(home)})
        organisation = Organisation(Stores.of(settings), home, signer)
        fault = PlannedFault(call, lambda: os.kill(os.getpid(), signal.SIGKILL))
        fault.watch(lambda: organisation.run(file))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def points(calls: int) -> list[int]:
    """Call numbers from the first to the last, closer together near the end."""
    spread = {1 + round((calls - 1) * step / (POINTS - 1)) for step in range(POINTS)}
    return sorted(spread | set(range(max(calls - 8, 1), calls + 1)))


def calls_of_a_whole_run(organisation: Organisation, home: Path, file: Path) -> int:
    whole = copy_of(organisation, home)
    fault = PlannedFault(-1, lambda: None)
    fault.watch(lambda: whole.run(file))
    whole.stores.close()
    return fault.calls


@pytest.mark.usefixtures("one_salt")
def test_killed_anywhere_and_run_again_it_ends_in_the_same_bytes(
    organisation: Organisation, two_month_file: Path, tmp_path: Path
) -> None:
    calls = calls_of_a_whole_run(organisation, tmp_path / "counted", two_month_file)
    whole = copy_of(organisation, tmp_path / "whole")
    whole.run(two_month_file)
    expected = whole.archive_rows()
    whole.stores.close()
    seen_before, seen_after = 0, 0
    for call in points(calls):
        home = tmp_path / f"killed-{call}"
        copy_of(organisation, home).stores.close()
        assert killed_at(call, home=home, signer=organisation.signer, file=two_month_file)
        again = copy_of(Organisation(organisation.stores, home, organisation.signer), home / "b")
        with again.stores.archive() as session:
            visible = visible_months(session)
        assert visible in ([], ["2026-01", "2026-02"])
        sweep_leftovers(again.home)
        assert again.leftovers() == []
        if visible:
            seen_after += 1
            with pytest.raises(MonthsTakenError):
                again.run(two_month_file)
        else:
            seen_before += 1
            again.run(two_month_file)
        assert again.archive_rows() == expected
        again.stores.close()
        shutil.rmtree(home)
    assert seen_before > POINTS / 2


@pytest.mark.usefixtures("one_salt")
def test_stopped_by_an_error_anywhere_it_leaves_nothing_behind(
    organisation: Organisation, two_month_file: Path, tmp_path: Path
) -> None:
    calls = calls_of_a_whole_run(organisation, tmp_path / "counted", two_month_file)
    whole = copy_of(organisation, tmp_path / "whole")
    whole.run(two_month_file)
    expected = whole.archive_rows()
    whole.stores.close()

    def interrupt() -> None:
        raise KeyboardInterrupt

    for call in points(calls)[::2]:
        broken = copy_of(organisation, tmp_path / f"broken-{call}")
        fault = PlannedFault(call, interrupt, spare="private_folder")
        try:
            fault.watch(lambda run=broken: run.run(two_month_file))
        except KeyboardInterrupt:
            assert broken.leftovers() == []
            broken.run(two_month_file)
        assert broken.archive_rows() == expected
        broken.stores.close()
