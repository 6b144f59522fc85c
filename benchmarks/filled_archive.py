"""An archive of 10,000 units x 60 months, and how fast the one door reads from it.

Six months go through the real `prepare_release`, with made-up counts; the other 54 are staged,
logged and made visible as months of their own with the figures of those six, because preparing all
would take minutes and reading is what is measured. Run alone it prints the time to fill and to
read; the results page's benchmark fills its archive with `fill_archive`.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from synthetic import organisation

from analysis.archive import month_cells, units_history, visible_releases
from analysis.publishing import PreparedRelease, make_visible, prepare_release, stage
from analysis.release import ShownCell, Source
from analysis.spread import pooled_earlier
from analysis.tables import ArchiveBase
from analysis.tally import ItemTally, MonthTally
from pulse.stores import open_engine
from surveys.instruments import Construct, ConstructCode, Item, ItemCode
from surveys.ledger.signing import LogSigner
from surveys.ledger.tables import LedgerBase
from surveys.months import Month
from surveys.policy import AnonymityPolicy
from surveys.scales import Band, Scale
from surveys.units import Unit, UnitCode, UnitTree

FIRST = Month(2021, 1)
ITEMS = 8
SCALE = Scale(
    "agreement",
    ("strongly disagree", "disagree", "neither", "agree", "strongly agree"),
    (Band("disagree", 1, 2), Band("neither", 3, 3), Band("agree", 4, 5)),
)
CONSTRUCTS = {
    ConstructCode(f"construct-{n}"): Construct(
        ConstructCode(f"construct-{n}"),
        f"Measure {n}",
        "What made this harder last month?",
        "What helped last month?",
    )
    for n in range(ITEMS)
}


def tree_of(parents: list[int]) -> UnitTree:
    codes = [UnitCode(f"unit-{place:05}") for place in range(len(parents))]
    return UnitTree.of(
        date(2020, 12, 1),
        [
            Unit(code, f"Unit {place}", None if above < 0 else codes[above])
            for place, (code, above) in enumerate(zip(codes, parents, strict=True))
        ],
    )


def month_of_counts(month: Month, counts: list[int], *, seed: int) -> MonthTally:
    """Counts of one month: each team has its own leaning, and one answer in twenty is skipped."""
    random = np.random.default_rng(seed)
    people = random.binomial(np.array(counts), 0.95)
    atoms = np.flatnonzero(people)
    leaning = random.dirichlet([2, 4, 5, 8, 3, 1], size=len(atoms))
    items: dict[ItemCode, ItemTally] = {}
    for n, construct in enumerate(CONSTRUCTS):
        item = Item(
            code=ItemCode(f"item-{n}"),
            version=1,
            construct=construct,
            wording={"en": f"Made-up statement number {n}"},
            scale=SCALE.code,
            reverse_keyed=n % 3 == 0,
            source="made up",
            licence="CC BY 4.0",
        )
        items[item.code] = ItemTally(item, SCALE, random.multinomial(people[atoms], leaning))
    codes = tuple(UnitCode(f"unit-{place:05}") for place in atoms.tolist())
    return MonthTally(month, codes, people[atoms].astype(np.int64), items)


def fill_archive(
    engine: Engine, signer: LogSigner, *, units: int = 10_000, months: int = 60, different: int = 6
) -> UnitTree:
    """Make an archive's tables if need be, fill them with visible releases; return the tree.

    Args:
        engine: of the archive.
        signer: signs the log.
        units: how many units the tree has.
        months: how many releases to make.
        different: how many of them to prepare; further months take the figures of these in turn.
    """
    ArchiveBase.metadata.create_all(engine)
    LedgerBase.metadata.create_all(engine)
    parents, counts = organisation(units, seed=1)  # more than enough: teams come on top
    tree = tree_of(parents[:units])
    prepared = prepare_months(tree, counts[:units], months=min(months, different))
    all_months = [FIRST.shifted(n) for n in range(months)]
    for place, month in enumerate(all_months):
        release = replace(prepared[place % len(prepared)], month=month)
        with Session(engine) as session, session.begin():
            stage(session, release, import_sha256=None)
    with Session(engine) as session, session.begin():
        make_visible(session, all_months, signer=signer, day=all_months[-1].last_day)
    return tree


def prepare_months(tree: UnitTree, counts: list[int], *, months: int) -> list[PreparedRelease]:
    """Return the first so many months, protected and attacked as any release is."""
    prepared: list[PreparedRelease] = []
    for seed in range(months):
        prepared.append(
            prepare_release(
                month_of_counts(FIRST.shifted(seed), counts, seed=seed),
                tree,
                AnonymityPolicy(threshold=5),
                CONSTRUCTS,
                source=Source.IMPORTED,
                earlier_spread=pooled_earlier([release.items for release in prepared]),
            )
        )
    return prepared


def read_everything(session: Session, units: list[UnitCode]) -> int:
    """Read the units' histories and open every figure, as a page that shows them all would."""
    history = units_history(session, units)
    cells = [month.cell for months in history.values() for month in months]
    return sum(len(list(c.figures.values())) for c in cells if isinstance(c, ShownCell))


def milliseconds(engine: Engine, read: Callable[[Session], object], times: int = 20) -> str:
    """Return the median and the 95th percentile of so many reads, each in its own session."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        with Session(engine) as session:
            read(session)
        taken.append(1000 * (time.perf_counter() - start))
    return f"median {statistics.median(taken):7.1f} ms, p95 {np.percentile(taken, 95):7.1f} ms"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "archive.sqlite"
        engine = open_engine(f"sqlite:///{file}")
        start = time.perf_counter()
        tree = fill_archive(engine, LogSigner.generate())
        print(f"filled in {time.perf_counter() - start:.0f} s, {file.stat().st_size >> 20} MB")
        codes = [unit.code for unit in tree]
        random = np.random.default_rng(5)

        def some(number: int) -> list[UnitCode]:
            return [codes[place] for place in random.choice(len(codes), number, replace=False)]

        last = FIRST.shifted(59)
        reads: dict[str, Callable[[Session], object]] = {
            "heads of 60 releases": visible_releases,
            "one unit, 60 months, all figures": lambda s: read_everything(s, some(1)),
            "30 units, 60 months, all figures": lambda s: read_everything(s, some(30)),
            "500 units, 60 months, cells only": lambda s: units_history(s, some(500)),
            "one month, 10,000 units": lambda s: month_cells(s, last),
        }
        for name, read in reads.items():
            print(f"{name:36}", milliseconds(engine, read))
        engine.dispose()


if __name__ == "__main__":
    main()
