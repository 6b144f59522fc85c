"""From opened ballots to counts, one ballot at a time: after this no single answer exists."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.complete_answers import CompleteRows
from analysis.disclosure.frequency_tables import NO_CATEGORY
from analysis.tally import Categories, ItemTally, MonthTally, add_up
from surveys.breakdown_questions import category_of
from surveys.descriptors import Descriptor
from surveys.instruments import Item
from surveys.opening import OpenedAnswers, SpoiltBallot
from surveys.scales import Scale
from surveys.units import UnitCode


@dataclass(frozen=True, slots=True)
class BallotTally:
    """The counts of a wave, and how many ballots could not be counted."""

    tally: MonthTally
    spoilt: int

    @property
    def respondents(self) -> int:
        return int(self.tally.respondents.sum())


def tally_ballots(
    opened: Iterable[OpenedAnswers | SpoiltBallot], descriptor: Descriptor
) -> BallotTally:
    """Count answers per atom, item and option; every reporting group is there, also without any.

    Args:
        opened: from `surveys.opening.open_answers`; it is read once and nothing of it is kept.
        descriptor: of the wave; it gives the order of items and breakdown questions.
    """
    asked = _asked(descriptor)
    columns = _columns([scale for _item, scale in asked])
    rows = _Rows(descriptor, columns=sum(width for _start, width in columns))
    complete = _complete_rows(descriptor)
    spoilt = 0
    for ballot in opened:
        if isinstance(ballot, SpoiltBallot):
            spoilt += 1
            continue
        row = rows.of(ballot)
        row[0] += 1
        # The choices of breakdown questions come after those of the items.
        for choice, (start, width) in zip(ballot.choices, columns, strict=False):
            # Choice 0 is skipped, which stands last.
            row[1 + start + (choice - 1) % width] += 1
        if complete is not None:
            complete.add(ballot.unit, ballot.choices)
    keys, table = rows.in_order()
    tally = MonthTally(
        month=descriptor.month,
        atoms=tuple(unit for unit, _categories in keys),
        respondents=table[:, 0],
        items={
            item.code: ItemTally(item, scale, table[:, 1 + start : 1 + start + width])
            for (item, scale), (start, width) in zip(asked, columns, strict=True)
        },
        breakdowns=descriptor.breakdown_questions,
        categories=tuple(categories for _unit, categories in keys if categories),
        complete=None if complete is None else complete.total(),
    )
    return BallotTally(tally, spoilt)


def _asked(descriptor: Descriptor) -> list[tuple[Item, Scale]]:
    instrument = descriptor.instrument
    return [(item, instrument.scales[item.scale]) for item in instrument.items]


def _columns(scales: Sequence[Scale]) -> tuple[tuple[int, int], ...]:
    """Return where each item's columns start and how many they are; the last is "skipped"."""
    widths = [len(scale.options) + 1 for scale in scales]
    starts = np.concatenate([[0], np.cumsum(widths)]).tolist()
    return tuple(zip(starts[:-1], widths, strict=True))


def _complete_rows(descriptor: Descriptor) -> CompleteRows | None:
    """Return where complete answers are added up; nowhere if the wave did not declare it."""
    if not descriptor.questionnaire_figures:
        return None
    return CompleteRows(_asked(descriptor), [group.unit for group in descriptor.groups])


class _Rows:
    """A row of counts per atom: its respondents, then every option of every item.

    Each group has one from the start, of those in no category; others come as they occur.
    """

    def __init__(self, descriptor: Descriptor, *, columns: int) -> None:
        self._width = 1 + columns
        self._breakdowns = descriptor.breakdown_questions
        self._first = len(descriptor.instrument.items)
        self._units = tuple(group.unit for group in descriptor.groups)
        nowhere = (NO_CATEGORY,) * len(self._breakdowns)
        self._whole = {unit: [0] * self._width for unit in self._units}
        self._rows = {(unit, nowhere): row for unit, row in self._whole.items()}

    def of(self, ballot: OpenedAnswers) -> list[int]:
        if not self._breakdowns:
            return self._whole[ballot.unit]
        key = ballot.unit, self._categories(ballot.choices[self._first :])
        if key not in self._rows:
            self._rows[key] = [0] * self._width
        return self._rows[key]

    def in_order(self) -> tuple[list[tuple[UnitCode, Categories]], np.typing.NDArray[np.int64]]:
        """Return the atoms by group and category, and their rows: no order of ballots is left."""
        place = {unit: number for number, unit in enumerate(self._units)}
        keys = sorted(self._rows, key=lambda key: (place[key[0]], key[1]))
        table = np.array([self._rows[key] for key in keys], dtype=np.int64)
        return keys, table.reshape(len(keys), self._width)

    def _categories(self, choices: Sequence[int]) -> Categories:
        return tuple(
            NO_CATEGORY if category is None else category
            for category in map(category_of, self._breakdowns, choices)
        )


def sum_of_tallies(parts: Sequence[BallotTally]) -> BallotTally:
    """Return the counts of all parts of one wave together; there is at least one part."""
    tallies = [part.tally for part in parts]
    groups = {unit: place for place, unit in enumerate(dict.fromkeys(tallies[0].atoms))}
    occurring = {key for tally in tallies for key in tally.keys}
    keys = sorted(occurring, key=lambda key: (groups[key[0]], key[1]))
    place = {key: number for number, key in enumerate(keys)}
    placed = [(tally, [place[key] for key in tally.keys]) for tally in tallies]
    return BallotTally(
        add_up(placed, keys, breakdowns=tallies[0].breakdowns),
        sum(part.spoilt for part in parts),
    )
