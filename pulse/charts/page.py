"""What a page needs to show charts: its parts for the macro, and the mark that widens its policy."""

from dataclasses import dataclass

from flask import Flask, g
from markupsafe import Markup

from pulse.charts.markup import Width
from pulse.charts.process_svg import NARROW_MONTHS
from pulse.charts.spec import ChartSpec, ProcessChartSpec
from pulse.charts.svg import draw_svg

STYLE_ATTRIBUTES_POLICY = "style-src-attr 'unsafe-inline'"
"""What the content-security policy of a chart page alone adds: Plotly sets one harmless style."""


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

    The layout then puts the chart styles and scripts into the head, and the security headers add
    `STYLE_ATTRIBUTES_POLICY`.
    """
    g.has_charts = True


def is_chart_page() -> bool:
    return bool(g.get("has_charts", False))


def chart_parts(spec: ChartSpec) -> ChartParts:
    """Return the drawings of one chart for the macro `chart`."""
    from pulse.charts.plotly import plotly_figure  # noqa: PLC0415 - importing plotly takes a second

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
    """Give templates `chart_parts` and `is_chart_page`."""
    app.add_template_global(chart_parts)
    app.add_template_global(is_chart_page)


def _narrow_words(spec: ChartSpec) -> str:
    if not isinstance(spec, ProcessChartSpec) or len(spec.months) <= NARROW_MONTHS:
        return ""
    first = spec.months[-NARROW_MONTHS].month.words
    return f"This small drawing begins in {first}; the table has every month."
