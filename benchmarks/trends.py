"""Process behaviour of 80,000 series of 60 months, beside a plain Python reading of the rules.

Run: python benchmarks/trends.py
"""

from functools import partial
from itertools import pairwise
from math import isnan

import numpy as np
from measuring import bar_words, spent_on

from analysis.trends.process_charts import ChartKind, Charts, SeriesArrays, process_charts
from analysis.trends.xmr import FloatArray, Signals, XmrOptions, judge, process_limits

SERIES, MONTHS = 80_000, 60
REFERENCE_SERIES = 400
BAR_SECONDS = 2.0
OPTIONS = XmrOptions(baseline_points=None)


def make_series() -> tuple[FloatArray, FloatArray]:
    """Return means with one month in twenty hidden, and the answers behind them."""
    random = np.random.default_rng(1)
    answers = random.integers(5, 41, size=(SERIES, MONTHS)).astype(np.float64)
    means = 3.4 + 0.9 / np.sqrt(answers) * random.normal(size=answers.shape)
    means[random.random(means.shape) < 0.05] = np.nan
    return means, answers


def ours(values: FloatArray, sizes: FloatArray | None = None) -> Signals:
    return judge(values, process_limits(values, sizes=sizes, options=OPTIONS), options=OPTIONS)


def made_charts() -> dict[str, tuple[SeriesArrays, ChartKind]]:
    """Return what whole charts (with autocorrelation, sigma of z and stretches) are timed on."""
    values, sizes = make_series()
    random = np.random.default_rng(2)
    starts = random.random(values.shape) < 1 / MONTHS  # about one start in each series
    people = random.integers(20, 200, size=values.shape)
    events = random.binomial(people, 0.03).astype(np.float64)
    rates = SeriesArrays(events, people.astype(np.float64))
    return {
        "xmr": (SeriesArrays(values), ChartKind.XMR),
        "xmr, sizes": (SeriesArrays(values, sizes), ChartKind.XMR),
        "xmr, sizes, rebased": (SeriesArrays(values, sizes, starts), ChartKind.XMR),
        "p": (rates, ChartKind.P),
        "p'": (rates, ChartKind.P_PRIME),
    }


def charts(series: SeriesArrays, kind: ChartKind) -> Charts:
    return process_charts(series, kind=kind, options=OPTIONS)


def plain_limits(values: list[float]) -> tuple[float, float]:
    """Return the average and the half width of one series, written out."""
    shown = [v for v in values if not isnan(v)]
    ranges = [abs(b - a) for a, b in pairwise(values) if not isnan(b - a)]
    average = sum(ranges) / len(ranges)
    kept = [r for r in ranges if r < 3.267 * average] or ranges
    return sum(shown) / len(shown), 2.66 * sum(kept) / len(kept)


def plain_runs(offsets: list[float], half: float, found: list[int]) -> None:
    """Mark shifts, then 2-in-3, one window at a time."""
    for sign in (1, -1):
        for first in range(len(offsets) - 6):
            if all(o * sign > 0 for o in offsets[first : first + 7]):
                found[first : first + 7] = [4] * 7
    for sign in (1, -1):
        for first in range(len(offsets) - 2):
            window = offsets[first : first + 3]
            near = [p for p, o in enumerate(window, first) if half * 2 / 3 < o * sign <= half]
            if len(near) > 1 and not any(isnan(o) for o in window):
                for place in near:
                    found[place] = 3


def plain_rules(values: list[float]) -> list[int]:
    """Return the rule of each point of one series, trends and points outside last."""
    centre, half = plain_limits(values)
    offsets = [v - centre for v in values]
    found = [0] * len(values)
    plain_runs(offsets, half, found)
    for first in range(len(values) - 6):
        steps = [b - a for a, b in pairwise(values[first : first + 7])]
        if all(s > 0 for s in steps) or all(s < 0 for s in steps):
            found[first : first + 7] = [2] * 7
    for place, offset in enumerate(offsets):
        if abs(offset) > half:
            found[place] = 1
    return found


def main() -> None:
    values, sizes = make_series()
    sample = values[:REFERENCE_SERIES]
    reference = [plain_rules(series) for series in sample.tolist()]
    same = bool((ours(sample).rule == np.array(reference)).all())
    spent = {
        "equal limits": spent_on(lambda: ours(values)),
        "limits that widen": spent_on(lambda: ours(values, sizes)),
    }
    for name, (series, kind) in made_charts().items():
        spent[f"whole charts, {name}"] = spent_on(partial(charts, series, kind))
    plain = spent_on(lambda: [plain_rules(series) for series in sample.tolist()])
    scaled = plain.processor * SERIES / REFERENCE_SERIES
    print(f"{SERIES:,} series of {MONTHS} months; processor seconds, peak resident memory")
    for name, each in spent.items():
        print(
            f"  {name + ':':<37} {each.processor:5.2f} s ({each.wall:5.2f} s wall), "
            f"{each.peak_megabytes:5,.0f} MB; {bar_words(each.processor, bar=BAR_SECONDS)}"
        )
    print(
        f"  plain Python: {scaled:.1f} s, scaled by series from {plain.processor:.2f} s for "
        f"{REFERENCE_SERIES}; {scaled / spent['equal limits'].processor:.0f} times equal limits"
    )
    print(f"  same rule on every point of those {REFERENCE_SERIES}: {same}")
    if not same or max(each.processor for each in spent.values()) > BAR_SECONDS:
        raise SystemExit("the bar or the reference is missed")


if __name__ == "__main__":
    main()
