"""The same table protected by a peer, in a process of its own: tau-ARGUS as packaged in pytauargus.

    pip install pytauargus==0.6.0
    python -m benchmarks.jobs.peer '{"teams": 1000, "seed": 9001, "profile": "lean"}'

Its modular method (MOD) suppresses a hierarchy table by table; the threshold rule is 5 people with
a protection range of a tenth. Our cut check then counts what can still be computed from the
cells that it calls safe. Each job has an empty folder.
"""

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from analysis.disclosure.frequency_tables import FrequencyTable
from benchmarks.synthetic import PROFILES, frequency_table
from tests.analysis.disclosure.brute_force import Cell, pattern_of
from tests.analysis.disclosure.cut_check import small_cuts

SAFE = "S"


def write_hierarchy(table: FrequencyTable, file: Path) -> None:
    """Write every unit but the root, depth first, with an @ per level below the first."""
    children: list[list[int]] = [[] for _ in table.parents]
    for unit, parent in enumerate(table.parents[1:], start=1):
        children[parent].append(unit)
    lines = []
    waiting = list(reversed(children[0]))
    while waiting:
        unit = waiting.pop()
        lines.append("@" * (int(table.depths[unit]) - 1) + _code(unit))
        waiting.extend(reversed(children[unit]))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def suppress(table: FrequencyTable, folder: Path) -> tuple[float, list[str]]:
    """Return the peer's CPU seconds and the lines of its protected table."""
    from pytauargus import protect  # noqa: PLC0415 - only where it is installed

    write_hierarchy(table, folder / "unit.hrc")
    units = np.repeat(table.atom_units, table.atom_counts)
    roles = np.repeat(table.atom_categories[:, 0], table.atom_counts)
    people = {
        "unit": [_code(unit) for unit in units],
        "role": [f"r{role}" for role in roles],
        "one": [1.0] * len(units),
    }
    start = time.process_time()
    protect(
        people,
        ["unit", "role"],
        response="one",
        safety_rules="FREQ(5,10)",
        suppress="MOD(1)",
        hrc={"unit": str(folder / "unit.hrc")},
        hierleadstring="@",
        workdir=str(folder / "run"),
    )
    seconds = time.process_time() - start
    return seconds, (folder / "run" / "tab1.tab").read_text(encoding="utf-8").splitlines()


def cells_called_safe(lines: Sequence[str]) -> list[Cell]:
    """Return the cells with people that the peer would show; its visible zeros are left out."""
    cells = []
    for line in lines:
        unit, role, people, *_, status, _lower, _upper = line.replace('"', "").split(";")
        if status == SAFE and float(people) > 0:
            place = 0 if unit == "Total" else int(unit[1:])
            cells.append(Cell(0, place, 0) if role == "Total" else Cell(1, place, int(role[1:])))
    return cells


def main(text: str) -> None:
    given = json.loads(text)
    table = frequency_table(
        given["teams"], seed=given["seed"], profile=PROFILES[given["profile"]], demographics=1
    )
    with tempfile.TemporaryDirectory() as folder:
        seconds, lines = suppress(table, Path(folder))
    cells = cells_called_safe(lines)
    exposures = len(small_cuts(table, pattern_of(table, cells), 5))
    print(json.dumps({"seconds": seconds, "shown": len(cells), "exposures": exposures}))


def _code(unit: int) -> str:
    return f"u{unit:05d}"


if __name__ == "__main__":
    main(sys.argv[1])
