"""Disclosure control of tables with demographics beside its bars and beside the true optimum.

    python benchmarks/tables.py          # 1,000 teams and one table of 10,000; few minutes
    python benchmarks/tables.py --full   # every size, profile and seed; the better part of an hour

Every measurement is a process of its own. The seeds from 9001 on were not used while the engine
was tuned. CPU seconds are of protecting alone; the independent attack stands beside them.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SEEDS = (9001, 9002, 9003)
PROFILES = ("lean", "solid")
LARGE = 10_000
NAMES = {0: "tree", 1: "tree x role", 2: "role and tenure", 3: "three demographics"}
CROSSED_LEVELS = 2  # the organisation and its directorates; further down crossings bind too much
SECONDS_BARS = {0: 1.0, 1: 8.0, 3: 90.0}  # 10,000 teams
MEGABYTES_BAR = 500.0
SHOWN_BAR = 0.68  # of cells of at least 5 people, three demographics
GROWTH_BAR = 15.0  # times the seconds of 1,000 teams
Result = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Job:
    """What `jobs/tables.py` is asked for; `limit` is the solver's seconds.

    The first two demographics are crossed in so many levels from the top.
    """

    teams: int
    demographics: int
    profile: str = "lean"
    seed: int = SEEDS[0]
    kind: str = "engine"
    is_attacked: bool = True
    limit: float = 120.0
    crossed_levels: int = 0

    @property
    def label(self) -> str:
        name = NAMES[self.demographics] + (", crossed" if self.crossed_levels else "")
        return f"{name:24} {self.profile:5} {self.teams:6,} seed {self.seed}"


def begin(job: Job, module: str = "tables") -> subprocess.Popen[str]:
    command = [sys.executable, "-m", f"benchmarks.jobs.{module}", json.dumps(asdict(job))]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def end(process: subprocess.Popen[str]) -> Result:
    text, _ = process.communicate()
    if process.returncode:
        raise SystemExit("a job failed; its message stands above")
    result: Result = json.loads(text)
    return result


def run(job: Job) -> Result:
    return end(begin(job))


def describe(job: Job, result: Result) -> str:
    share = result["shown"] / result["eligible"]
    text = (
        f"{job.label}: {result['seconds']:6.2f} CPU s, {result['megabytes']:4.0f} MB, "
        f"{result['shown']:6,.0f} of {result['eligible']:6,.0f} = {share:.1%} shown"
    )
    if result["exposures"] is not None:
        text += f", attack {result['attack_seconds']:.1f} s, {result['exposures']} exposures"
    if job.teams == LARGE and not job.crossed_levels:
        text += f"; {result['seconds'] / SECONDS_BARS[job.demographics]:.2f} of the seconds' bar"
    if job.teams == LARGE and job.demographics == 3:
        text += (
            f", {result['megabytes'] / MEGABYTES_BAR:.2f} of the memory's, "
            f"{share / SHOWN_BAR:.2f} of the share that is to be shown"
        )
    return text


def measure(jobs: list[Job]) -> dict[Job, Result]:
    results = {}
    for job in jobs:
        results[job] = run(job)
        print(describe(job, results[job]), flush=True)
    return results


def crossed_jobs(seeds: tuple[int, ...], most_teams: int) -> list[Job]:
    """Return role by tenure above the services; no bar is set for crossings."""
    return [
        Job(teams, 2, profile, seed, crossed_levels=CROSSED_LEVELS)
        for profile in PROFILES
        for teams in (1000, LARGE)
        for seed in seeds
        if teams <= most_teams
    ]


def print_growth(results: Mapping[Job, Result]) -> None:
    for job, large in results.items():
        small = next(
            (
                result
                for other, result in results.items()
                if other.teams * 10 == job.teams == LARGE
                and (other.profile, other.demographics, other.seed)
                == (job.profile, job.demographics, job.seed)
            ),
            None,
        )
        if small is not None:
            growth = large["seconds"] / max(small["seconds"], 1e-9)
            print(f"{job.label}: {growth:.1f} times 1,000 teams = {growth / GROWTH_BAR:.2f} of it")


def print_gaps(sizes: tuple[int, ...], seeds: tuple[int, ...]) -> None:
    for teams in sizes:
        for profile in PROFILES:
            for seed in seeds:
                job = Job(teams, 1, profile, seed, kind="gap")
                found = run(job)
                gap = found["optimum"] - found["shown"]
                sign = "=" if found["is_proved"] else "<="
                free = found["free_optimum"] - found["shown"]
                print(
                    f"{job.label}: {found['shown']:,} shown, {gap:.0f} {sign} gap to the optimum "
                    f"({gap / found['optimum']:.2%}; bar {teams / 60:.1f} cells), {free:.0f} "
                    f"{'=' if found['free_is_proved'] else '<='} gap where totals are free; solver "
                    f"{found['solver_seconds'] / max(found['seconds'], 1e-9):.1f} times our time",
                    flush=True,
                )


def print_peer(results: Mapping[Job, Result]) -> None:
    """Print what tau-ARGUS makes of the same tables of one demographic."""
    if importlib.util.find_spec("pytauargus") is None:
        print("no peer beside: pytauargus is not installed (pip install pytauargus==0.6.0)")
        return
    for job, ours in results.items():
        if job.demographics == 1:
            peer = end(begin(job, "peer"))
            print(
                f"{job.label}: tau-ARGUS (modular) {peer['seconds']:.2f} CPU s, "
                f"{peer['shown']:,} cells, {peer['exposures']} combinations that rest on fewer "
                f"than 5 people; ours {ours['shown']:,} cells, {ours['exposures']}, "
                f"{ours['seconds'] / max(peer['seconds'], 1e-9):.1f} times its seconds",
                flush=True,
            )


def print_repeats(job: Job) -> None:
    """Run the same job again, twice at once: the patterns must be equal byte for byte."""
    once = run(job)
    both = [end(process) for process in [begin(job), begin(job)]]
    is_equal = len({once["pattern"], *(result["pattern"] for result in both)}) == 1
    slower = max(result["seconds"] for result in both) / max(once["seconds"], 1e-9)
    print(
        f"{job.label}: byte-identical again and twice at once: {is_equal}; "
        f"twice at once {slower:.2f} times the CPU seconds of one"
    )
    if not is_equal:
        raise SystemExit("the same counts gave two patterns")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true")
    is_full = parser.parse_args().full
    seeds = SEEDS if is_full else SEEDS[:1]
    print(f"load before: {', '.join(f'{load:.1f}' for load in os.getloadavg())}")
    kinds = [
        Job(teams, demographics, profile, seed)
        for demographics in SECONDS_BARS
        for profile in PROFILES
        for teams in (1000, LARGE)
        for seed in seeds
        if is_full or teams < LARGE or (demographics < 3 and profile == "lean")
    ]
    results = measure(kinds)
    print_growth(results)
    results |= measure(crossed_jobs(seeds, LARGE if is_full else 1000))
    print_peer(results)
    print_gaps((20, 60, 200, 1000, 3000) if is_full else (20, 200, 1000), seeds)
    print_repeats(Job(LARGE if is_full else 1000, 3, is_attacked=False))
    measure([Job(26_700, 0)])  # about 30,000 units
    print(f"load after: {', '.join(f'{load:.1f}' for load in os.getloadavg())}")
    if any(result["exposures"] for result in results.values()):
        raise SystemExit("the attack found groups of fewer than 5 people")


if __name__ == "__main__":
    main()
