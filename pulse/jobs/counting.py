"""Opening and counting the ballots of a close, on every core where there are many.

Each process reads a share of the boxes for itself and hands back counts: no opened ballot leaves
the process that opened it, and nothing is written. The opening key reaches the others through the
pipe between parent and child and dies with them.
"""

import multiprocessing
import os
import signal
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from analysis.ballot_tally import BallotTally, sum_of_tallies, tally_ballots
from surveys.box_reading import Share
from surveys.descriptors import Descriptor, PassKeyLeaf
from surveys.errors import SurveyError
from surveys.opening import open_answers
from surveys.sealing import OpeningKey

_WORTH_OTHER_PROCESSES = 20_000  # people invited; other processes take a second or two to begin


class CountCutShortError(SurveyError):
    """A process that counted was ended from outside; nothing is counted."""


@dataclass(frozen=True, slots=True)
class Count:
    """What is opened and counted; `opening_key` is the PEM of the wave's key."""

    boxes: tuple[Path, ...]
    descriptor: Descriptor
    leaves: tuple[PassKeyLeaf, ...]
    opening_key: bytes = field(repr=False)

    def of_share(self, share: Share) -> BallotTally:
        """Open and count one share of every box in this process."""
        key = OpeningKey.from_pem(self.opening_key)
        opened = open_answers(self.boxes, self.descriptor, self.leaves, key, share=share)
        return tally_ballots(opened, self.descriptor)

    def whole(self, *, processes: int) -> BallotTally:
        """Return the counts of all ballots; the number of processes does not change them.

        Raises:
            BoxNotShutError: a box still takes ballots.
            CountCutShortError: one of the processes was ended.
        """
        shares = [Share(number, processes) for number in range(processes)]
        if processes == 1:
            return self.of_share(shares[0])
        # Begun afresh: a fork would copy whatever the threads of this process hold at the moment.
        fresh = multiprocessing.get_context("spawn")
        try:
            with ProcessPoolExecutor(processes, fresh, _end_with_parent) as others:
                return sum_of_tallies(_in_order(others, self, shares))
        except BrokenProcessPool as error:
            raise CountCutShortError(
                "A process that counted answers was ended, perhaps for want of memory. Nothing "
                "was counted or lost. Close the wave again."
            ) from error


def processes_for(invited: int) -> int:
    """Return how many processes count a wave of so many people best on this machine."""
    return (os.cpu_count() or 1) if invited >= _WORTH_OTHER_PROCESSES else 1


def _in_order(
    others: ProcessPoolExecutor, count: Count, shares: Iterable[Share]
) -> list[BallotTally]:
    counting = [others.submit(count.of_share, share) for share in shares]
    return [each.result() for each in counting]


def _end_with_parent() -> None:
    """End when the closing process ends, also when it is killed: what it gave us is secret."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # without a word; the parent has one for it
    Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)
