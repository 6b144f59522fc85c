"""The screen's drawing of a chart: a Plotly figure as JSON, from the same numbers as the SVG.

Colours are written `var(--dot)`; charts.js puts in what the page's tokens say, light or dark.
"""

import json
from collections.abc import Mapping

from pulse.charts.plotly_forest import forest_figure
from pulse.charts.plotly_process import process_figure
from pulse.charts.spec import ChartSpec, ProcessChartSpec

CONFIG: Mapping[str, bool] = {
    "displayModeBar": False,
    "displaylogo": False,
    "showSendToCloud": False,  # its default offers to upload the figure to a third party
    "showEditInChartStudio": False,
    "scrollZoom": False,
    "doubleClick": False,
    "responsive": True,
}
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def plotly_figure(spec: ChartSpec) -> str:
    """Return data, layout and config as JSON that is safe inside a `<script>` element."""
    figure = process_figure(spec) if isinstance(spec, ProcessChartSpec) else forest_figure(spec)
    whole = {**figure, "config": CONFIG}
    text = json.dumps(whole, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.translate(_ESCAPES)
