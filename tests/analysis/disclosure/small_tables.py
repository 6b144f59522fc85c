"""Small organisations with demographics and random patterns, for tests that try everything."""

from collections.abc import Sequence

import numpy as np

from analysis.disclosure.frequency_tables import (
    NO_CATEGORY,
    TOTALS,
    Block,
    FrequencyTable,
    TablePattern,
)

EACH_ALONE = (TOTALS, Block((0,)), Block((1,)))
AtomRow = tuple[int, tuple[int, ...], int]
"""Unit, a category per demographic, respondents."""


def make_table(
    parents: Sequence[int],
    atoms: Sequence[AtomRow],
    categories: tuple[int, ...] = (2,),
    blocks: tuple[Block, ...] | None = None,
) -> FrequencyTable:
    """Return a table from atoms by hand; by default each demographic is a block of its own."""
    if blocks is None:
        blocks = (TOTALS, *(Block((place,)) for place in range(len(categories))))
    return FrequencyTable(
        tuple(parents),
        categories,
        np.array([unit for unit, _, _ in atoms], dtype=np.int64),
        np.array([own for _, own, _ in atoms], dtype=np.int64).reshape(len(atoms), len(categories)),
        np.array([count for _, _, count in atoms], dtype=np.int64),
        blocks,
    )


def random_table(
    random: np.random.Generator,
    *,
    units: int = 4,
    categories: tuple[int, ...] = (2,),
    blocks: tuple[Block, ...] | None = None,
    most: int = 7,
) -> FrequencyTable:
    """Return a random tree whose atoms hold 0 to `most` people; some atoms skip a demographic."""
    parents = [-1, *(int(random.integers(0, unit)) for unit in range(1, units))]
    atoms = []
    for unit in range(units):
        for own in np.ndindex(*(width + 1 for width in categories)):
            skipped = any(place == width for place, width in zip(own, categories, strict=True))
            if random.random() < (0.9 if skipped else 0.4):
                continue
            named = tuple(
                NO_CATEGORY if place == width else int(place)
                for place, width in zip(own, categories, strict=True)
            )
            atoms.append((unit, named, int(random.integers(0, most + 1))))
    return make_table(parents, atoms, categories, blocks)


def random_pattern(
    random: np.random.Generator, table: FrequencyTable, k: int, share: float = 0.6
) -> TablePattern:
    """Return a pattern that shows about this share of the cells of at least k people."""
    shown = []
    for block in table.blocks:
        counts = table.cell_counts(block)
        allowed = (counts >= k) & table.candidates(block)[:, None]
        shown.append(allowed & (random.random(counts.shape) < share))
    return TablePattern(tuple(shown))
