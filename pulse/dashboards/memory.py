"""Remembering what was worked out from releases: they never change, so neither does it.

The memory belongs to one server process and is keyed by the hashes of the releases it was worked
out from, so a new release makes new entries and old ones fall out.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import Generic, TypeVar

from analysis.release import ReleaseHead

Worked = TypeVar("Worked")


class ReleaseMemory(Generic[Worked]):
    """The newest `size` results, found again by the releases and the question they answer."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[Hashable, Worked] = OrderedDict()
        self._working: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def recall(
        self, heads: Sequence[ReleaseHead], question: Hashable, work_out: Callable[[], Worked]
    ) -> Worked:
        """Return the result of `work_out` for the releases, working it out only once.

        Whoever asks while it is being worked out, as after a start, waits for that.
        """
        key = (tuple(head.sha256 for head in heads), question)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            working = self._working.setdefault(key, Lock())
        with working:
            with self._lock:
                if key in self._kept:
                    return self._kept[key]
            worked = work_out()
            with self._lock:
                self._working.pop(key, None)
                self._kept[key] = worked
                while len(self._kept) > self._size:
                    self._kept.popitem(last=False)
            return worked
