"""How many latest points signal by chance alone, found by charting noise of the same shape."""

import numpy as np

from analysis.trends.process_charts import ChartKind, Charts, SeriesArrays, process_charts
from analysis.trends.xmr import FloatArray, XmrOptions

_SERIES_WANTED = 4000
_MOST_ROUNDS = 400


def latest_signals(series: SeriesArrays, charts: Charts) -> tuple[int, int]:
    """Return how many series have limits at their latest shown point, and a signal there."""
    shown = ~np.isnan(series.values) & ~np.isnan(charts.centre)
    rows = np.flatnonzero(shown.any(axis=1))
    if not rows.size:
        return 0, 0
    latest = shown.shape[1] - 1 - np.argmax(shown[rows, ::-1], axis=1)
    return len(rows), int((charts.signals.rule[rows, latest] > 0).sum())


def expected_by_chance(
    series: SeriesArrays, charts: Charts, *, kind: ChartKind, options: XmrOptions, seed: int = 1
) -> float:
    """Return how many series would have a signal at their latest point if nothing ever changed.

    Independent noise, with the gaps, sizes, stretches and options of these series, is charted
    the same way, often enough that about 4,000 series stand behind the figure.

    Args:
        series: what was charted.
        charts: the charts; p and p' draw events around the averages found.
        kind: as charted.
        options: as charted.
        seed: of the noise.
    """
    rows = max(len(series.values), 1)
    rounds = min(_MOST_ROUNDS, -(-_SERIES_WANTED // rows))
    random = np.random.default_rng(seed)
    found = 0
    for _ in range(rounds):
        quiet = SeriesArrays(_noise(series, charts, kind, random), series.sizes, series.starts)
        found += latest_signals(quiet, process_charts(quiet, kind=kind, options=options))[1]
    return found / rounds


def _noise(
    series: SeriesArrays, charts: Charts, kind: ChartKind, random: np.random.Generator
) -> FloatArray:
    shown = ~np.isnan(series.values)
    if kind is ChartKind.XMR or series.sizes is None:
        noise = random.normal(size=series.values.shape)
        if series.sizes is not None:
            noise = noise / np.sqrt(np.where(series.sizes > 0, series.sizes, np.nan))
    else:
        people = np.where(series.sizes > 0, series.sizes, 0).round().astype(np.int64)
        average = np.nan_to_num(charts.centre).clip(0, 1)
        noise = np.minimum(random.binomial(people, average), series.sizes).astype(np.float64)
    return np.where(shown, noise, np.nan)
