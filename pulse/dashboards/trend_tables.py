"""The trends of a part of the tree as a file: the same rows as the page, on all its pages."""

import csv
import io
from collections.abc import Sequence
from math import isnan

from analysis.trends.direction_tables import SeriesDirection
from pulse.dashboards.trend_series import MeasureTrends, Trends, UnitTrend
from pulse.dashboards.trends import HiddenTrend, ShownTrend, TrendRow, trend_row
from pulse.dashboards.unit_tables import SUPPRESSED

_HEADER = (
    "theme",
    "unit code",
    "unit",
    "asked",
    "mean",
    "answers",
    "own average",
    "limits",
    "reading",
    "signal since",
    "shown months",
    "change a year",
    "low",
    "high",
    "p",
    "p adjusted",
    "direction",
)


def trends_csv(trends: Trends) -> str:
    """Return a row for each series, themes and units in the order of the page."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(_HEADER)
    for each in trends.measures:
        for trend in each.units:
            row = trend_row(trend, each)
            cells = (*_figures(row, trend, each), *_direction(row, trend.direction))
            writer.writerow(cell.replace("\N{NO-BREAK SPACE}", " ") for cell in cells)
    return written.getvalue()


def _figures(row: TrendRow, trend: UnitTrend, trends: MeasureTrends) -> Sequence[str]:
    start = (trends.measure.name, trend.unit.code, trend.unit.name, str(trends.asked))
    if isinstance(row, ShownTrend):
        since = "" if trend.signal is None else str(trend.signal.months[0])
        return (*start, row.mean, row.answers, row.average, row.limits, row.reading, since)
    if isinstance(row, HiddenTrend):
        hidden = (SUPPRESSED,) * 4
        return (*start, *hidden, f"hidden: {row.hidden_because}", "")
    return (*start, "", "", "", "", "not in the chart then", "")


def _direction(row: TrendRow, direction: SeriesDirection) -> Sequence[str]:
    told = row.direction
    slopes = (direction.slope_per_year, direction.low, direction.high)
    return (
        str(direction.n),
        *("" if not told.change or isnan(slope) else f"{slope:z.2f}" for slope in slopes),
        *("" if isnan(p) else f"{p:.3g}" for p in (direction.p, direction.p_adjusted)),
        told.told,
    )
