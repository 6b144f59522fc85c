"""Attacks by elimination: all shown cells as one system, and random systems of neighbours.

With the sealed counts every row of an echelon form tells how many people it depends on. Without
them a row tells it only where no person is counted negatively, and then at least bounds it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

import numpy as np

from analysis.disclosure.elimination import Echelon, signed
from analysis.disclosure.published_tables import NOWHERE, Classes, PublishedTable, Whole

MOST_STEPS = 60_000_000
"""Entries that the one large elimination may touch; some 15 seconds."""

MOST_RANDOM_STEPS = 20_000_000
MOST_ROUNDS = 24
"""Random orders per neighbourhood, fewer where the steps run out."""

MOST_CELLS = 300
"""Shown cells of one neighbourhood."""


def solve_published(table: PublishedTable, k: int) -> tuple[int, int]:
    """Solve the shown cells of each block with the blocks that divide less, knowing counts alone.

    A combination in which all people have coefficients of one sign, and which amounts to less than
    k, depends on fewer than k.
    """
    tried = found = 0
    units = np.arange(len(table.parents))
    for block in table.blocks:
        places = [
            place
            for place, other in enumerate(table.blocks)
            if set(other.demographics) <= set(block.demographics)
        ]
        if len(places) == 1 and len(table.blocks) > 1:
            continue  # unit totals alone are part of every other system
        echelon, contradictions = Echelon(), 0
        for residue, row in _rows(table, table.possible_classes(places, units)):
            contradictions += echelon.insert(row, int(table.residue_people[residue])) != 0
        tried += len(echelon.rows)
        found += contradictions + sum(
            _is_few(row.values(), signed(echelon.counts[pivot]), k)
            for pivot, row in echelon.rows.items()
        )
    return tried, found


def _is_few(entries: Iterable[int], amount: int, k: int) -> bool:
    values = [signed(value) for value in entries]
    if min(values) < 0 < max(values) or amount == 0:
        return False
    return amount < 0 or amount < k * min(values)


def solve_sealed(table: PublishedTable, k: int) -> tuple[int, int, int]:
    """Solve all shown cells; also return how many were left out when the steps ran out."""
    classes = _heavy_first(table.sealed_classes, k)
    echelon, left_out = Echelon(), 0
    for _, row in _rows(table, classes):
        if echelon.steps > MOST_STEPS:
            left_out += 1
        else:
            echelon.insert(row)
    return len(echelon.rows), len(_light(echelon, classes.people.tolist(), k)), left_out


@dataclass(frozen=True, slots=True)
class RandomSearch:
    """Rows looked at, leaks, neighbourhoods, whole rounds, and shown cells in no neighbourhood."""

    tried: int
    found: int
    neighbourhoods: int
    rounds: int
    outside: int


def search_at_random(table: PublishedTable, k: int) -> RandomSearch:
    """Solve neighbourhoods again and again, with other pivots each time.

    A neighbourhood is a largest part of the tree with at most so many shown cells.
    """
    random = Random(table.seed)  # noqa: S311 - a sample that everybody can draw again
    classes = _heavy_first(table.sealed_classes, k)
    people = classes.people.tolist()
    region = _regions(table)[table.residue_units]
    neighbourhoods: dict[int, list[dict[int, int]]] = {}
    for residue, row in _rows(table, classes):
        if region[residue] != NOWHERE:
            neighbourhoods.setdefault(int(region[residue]), []).append(row)
    tried = steps = rounds = 0
    leaks: set[frozenset[int]] = set()
    while neighbourhoods and rounds < MOST_ROUNDS and steps < MOST_RANDOM_STEPS:
        for _, rows in sorted(neighbourhoods.items()):
            order = _shuffled(rows, people, k, random)
            rank = {column: place for place, column in enumerate(order)}
            echelon = Echelon()
            for row in rows:
                echelon.insert({rank[column]: value for column, value in row.items()})
            tried += len(echelon.rows)
            steps += echelon.steps
            for leak in _light(echelon, [people[column] for column in order], k):
                leaks.add(frozenset(order[place] for place in leak))
        rounds += 1
    outside = int((region == NOWHERE).sum())
    return RandomSearch(tried, len(leaks), len(neighbourhoods), rounds, outside)


def _shuffled(
    rows: Sequence[dict[int, int]], people: Sequence[int], k: int, random: Random
) -> list[int]:
    """Return the classes of rows: those of k or more people first, the others in random order."""
    columns = sorted({column for row in rows for column in row})
    light = [column for column in columns if people[column] < k]
    random.shuffle(light)
    return [column for column in columns if people[column] >= k] + light


def _regions(table: PublishedTable) -> Whole:
    """Return for each unit the top unit of its neighbourhood, or NOWHERE above all of them."""
    cells = np.bincount(table.residue_units, minlength=len(table.parents))
    for units in reversed(table.levels[1:]):
        np.add.at(cells, table.over[units], cells[units])
    region = np.full(len(table.parents), NOWHERE, dtype=np.int64)
    for units in table.levels:
        above = np.where(table.over[units] >= 0, region[table.over[units]], NOWHERE)
        start = np.where(cells[units] <= MOST_CELLS, units, NOWHERE)
        region[units] = np.where(above != NOWHERE, above, start)
    return region


def _heavy_first(classes: Classes, k: int) -> Classes:
    order = np.argsort(-np.minimum(classes.people, k), kind="stable")
    return Classes(classes.residues[order], classes.people[order])


def _rows(table: PublishedTable, classes: Classes) -> Iterator[tuple[int, dict[int, int]]]:
    """Return each residue that has classes, deepest units first, and its classes as a row."""
    places, blocks = np.nonzero(classes.residues != NOWHERE)
    residues = classes.residues[places, blocks]
    depth = table.depths[table.residue_units[residues]]
    order = np.lexsort((places, residues, -depth))
    residues, places = residues[order], places[order]
    starts = np.flatnonzero(np.diff(residues, prepend=-1)).tolist()
    for start, end in pairwise([*starts, len(residues)]):
        yield int(residues[start]), dict.fromkeys(places[start:end].tolist(), 1)


def _light(echelon: Echelon, people: Sequence[int], k: int) -> list[dict[int, int]]:
    """Return the rows that depend on fewer than k people."""
    return [
        row
        for pivot, row in echelon.rows.items()
        if people[pivot] < k and sum(people[column] for column in row) < k
    ]
