"""How many latest points signal by chance alone, found by charting noise of the same shape."""

import numpy as np

from analysis.trends.process_charts import ChartKind, Charts, SeriesArrays, process_charts
from analysis.trends.xmr import FloatArray, XmrOptions

_SERIES_WANTED = 20_000
_POINTS_AT_MOST = 2_000_000  # so that long series do not take much memory


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
    the same way. About 20,000 series stand behind the figure, which is then 5 % off or so.

    Args:
        series: what was charted.
        charts: the charts; p and p' draw events around the averages found.
        kind: as charted.
        options: as charted.
        seed: of the noise.
    """
    rows, columns = series.values.shape
    wanted = min(_SERIES_WANTED, _POINTS_AT_MOST // max(columns, 1))
    rounds: int = max(1, wanted // max(rows, 1))
    many = series.repeated(rounds)
    noise = _noise(many, np.tile(charts.centre, (rounds, 1)), kind, np.random.default_rng(seed))
    quiet = SeriesArrays(noise, many.sizes, many.starts)
    found = latest_signals(quiet, process_charts(quiet, kind=kind, options=options))[1]
    return found / rounds


def _noise(
    series: SeriesArrays, centre: FloatArray, kind: ChartKind, random: np.random.Generator
) -> FloatArray:
    shown = ~np.isnan(series.values)
    if kind is ChartKind.XMR or series.sizes is None:
        noise = random.normal(size=series.values.shape)
        if series.sizes is not None:
            noise = noise / np.sqrt(np.where(series.sizes > 0, series.sizes, np.nan))
    else:
        people = np.where(series.sizes > 0, series.sizes, 0).round().astype(np.int64)
        average = np.nan_to_num(centre).clip(0, 1)
        noise = np.minimum(random.binomial(people, average), series.sizes).astype(np.float64)
    return np.where(shown, noise, np.nan)
