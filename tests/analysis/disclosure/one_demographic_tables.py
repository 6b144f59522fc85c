"""Tables of units and one demographic: by hand from a few numbers, and drawn at random."""

import random
from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from analysis.disclosure.frequency_tables import TOTALS, Block, FrequencyTable

ROLE = Block((0,))


def make_table(
    parents: Sequence[int],
    atoms: Sequence[tuple[int, int, int]],
    categories: int = 2,
    blocks: tuple[Block, ...] = (TOTALS, ROLE),
) -> FrequencyTable:
    """Return a table from (unit, category, respondents)."""
    rows = np.array(atoms, dtype=np.int64).reshape(len(atoms), 3)
    return FrequencyTable(
        tuple(parents), (categories,), rows[:, 0], rows[:, 1:2], rows[:, 2], blocks
    )


def random_table(chance: random.Random, most_units: int = 6) -> FrequencyTable:
    """Return a small table with skips, empty atoms and several roots now and then."""
    units = chance.randint(1, most_units)
    categories = chance.randint(1, 3)
    parents = [
        chance.randint(-1 if chance.random() < 0.2 else min(0, unit - 1), unit - 1)
        for unit in range(units)
    ]
    atoms = [
        (unit, category, chance.choice((0, 1, 1, 2, 3, 4, 6, 9)))
        for unit in range(units)
        for category in range(-1, categories)
        if chance.random() < (0.2 if category < 0 else 0.7)
    ]
    return make_table(parents, atoms, categories)


@st.composite
def tables(draw: st.DrawFn, most_units: int = 6, most_categories: int = 3) -> FrequencyTable:
    units = draw(st.integers(1, most_units))
    categories = draw(st.integers(1, most_categories))
    parents = [draw(st.integers(-1, unit - 1)) for unit in range(units)]
    places = st.tuples(st.integers(0, units - 1), st.integers(-1, categories - 1))
    counted = draw(st.dictionaries(places, st.integers(0, 9), max_size=12))
    levels = draw(st.none() | st.frozensets(st.integers(0, 3)))
    atoms = [(unit, category, people) for (unit, category), people in counted.items()]
    return make_table(parents, atoms, categories, (TOTALS, Block((0,), levels)))


def synthetic_table(units: int, seed: int, categories: int = 5) -> FrequencyTable:
    """Return teams of about five respondents below services below directorates below one root."""
    chance = random.Random(seed)
    parents = [-1]
    while len(parents) < units:
        directorate = len(parents)
        parents.append(0)
        for _ in range(chance.randint(2, 6)):
            service = len(parents)
            parents += [directorate, *[service] * chance.randint(3, 15)]
    del parents[units:]
    atoms = [
        (unit, category, chance.choice((0, 0, 1, 1, 1, 2, 3)))
        for unit in range(units)
        for category in range(-1, categories)
        if category >= 0 or chance.random() < 0.1
    ]
    return make_table(parents, atoms, categories)
