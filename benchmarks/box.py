"""How fast a box is made and takes ballots, beside the disk's own pace in the same run.

Run: python benchmarks/box.py
"""

import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path

from surveys.ballot_format import BallotKind
from surveys.ballots import encode_comment, make_ballot
from surveys.blind_rsa import PassKey
from surveys.box import make_box, open_box, put_ballot, shut_box
from surveys.box_reading import read_ballots
from surveys.passes import begin_pass
from surveys.sealing import OpeningKey

KIND = BallotKind.COMMENT  # the longer of the two
PUTS = 480
BAR_PER_SECOND = 200  # two ballots for each of 100 participations
BAR_SECONDS = 0.150 / 2  # likewise, of the slowest in a hundred
AT_ONCE = (1, 2, 8)
FORK = multiprocessing.get_context("fork")


def some_ballots(key: PassKey, count: int) -> list[bytes]:
    point = OpeningKey.generate().public_point
    made = []
    for _ in range(count):
        pending = begin_pass(key.public, KIND)
        done = pending.finish(key.sign_blinded(pending.blinded))
        plain = encode_comment("")
        made.append(make_ballot(done, plain, opening_point=point, descriptor_sha256="ab" * 32))
    return made


def fresh_box(path: Path, key: PassKey, invited: int) -> Path:
    keys = {key.public.key_id: (KIND, key.public.modulus)}
    make_box(path, wave="2026-11", keys=keys, invited=invited)
    open_box(path)
    return path


def timed_puts(path: Path, bodies: Sequence[bytes]) -> list[float]:
    seconds = []
    for body in bodies:
        start = time.perf_counter()
        put_ballot(path, body)
        seconds.append(time.perf_counter() - start)
    return seconds


def in_threads(path: Path, shares: Sequence[Sequence[bytes]]) -> list[float]:
    with ThreadPoolExecutor(len(shares)) as pool:
        return [each for share in pool.map(timed_puts, repeat(path), shares) for each in share]


def in_processes(path: Path, shares: Sequence[Sequence[bytes]]) -> list[float]:
    with FORK.Pool(len(shares)) as pool:
        return [
            each
            for share in pool.starmap(timed_puts, zip(repeat(path), shares, strict=False))
            for each in share
        ]


Way = Callable[[Path, Sequence[Sequence[bytes]]], list[float]]
WAYS: tuple[tuple[str, Way], ...] = (("threads", in_threads), ("processes", in_processes))


def pace_of_the_disk(folder: Path) -> float:
    """Return the seconds of one page written and flushed, which no put can do without."""
    handle = os.open(folder / "pace", os.O_RDWR | os.O_CREAT)
    start = time.perf_counter()
    for _ in range(200):
        os.pwrite(handle, os.urandom(8192), 0)
        os.fsync(handle)
    os.close(handle)
    return (time.perf_counter() - start) / 200


def main() -> int:
    key = PassKey.generate()
    bodies = some_ballots(key, PUTS)
    is_slow = False
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        print(f"one page written and flushed: {pace_of_the_disk(folder) * 1000:.2f} ms")
        for invited in (640, 5_000, 50_000):
            start = time.perf_counter()
            path = fresh_box(folder / f"{invited}.box", key, invited)
            seconds, size = time.perf_counter() - start, path.stat().st_size / 1e6
            print(f"a box for {invited:6} made in {seconds:5.2f} s, {size:5.0f} MB")
        for way, put in WAYS:
            for at_once in AT_ONCE:
                path = fresh_box(folder / f"{way}-{at_once}.box", key, 5_000)
                shares = [bodies[first::at_once] for first in range(at_once)]
                start = time.perf_counter()
                each = sorted(put(path, shares))
                pace, slowest = PUTS / (time.perf_counter() - start), each[int(PUTS * 0.99)]
                is_slow |= pace < BAR_PER_SECOND or slowest > BAR_SECONDS
                print(
                    f"{at_once} {way:9} {pace:5.0f} ballots/s, half within "
                    f"{each[PUTS // 2] * 1000:5.1f} ms, 99 % within {slowest * 1000:5.1f} ms"
                )
        shut_box(path)
        start = time.perf_counter()
        assert sum(1 for _ in read_ballots(path, KIND)) == PUTS
        print(f"10,000 slots read in {time.perf_counter() - start:.2f} s")
    print("bar:", "missed" if is_slow else "kept", f"(>= {BAR_PER_SECOND}/s, p99 <= 75 ms)")
    return int(is_slow)


if __name__ == "__main__":
    raise SystemExit(main())
