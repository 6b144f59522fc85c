"""Single answers on their way through the private folder, divided so that one part fits memory.

A record holds a mixed key in place of the person, where and when the answer counts, and the
choices. All records of one person, unit and month share a key and so a bucket; the order of
records inside a bucket is the file's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
import numpy.typing as npt

from analysis.history.errors import HistoryError

BUCKETS = 64
DAY_BITS = 5  # the day of the month, 1 to 31, in the lowest bits of a key

Keys = npt.NDArray[np.uint64]
Atoms = npt.NDArray[np.uint32]
Choices = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of some rows, in file order.

    `keys` are 59 bits that stand for person, unit and month, then 5 bits for the day; `atoms`
    number the units and months; `choices` has a row per answer and a column per item, then one per
    breakdown question.
    """

    keys: Keys
    atoms: Atoms
    choices: Choices

    def __len__(self) -> int:
        return len(self.keys)

    def take(self, places: npt.NDArray[np.intp]) -> "Answers":
        return Answers(self.keys[places], self.atoms[places], self.choices[places])


class Buckets:
    """The bucket files of one import; use it in a `with` statement."""

    def __init__(self, folder: Path, columns: int) -> None:
        self._paths = [folder / f"{number:02d}" for number in range(BUCKETS)]
        self._record = np.dtype([("key", "<u8"), ("atom", "<u4"), ("choices", "u1", (columns,))])
        self._files: list[BinaryIO] = []

    def __enter__(self) -> Self:
        self._files = [path.open("wb", buffering=0) for path in self._paths]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for file in self._files:
            file.close()

    def put(self, answers: Answers) -> None:
        """Append the answers to their buckets.

        Raises:
            HistoryError: the disk is full or fails.
        """
        bucket_of = (answers.keys >> np.uint64(DAY_BITS)).astype(np.uint8) % BUCKETS
        order = np.argsort(bucket_of, kind="stable")
        records = np.empty(len(answers), dtype=self._record)
        records["key"] = answers.keys
        records["atom"] = answers.atoms
        records["choices"] = answers.choices
        records = records[order]
        ends = np.cumsum(np.bincount(bucket_of, minlength=BUCKETS)).tolist()
        try:
            for file, first, end in zip(self._files, [0, *ends], ends, strict=False):
                _write_all(file, records[first:end].tobytes())
        except OSError as error:
            raise _disk_error(error) from error

    def answers(self) -> Iterator[Answers]:
        """Yield the buckets one after the other.

        Raises:
            HistoryError: the disk fails.
        """
        for path in self._paths:
            try:
                records = np.fromfile(path, dtype=self._record)
            except OSError as error:
                raise _disk_error(error) from error
            yield Answers(
                np.ascontiguousarray(records["key"]),
                np.ascontiguousarray(records["atom"]),
                records["choices"],
            )


def last_of_each(answers: Answers) -> npt.NDArray[np.intp]:
    """Return the places of the answers that count: the last of each person, unit and month.

    The latest day wins; on one day the later row of the file.
    """
    persons = answers.keys >> np.uint64(DAY_BITS)
    order = np.argsort(answers.keys, kind="stable")
    if _has_collision(persons[order], answers.atoms[order]):
        order = np.lexsort((answers.keys, answers.atoms, persons))  # stable, too
    sorted_persons, sorted_atoms = persons[order], answers.atoms[order]
    is_last = np.ones(len(order), dtype=bool)
    is_last[:-1] = (sorted_persons[1:] != sorted_persons[:-1]) | (
        sorted_atoms[1:] != sorted_atoms[:-1]
    )
    return order[is_last]


def _has_collision(persons: Keys, atoms: Atoms) -> bool:
    """Return whether two atoms share a key by chance, so that their answers may be interleaved."""
    return bool(((persons[1:] == persons[:-1]) & (atoms[1:] != atoms[:-1])).any())


def _write_all(file: BinaryIO, content: bytes) -> None:
    written = 0
    while written < len(content):
        written += file.write(content[written:])


def _disk_error(error: OSError) -> HistoryError:
    return HistoryError(
        f"The folder for counting cannot be used: {error.strerror}. Nothing was imported. "
        "Make room on the disk that holds Pulse's home, then run the import again."
    )
