"""Small tables by hand and at random, and a judge of patterns that tries every set of people."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations
from random import Random

import numpy as np

from analysis.disclosure.frequency_tables import TOTALS, Block, FrequencyTable, TablePattern

Atom = tuple[int, tuple[int, ...], int]
"""Unit, a category for each demographic (-1 for none), people."""

Cell = tuple[int, int, int]
"""Block, unit, category."""


def table_of(
    parents: Sequence[int],
    categories: Sequence[int],
    atoms: Sequence[Atom],
    *,
    crossed: bool = False,
) -> FrequencyTable:
    """Unit totals, one block per demographic and, if asked, the first two crossed."""
    blocks = [TOTALS, *(Block((place,)) for place in range(len(categories)))]
    if crossed:
        blocks.append(Block((0, 1)))
    units, chosen, counts = zip(*atoms, strict=True)
    return FrequencyTable(
        tuple(parents),
        tuple(categories),
        np.array(units),
        np.array(chosen, dtype=np.int64).reshape(len(atoms), len(categories)),
        np.array(counts),
        tuple(blocks),
    )


def showing(table: FrequencyTable, cells: Iterable[Cell]) -> TablePattern:
    shown = [
        np.zeros((len(table.parents), table.width(block)), dtype=np.bool_) for block in table.blocks
    ]
    for place, unit, category in cells:
        shown[place][unit, category] = True
    return TablePattern(tuple(shown))


def random_table(random: Random) -> FrequencyTable:
    """Up to seven units, three demographics of up to three categories, and nine people a unit."""
    categories = [random.randint(1, 3) for _ in range(random.choice((0, 1, 1, 2, 2, 3, 3)))]
    parents = [-1, *(random.randint(max(0, unit - 4), unit - 1) for unit in range(1, 7))]
    parents = parents[: random.randint(1, 7)]
    atoms: Counter[tuple[int, tuple[int, ...]]] = Counter({(0, (0,) * len(categories)): 1})
    for unit in range(len(parents)):
        for _ in range(random.randint(0, 9)):
            skips = random.random() < 0.3
            chosen = tuple(random.randint(-1 if skips else 0, width - 1) for width in categories)
            atoms[unit, chosen] += 1
    crossed = len(categories) > 1 and random.random() < 0.4
    return table_of(
        parents, categories, [(u, c, n) for (u, c), n in sorted(atoms.items())], crossed=crossed
    )


def random_pattern(random: Random, table: FrequencyTable, k: int) -> TablePattern:
    """Some of the cells of k or more people: what a threshold alone allows."""
    share = random.choice((0.2, 0.3, 0.5, 0.7, 1.0))
    return TablePattern(
        tuple(
            (counts >= k) & np.array([[random.random() < share for _ in row] for row in counts])
            for counts in (table.cell_counts(block) for block in table.blocks)
        )
    )


def is_safe(table: FrequencyTable, pattern: TablePattern, k: int) -> bool:
    """Return whether no combination of shown cells depends on 1 to k-1 people.

    Without the columns of some classes of people the shown cells have a lower rank if and only if
    some combination depends on nobody else.
    """
    classes = _classes(table, pattern)
    matrix = np.array(list(classes), dtype=float).T
    people = list(classes.values())
    light = [place for place, count in enumerate(people) if count < k]
    for size in range(1, k):
        for chosen in combinations(light, size):
            if sum(people[place] for place in chosen) < k and classes:
                rest = np.delete(matrix, chosen, axis=1)
                if _rank(rest) < _rank(matrix):
                    return False
    return True


def _rank(matrix: np.ndarray) -> int:
    return int(np.linalg.matrix_rank(matrix)) if matrix.size else 0


def _classes(table: FrequencyTable, pattern: TablePattern) -> dict[tuple[bool, ...], int]:
    """People by which shown cells they are in, without those in none."""
    classes: Counter[tuple[bool, ...]] = Counter()
    categories = [table.category_of_atoms(block) for block in table.blocks]
    for atom, people in enumerate(table.atom_counts.tolist()):
        above = set()
        unit = int(table.atom_units[atom])
        while unit >= 0:
            above.add(unit)
            unit = table.parents[unit]
        name = tuple(
            unit in above and category == categories[place][atom]
            for place, shown in enumerate(pattern.shown)
            for unit, category in np.argwhere(shown).tolist()
        )
        if any(name) and people:
            classes[name] += people
    return dict(classes)
