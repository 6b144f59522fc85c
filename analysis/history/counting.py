"""Counting a whole file of historic responses in bounded memory, down to one tally per month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from analysis.disclosure.frequency_tables import NO_CATEGORY
from analysis.history.answers import AnswerCoder
from analysis.history.atoms import AtomSpace, Numbers
from analysis.history.buckets import Answers, Buckets, Choices, last_of_each
from analysis.history.combinations import Combinations
from analysis.history.complete_counts import AskedItems, CompleteCounts
from analysis.history.delimited import Progress
from analysis.history.private_folder import private_folder
from analysis.history.reading import ResponseFile
from analysis.tally import ItemTally, MonthTally
from surveys.instruments import Construct, Item, ItemCode
from surveys.months import Month
from surveys.policy import Breakdown
from surveys.scales import Scale
from surveys.sheets import Problems
from surveys.units import UnitTree

_Counts = npt.NDArray[np.int32]
_TABLE_WHILE = 1 << 24  # atoms up to which a table with a place for each is the quicker way
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
    breakdowns: tuple[Breakdown, ...]
    counts: "AtomCounts" = field(repr=False)
    complete: CompleteCounts = field(repr=False)

    @property
    def months(self) -> tuple[Month, ...]:
        first, months = self.space.first_month, np.unique(self._places[0])
        return tuple(first.shifted(month) for month in months.tolist())

    @property
    def units(self) -> int:
        """How many different units have answers."""
        return len(np.unique(self._places[1]))

    @property
    def _places(self) -> tuple[Numbers, Numbers]:
        """For each atom its month (since the first) and its unit."""
        months, units = np.divmod(
            self.counts.atoms // Combinations(self.breakdowns).size, len(self.space.units)
        )
        return months, units

    def tree(self, month: Month) -> UnitTree:
        return self.space.tree_of(month)

    def tally(self, month: Month) -> MonthTally:
        """Return the month's counts; its atoms are those in which somebody answered.

        A question that nobody in the whole organisation answered was not asked in the month: a
        file of many months has a column for each question that was asked in any of them. The same
        goes for a breakdown question.
        """
        places = self._rows_of(month)
        items = {
            question.item.code: ItemTally(
                question.item, question.scale, counts[places].astype(np.int64)
            )
            for question, counts in zip(self.questions, self.counts.per_item, strict=True)
            if counts[places, :-1].any()
        }
        combinations = Combinations(self.breakdowns)
        categories = [
            combinations.categories(number)
            for number in (self.counts.atoms[places] % combinations.size).tolist()
        ]
        units = self._places[1][places].tolist()
        whole = MonthTally(
            month=month,
            atoms=tuple(self.space.units[unit] for unit in units),
            respondents=self.counts.respondents[places],
            items=items,
            breakdowns=self.breakdowns,
            categories=tuple(categories) if self.breakdowns else (),
            complete=self.complete.of(
                month.ordinal - self.space.first_month.ordinal, tuple(items), self.space.units
            ),
        )
        return whole.divided_by(
            {
                breakdown.code
                for place, breakdown in enumerate(self.breakdowns)
                if any(each[place] != NO_CATEGORY for each in categories)
            }
        )

    def _rows_of(self, month: Month) -> Numbers:
        """Return where the month's atoms stand that have respondents."""
        wanted = month.ordinal - self.space.first_month.ordinal
        is_counted = (self._places[0] == wanted) & (self.counts.respondents > 0)
        return np.flatnonzero(is_counted)


