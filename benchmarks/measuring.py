"""How the benchmarks of analysis measure: processor seconds, wall seconds, and resident memory."""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_PROCESS = Path("/proc/self")
_RESET_PEAK = "5"  # what Linux takes in clear_refs to begin the peak anew


@dataclass(frozen=True, slots=True)
class Spent:
    """What a piece of work took.

    `processor` are seconds over all threads; `wall` seconds passed. `peak_megabytes` is the largest
    part of the whole process in memory (RSS) during the work, interpreter and inputs included.
    """

    processor: float
    wall: float
    peak_megabytes: float


def spent_on(work: Callable[[], object], *, runs: int = 3) -> Spent:
    """Return the processor and wall seconds of the run with fewest of the first, and the peak."""
    taken = []
    _begin_peak_anew()
    for _ in range(runs):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        taken.append((time.process_time() - processor, time.perf_counter() - wall))
    return Spent(*min(taken), peak_megabytes=_peak_megabytes())


def bar_words(seconds: float, *, bar: float) -> str:
    """Return how much of the bar the seconds take."""
    verdict = "held" if seconds <= bar else "MISSED"
    return f"{seconds / bar:.2f} of the bar of {bar:g} s: {verdict}"


def _begin_peak_anew() -> None:
    """Forget the peak so far; where the system cannot, it stays the peak since the beginning."""
    try:
        (_PROCESS / "clear_refs").write_text(_RESET_PEAK)
    except OSError:
        return


def _peak_megabytes() -> float:
    try:
        status = (_PROCESS / "status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
