"""A unit's table as a file: the same judged points as the page, hidden figures as "suppressed"."""

import csv
import io

from pulse.dashboards.month_rows import ShownRow, month_of, month_row
from pulse.dashboards.rates import HiddenRate, RateCell, ShownRate
from pulse.dashboards.sources import SOURCE_WORDS
from pulse.dashboards.unit import UnitSeries

SUPPRESSED = "suppressed"
_HEADER = ("month", "mean", "95% interval", "answers", "reading", "source", "response rate")


def unit_csv(series: UnitSeries) -> str:
    """Return the months of the series, newest first, as CSV with a header row."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(_HEADER)
    for point in reversed(series.behaviour.points):
        row, month = month_row(point), month_of(point)
        if isinstance(row, ShownRow):
            figures = (row.mean, row.interval, row.answers, row.reading)
        else:
            figures = (SUPPRESSED, SUPPRESSED, SUPPRESSED, f"hidden: {row.hidden_because}")
        rate = _rate_words(series.rates[month])
        cells = (str(month), *figures, SOURCE_WORDS[series.sources[month]], rate)
        writer.writerow(cell.replace("\N{NO-BREAK SPACE}", " ") for cell in cells)
    return written.getvalue()


def _rate_words(rate: RateCell) -> str:
    if isinstance(rate, HiddenRate):
        return SUPPRESSED
    return rate.rate if isinstance(rate, ShownRate) else rate.missing
