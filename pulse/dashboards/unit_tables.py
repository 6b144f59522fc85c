"""A unit's table as a file: the same judged points as the page, hidden figures as "suppressed"."""

import csv
import io

from pulse.dashboards.measure_charts import month_of
from pulse.dashboards.month_rows import ShownRow, month_row
from pulse.dashboards.unit import UnitSeries

SUPPRESSED = "suppressed"
_HEADER = ("month", "mean", "95% interval", "answers", "reading")


def unit_csv(series: UnitSeries) -> str:
    """Return the months of the series, newest first, as CSV with a header row."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(_HEADER)
    for point in reversed(series.behaviour.points):
        row = month_row(point)
        month = str(month_of(point))
        if isinstance(row, ShownRow):
            cells = (row.mean, row.interval, row.answers, row.reading)
        else:
            cells = (SUPPRESSED, SUPPRESSED, SUPPRESSED, f"hidden: {row.hidden_because}")
        writer.writerow((month, *(cell.replace("\N{NO-BREAK SPACE}", " ") for cell in cells)))
    return written.getvalue()
