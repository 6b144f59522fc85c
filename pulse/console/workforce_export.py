"""All workforce figures as a file that can be taken in again: for HR alone."""

import csv
import io
from collections.abc import Iterator

from sqlalchemy.orm import Session

from analysis.workforce_figures import Figure, value_text
from analysis.workforce_held import all_figures
from analysis.workforce_periods import as_written

_HEADER = ("unit", "period", "period_kind", *(figure.value for figure in Figure))


def figures_csv(session: Session) -> Iterator[str]:
    """Yield the lines of a CSV file with every row that is held, and its symbols."""
    yield _line(_HEADER)
    for unit, period, figures in all_figures(session):
        cells = (value_text(figures.get(figure)) for figure in Figure)
        yield _line((unit, *as_written(period), *cells))


def _line(cells: tuple[str, ...]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
