"""Counting a close in several processes: the same counts, no process left behind, no half count."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from analysis.ballot_tally import BallotTally
from pulse.installation import Installation
from pulse.jobs.counting import Count, CountCutShortError, processes_for
from pulse.jobs.preparing import box_paths, keys_of
from surveys.box import shut_box
from surveys.box_reading import BoxNotShutError, Share
from surveys.custody import read_key
from surveys.preparing_waves import pass_key_tree
from surveys.waves import descriptor_of
from tests.pulse.waves_made import answer, opened_wave, secrets_of
from tests.pulse.waves_made import quick_keys as quick_keys  # noqa: PLC0414 - a fixture found here

pytestmark = pytest.mark.usefixtures("quick_keys")

KILLED_PARENT = """
import multiprocessing, os, signal, time
from concurrent.futures import ProcessPoolExecutor
from pulse.jobs.counting import _end_with_parent

pool = ProcessPoolExecutor(2, multiprocessing.get_context("spawn"), _end_with_parent)
for _ in range(2):
    pool.submit(time.sleep, 600)
while not all(process.pid for process in multiprocessing.active_children()):
    pass
print(*(process.pid for process in multiprocessing.active_children()), flush=True)
time.sleep(2)  # until they have begun
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def count(installation: Installation) -> Count:
    """Three teams, 16 people, of whom 14 answered."""
    site, code = installation, opened_wave(installation)
    for place, secret in enumerate(list(secrets_of(site, code))[:14]):
        answer(site, secret, [1 + (place + item) % 5 for item in range(4)] + [0] * 4)
    with site.stores.registry() as registry:
        descriptor = descriptor_of(registry, code)
        leaves = pass_key_tree(registry, code).leaves
    boxes = tuple(box_paths(site, descriptor).values())
    return Count(boxes, descriptor, leaves, read_key(keys_of(site, code).opening))


def shut(count: Count) -> Count:
    for box in count.boxes:
        shut_box(box)
    return count


def test_several_processes_count_what_one_counts(count: Count) -> None:
    alone, together = shut(count).whole(processes=1), count.whole(processes=3)
    assert alone.respondents == together.respondents == 14
    assert np.array_equal(alone.tally.respondents, together.tally.respondents)
    assert alone.tally.atoms == together.tally.atoms
    for code, item in alone.tally.items.items():
        assert np.array_equal(item.counts, together.tally.items[code].counts)
    assert alone.spoilt == together.spoilt == 0


def test_spoilt_ballots_of_every_share_are_told(count: Count) -> None:
    other = Count(shut(count).boxes, count.descriptor, (), count.opening_key)
    assert other.whole(processes=2).spoilt == 14


@pytest.mark.parametrize("processes", [1, 2])
def test_a_box_that_is_not_shut_is_not_counted(count: Count, processes: int) -> None:
    with pytest.raises(BoxNotShutError):
        count.whole(processes=processes)


@dataclass(frozen=True, slots=True)
class KilledCount(Count):
    """One whose second process is ended by the system half way."""

    def of_share(self, share: Share) -> BallotTally:
        if share.number == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return Count.of_share(self, share)


def test_a_count_in_which_a_process_was_killed_gives_no_counts(count: Count) -> None:
    killed = KilledCount(shut(count).boxes, count.descriptor, count.leaves, count.opening_key)
    with pytest.raises(CountCutShortError, match="Nothing was counted or lost"):
        killed.whole(processes=2)


def test_processes_end_when_the_one_that_closes_is_killed() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", KILLED_PARENT], capture_output=True, text=True, check=False
    )
    assert ended.returncode == -signal.SIGKILL
    others = [Path("/proc") / pid for pid in ended.stdout.split()]
    assert len(others) == 2
    for _ in range(200):
        if not any(map(is_running, others)):
            return
        time.sleep(0.1)
    pytest.fail("a process that counts outlived the one that closes")


def is_running(process: Path) -> bool:
    try:
        state = (process / "stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # ended, and nobody has asked after it yet


def test_small_waves_are_counted_without_other_processes() -> None:
    assert processes_for(19_999) == 1
    assert processes_for(100_000) == os.cpu_count()


def test_the_opening_key_is_not_in_what_a_count_says_of_itself(count: Count) -> None:
    assert "PRIVATE KEY" not in repr(count)
