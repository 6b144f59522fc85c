"""The self-attack on tables of 10,000 teams, beside its bars.

The tables are protected one category at a time, as if each were a tree of its own. That is what a
careful peer does, and it is not safe: what the attacks find in it is printed as well. A release
of the engine has as many cells, so the seconds are those of a release.
"""

import time

import numpy as np
from synthetic import organisation

from analysis.disclosure import table_attack
from analysis.disclosure.frequency_tables import TOTALS, Block, FrequencyTable, TablePattern
from analysis.disclosure.published_tables import Atoms, PublishedTable, Whole
from analysis.disclosure.rules import Rules
from analysis.disclosure.tree import protect_tree

K5 = Rules(5)
BARS = {table_attack._CUTS.name: 1.0, table_attack._ALL.name: 10.0}  # noqa: SLF001 - CPU seconds


def table(teams: int, categories: tuple[int, ...], *, seed: int) -> FrequencyTable:
    """Spread the respondents of an organisation over categories; 80 % of a team share a site."""
    parents, counts = organisation(teams, seed=seed)
    random = np.random.default_rng(seed)
    units = np.repeat(np.arange(len(parents)), counts)
    people = np.stack([random.integers(0, width, len(units)) for width in categories], axis=1)
    home = random.integers(0, categories[-1], len(parents))[units]
    if len(categories) > 1:
        people[:, -1] = np.where(random.random(len(units)) < 0.8, home, people[:, -1])
    kinds, sizes = np.unique(np.column_stack([units, people]), axis=0, return_counts=True)
    blocks = (TOTALS, *(Block((place,)) for place in range(len(categories))))
    return FrequencyTable(tuple(parents), categories, kinds[:, 0], kinds[:, 1:], sizes, blocks)


def category_by_category(given: FrequencyTable) -> TablePattern:
    """Protect each category of each block as a tree."""
    shown = []
    for block in given.blocks:
        cells = given.cell_counts(block)
        own = cells.copy()
        for unit, parent in enumerate(given.parents):
            if parent >= 0:
                own[parent] -= cells[unit]
        columns = [protect_tree(given.parents, column.tolist(), K5).shown for column in own.T]
        shown.append(np.array(columns).T)
    return TablePattern(tuple(shown))


def main() -> None:
    for categories in ((5,), (5, 4, 5)):
        for teams in (1000, 10_000):
            given = table(teams, categories, seed=11)
            pattern = category_by_category(given)
            cells = sum(int(shown.sum()) for shown in pattern.shown)
            print(
                f"self-attack, {teams:,} teams, {len(categories)} demographics, "
                f"{int(given.atom_counts.sum()):,} respondents, {cells:,} shown cells"
            )
            attack_each(given, pattern.published(given))


def attack_each(given: FrequencyTable, published: tuple[Whole, ...]) -> None:
    atoms = Atoms(given.atom_units, given.atom_categories, given.atom_counts)
    whole = 0.0
    for sealed, attacks in ((atoms, table_attack._SEALED), (None, table_attack._PUBLIC[2:3])):  # noqa: SLF001 - each is timed by itself
        for attack in attacks:
            held = PublishedTable(given.parents, given.categories, given.blocks, published, sealed)
            start = time.process_time()
            finding = attack.run(held, K5.smallest_group)
            seconds = time.process_time() - start
            whole += seconds
            bar = BARS.get(attack.name)
            share = f" = {seconds / bar:.2f} of the bar" if bar else ""
            print(
                f"  {attack.name}: {finding.tried:,} tried, {finding.found:,} found, "
                f"{seconds:.2f} CPU s{share}"
            )
    print(f"  all: {whole:.2f} CPU s")


if __name__ == "__main__":
    main()
