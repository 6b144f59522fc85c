"""From opened ballots to counts, one ballot at a time: after this no single answer exists."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.tally import Counts, ItemTally, MonthTally
from surveys.descriptors import Descriptor
from surveys.opening import OpenedAnswers, SpoiltBallot


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
    """Count answers per reporting group, item and option; every group is there, also without any.

    Args:
        opened: from `surveys.opening.open_answers`; it is read once and nothing of it is kept.
        descriptor: of the wave; its items give the order of items.
    """
    groups = {group.unit: place for place, group in enumerate(descriptor.groups)}
    items = descriptor.instrument.items
    scales = [descriptor.instrument.scales[item.scale] for item in items]
    widths = [len(scale.options) + 1 for scale in scales]  # the last column is "skipped"
    starts = np.concatenate([[0], np.cumsum(widths)])
    counts = [[0] * int(starts[-1]) for _ in groups]
    respondents = [0] * len(groups)
    spoilt = 0
    columns = tuple(zip(starts[:-1].tolist(), widths, strict=True))
    for ballot in opened:
        if isinstance(ballot, SpoiltBallot):
            spoilt += 1
            continue
        place = groups[ballot.unit]
        respondents[place] += 1
        row = counts[place]
        for choice, (start, width) in zip(ballot.choices, columns, strict=True):
            # Choice 0 is skipped, which stands last.
            row[start + (choice - 1) % width] += 1
    table = np.array(counts, dtype=np.int64).reshape(len(groups), int(starts[-1]))
    tally = MonthTally(
        month=descriptor.month,
        atoms=tuple(groups),
        respondents=np.array(respondents, dtype=np.int64),
        items={
            item.code: ItemTally(item, scale, table[:, start : start + width])
            for item, scale, (start, width) in zip(items, scales, columns, strict=True)
        },
    )
    return BallotTally(tally, spoilt)


def sum_of_tallies(parts: Sequence[BallotTally]) -> BallotTally:
    """Return the counts of all parts of one wave together; there is at least one part."""
    tallies = [part.tally for part in parts]
    items = {
        code: replace(first, counts=_sum([each.items[code].counts for each in tallies]))
        for code, first in tallies[0].items.items()
    }
    respondents = _sum([each.respondents for each in tallies])
    return BallotTally(
        replace(tallies[0], respondents=respondents, items=items),
        sum(part.spoilt for part in parts),
    )


def _sum(counts: Sequence[Counts]) -> Counts:
    total: Counts = np.stack(counts).sum(axis=0)
    return total
