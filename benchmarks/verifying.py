"""The stand-alone verifier on certificates of 10,000 teams, beside its bars.

Peers have none. As a measure that anybody knows, the seconds in which Python's own library parses
the same two files are printed as well.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from synthetic import CATEGORIES, DEMOGRAPHICS, frequency_table

from analysis.disclosure import verifier
from analysis.disclosure.attack import AttackReport
from analysis.disclosure.certificate import SALT_BYTES, Attacks, Certified, Names, certify
from analysis.disclosure.engine import protect
from analysis.disclosure.rules import Rules

K5 = Rules(5)
BARS = {1: 1.0, 3: 10.0}  # CPU seconds per number of demographics
NOT_MADE = AttackReport({"left out of this benchmark": 0}, {"left out of this benchmark": 0}, ())


def write_certificates(folder: Path, teams: int, demographics: int) -> int:
    """Write public.json and sealed.json, and return how many cells they show."""
    table = frequency_table(teams, seed=1, demographics=demographics)
    done = protect(table, K5)
    names = Names(
        tuple(f"unit {place}" for place in range(len(table.parents))),
        DEMOGRAPHICS[:demographics],
        tuple(tuple(str(own) for own in range(width)) for width in CATEGORIES[:demographics]),
    )
    certified = Certified(table, names, K5, done.pattern, done.account)
    made = certify(certified, Attacks(NOT_MADE, NOT_MADE), bytes(SALT_BYTES))
    (folder / "public.json").write_text(made.public)
    (folder / "sealed.json").write_text(made.sealed)
    return sum(int(flags.sum()) for flags in done.pattern.shown)


def seconds_to_verify(paths: list[Path]) -> float:
    """Return the CPU seconds of the verifier as a program of its own, start included."""
    program = (
        "import runpy, sys, time, atexit; atexit.register(lambda: print(time.process_time()));"
        f"sys.argv = {[verifier.__file__, *map(str, paths)]!r};"
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True
    )
    return float(ran.stdout.splitlines()[-1])


def seconds_to_parse(paths: list[Path]) -> float:
    start = time.process_time()
    for path in paths:
        json.loads(path.read_bytes())
    return time.process_time() - start


def main() -> None:
    for teams, demographics in ((1000, 1), (10_000, 1), (1000, 3), (10_000, 3)):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            cells = write_certificates(folder, teams, demographics)
            paths = [folder / "public.json", folder / "sealed.json"]
            taken, parsing = seconds_to_verify(paths), seconds_to_parse(paths)
        bar = BARS[demographics]
        print(
            f"verifier, {teams:,} teams, {demographics} demographics, {cells:,} shown cells: "
            f"{taken:.2f} CPU s, {taken / bar:.2f} of the bar of {bar:.0f} s at 10,000 teams, "
            f"{taken / parsing:.0f} x parsing the files"
        )


if __name__ == "__main__":
    main()
