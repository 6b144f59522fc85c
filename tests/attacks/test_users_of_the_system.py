"""Three users of the operating system as the guide sets them up: who can read which key."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from surveys.box_making import make_box
from surveys.custody import WaveKeys, write_key

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become other users")

WORKER, WEB, BOX = 61001, 61002, 61003
KEYS_GROUP, BOXES_GROUP = 61100, 61101
GROUPS = {WORKER: [KEYS_GROUP, BOXES_GROUP], WEB: [KEYS_GROUP], BOX: [BOXES_GROUP]}

SIGNING = ("keys/waves/2026-11/invitation.key", "keys/waves/2026-11/passes/0.der")
OPENING = ("opening-keys/2026-11.pem",)
BALLOTS = ("boxes/2026-11.all.box",)


def make_wave() -> list[str]:
    keys = WaveKeys(Path("keys"), Path("opening-keys"), "2026-11")
    for path in (keys.invitation, keys.pass_key(0), keys.opening):
        write_key(path, b"secret")
    make_box(Path(BALLOTS[0]), wave="2026-11", keys={}, invited=1)
    return []


def reachable() -> list[str]:
    """Return what this user can read, and of boxes also write."""
    found = []
    for path in (*SIGNING, *OPENING, *BALLOTS):
        with suppress(PermissionError), open(path, "r+b" if path in BALLOTS else "rb"):  # noqa: PTH123 - the mode decides
            found.append(path)
    return found


@dataclass(frozen=True)
class Machine:
    folder: Path

    def run_as(self, user: int, act: Callable[[], list[str]]) -> list[str]:
        """Do something in a process of its own that has become another user for good."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.setgroups(GROUPS[user])
            os.setgid(user)
            os.setuid(user)
            os.umask(0o022)
            os.chdir(self.folder)
            try:
                os.write(writing, "\n".join(act()).encode())
            finally:
                os._exit(0)
        os.close(writing)
        with open(reading, encoding="utf-8") as said:  # noqa: PTH123 - a descriptor
            words = said.read().split()
        os.waitpid(child, 0)
        return words


@pytest.fixture
def machine() -> Iterator[Machine]:
    """The folders of docs/operations/answering.md and box.md, where every user can come by."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    for name, owner, group, mode in (
        ("keys", WORKER, KEYS_GROUP, 0o2750),
        ("opening-keys", WORKER, WORKER, 0o700),
        ("boxes", BOX, BOXES_GROUP, 0o2770),
    ):
        (folder / name).mkdir()
        os.chown(folder / name, owner, group)
        (folder / name).chmod(mode)
    yield Machine(folder)
    shutil.rmtree(folder)


def test_the_web_process_signs_and_cannot_open_and_the_box_only_takes_in(
    machine: Machine,
) -> None:
    machine.run_as(WORKER, make_wave)
    assert machine.run_as(WORKER, reachable) == [*SIGNING, *OPENING, *BALLOTS]
    assert machine.run_as(WEB, reachable) == [*SIGNING]
    assert machine.run_as(BOX, reachable) == [*BALLOTS]
