"""What a page needs to show charts: the macro's parts, and the mark that widens its policy."""

from dataclasses import dataclass
from functools import lru_cache

from flask import Flask, g
from markupsafe import Markup

from pulse.charts.markup import Width
from pulse.charts.plotly import plotly_figure
from pulse.charts.process_svg import NARROW_MONTHS
from pulse.charts.spec import ChartSpec, ProcessChartSpec
from pulse.charts.svg import draw_svg


@dataclass(frozen=True, slots=True)
class ChartParts:
    """One chart, drawn: two SVGs, the Plotly figure as JSON, and what the narrow drawing omits."""

    spec: ChartSpec
    is_process: bool
    wide: Markup
    narrow: Markup
    figure_json: Markup
    narrow_words: str


def mark_chart_page() -> None:
    """Say, in the view, that the page of this request holds a chart.

    The security headers then add `style-src-attr 'unsafe-inline'`: Plotly sets one harmless style
    attribute, which no other page may have.
    """
    g.has_charts = True


@lru_cache(maxsize=128)
def chart_parts(spec: ChartSpec) -> ChartParts:
    """Return the drawings of one chart for the macro `chart`; equal charts are drawn once."""
    return ChartParts(
        spec=spec,
        is_process=isinstance(spec, ProcessChartSpec),
        wide=draw_svg(spec, width=Width.WIDE),
        narrow=draw_svg(spec, width=Width.NARROW),
        # Plotly's JSON is written with <, > and & escaped, so it cannot end its script element.
        figure_json=Markup(plotly_figure(spec)),  # noqa: S704 - see the line above
        narrow_words=_narrow_words(spec),
    )


def install_charts(app: Flask) -> None:
    """Give templates `chart_parts`, which the macro `chart` draws with."""
    app.add_template_global(chart_parts)


def _narrow_words(spec: ChartSpec) -> str:
    if not isinstance(spec, ProcessChartSpec) or len(spec.months) <= NARROW_MONTHS:
        return ""
    first = spec.months[-NARROW_MONTHS].month.words
    return f"This small drawing begins in {first}; the table has every month."