class SeenAtoms:
    """Which of `size` numbers were seen."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._flags = np.zeros(size if size <= _TABLE_WHILE else 0, dtype=bool)
        self._numbers: Numbers = np.zeros(0, dtype=np.int64)

    def add(self, numbers: Numbers) -> None:
        if len(self._flags):
            self._flags[numbers] = True
        else:
            self._numbers = np.union1d(self._numbers, numbers)

    def in_order(self) -> Numbers:
        return np.flatnonzero(self._flags) if len(self._flags) else self._numbers


class AtomCounts:
    """How often each option of each item was chosen, per atom that was seen in the file."""

    def __init__(self, seen: SeenAtoms, options: Sequence[int]) -> None:
        self.atoms = seen.in_order()
        self._place_of = np.zeros(seen.size if seen.size <= _TABLE_WHILE else 0, dtype=np.int32)
        if len(self._place_of):
            self._place_of[self.atoms] = np.arange(len(self.atoms), dtype=np.int32)
        self.per_item: list[_Counts] = [
            np.zeros((len(self.atoms), width), dtype=np.int32) for width in options
        ]

    @property
    def respondents(self) -> Numbers:
        """People per atom; nobody where a later answer took all of them elsewhere."""
        people: Numbers = self.per_item[0].sum(axis=1, dtype=np.int64)
        return people

    def add(self, atoms: Numbers, choices: Choices) -> None:
        """Count answers of which each person, unit and month has one."""
        places = self.places(atoms)
        for item, counts in enumerate(self.per_item):
            cells = places * counts.shape[1] + choices[:, item]
            flat = counts.reshape(-1)  # a view
            if flat.size <= _DENSE_WHILE * len(cells):
                flat += np.bincount(cells, minlength=flat.size).astype(np.int32)
            else:
                chosen, times = np.unique(cells, return_counts=True)
                flat[chosen] += times.astype(np.int32)

    def places(self, atoms: Numbers) -> Numbers:
        """Return where among the atoms that were seen each of these stands."""
        if len(self._place_of):
            return self._place_of[atoms].astype(np.int64)
        return np.searchsorted(self.atoms, atoms).astype(np.int64)


def count_responses(
    file: ResponseFile,
    questions: Mapping[ItemCode, Question],
    *,
    trees: Sequence[UnitTree],
    day: date,
    home: Path,
    progress: Progress,
    breakdowns: tuple[Breakdown, ...] = (),
) -> CountedFile:
    """Return the counts of the file; single answers exist only in a private folder meanwhile.

    Args:
        file: what to read.
        questions: at least those that the file's mapping names.
        trees: every unit tree; there is at least one.
        day: today; no answer may be younger.
        home: the installation's home, under which the private folder is made.
        progress: told about bytes of the file as they are read.
        breakdowns: what the mapping's breakdown columns hold, in their order.

    Raises:
        ImportRejected: the file breaks a rule; nothing was imported.
        HistoryError: the private folder cannot be used, for example because the disk is full.
    """
    asked = tuple(questions[column.item] for column in file.mapping.items)
    space = AtomSpace.of(trees, day)
    scales = {question.item.code: question.scale for question in asked}
    coder = AnswerCoder(file.mapping, scales, space, breakdowns)
    atoms_of = _Atoms(len(asked), Combinations(breakdowns))
    seen = _Seen(space, [len(question.scale.options) for question in asked], atoms_of)
    with private_folder(home) as folder, Buckets(folder, len(asked) + len(breakdowns)) as buckets:
        rows = _fill(buckets, file, coder, seen=seen, progress=progress)
        counts = AtomCounts(seen.atoms, [len(question.scale.options) + 1 for question in asked])
        complete = seen.complete([(question.item, question.scale) for question in asked])
        counted = _empty(buckets, counts, complete, atoms_of)
    return CountedFile(file, rows, rows - counted, space, asked, breakdowns, counts, complete)


@dataclass(frozen=True, slots=True)
class _Atoms:
    """The number of each answer's atom: where and when it counts, and how it divides."""

    items: int
    combinations: Combinations

    def __call__(self, answers: Answers) -> Numbers:
        where = answers.atoms.astype(np.int64)
        if self.combinations.size == 1:
            return where
        return where * self.combinations.size + self.combinations.numbers(
            answers.choices[:, self.items :]
        )


class _Seen:
    """What a first reading notes: which atoms there are, and which items each month asked."""

    def __init__(self, space: AtomSpace, skipped: Sequence[int], atoms_of: _Atoms) -> None:
        self.atoms = SeenAtoms(space.size * atoms_of.combinations.size)
        self._units = len(space.units)
        self._asked = AskedItems(space.size // self._units, skipped)
        self._atoms_of = atoms_of

    def add(self, answers: Answers) -> None:
        self.atoms.add(self._atoms_of(answers))
        self._asked.add(answers.atoms.astype(np.int64) // self._units, answers.choices)

    def complete(self, asked: Sequence[tuple[Item, Scale]]) -> CompleteCounts:
        """Return empty sums over complete answers; to be called when everything was seen."""
        cells = np.unique(self.atoms.in_order() // self._atoms_of.combinations.size)
        return CompleteCounts(asked, self._asked.flags, cells, units=self._units)


def _fill(
    buckets: Buckets, file: ResponseFile, coder: AnswerCoder, *, seen: _Seen, progress: Progress
) -> int:
    """Put every answer of the file into the buckets, note what was seen, and return the rows."""
    problems = Problems(file.path.name)
    rows = 0
    for chunk in file.chunks(problems, progress):
        answers = coder.code(chunk, problems)
        rows += len(chunk.rows)
        if not problems.kept:
            seen.add(answers)
            buckets.put(answers)
    problems.raise_if_any()
    return rows


def _empty(buckets: Buckets, counts: AtomCounts, complete: CompleteCounts, atoms_of: _Atoms) -> int:
    """Count of each person, unit and month the last answer, and return how many those are."""
    counted = 0
    for answers in buckets.answers():
        lasting = answers.take(last_of_each(answers))
        counts.add(atoms_of(lasting), lasting.choices)
        complete.add(lasting.atoms.astype(np.int64), lasting.choices)
        counted += len(lasting)
    return counted
