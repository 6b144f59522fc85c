"""One job of `tables.py` in a process of its own, so that its memory and seconds are its own.

    python -m benchmarks.jobs.tables '{"kind": "engine", "teams": 1000, "seed": 9001, ...}'

Prints one line of JSON. The optimum and the cut check come from the tests' judges.
"""

import hashlib
import json
import resource
import sys
import time
from dataclasses import replace

import numpy as np

from analysis.disclosure.engine import protect
from analysis.disclosure.frequency_tables import Block, FrequencyTable, TablePattern
from analysis.disclosure.rules import Rules
from analysis.disclosure.table_attack import attack_with_atoms
from benchmarks.synthetic import PROFILES, frequency_table
from tests.analysis.disclosure.cut_check import small_cuts
from tests.analysis.disclosure.optimum import optimum

K5 = Rules(5)
Result = dict[str, float | int | str | None]


def engine_job(table: FrequencyTable, *, is_attacked: bool) -> Result:
    """Protect a table; `exposures` is None where no attack was asked for."""
    start = time.process_time()
    pattern = protect(table, K5).pattern
    result: Result = {"seconds": time.process_time() - start, "megabytes": _peak_megabytes()}
    bits = b"".join(np.packbits(shown).tobytes() for shown in pattern.shown)
    result |= {
        "units": len(table.parents),
        "eligible": _eligible(table),
        "shown": _shown(pattern),
        "pattern": hashlib.sha256(bits).hexdigest(),
        "exposures": None,
        "attack_seconds": None,
    }
    if is_attacked:
        start = time.process_time()
        found = attack_with_atoms(table, pattern, K5).leaks
        result["attack_seconds"] = time.process_time() - start
        if len(table.blocks) == 2:
            found += len(small_cuts(table, pattern, K5.smallest_group))
        result["exposures"] = found
    return result


def with_crossing(table: FrequencyTable, levels: int) -> FrequencyTable:
    """Return the table with its first two demographics crossed in so many levels from the top."""
    crossing = Block((0, 1), levels=frozenset(range(levels)))
    return replace(table, blocks=(*table.blocks, crossing))


def gap_job(table: FrequencyTable, *, seconds: float) -> Result:
    """Count how many cells fewer than the optimum the engine shows, with its totals and with any.

    `is_proved` says whether the solver or the engine reached the bound; else the gap is at most
    what is printed.
    """
    start = time.process_time()
    pattern = protect(table, K5).pattern
    own = time.process_time() - start
    totals = [bool(shown) for shown in pattern.shown[0][:, 0]]
    start = time.process_time()
    same = optimum(table, K5.smallest_group, totals=totals, seconds=seconds)
    solver = time.process_time() - start
    free = optimum(table, K5.smallest_group, seconds=seconds)
    return {
        "seconds": own,
        "solver_seconds": solver,
        "shown": _shown(pattern),
        "optimum": same.bound,
        "is_proved": int(same.pattern is not None or same.bound == _shown(pattern)),
        "free_optimum": free.bound,
        "free_is_proved": int(free.pattern is not None),
    }


def _eligible(table: FrequencyTable) -> int:
    return sum(
        int(((table.cell_counts(block) >= 5) & table.candidates(block)[:, None]).sum())
        for block in table.blocks
    )


def _shown(pattern: TablePattern) -> int:
    return sum(int(shown.sum()) for shown in pattern.shown)


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(text: str) -> None:
    given = json.loads(text)
    table = frequency_table(
        given["teams"],
        seed=given["seed"],
        profile=PROFILES[given["profile"]],
        demographics=given["demographics"],
    )
    if given["crossed_levels"]:
        table = with_crossing(table, given["crossed_levels"])
    if given["kind"] == "gap":
        result = gap_job(table, seconds=given["limit"])
    else:
        result = engine_job(table, is_attacked=given["is_attacked"])
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1])
