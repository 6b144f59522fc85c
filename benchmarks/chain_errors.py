"""How often the chain finds a link that is not there, and one that is.

    python benchmarks/chain_errors.py [--draws 400]

Two scores of units x months, each following its own past (0.4), with shocks that they share. Three
worlds: no link; no link but figures as noisy as those of small teams, the noise partly shared; a
link of 0.2. Printed are single links found at 5 % (not adjusted, this way and turned round) and
how often an order in time is told, in percent, and the average estimate in ordinary movements.
"""

import argparse
from dataclasses import dataclass

import numpy as np

from analysis.chain import Link, Pair, study_chain
from analysis.fixed_effects import FloatArray
from analysis.within_turnover import Panel

SIZES = tuple((units, months) for units in (10, 20, 60) for months in (10, 18, 36))
OWN = 0.4  # how much of a month's difference is left a month later
SHARED_SHOCKS = 0.7  # of the variance of shocks
SHARED_NOISE = 0.4  # of the variance of noise
WARM_UP = 30  # months before the first one that is kept


@dataclass(frozen=True, slots=True)
class World:
    """`cross` is the link, `noise` the standard deviation of noise over that of the scores."""

    name: str
    cross: float = 0.0
    noise: float = 0.0


WORLDS = (World("no link"), World("no link, noise", noise=0.7), World("a link of 0.2", cross=0.2))


def drawn(
    world: World, units: int, months: int, random: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    first, second = np.zeros((2, units, months + WARM_UP))
    shared, own = SHARED_SHOCKS**0.5, (1 - SHARED_SHOCKS) ** 0.5
    for t in range(1, months + WARM_UP):
        shocks = shared * random.normal(size=units) + own * random.normal(size=(2, units))
        first[:, t] = OWN * first[:, t - 1] + shocks[0]
        second[:, t] = OWN * second[:, t - 1] + world.cross * first[:, t - 1] + shocks[1]
    kept = np.stack([first, second])[:, :, WARM_UP:]
    noise = SHARED_NOISE**0.5 * random.normal(size=kept.shape[1:]) + (
        1 - SHARED_NOISE
    ) ** 0.5 * random.normal(size=kept.shape)
    noisy = kept + world.noise * kept.std(axis=(1, 2), keepdims=True) * noise
    return noisy[0], noisy[1]


def line(world: World, units: int, months: int, *, draws: int) -> str:
    found: list[tuple[bool, bool, bool, float]] = []
    for seed in range(draws):
        first, second = drawn(world, units, months, np.random.default_rng(seed))
        nobody = Panel(np.full_like(first, np.nan), np.full_like(first, np.nan))
        (both,) = study_chain(nobody, {"a": first, "b": second}, [Pair("a", "b")])
        there, back = both.forward, both.backward
        assert isinstance(there, Link)
        assert isinstance(back, Link)
        found.append((there.chance <= 0.05, back.chance <= 0.05, both.is_in_order, there.estimate))
    there_share, back_share, order, estimate = np.mean(found, axis=0)
    return f"{100 * there_share:6.1f}{100 * back_share:8.1f}{100 * order:7.1f}{estimate:9.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=400)
    draws = parser.parse_args().draws
    for world in WORLDS:
        print(f"\n{world.name:<16}{'there':>8}{'back':>8}{'order':>7}{'estimate':>9}")
        for units, months in SIZES:
            name = f"{units} units, {months} months"
            print(f"{name:<18}{line(world, units, months, draws=draws)}", flush=True)


if __name__ == "__main__":
    main()
