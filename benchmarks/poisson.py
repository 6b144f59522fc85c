"""Fixed-effects Poisson of 600,000 rows, beside statsmodels and, where it is installed, pyfixest.

Run: python benchmarks/poisson.py. statsmodels needs a column for every unit, so it fits 100 units
and its seconds are scaled by rows alone, which flatters it.
"""

import importlib.util

import numpy as np
from measuring import Spent, bar_words, spent_on

from analysis.fixed_effects import FloatArray, Sample, WithinFit, fit_within, take_part
from analysis.series_permutation import permute_series

UNITS, PERIODS, PEER_UNITS = 10_000, 60, 100
BAR_SECONDS = 1.1
DRAWS = 999
HOW_TO_GET_PYFIXEST = (
    "it brings a compiler of 200 MB, so it is in no extra: pip install --target FOLDER pyfixest, "
    "then PYTHONPATH=FOLDER"
)
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


def print_ours(grids: Grids, sample: Sample, fit: WithinFit, spent: Spent) -> None:
    error = float(np.sqrt(fit.covariance[0, 0]))
    print(
        f"{sample.rows:,} rows, {UNITS:,} units, {PERIODS} periods, {int(grids[0].sum()):,} exits; "
        "processor seconds, peak resident memory"
    )
    print(
        f"  ours: {spent.processor:.2f} s ({spent.wall:.2f} s wall), {spent.peak_megabytes:,.0f} "
        f"MB, {fit.newton_steps} Newton steps; {fit.coefficients[0]:.8f} +- {error:.8f}"
    )
    print(f"  {bar_words(spent.processor, bar=BAR_SECONDS)}")


def is_statsmodels_same(grids: Grids, ours_on_all: Spent) -> bool:
    """Print statsmodels on a part of the units; return whether it fits what we fit to that part."""
    _sample, fit = ours(tuple(grid[:PEER_UNITS] for grid in grids))  # type: ignore[arg-type]  # three grids again
    coefficient, error = statsmodels_fit(grids)
    peer = spent_on(lambda: statsmodels_fit(grids), runs=1)
    scaled = peer.processor * UNITS / PEER_UNITS
    is_same = bool(np.isclose(coefficient, fit.coefficients[0], rtol=1e-6))
    print(
        f"  statsmodels: {scaled:.0f} s, scaled by rows from {peer.processor:.2f} s for "
        f"{PEER_UNITS} units ({peer.peak_megabytes:,.0f} MB), {scaled / ours_on_all.processor:.0f} "
        f"times ours; {coefficient:.8f} +- {error:.8f} on those units, the same as ours: {is_same}"
    )
    return is_same


def is_pyfixest_same(sample: Sample, fit: WithinFit, ours_on_all: Spent) -> bool:
    """Print pyfixest on all rows where it is installed; return whether both agree."""
    if not importlib.util.find_spec("pyfixest"):
        print(f"  pyfixest is not here; {HOW_TO_GET_PYFIXEST}")
        return True
    coefficient, error = pyfixest_fit(sample)  # also warms it up
    peer = spent_on(lambda: pyfixest_fit(sample))
    print(
        f"  pyfixest, warm, all rows: {peer.processor:.2f} s ({peer.wall:.2f} s wall), "
        f"{peer.peak_megabytes:,.0f} MB, {peer.processor / ours_on_all.processor:.1f} times ours "
        f"({peer.wall / ours_on_all.wall:.1f} by the clock); {coefficient:.8f} +- {error:.8f}"
    )
    ours_error = float(np.sqrt(fit.covariance[0, 0]))
    return bool(np.allclose([coefficient, error], [fit.coefficients[0], ours_error], rtol=1e-6))


def main() -> None:
    grids = make_grids()
    sample, fit = ours(grids)
    spent = spent_on(lambda: ours(grids))
    print_ours(grids, sample, fit, spent)
    same = (is_statsmodels_same(grids, spent), is_pyfixest_same(sample, fit, spent))
    permuted = spent_on(lambda: permute_series(sample, predictor=0, draws=DRAWS), runs=1)
    print(
        f"  ours, permutation of {DRAWS} draws: {permuted.processor:.2f} s ({permuted.wall:.2f} s "
        f"wall), {permuted.peak_megabytes:,.0f} MB"
    )
    if not all(same) or spent.processor > BAR_SECONDS:
        raise SystemExit("the bar or the agreement is missed")


if __name__ == "__main__":
    main()
