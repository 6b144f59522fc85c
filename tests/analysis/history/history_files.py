"""What the tests of historic responses are made of: an organisation, its files and its mapping."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.archive import visible_releases
from analysis.history.columns import ColumnMapping, ItemColumn
from analysis.history.counting import CountedFile, Question, count_responses
from analysis.history.importing import Transactions, import_responses
from analysis.history.reading import open_responses
from analysis.tables import ArchiveBase
from pulse.stores import Stores
from surveys.instruments import ItemCode
from surveys.ledger.signing import LogSigner
from surveys.ledger.tables import LedgerBase
from surveys.library_bank import default_instrument
from surveys.units import Unit, UnitCode, UnitTree

TODAY = date(2026, 3, 15)
HEADER = "unit,person,day,Q1,Q2"
MAPPING = ColumnMapping(
    "unit",
    "person",
    "day",
    (ItemColumn("Q1", ItemCode("morale")), ItemColumn("Q2", ItemCode("workload"))),
)
TREE = UnitTree.of(
    date(2025, 1, 1),
    [
        Unit(UnitCode("all"), "Everybody", None),
        *(Unit(UnitCode(code), f"Team {code}", UnitCode("all")) for code in ("a", "b", "c")),
    ],
)
UNITS_CSV = "code,name,parent\nall,Everybody,\na,Team a,all\nb,Team b,all\nc,Team c,all\n"


def questions() -> dict[ItemCode, Question]:
    bank = default_instrument()
    return {
        item.code: Question(item, bank.scales[item.scale], bank.constructs[item.construct])
        for item in bank.items
    }


def write_rows(path: Path, rows: Sequence[str], *, header: str = HEADER) -> Path:
    content = "\n".join([header, *rows, ""]).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def two_months() -> list[str]:
    """Answers of 7, 9 and 3 people in two months; each answers twice in the second."""
    rows = []
    for month, days in (("2026-01", (5,)), ("2026-02", (3, 20))):
        for unit, people in (("a", 7), ("b", 9), ("c", 3)):
            for person in range(people):
                for day in days:
                    answer = (person + day) % 5 + 1
                    rows.append(f"{unit},P{person},{month}-{day:02d},{answer},{person % 5 + 1}")
    return rows


def count(
    path: Path,
    home: Path,
    *,
    mapping: ColumnMapping = MAPPING,
    trees: Sequence[UnitTree] = (TREE,),
) -> CountedFile:
    return count_responses(
        open_responses(path, mapping),
        questions(),
        trees=trees,
        day=TODAY,
        home=home,
        progress=lambda _: None,
    )


def transactions(stores: Stores) -> Transactions:
    return Transactions(stores.registry, stores.archive)


@dataclass(frozen=True, slots=True)
class Organisation:
    """An installation with units and a policy, into which answers can be imported."""

    stores: Stores
    home: Path
    signer: LogSigner

    def run(self, path: Path) -> None:
        import_responses(
            open_responses(path, MAPPING),
            transactions(self.stores),
            home=self.home,
            signer=self.signer,
            day=TODAY,
            progress=lambda _: None,
        )

    def archive_rows(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of the archive and of the log, to compare one run with another."""
        with self.stores.archive() as session:
            return {
                table.name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
                for metadata in (ArchiveBase.metadata, LedgerBase.metadata)
                for table in metadata.sorted_tables
            }

    def leftovers(self) -> list[Path]:
        return sorted((self.home / "tmp").glob("*"))


def visible_months(session: Session) -> list[str]:
    return [str(head.month) for head in visible_releases(session)]
