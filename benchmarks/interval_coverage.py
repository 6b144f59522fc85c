"""How often 95 % intervals of a small mean on five points hold the truth, and how wide they are.

The table behind docs/decisions/0133-intervals-of-small-means.md.
Run: python benchmarks/interval_coverage.py
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, stdtrit

from analysis.release import Bound
from analysis.trends.intervals import mean_interval
from analysis.trends.power import power_to_see

FloatArray = npt.NDArray[np.float64]
Ends = tuple[FloatArray, FloatArray]

DRAWS = 4_000
RELEASED_SPREAD = 0.95
POINTS = np.arange(1.0, 6.0)
TEAMS = {  # shares of the answers 1 to 5
    "middle": (0.05, 0.12, 0.33, 0.38, 0.12),
    "alike": (0.0, 0.0, 0.3, 0.7, 0.0),
    "high": (0.01, 0.03, 0.10, 0.36, 0.50),
    "ceiling": (0.0, 0.01, 0.02, 0.12, 0.85),
    "divided": (0.4, 0.1, 0.0, 0.1, 0.4),
    "one in 20": (0.05, 0.0, 0.0, 0.0, 0.95),
}
SIZES = (5, 10, 30)


def by_mean(means: FloatArray, ends: Callable[[float], tuple[float, float]]) -> Ends:
    """Apply a function of one mean; few answers have few means."""
    distinct, place = np.unique(means, return_inverse=True)
    low, high = np.array([ends(float(mean)) for mean in distinct]).T
    return low[place], high[place]


def t_with(answers: FloatArray, spreads: FloatArray) -> Ends:
    size = answers.shape[1]
    half = stdtrit(size - 1, 0.975) * spreads / np.sqrt(size)
    means = answers.mean(axis=1)
    return np.maximum(1, means - half), np.minimum(5, means + half)


def t_released(answers: FloatArray) -> Ends:
    """What Pulse shows: the released mean and the released spread."""

    @cache
    def ends(mean: float) -> tuple[float, float]:
        return mean_interval(
            mean,
            respondents=answers.shape[1],
            spreads=[RELEASED_SPREAD],
            bound=Bound.EXACT,
            scale_points=5,
        )

    return by_mean(np.round(answers.mean(axis=1), 1), ends)


def t_own(answers: FloatArray) -> Ends:
    return t_with(answers, answers.std(axis=1, ddof=1))


def t_larger(answers: FloatArray) -> Ends:
    return t_with(answers, np.maximum(RELEASED_SPREAD, answers.std(axis=1, ddof=1)))


def bootstrap(answers: FloatArray) -> Ends:
    """Percentiles of the means of 400 draws; the same draws of places for all samples."""
    size = answers.shape[1]
    places = np.random.default_rng(2).integers(0, size, size=(400, size))
    means = np.stack([answers[:, draw].mean(axis=1) for draw in places])
    low, high = np.quantile(means, [0.025, 0.975], axis=0)
    return low, high


def bounded_mean_interval(mean: float, *, respondents: int) -> tuple[float, float]:
    """Return an interval of at least 95 % for a mean on five points, however answers spread.

    The mean, moved to 0 to 1, is treated as a share of the answers at the highest point, all
    others being at the lowest, which is the widest spread there is; its interval is that of
    Clopper and Pearson with a count that need not be whole.
    """
    high_end = respondents * (mean - 1) / 4
    low_end = respondents - high_end
    low = betaincinv(high_end, low_end + 1, 0.025) if high_end > 0 else 0.0
    high = betaincinv(high_end + 1, low_end, 0.975) if low_end > 0 else 1.0
    return 1 + 4 * float(low), 1 + 4 * float(high)


def widest_spread(answers: FloatArray) -> Ends:
    size = answers.shape[1]
    return by_mean(
        answers.mean(axis=1),
        lambda mean: bounded_mean_interval(mean, respondents=size),
    )


def betting(answers: FloatArray) -> Ends:
    """Hedged bets on every mean that is possible; one is excluded once its bets won 20-fold.

    Source: I. Waudby-Smith and A. Ramdas, Journal of the Royal Statistical Society B 86 (2024),
    with bets fixed in advance for the size and truncated at one half.
    """
    samples, size = answers.shape
    shares = (answers - 1) / 4
    grid = np.linspace(0, 1, 201)[1:-1]
    count = np.arange(1, size + 1)
    middles = (0.5 + np.cumsum(shares, axis=1)) / (count + 1)
    variances = (0.25 + np.cumsum((shares - middles) ** 2, axis=1)) / (count + 1)
    known = np.column_stack([np.full(samples, 0.25), variances[:, :-1]])
    bets = np.sqrt(2 * np.log(2 / 0.05) / (size * known))
    above, below = np.zeros((2, samples, len(grid)))
    kept = np.ones((samples, len(grid)), dtype=bool)
    for place in range(size):
        bet, step = bets[:, place, None], shares[:, place, None] - grid
        above += np.log1p(np.minimum(bet, 0.5 / grid) * step)
        below += np.log1p(-np.minimum(bet, 0.5 / (1 - grid)) * step)
        kept &= np.maximum(above, below) < np.log(2 / 0.05)
    low = grid[kept.argmax(axis=1)] - grid[0]
    high = grid[len(grid) - 1 - kept[:, ::-1].argmax(axis=1)] + grid[0]
    return 1 + 4 * low, 1 + 4 * high


METHODS = {
    "t, released s": t_released,
    "t, own s": t_own,
    "t, larger s": t_larger,
    "bootstrap": bootstrap,
    "widest spread": widest_spread,
    "betting": betting,
}


def coverage_and_width(method: Callable[[FloatArray], Ends], team: str, size: int) -> str:
    """Return the share of intervals that hold the true mean, and their average width."""
    shares = np.array(TEAMS[team])
    random = np.random.default_rng(1)
    answers = random.choice(POINTS, size=(DRAWS, size), p=shares)
    truth = float(shares @ POINTS)
    low, high = method(answers)
    holds = ((low <= truth + 1e-9) & (truth - 1e-9 <= high)).mean()
    return f"{100 * holds:.0f} % {(high - low).mean():.2f}"


def main() -> None:
    print(f"{DRAWS:,} draws; released s {RELEASED_SPREAD}; coverage and average width in points\n")
    print("| team | true s | n | " + " | ".join(METHODS) + " |")
    print("|---" * (len(METHODS) + 3) + "|")
    for team, shares in TEAMS.items():
        spread = np.sqrt(np.dot(shares, POINTS**2) - np.dot(shares, POINTS) ** 2)
        for size in SIZES:
            cells = (coverage_and_width(method, team, size) for method in METHODS.values())
            print(f"| {team} | {spread:.2f} | {size} | " + " | ".join(cells) + " |")
    print("\n| a drop of 0.36 is seen, s 0.95 | " + " | ".join(f"n = {n}" for n in SIZES) + " |")
    print("|---" * (len(SIZES) + 1) + "|")
    for words, months in (("between two months", 1), ("a month against twelve", 12)):
        powers = (
            power_to_see(0.36, spread=RELEASED_SPREAD, respondents=n, respondents_before=months * n)
            for n in SIZES
        )
        print(f"| {words} | " + " | ".join(f"{100 * power:.0f} %" for power in powers) + " |")


if __name__ == "__main__":
    main()
