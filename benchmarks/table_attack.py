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
from analysis.disclosure.published_tables import Atoms, PublishedTable
from analysis.disclosure.rules import Rules
from analysis.disclosure.tree import protect_tree

K5 = Rules(5)
CUT_BAR, SOLVE_BAR = 1.0, 10.0


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
            atoms = Atoms(given.atom_units, given.atom_categories, given.atom_counts)
            cells = sum(int(shown.sum()) for shown in pattern.shown)
            print(f"{teams:,} teams, {len(categories)} demographics, {cells:,} cells shown")
            published = pattern.published(given)
            for attack in table_attack._SEALED:  # noqa: SLF001 - each is timed by itself
                held = PublishedTable(
                    given.parents, given.categories, given.blocks, published, atoms
                )
                start = time.process_time()
                finding = attack.run(held, 5)
                seconds = time.process_time() - start
                print(
                    f"  {attack.name}: {finding.tried:,} tried, {finding.found:,} found, {seconds:.2f} CPU s",
                    finding.not_searched,
                )


if __name__ == "__main__":
    main()
