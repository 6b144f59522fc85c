"""Killed at any moment, or raced by others, a box has every ballot that was acknowledged."""

import itertools
import multiprocessing
import os
import shutil
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from surveys.ballot_format import BallotKind
from surveys.ballots import Ballot
from surveys.box import open_box, put_ballot, shut_box
from surveys.box_files import SlotTable
from surveys.box_making import make_box
from surveys.box_reading import ballot_ids
from surveys.box_slots import home_of, slots_for
from tests.surveys.box_factories import WAVE, ballot, key_table, opened_box

FORK = multiprocessing.get_context("fork")  # children share the ballots that the parent made
BODIES = 24


def bodies_of(count: int) -> list[bytes]:
    return [ballot(BallotKind.COMMENT, number) for number in range(count)]


def ids_of(bodies: Sequence[bytes]) -> set[str]:
    return {Ballot.read(body).id.hex() for body in bodies}


def put_and_acknowledge(path: Path, bodies: Sequence[bytes], told: Connection) -> None:
    for number, body in enumerate(bodies):
        put_ballot(path, body)
        told.send(number)


@pytest.mark.parametrize("acknowledged", [1, 2, 3, 5, 8, 13, 21])
def test_a_box_whose_process_is_killed_has_every_acknowledged_ballot(
    tmp_path: Path, acknowledged: int
) -> None:
    path = opened_box(tmp_path / "killed.box")
    bodies = bodies_of(BODIES)
    heard, told = FORK.Pipe(duplex=False)
    process = FORK.Process(target=put_and_acknowledge, args=(path, bodies, told))
    process.start()
    told.close()  # so that the end of the process is the end of the pipe
    for _ in range(acknowledged):
        last = heard.recv()
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)  # while it is at the next ballot
    process.join()
    try:
        while True:
            last = heard.recv()
    except EOFError:
        heard.close()
    shut_box(path)
    found = set(ballot_ids(path))
    assert ids_of(bodies[: last + 1]) <= found <= ids_of(bodies[: last + 2])


class Killed(BaseException):
    """Stands for the end of the process, which no code can catch and go on."""


@pytest.mark.parametrize("whole_writes", [0, 1])
def test_a_ballot_cut_short_between_two_slots_leaves_the_box_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole_writes: int
) -> None:
    path = opened_box(tmp_path / "cut.box")
    newcomer, resident = with_one_home(slots_for(20))
    put_ballot(path, resident)
    before = path.read_bytes()
    write = SlotTable.write
    written: list[int] = []

    def write_until_killed(table: SlotTable, place: int, slot: bytes) -> None:
        if len(written) == whole_writes:
            raise Killed
        written.append(place)
        write(table, place, slot)

    with monkeypatch.context() as killing:
        killing.setattr(SlotTable, "write", write_until_killed)
        with pytest.raises(Killed):
            put_ballot(path, newcomer)
    assert path.read_bytes() == before
    put_ballot(path, newcomer)
    shut_box(path)
    assert set(ballot_ids(path)) == ids_of([newcomer, resident])


def with_one_home(slots: int) -> tuple[bytes, bytes]:
    """Return two ballots with one home, the one that carries the other on first."""
    by_home: dict[int, bytes] = {}
    for number in itertools.count():
        body = ballot(BallotKind.COMMENT, number)
        home = home_of(Ballot.read(body).id, slots)
        if home in by_home:
            one, other = sorted((body, by_home[home]), key=lambda each: Ballot.read(each).id)
            return one, other
        by_home[home] = body
    raise AssertionError


# Races


def put_each(path: Path, bodies: Sequence[bytes]) -> None:
    for body in bodies:
        put_ballot(path, body)


def test_processes_that_put_at_once_leave_the_bytes_that_one_would(tmp_path: Path) -> None:
    bodies = bodies_of(BODIES)
    alone, together = opened_box(tmp_path / "alone.box"), tmp_path / "together.box"
    shutil.copyfile(alone, together)
    put_each(alone, bodies)
    # Every ballot is sent by two of the four.
    shares = [bodies[:12], bodies[12:], bodies[6:18], bodies[18:] + bodies[:6]]
    processes = [FORK.Process(target=put_each, args=(together, share)) for share in shares]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    assert together.read_bytes() == alone.read_bytes()


def test_twenty_threads_with_one_ballot_leave_one(tmp_path: Path) -> None:
    path = opened_box(tmp_path / "raced.box")
    body = ballot(BallotKind.SCORES, 0)
    with ThreadPoolExecutor(20) as threads:
        list(threads.map(lambda _: put_ballot(path, body), range(20)))
    shut_box(path)
    assert ballot_ids(path) == (Ballot.read(body).id.hex(),)


def test_a_making_that_is_killed_leaves_no_box(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "made.box"

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as killing:
        killing.setattr("surveys.box_making.slot_bytes", killed)
        with pytest.raises(Killed):
            make_box(path, wave=WAVE, keys=key_table("town"), invited=1)
    assert not path.exists()
    make_box(path, wave=WAVE, keys=key_table("town"), invited=1)
    open_box(path)
    put_ballot(path, ballot(BallotKind.SCORES, 0))
