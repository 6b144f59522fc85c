"""Counting a whole file of historic responses in bounded memory, down to one tally per month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from analysis.history.answers import AnswerCoder
from analysis.history.atoms import AtomSpace
from analysis.history.buckets import Answers, Buckets, last_of_each
from analysis.history.delimited import Progress
from analysis.history.private_folder import private_folder
from analysis.history.reading import ResponseFile
from analysis.tally import ItemTally, MonthTally
from surveys.instruments import Construct, Item, ItemCode
from surveys.months import Month
from surveys.scales import Scale
from surveys.sheets import Problems
from surveys.units import UnitCode, UnitTree

_Counts = npt.NDArray[np.int32]
_DENSE_WHILE = 8  # cells per answer up to which counting into a full table is the quicker way


@dataclass(frozen=True, slots=True)
class Question:
    """An item that a file answers, with its scale and what it stands for."""

    item: Item
    scale: Scale
    construct: Construct


@dataclass(frozen=True, slots=True)
class CountedFile:
    """All that remains of a file: counts per atom and item, and how many rows there were.

    `duplicates` are the rows that a later answer of the same person in the same unit and month
    replaced.
    """

    file: ResponseFile
    rows: int
    duplicates: int
    space: AtomSpace
    questions: tuple[Question, ...]
    counts: "AtomCounts" = field(repr=False)

    @property
    def months(self) -> tuple[Month, ...]:
        return tuple(sorted({self.space.where(int(atom))[0] for atom in self.counts.atoms}))

    @property
    def units(self) -> int:
        """How many different units have answers."""
        return len({self.space.where(int(atom))[1] for atom in self.counts.atoms})

    def tree(self, month: Month) -> UnitTree:
        return self.space.tree_of(month)

    def tally(self, month: Month) -> MonthTally:
        """Return the month's counts; its atoms are the units in which somebody answered.

        A question that nobody in the whole organisation answered was not asked in the month: a
        file of many months has a column for each question that was asked in any of them.
        """
        units: list[UnitCode] = []
        places: list[int] = []
        for place, atom in enumerate(self.counts.atoms.tolist()):
            atom_month, unit = self.space.where(atom)
            if atom_month == month:
                units.append(unit)
                places.append(place)
        items = {
            question.item.code: ItemTally(
                question.item, question.scale, counts[places].astype(np.int64)
            )
            for question, counts in zip(self.questions, self.counts.per_item, strict=True)
            if counts[places, :-1].any()
        }
        respondents = self.counts.per_item[0][places].sum(axis=1, dtype=np.int64)
        return MonthTally(month, tuple(units), respondents, items)


class AtomCounts:
    """How often each option of each item was chosen, per atom that has answers."""

    def __init__(self, is_seen: npt.NDArray[np.bool_], options: Sequence[int]) -> None:
        self.atoms = np.flatnonzero(is_seen)
        self._place_of = np.cumsum(is_seen, dtype=np.int32) - 1
        self.per_item: list[_Counts] = [
            np.zeros((len(self.atoms), width), dtype=np.int32) for width in options
        ]

    def add(self, answers: Answers) -> None:
        """Count answers of which each person, unit and month has one."""
        places = self._place_of[answers.atoms].astype(np.int64)
        for item, counts in enumerate(self.per_item):
            cells = places * counts.shape[1] + answers.choices[:, item]
            flat = counts.reshape(-1)  # a view
            if flat.size <= _DENSE_WHILE * len(cells):
                flat += np.bincount(cells, minlength=flat.size).astype(np.int32)
            else:
                chosen, times = np.unique(cells, return_counts=True)
                flat[chosen] += times.astype(np.int32)


def count_responses(
    file: ResponseFile,
    questions: Mapping[ItemCode, Question],
    *,
    trees: Sequence[UnitTree],
    day: date,
    home: Path,
    progress: Progress,
) -> CountedFile:
    """Return the counts of the file; single answers exist only in a private folder meanwhile.

    Args:
        file: what to read.
        questions: at least those that the file's mapping names.
        trees: every unit tree; there is at least one.
        day: today; no answer may be younger.
        home: the installation's home, under which the private folder is made.
        progress: told about bytes of the file as they are read.

    Raises:
        ImportRejected: the file breaks a rule; nothing was imported.
        HistoryError: the private folder cannot be used, for example because the disk is full.
    """
    asked = tuple(questions[column.item] for column in file.mapping.items)
    space = AtomSpace.of(trees, day)
    scales = {question.item.code: question.scale for question in asked}
    coder = AnswerCoder(file.mapping, scales, space)
    with private_folder(home) as folder, Buckets(folder, len(asked)) as buckets:
        rows, is_seen = _fill(buckets, file, coder, space=space, progress=progress)
        counts = AtomCounts(is_seen, [len(question.scale.options) + 1 for question in asked])
        counted = 0
        for answers in buckets.answers():
            lasting = answers.take(last_of_each(answers))
            counts.add(lasting)
            counted += len(lasting)
    return CountedFile(file, rows, rows - counted, space, asked, counts)


def _fill(
    buckets: Buckets,
    file: ResponseFile,
    coder: AnswerCoder,
    *,
    space: AtomSpace,
    progress: Progress,
) -> tuple[int, npt.NDArray[np.bool_]]:
    """Put every answer of the file into the buckets; return the rows and which atoms have any."""
    is_seen = np.zeros(space.size, dtype=bool)
    problems = Problems(file.path.name)
    rows = 0
    for chunk in file.chunks(problems, progress):
        answers = coder.code(chunk, problems)
        rows += len(chunk.rows)
        if not problems.kept:
            is_seen[answers.atoms] = True
            buckets.put(answers)
    problems.raise_if_any()
    return rows, is_seen
