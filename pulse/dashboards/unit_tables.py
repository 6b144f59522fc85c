"""A unit's tables as files: the same points and cells as the page, hidden ones "suppressed"."""

import csv
import io

from analysis.trends.behaviour import month_of
from pulse.dashboards.month_rows import ShownRow, month_row
from pulse.dashboards.rates import HiddenRate, RateCell, ShownRate
from pulse.dashboards.sources import SOURCE_WORDS
from pulse.dashboards.unit import UnitSeries
from pulse.dashboards.unit_breakdowns import BreakdownTable, HiddenFigure, HiddenGroup, ShownFigure

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


def breakdown_csv(table: BreakdownTable) -> str:
    """Return a unit's groups in the order of the screen, as CSV with a header row."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(("month", table.name, "answers", *table.measures, "note"))
    for group in table.groups:
        if isinstance(group, HiddenGroup):
            cells = [SUPPRESSED] * (1 + len(table.measures))
            writer.writerow((table.month, group.name, *cells, f"hidden: {group.hidden_because}"))
            continue
        figures = [
            figure.words if isinstance(figure, ShownFigure) else SUPPRESSED
            for figure in group.figures
        ]
        why = {f.hidden_because for f in group.figures if isinstance(f, HiddenFigure)}
        note = "; ".join(f"hidden: {reason}" for reason in sorted(why))
        writer.writerow((table.month, group.name, group.answers, *figures, note))
    return written.getvalue()
