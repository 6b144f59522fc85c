"""Fixed-effects Poisson of 600,000 rows, beside pyfixest or, where it is absent, statsmodels.

Run: python benchmarks/poisson.py. statsmodels needs a column for every unit, so it fits 100 units
and its seconds are scaled by rows alone, which flatters it.
"""

import importlib.util
import time
import tracemalloc
from collections.abc import Callable

import numpy as np

from analysis.fixed_effects import FloatArray, Sample, WithinFit, fit_within, take_part
from analysis.series_permutation import permute_series

UNITS, PERIODS, PEER_UNITS = 10_000, 60, 100
BAR_SECONDS = 1.1
DRAWS = 999
Grids = tuple[FloatArray, FloatArray, FloatArray]


def make_grids() -> Grids:
    """Return exits, headcount and score of units that differ, with a coefficient of -0.4."""
    random = np.random.default_rng(1)
    headcount = np.repeat(random.integers(20, 200, (UNITS, 1)), PERIODS, axis=1).astype(float)
    of_unit, of_period = random.normal(size=(UNITS, 1)), random.normal(size=PERIODS)
    score = 3.5 + 0.4 * of_unit + 0.3 * random.normal(size=(UNITS, PERIODS))
    log_rate = 0.5 * of_unit + 0.1 * of_period - 0.4 * (score - 3.5)
    exits = random.poisson(0.02 * headcount * np.exp(log_rate)).astype(float)
    return np.minimum(exits, headcount), headcount, score


def ours(grids: Grids) -> tuple[Sample, WithinFit]:
    exits, headcount, score = grids
    sample = take_part(exits, headcount, score[None])
    fit = fit_within(sample)
    assert isinstance(fit, WithinFit)
    return sample, fit


def best_of(work: Callable[[], object], times: int = 3) -> tuple[float, float]:
    """Return wall and processor seconds of the run with the fewest processor seconds."""
    runs = []
    for _ in range(times):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        runs.append((time.process_time() - processor, time.perf_counter() - wall))
    processor, wall = min(runs)
    return wall, processor


def statsmodels_fit(grids: Grids) -> tuple[float, float]:
    """Return coefficient and clustered error of 100 units, without a small-sample factor."""
    import statsmodels.api as sm  # noqa: PLC0415 - not needed beside pyfixest

    exits, headcount, score = (grid[:PEER_UNITS] for grid in grids)
    unit, period = (places.ravel() for places in np.indices(exits.shape))
    dummies = [np.eye(PEER_UNITS)[unit], np.eye(PERIODS)[period][:, 1:]]
    model = sm.GLM(
        exits.ravel(),
        np.column_stack([score.ravel(), *dummies]),
        offset=np.log(headcount.ravel()),
        family=sm.families.Poisson(),
    )
    fit = model.fit(cov_type="cluster", cov_kwds={"groups": unit, "use_correction": False})
    return float(fit.params[0]), float(fit.bse[0])


def pyfixest_fit(sample: Sample) -> tuple[float, float]:
    import pandas as pd  # noqa: PLC0415 - only where it is installed
    import pyfixest  # noqa: PLC0415 - as above

    unit, period = np.nonzero(sample.is_present)
    frame = pd.DataFrame({
        "exits": sample.exits[unit, period], "score": sample.predictors[0, unit, period],
        "unit": unit, "period": period, "offset": np.log(sample.headcount[unit, period]),
    })  # fmt: skip
    fit = pyfixest.fepois(
        "exits ~ score | unit + period", data=frame, vcov={"CRV1": "unit"}, offset="offset"
    )
    return float(fit.coef().iloc[0]), float(fit.se().iloc[0])


def print_peer(grids: Grids, sample: Sample, processor: float) -> None:
    if importlib.util.find_spec("pyfixest"):
        coefficient, error = pyfixest_fit(sample)  # also warms it up
        _wall, peer = best_of(lambda: pyfixest_fit(sample))
        print(f"pyfixest, warm, all rows: {peer:.2f} s processor; {coefficient:.8f} +- {error:.8f}")
        print(f"ratio to ours: {peer / processor:.1f}")
        return
    coefficient, error = statsmodels_fit(grids)
    _wall, peer = best_of(lambda: statsmodels_fit(grids), times=1)
    scaled = peer * UNITS / PEER_UNITS
    print(
        f"statsmodels, {PEER_UNITS} units: {peer:.2f} s processor; {coefficient:.6f} +- {error:.6f}"
    )
    print(f"scaled by rows to all units: {scaled:.0f} s; ratio to ours: {scaled / processor:.0f}")


def main() -> None:
    grids = make_grids()
    sample, fit = ours(grids)
    wall, processor = best_of(lambda: ours(grids))
    tracemalloc.start()
    ours(grids)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    error = float(np.sqrt(fit.covariance[0, 0]))
    print(
        f"{sample.rows:,} rows, {UNITS:,} units, {PERIODS} periods, {int(grids[0].sum()):,} exits"
    )
    print(f"ours: {processor:.2f} s processor, {wall:.2f} s wall, {fit.newton_steps} Newton steps")
    print(f"ours: {peak:.0f} MiB beside the three grids; {fit.coefficients[0]:.8f} +- {error:.8f}")
    print(f"bar {BAR_SECONDS} s processor: {'held' if processor <= BAR_SECONDS else 'MISSED'}")
    print_peer(grids, sample, processor)
    wall, processor = best_of(lambda: permute_series(sample, predictor=0, draws=DRAWS), times=1)
    print(f"permutation, {DRAWS} draws: {processor:.2f} s processor, {wall:.2f} s wall")


if __name__ == "__main__":
    main()
