"""Counting historic responses: rows a second, peak memory, and the ratio to Polars in this run.

    python benchmarks/history_import.py [--rows 2000000]

Each measurement runs in a process of its own, so that its peak memory is its own. Both sides do
the whole work: read the file, keep each person's last answer of a month in a unit, and count
every answer of ten items by unit and month.
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

from analysis.history.columns import ColumnMapping, ItemColumn
from analysis.history.counting import Question, count_responses
from analysis.history.reading import open_responses
from surveys.instruments import Construct, ConstructCode, Item, ItemCode
from surveys.scales import Band, Scale
from surveys.units import Unit, UnitCode, UnitTree

ITEMS = [f"q{number}" for number in range(10)]
MONTHS, UNITS = 18, 400
REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("PULSE_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
VOTES = SHARED / "happyforce" / "votes_compact.csv.gz"
BAR = 2.0  # times Polars
MEMORY_BAR = 500  # MB


def write_answers(folder: Path, rows: int) -> None:
    """Write the same answers as CSV and as Parquet: people of 400 teams over 18 months."""
    import polars as pl  # noqa: PLC0415 - not in the process that measures Pulse

    draw = np.random.default_rng(20260301)
    people = rows // MONTHS
    person = np.tile(np.arange(people), MONTHS)
    month = np.repeat(np.arange(MONTHS), people)
    table = pl.DataFrame(
        {
            "unit": [f"team-{number % UNITS:04d}" for number in person],
            "respondent": [f"P{number:07d}" for number in person],
            "date": [
                f"{2024 + number // 12}-{number % 12 + 1:02d}-{day:02d}"
                for number, day in zip(month, draw.integers(1, 29, len(person)), strict=True)
            ],
        }
        | {name: draw.integers(0, 6, len(person), dtype=np.int8) for name in ITEMS}
    ).with_columns(pl.col(ITEMS).replace(0, None))
    table.write_csv(folder / "answers.csv")
    table.write_parquet(folder / "answers.parquet")


def count_with_pulse(path: Path, *, unit: str, person: str, day: str, items: list[str]) -> int:
    labels = ("Very low", "Low", "Between", "High", "Very high")
    bands = (Band("low", 1, 2), Band("between", 3, 3), Band("high", 4, 5))
    scale = Scale("five", labels, bands)
    construct = Construct(ConstructCode("x"), "x", "x", "x")
    questions = {
        ItemCode(name): Question(
            Item(ItemCode(name), 1, construct.code, {"en": name}, "five", False, "x", "x"),  # noqa: FBT003 - the field's place
            scale,
            construct,
        )
        for name in items
    }
    codes = [str(number) for number in range(37)] + [f"team-{n:04d}" for n in range(UNITS)]
    root = UnitCode("all")
    teams = [Unit(UnitCode(code), code, root) for code in codes]
    tree = UnitTree.of(date(2014, 1, 1), [Unit(root, "All", None), *teams])
    columns = tuple(ItemColumn(name, ItemCode(name)) for name in items)
    counted = count_responses(
        open_responses(path, ColumnMapping(unit, person, day, columns)),
        questions,
        trees=[tree],
        day=date(2026, 1, 1),
        home=path.parent if os.access(path.parent, os.W_OK) else Path(tempfile.mkdtemp()),
        progress=lambda _: None,
    )
    return counted.rows - counted.duplicates


def count_with_polars(path: Path, *, unit: str, person: str, day: str, items: list[str]) -> int:
    import polars as pl  # noqa: PLC0415 - likewise

    texts = {unit: pl.String, person: pl.String, day: pl.String}
    if path.suffix == ".parquet":
        frame = pl.scan_parquet(path)
    elif path.suffix == ".gz":
        frame = pl.read_csv(gzip.decompress(path.read_bytes()), schema_overrides=texts).lazy()
    else:
        frame = pl.scan_csv(path, schema_overrides=texts)
    last = (
        frame.with_row_index()
        .with_columns(month=pl.col(day).str.slice(0, 7))
        .sort(day, "index")
        .group_by(unit, person, "month")
        .agg(pl.col(items).last())
        .collect()
    )
    for item in items:
        last.group_by(unit, "month", item).len()
    return last.height


def measure(count: Callable[..., int], path: Path) -> None:
    """Print seconds, answers counted and peak memory in MB of this process as JSON."""
    columns = (
        {"unit": "unit", "person": "person", "day": "day", "items": ["vote"]}
        if path.suffix == ".gz"
        else {"unit": "unit", "person": "respondent", "day": "date", "items": ITEMS}
    )
    start = time.perf_counter()
    answers = count(path, **columns)
    seconds = time.perf_counter() - start
    status = Path("/proc/self/status").read_text()
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024  # ru_maxrss would count the parent
    print(json.dumps({"seconds": seconds, "answers": answers, "peak": peak}))


def measured(side: str, path: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--measure", side, "--file", str(path)]
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def compare(title: str, path: Path, *, rows: int) -> None:
    pulse, polars = measured("pulse", path), measured("polars", path)
    if pulse["answers"] != polars["answers"]:
        raise SystemExit(f"{title}: the two do not count the same")
    ratio = pulse["seconds"] / polars["seconds"]
    print(
        f"{title:<22}{rows:>11,} rows  Pulse {pulse['seconds']:6.2f} s "
        f"({rows / pulse['seconds']:>9,.0f} rows/s, {pulse['peak']:4.0f} MB)  "
        f"Polars {polars['seconds']:6.2f} s ({polars['peak']:5.0f} MB)  "
        f"ratio {ratio:4.2f} (bar {BAR:.1f}), memory bar {MEMORY_BAR} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--measure", choices=["pulse", "polars"])
    parser.add_argument("--file", type=Path)
    chosen = parser.parse_args()
    if chosen.measure:
        side = count_with_pulse if chosen.measure == "pulse" else count_with_polars
        measure(side, chosen.file)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_answers(folder, chosen.rows)
        rows = chosen.rows // MONTHS * MONTHS
        compare("CSV, 10 items", folder / "answers.csv", rows=rows)
        compare("Parquet, 10 items", folder / "answers.parquet", rows=rows)
    if VOTES.is_file():
        compare("real votes, CSV gzip", VOTES, rows=221_145)
    else:
        print(f"real votes: skipped, because {VOTES} is absent; set PULSE_SHARED_DATA")


if __name__ == "__main__":
    main()
