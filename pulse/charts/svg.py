"""The server's drawing of a chart: on screens without script, on phones, on paper and in mail."""

from markupsafe import Markup

from pulse.charts.forest_svg import draw_forest
from pulse.charts.markup import Width
from pulse.charts.process_svg import draw_process_chart
from pulse.charts.spec import ChartSpec, ProcessChartSpec

__all__ = ["Width", "draw_svg"]


def draw_svg(spec: ChartSpec, *, width: Width) -> Markup:
    """Return the drawing as safe markup: classes and attributes, no inline style, own ids only.

    Colours come from charts.css, so that a dark screen needs no second drawing.
    """
    if isinstance(spec, ProcessChartSpec):
        return draw_process_chart(spec, width=width)
    return draw_forest(spec, width=width)
