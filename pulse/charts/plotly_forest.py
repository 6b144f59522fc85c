"""Estimates with their intervals as a Plotly figure, in the grammar of the SVG."""

from collections.abc import Iterator

from pulse.charts.forest_svg import interval_words, leaves_out_null
from pulse.charts.markup import MINUS
from pulse.charts.plotly_style import (
    Part,
    line_shape,
    note,
    plain,
    still_axis,
    still_layout,
    strong,
    token,
)
from pulse.charts.spec import Estimate, ForestSpec

_PITCH = 50  # pixels from one estimate to the next


def forest_figure(spec: ForestSpec) -> Part:
    """Return the estimates, top to bottom, with labels at the left and numbers at the right."""
    rows = len(spec.estimates)
    layout = still_layout(
        height=48 + 50 + _PITCH * (rows - 1), margin={"l": 272, "r": 174, "t": 22, "b": 26}
    )
    names = [f"{tick:g}".replace("-", MINUS) for tick in spec.ticks]
    low, high = spec.place(spec.axis_low), spec.place(spec.axis_high)
    axis = still_axis(low, high, [spec.place(tick) for tick in spec.ticks], names)
    layout["xaxis"] = {
        **axis,
        "showline": True,
        "linecolor": token("edge"),
        "ticks": "outside",
        "ticklen": 5,
        "tickcolor": token("edge"),
    }
    layout["yaxis"] = still_axis(-28 / _PITCH, rows - 1 + 22 / _PITCH, [], [])
    layout["shapes"] = [
        line_shape(
            (spec.place(spec.null_value), spec.place(spec.null_value)),
            (-28 / _PITCH, rows - 1 + 22 / _PITCH),
            colour="ink",
            dash="4px,3px",
            breadth=1,
        )
    ]
    layout["annotations"] = [*_directions(spec), *_labels(spec)]
    return {"data": [_trace(spec, row, each) for row, each in _rows(spec)], "layout": layout}


def _rows(spec: ForestSpec) -> Iterator[tuple[int, Estimate]]:
    """Yield the estimates with their height in rows, the first one on top."""
    for row, estimate in enumerate(spec.estimates):
        yield len(spec.estimates) - 1 - row, estimate


def _trace(spec: ForestSpec, row: int, estimate: Estimate) -> Part:
    is_clear = leaves_out_null(estimate, spec.null_value)
    numbers = interval_words(estimate, decimals=spec.decimals)
    middle = spec.place(estimate.value)
    return {
        "type": "scatter",
        "x": [middle],
        "y": [row],
        "mode": "markers",
        "text": [f"<b>{plain(estimate.label)}: {numbers}</b><br>{plain(estimate.words)}"],
        "hovertemplate": "%{text}<extra></extra>",
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [spec.place(estimate.high) - middle],
            "arrayminus": [middle - spec.place(estimate.low)],
            "color": token("ink"),
            "thickness": 2.5,
            "width": 5,
        },
        "marker": {
            "symbol": "diamond",
            "size": 14,
            "opacity": 1,
            "color": token("ink" if is_clear else "surface"),
            "line": {"color": token("ink"), "width": 2},
        },
    }


def _directions(spec: ForestSpec) -> Iterator[Part]:
    above = {"yref": "paper", "yanchor": "bottom"}
    low = f"\N{LEFTWARDS ARROW} {spec.low_words}"
    high = f"{spec.high_words} \N{RIGHTWARDS ARROW}"
    yield note(low, x=spec.place(spec.axis_low), y=1, xanchor="left", **above)
    yield note(high, x=spec.place(spec.axis_high), y=1, xanchor="right", **above)


def _labels(spec: ForestSpec) -> Iterator[Part]:
    left = {"xref": "paper", "xanchor": "left", "yanchor": "middle", "xshift": -274}
    right = {"xref": "paper", "xanchor": "right", "yanchor": "middle", "xshift": 172}
    for row, estimate in _rows(spec):
        yield strong(estimate.label, x=0, y=row, font={"color": token("ink"), "size": 14}, **left)
        yield note(estimate.note, x=0, y=row, yshift=-18, **left)
        numbers = interval_words(estimate, decimals=spec.decimals)
        yield note(numbers, x=1, y=row, font={"size": 14}, **right)
