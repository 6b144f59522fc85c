"""Months of people who answer several questions, with a thing in common behind their answers."""

from collections.abc import Sequence

import numpy as np

from analysis.complete_answers import CompleteRows
from analysis.tally import ItemTally, MonthTally
from surveys.instruments import ConstructCode, Item, ItemCode
from surveys.units import UnitCode
from tests.analysis.release_factories import AGREE, MARCH, make_item

SAFETY = ConstructCode("safety")
ITEMS = (
    make_item("morale_1"),
    make_item("safe_1", construct=SAFETY),
    make_item("safe_2", construct=SAFETY, reverse_keyed=True),
    make_item("safe_3", construct=SAFETY),
)
UNITS = tuple(UnitCode(f"team-{number:02d}") for number in range(12))

Choices = Sequence[tuple[UnitCode, tuple[int, ...]]]


def make_choices(people: int, *, seed: int = 5, skipping: float = 0.0) -> Choices:
    """Draw what so many people answered to ITEMS, as on a ballot: 0 is skipped."""
    random = np.random.default_rng(seed)
    lean = random.normal(0, 0.9, (people, 1))
    raw = np.rint(3.2 + lean + random.normal(0, 0.7, (people, len(ITEMS))))
    scores = np.clip(raw, 1, 5).astype(int)
    scores[:, 2] = 6 - scores[:, 2]
    scores[random.random(scores.shape) < skipping] = 0
    return [
        (UNITS[person % len(UNITS)], tuple(chosen)) for person, chosen in enumerate(scores.tolist())
    ]


def tally_of(
    choices: Choices, items: Sequence[Item] = ITEMS, *, with_complete: bool = True
) -> MonthTally:
    """Count choices as the close does."""
    place = {unit: number for number, unit in enumerate(UNITS)}
    counts = np.zeros((len(items), len(UNITS), 6), dtype=np.int64)
    complete = CompleteRows([(item, AGREE) for item in items], UNITS)
    for unit, chosen in choices:
        for item, choice in enumerate(chosen):
            counts[item, place[unit], (choice - 1) % 6] += 1
        complete.add(unit, chosen)
    return MonthTally(
        month=MARCH,
        atoms=UNITS,
        respondents=counts[0].sum(axis=1),
        items={
            ItemCode(item.code): ItemTally(item, AGREE, table)
            for item, table in zip(items, counts, strict=True)
        },
        complete=complete.total() if with_complete else None,
    )


def scores_of(choices: Choices) -> np.ndarray:
    """Return the scores of complete answers, the reverse-keyed item turned round."""
    table = np.array([chosen for _unit, chosen in choices], dtype=np.float64)
    table[:, 2] = 6 - table[:, 2]
    turned: np.ndarray = table[(table[:, [0, 1, 3]] > 0).all(axis=1) & (table[:, 2] < 6)]
    return turned
