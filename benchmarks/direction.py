"""Direction of 80,000 series of 60 months, beside pymannkendall and scipy on a part of them.

Run: python benchmarks/direction.py
"""

import numpy as np
import pymannkendall
from measuring import bar_words, spent_on
from scipy import stats

from analysis.trends.direction import FloatArray, MannKendall, TheilSen, mann_kendall, theil_sen

SERIES, MONTHS = 80_000, 60
SAMPLE = 400
BAR_SECONDS = 8.0
YEARS = np.arange(MONTHS) / 12


def make_series() -> FloatArray:
    """Return means to one decimal, as released, with one month in twenty hidden."""
    random = np.random.default_rng(1)
    means = np.round(3.4 + 0.3 * random.normal(size=(SERIES, MONTHS)), 1)
    means[random.random(means.shape) < 0.05] = np.nan
    return means


def ours(values: FloatArray) -> tuple[MannKendall, TheilSen]:
    test = mann_kendall(values)
    return test, theil_sen(values, YEARS, variance=test.variance)


def by_pymannkendall(values: FloatArray) -> list[tuple[float, float, float, float]]:
    """Return s, variance, z and p of each series; its slope is over places, not over dates."""
    found = [pymannkendall.original_test(series) for series in values]
    return [(each.s, each.var_s, each.z, each.p) for each in found]


def by_scipy(values: FloatArray) -> list[tuple[float, float, float]]:
    """Return slope and ends of each series, its tau being worked out as well."""
    lines = []
    for series in values:
        shown = ~np.isnan(series)
        stats.kendalltau(YEARS[shown], series[shown])
        line = stats.theilslopes(series[shown], YEARS[shown])
        lines.append((line.slope, line.low_slope, line.high_slope))
    return lines


def is_same(sample: FloatArray) -> tuple[bool, bool]:
    """Return whether test and slopes agree to 1e-9 with pymannkendall and with scipy."""
    test, line = ours(sample)
    tested = np.column_stack([test.s, test.variance, test.z, test.p])
    drawn = np.column_stack([line.slope, line.low, line.high])
    return (
        np.allclose(tested, by_pymannkendall(sample), rtol=1e-9, atol=1e-12),
        np.allclose(drawn, by_scipy(sample), rtol=1e-9, atol=1e-12),
    )


def main() -> None:
    values = make_series()
    sample = values[:SAMPLE]
    test = spent_on(lambda: mann_kendall(values))
    both = spent_on(lambda: ours(values))
    peers = {
        "pymannkendall (test; slope without interval)": spent_on(
            lambda: by_pymannkendall(sample), runs=1
        ),
        "scipy (tau, slope, interval)": spent_on(lambda: by_scipy(sample), runs=1),
    }
    same = is_same(sample)
    print(f"{SERIES:,} series of {MONTHS} months; processor seconds, peak resident memory")
    print(f"  ours, Mann-Kendall alone: {test.processor:.2f} s, {test.peak_megabytes:,.0f} MB")
    print(f"  ours, with Theil-Sen:     {both.processor:.2f} s, {both.peak_megabytes:,.0f} MB")
    print(f"  {bar_words(both.processor, bar=BAR_SECONDS)}")
    for name, peer in peers.items():
        scaled = peer.processor * SERIES / SAMPLE
        print(
            f"  {name}: {scaled:.1f} s, scaled by series from {peer.processor:.2f} s for {SAMPLE}; "
            f"{scaled / both.processor:.0f} times ours"
        )
    print(f"  same test as pymannkendall, same slopes as scipy on those {SAMPLE}: {same}")
    if not all(same) or both.processor > BAR_SECONDS:
        raise SystemExit("the bar or the agreement is missed")


if __name__ == "__main__":
    main()
