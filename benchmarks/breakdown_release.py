"""A release with breakdowns beside the same release with unit totals alone.

    python benchmarks/breakdown_release.py [--teams 1000] [--breakdowns 2] [--k 5]

Protects, attacks, codes and writes one month of a synthetic organisation with the eight first
questions of the bank, from counts that are made before time is taken.
"""

import argparse
import resource
import time
from datetime import date

import numpy as np
from synthetic import CATEGORIES, DEMOGRAPHICS, frequency_table

from analysis.disclosure.frequency_tables import FrequencyTable
from analysis.preparing import PreparedRelease, prepare_release
from analysis.release import Source
from analysis.release_documents import read_header
from analysis.tally import ItemTally, MonthTally
from surveys.library_bank import default_instrument
from surveys.months import Month
from surveys.policy import AnonymityPolicy, Breakdown
from surveys.units import Unit, UnitCode, UnitTree

QUESTIONS, SEED = 8, 7
BANK = default_instrument()
DIVIDERS = tuple(
    Breakdown(name, name.title(), tuple(f"{name} {number}" for number in range(options)))
    for name, options in zip(DEMOGRAPHICS, CATEGORIES, strict=True)
)


def tree_of(table: FrequencyTable) -> UnitTree:
    codes = [f"u{place:06d}" for place in range(len(table.parents))]
    return UnitTree.of(
        date(2026, 1, 1),
        [
            Unit(UnitCode(code), code, None if parent < 0 else UnitCode(codes[parent]))
            for code, parent in zip(codes, table.parents, strict=True)
        ],
    )


def tally_of(table: FrequencyTable, tree: UnitTree) -> MonthTally:
    """Return what people of each team answer about its own level; a few skip."""
    random = np.random.default_rng(SEED)
    level = random.normal(0, 0.3, len(table.parents))
    items = {}
    for item in BANK.items[:QUESTIONS]:
        scale = BANK.scales[item.scale]
        labels, columns = len(scale.labels), len(scale.options) + 1
        counts = np.zeros((len(table.atom_units), columns), dtype=np.int64)
        atoms = np.repeat(np.arange(len(table.atom_units)), table.atom_counts)
        felt = 0.66 * labels + level[table.atom_units[atoms]] + random.normal(0, 1, len(atoms))
        chosen = np.clip(np.rint(felt), 1, labels).astype(np.int64) - 1
        chosen[random.random(len(atoms)) < 0.03] = columns - 1
        np.add.at(counts, (atoms, chosen), 1)
        items[item.code] = ItemTally(item, scale, counts)
    return MonthTally(
        Month(2026, 3),
        tuple(tree.units[unit].code for unit in table.atom_units.tolist()),
        table.atom_counts,
        items,
        DIVIDERS[: len(table.categories)],
        tuple(map(tuple, table.atom_categories.tolist())),
    )


def timed(
    tally: MonthTally, tree: UnitTree, policy: AnonymityPolicy
) -> tuple[PreparedRelease, float]:
    start = time.process_time()
    release = prepare_release(
        tally, tree, policy, BANK.constructs, source=Source.IMPORTED, earlier_spread={}
    )
    return release, time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--teams", type=int, default=1000)
    parser.add_argument("--breakdowns", type=int, default=2, choices=(1, 2, 3))
    parser.add_argument("--k", type=int, default=5)
    given = parser.parse_args()
    table = frequency_table(given.teams, seed=SEED, demographics=given.breakdowns)
    tree = tree_of(table)
    tally = tally_of(table, tree)
    policy = AnonymityPolicy(threshold=given.k, breakdowns=DIVIDERS[: given.breakdowns])
    _plain, alone = timed(tally.by_unit(), tree, policy)
    release, together = timed(tally, tree, policy)
    said = read_header(release.header).breakdowns
    print(f"{given.teams:,} teams, {given.breakdowns} breakdowns, k = {given.k}, CPU seconds")
    print(f"  unit totals alone {alone:6.2f}")
    print(f"  with breakdowns   {together:6.2f}  {together / alone:.0f} times")
    for each in said.divided:
        print(f"  {each.name}: {each.shown:,} of {each.cells:,} cells shown")
    print(f"  questions withheld from groups: {len(said.withheld)} of {QUESTIONS}")
    print(f"  memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
