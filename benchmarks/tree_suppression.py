"""Tree suppression beside a mixed-integer solver (HiGHS) in the same run.

Prints CPU seconds for 10,000 teams (bar: 1 s), the growth from 1,000 teams, and on smaller
organisations the solver's optimum and time, which the engine must equal and beat.
"""

import time

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_array
from synthetic import organisation

from analysis.disclosure.attack import attack_tree
from analysis.disclosure.rules import Rules
from analysis.disclosure.tree import Pattern, protect_tree, subtree_totals

BAR_SECONDS = 1.0
K5 = Rules(5)


def solver_optimum(parents: list[int], counts: list[int], k: int) -> int:
    """Return the optimal weight by integer programming: shown x, full residue z, uncovered u."""
    units = len(parents)
    totals = subtree_totals(parents, counts)
    rows, low, high = lil_array((5 * units, 3 * units)), [], []
    for unit in range(units):
        below = [child for child in range(units) if parents[child] == unit]
        x, z, u = unit, units + unit, 2 * units + unit
        size = totals[unit]
        conditions = (
            ({u: 1, x: size}, {}, -np.inf, size),
            ({u: 1}, dict.fromkeys(below, -1), -np.inf, counts[unit]),
            ({u: 1, x: size}, dict.fromkeys(below, -1), counts[unit], np.inf),
            ({z: -k, x: -k}, dict.fromkeys(below, 1), -k - counts[unit], np.inf),
            ({z: -size, x: size}, dict.fromkeys(below, 1), -np.inf, size - counts[unit]),
        )
        for own, children, least, most in conditions:
            row = len(low)
            for column, value in own.items():
                rows[row, column] = value
            for child, value in children.items():
                rows[row, 2 * units + child] = value
            low.append(least)
            high.append(most)
    worth = np.concatenate([-(1000.0 + np.array(totals)), np.zeros(2 * units)])
    upper = np.concatenate([np.array(totals) >= k, np.ones(units), np.array(totals)])
    result = milp(
        worth,
        constraints=LinearConstraint(rows.tocsr(), low, high),
        bounds=Bounds(np.zeros(3 * units), upper),
        integrality=np.ones(3 * units),
        options={"mip_rel_gap": 0.0},
    )
    return round(-result.fun)


def timed(parents: list[int], counts: list[int]) -> tuple[float, Pattern]:
    start = time.process_time()
    pattern = protect_tree(parents, counts, K5)
    return time.process_time() - start, pattern


def main() -> None:
    for teams in (50, 200, 1000):
        parents, counts = organisation(teams, seed=11)
        seconds, pattern = timed(parents, counts)
        start = time.process_time()
        optimum = solver_optimum(parents, counts, 5)
        solver_seconds = time.process_time() - start
        print(
            f"tree suppression, {teams} teams: engine weight {pattern.weight}, solver optimum "
            f"{optimum}, equal: {pattern.weight == optimum}; engine {seconds:.4f} s, solver "
            f"{solver_seconds:.2f} s, ratio {solver_seconds / max(seconds, 1e-9):.0f}x"
        )
    small, _ = timed(*organisation(1000, seed=23))
    for seed in (23, 37, 51):
        parents, counts = organisation(10_000, seed=seed)
        seconds, pattern = timed(parents, counts)
        start = time.process_time()
        published = [
            n if shown else None
            for n, shown in zip(pattern.respondents, pattern.shown, strict=True)
        ]
        report = attack_tree(parents, published, K5)
        attack_seconds = time.process_time() - start
        print(
            f"tree suppression, 10,000 teams, seed {seed}: {seconds:.3f} CPU s = "
            f"{seconds / BAR_SECONDS:.2f} of the bar, {seconds / small:.1f} times 1,000 teams; "
            f"{sum(pattern.shown):,} of {len(parents):,} units shown; self-attack "
            f"{sum(report.tried.values()):,} tried, {report.leaks} found, {attack_seconds:.2f} s"
        )


if __name__ == "__main__":
    main()
