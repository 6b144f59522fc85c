"""What every Plotly drawing shares: tokens, still axes, and text that cannot carry markup.

A figure is written as the plain values that become its JSON. Plotly's typed figures would check
every setting whenever one is drawn, which takes most of a page's time; the tests do it instead
(docs/decisions/0080-what-is-worked-out-once.md).
"""

from collections.abc import Sequence
from html import escape

Part = dict[str, object]
"""A trace, a layout or a part of one: settings by their name in Plotly."""

CLEAR = "rgba(0,0,0,0)"
TEXT_SIZE = 13  # pixels, as in the SVG


def token(name: str) -> str:
    """Return a colour of pulse.css by its name; charts.js replaces it by the page's value."""
    return f"var(--{name})"


def plain(text: str) -> str:
    """Return text in which Plotly's small set of HTML tags has no power."""
    return escape(text, quote=False)


def still_layout(*, height: int, margin: dict[str, int]) -> Part:
    """Return a layout without template, legend, background, dragging or zoom."""
    return {
        "template": {},
        "height": height,
        "margin": margin,
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "font": {"size": TEXT_SIZE, "color": token("ink-2")},
        "hoverlabel": {
            "bgcolor": token("ink"),
            "bordercolor": token("ink"),
            "font": {"color": token("canvas"), "size": TEXT_SIZE},
        },
    }


def still_axis(low: float, high: float, ticks: Sequence[float], names: Sequence[str]) -> Part:
    """Return the settings of an axis of fixed range with the given ticks and nothing else."""
    return {
        "range": [low, high],
        "tickvals": list(ticks),
        "ticktext": [plain(name) for name in names],
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "automargin": False,
    }


def line_shape(
    x: tuple[float, float], y: tuple[float, float], *, colour: str, dash: str, breadth: float
) -> Part:
    """Return a straight line in data units, drawn under the months."""
    return {
        "type": "line",
        "x0": x[0],
        "x1": x[1],
        "y0": y[0],
        "y1": y[1],
        "layer": "below",
        "line": {"color": token(colour), "dash": dash, "width": breadth},
    }


def note(text: str, *, x: float, y: float, **rest: object) -> Part:
    """Return words without an arrow; `x` and `y` in data units unless `rest` says otherwise."""
    return {"text": plain(text), "x": x, "y": y, "showarrow": False, **rest}


def strong(text: str, *, x: float, y: float, **rest: object) -> Part:
    """Return bold words in ink; `rest` as for `note`."""
    return {
        "font": {"color": token("ink")},
        **note(text, x=x, y=y, **rest),
        "text": f"<b>{plain(text)}</b>",
    }
