"""The engine's decisions against judges that try everything, on random small organisations.

Each cell of at least k people is one decision. A shown cell is right when the whole pattern lets
nobody compute anything about 1 to k-1 people; a hidden cell was necessary when showing it as well
would. For one demographic every hidden cell must be necessary, since the cut test is exact; for
several the engine may hide more where it could not prove in time, and the share is counted.

    python -m tests.attacks.engine_decisions            # hundreds of thousands of decisions
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.disclosure.engine import protect
from analysis.disclosure.frequency_tables import TOTALS, Block, FrequencyTable, TablePattern
from analysis.disclosure.rules import Rules
from tests.analysis.disclosure.brute_force import (
    Cell,
    cells_of,
    is_safe,
    is_safe_by_sets,
    pattern_of,
)
from tests.analysis.disclosure.small_tables import random_table

WHOLE = frozenset({0})
KINDS: dict[str, tuple[tuple[int, ...], tuple[Block, ...] | None]] = {
    "unit totals": ((2,), (TOTALS,)),
    "one demographic": ((3,), None),
    "two demographics": ((2, 2), None),
    "three demographics": ((2, 2, 2), None),
    "a crossing above": ((2, 2), (TOTALS, Block((0,)), Block((1,)), Block((0, 1), levels=WHOLE))),
    "a demographic above": ((2, 3), (TOTALS, Block((0,)), Block((1,), levels=WHOLE))),
}
MOST_UNITS = {"three demographics": 3, "a crossing above": 4}  # else 5; trying all sets takes time
EXACT = frozenset({"unit totals", "one demographic"})


@dataclass(frozen=True, slots=True)
class Judged:
    """One table: how many cells were decided, and which of them were hidden needlessly."""

    table: FrequencyTable
    pattern: TablePattern
    k: int
    is_safe: bool
    hidden: int
    needless: tuple[Cell, ...]

    @property
    def decisions(self) -> int:
        return len(cells_of(self.pattern)) + self.hidden


def judge(table: FrequencyTable, pattern: TablePattern, k: int) -> Judged:
    """Return whether a pattern is safe, and each hidden cell that it could show as well."""
    shown = cells_of(pattern)
    hidden = [
        Cell(place, int(unit), int(category))
        for place, block in enumerate(table.blocks)
        for unit, category in np.argwhere(
            (table.cell_counts(block) >= k)
            & table.candidates(block)[:, None]
            & ~pattern.shown[place]
        )
    ]
    needless = tuple(
        cell for cell in hidden if is_safe_by_sets(table, pattern_of(table, [*shown, cell]), k)
    )
    return Judged(table, pattern, k, is_safe(table, pattern, k), len(hidden), needless)


def judged_tables(kind: str, *, tables: int, seed: int) -> Iterator[Judged]:
    """Yield the engine's patterns of random tables of a kind, judged."""
    random = np.random.default_rng(seed)
    categories, blocks = KINDS[kind]
    for _ in range(tables):
        units = int(random.integers(1, MOST_UNITS.get(kind, 5) + 1))
        table = random_table(random, units=units, categories=categories, blocks=blocks)
        k = int(random.integers(2, 6))
        yield judge(table, protect(table, Rules(k)).pattern, k)


def main(tables: int) -> int:
    """Judge so many tables of each kind and print what was found; return 1 if one is wrong."""
    is_wrong = False
    for kind in KINDS:
        decisions = hidden = needless = unsafe = 0
        for judged in judged_tables(kind, tables=tables, seed=90_001):
            decisions += judged.decisions
            hidden += judged.hidden
            needless += len(judged.needless)
            unsafe += not judged.is_safe
        is_wrong |= unsafe > 0 or (kind in EXACT and needless > 0)
        print(  # noqa: T201 - a program for people
            f"{kind}: {tables:,} tables, {decisions:,} decisions, {unsafe} tables unsafe, "
            f"{hidden:,} cells hidden, {needless} of them needlessly",
            flush=True,
        )
    return int(is_wrong)


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 6000))
