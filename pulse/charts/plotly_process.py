"""The process behaviour chart as a Plotly figure, in the grammar of the SVG."""

from collections.abc import Iterator, Sequence

from pulse.charts.markup import written
from pulse.charts.months_axis import (
    average_columns,
    break_columns,
    disc_shifts,
    event_columns,
    hidden_runs,
    limited_months,
    named_months,
    named_years,
    shown_runs,
)
from pulse.charts.plotly_style import (
    Part,
    note,
    plain,
    still_axis,
    still_layout,
    strong,
    token,
)
from pulse.charts.spec import Event, Mark, ProcessChartSpec, ShownMonth, SourceBreak
from pulse.charts.value_axis import average_words, tick_words, ticks

_WIDTH = 548  # pixels of the plot at its full size, for choosing which months are named
_LINE_HEIGHT = 16  # pixels
_LOOKS = {
    Mark.ORDINARY: ("circle", 9, "dot"),
    Mark.HIGHER: ("diamond", 12, "blue"),
    Mark.LOWER: ("square", 10, "orange"),
}


def process_figure(spec: ProcessChartSpec) -> Part:
    """Return band, limits, hatched hidden months, line, signals and lettered events."""
    below = _LINE_HEIGHT if _placed_breaks(spec) else 0
    margin = {"l": 44, "r": 128, "t": 34, "b": 46 + below}
    layout = still_layout(height=348 + below, margin=margin)
    layout["xaxis"] = _month_axis(spec)
    layout["yaxis"] = _value_axis(spec)
    layout["barmode"] = "overlay"
    layout["bargap"] = 0
    layout["shapes"] = [*_hidden_edges(spec), *_event_discs(spec), *_break_slashes(spec)]
    layout["annotations"] = [
        *_years(spec),
        *_line_names(spec),
        *_hidden_words(spec),
        *_letters(spec),
        *_break_words(spec),
    ]
    traces = [
        *_bands(spec),
        *_limits(spec),
        *_hidden_columns(spec),
        *_average(spec),
        *_line_between(spec),
        *_event_lines(spec),
        *_points(spec),
    ]
    return {"data": traces, "layout": layout}


def _column(spec: ProcessChartSpec) -> float:
    return _WIDTH / max(1, len(spec.months))


def _month_axis(spec: ProcessChartSpec) -> Part:
    named = named_months([each.month for each in spec.months], column=_column(spec))
    places = [place + 0.5 for place, _name in named]
    axis = still_axis(0, max(1, len(spec.months)), places, [name for _place, name in named])
    return {**axis, "showline": True, "linecolor": token("edge"), "linewidth": 1}


def _value_axis(spec: ProcessChartSpec) -> Part:
    names = [tick_words(spec, tick) for tick in ticks(spec)]
    axis = still_axis(spec.axis_low, spec.axis_high, ticks(spec), names)
    grid = {"showgrid": True, "gridcolor": token("line"), "gridwidth": 1, "ticklabelstandoff": 6}
    return {**axis, **grid}


def _clamped(spec: ProcessChartSpec, value: float) -> float:
    return min(max(value, spec.axis_low), spec.axis_high)


def _bands(spec: ProcessChartSpec) -> Iterator[Part]:
    for stretch in limited_months(spec):
        above = [
            (x, _clamped(spec, upper)) for place, _low, upper in stretch for x in (place, place + 1)
        ]
        below = [
            (x, _clamped(spec, lower))
            for place, lower, _high in reversed(stretch)
            for x in (place + 1, place)
        ]
        outline = [*above, *below]
        yield _silent(
            [x for x, _y in outline],
            [y for _x, y in outline],
            mode="none",
            fill="toself",
            fillcolor=token("band"),
        )


def _limits(spec: ProcessChartSpec) -> Iterator[Part]:
    """Draw both limits, stepped by month; a limit off the drawn axis is left out."""
    for stretch in limited_months(spec):
        for side in (1, 2):
            held = [
                (limit[0], limit[side] if spec.axis_low <= limit[side] <= spec.axis_high else None)
                for limit in stretch
            ]
            yield _silent(
                [x for place, _value in held for x in (place, place + 1)],
                [value for _place, value in held for _edge in (0, 1)],
                mode="lines",
                line={"color": token("limit"), "width": 1.25, "dash": "6px,4px"},
            )


def _hidden_columns(spec: ProcessChartSpec) -> Iterator[Part]:
    for first, columns in hidden_runs(spec.months):
        yield {
            "type": "bar",
            "x": [first + columns / 2],
            "y": [spec.axis_high - spec.axis_low],
            "base": [spec.axis_low],
            "width": [columns],
            "hovertext": ["hidden"],
            "hovertemplate": "%{hovertext}<extra></extra>",
            "marker": {
                "color": token("surface"),
                "line": {"width": 0},
                "pattern": {
                    "shape": "/",
                    "fgcolor": token("hatch"),
                    "bgcolor": token("surface"),
                    "size": 10,
                    "solidity": 0.15,
                    "fillmode": "replace",
                },
            },
        }


def _line_between(spec: ProcessChartSpec) -> Iterator[Part]:
    for run in shown_runs(spec.months):
        yield _silent(
            [place + 0.5 for place, _month in run],
            [month.value for _place, month in run],
            mode="lines",
            line={"color": token("dot"), "width": 1.5},
        )


def _silent(x: Sequence[float], y: Sequence[float | None], **rest: object) -> Part:
    return {
        "type": "scatter",
        "x": list(x),
        "y": list(y),
        "hoverinfo": "skip",
        "connectgaps": False,
        **rest,
    }


def _points(spec: ProcessChartSpec) -> Iterator[Part]:
    for mark, (symbol, size, colour) in _LOOKS.items():
        for is_small in (False, True):
            found = [
                (place, month)
                for place, month in enumerate(spec.months)
                if isinstance(month, ShownMonth)
                and (month.mark, month.is_small) == (mark, is_small)
            ]
            if found:
                yield {
                    "type": "scatter",
                    "x": [place + 0.5 for place, _month in found],
                    "y": [month.value for _place, month in found],
                    "mode": "markers",
                    "cliponaxis": False,
                    "text": [_hover_words(spec, month) for _place, month in found],
                    "hovertemplate": "%{text}<extra></extra>",
                    "marker": {
                        "symbol": symbol,
                        "size": size,
                        "opacity": 1,
                        "color": token("surface" if is_small else colour),
                        "line": {"color": token(colour), "width": 2 if is_small else 1},
                    },
                }


def _hover_words(spec: ProcessChartSpec, month: ShownMonth) -> str:
    value = written(month.value, decimals=spec.decimals, unit=spec.unit)
    return f"<b>{plain(month.month.words)}: {value}</b><br>{plain(month.words)}"


def _average(spec: ProcessChartSpec) -> Iterator[Part]:
    for first, end, value in average_columns(spec):
        yield _silent(
            [first, end],
            [value, value],
            mode="lines",
            line={"color": token("ink"), "width": 1.5},
        )


def _event_lines(spec: ProcessChartSpec) -> Iterator[Part]:
    for x, _event in event_columns(spec.events, [each.month for each in spec.months]):
        yield _silent(
            [x, x],
            [spec.axis_low, spec.axis_high],
            mode="lines",
            line={"color": token("ink"), "width": 1, "dash": "1px,3px"},
        )


def _hidden_edges(spec: ProcessChartSpec) -> Iterator[Part]:
    for first, columns in hidden_runs(spec.months):
        yield {
            "type": "rect",
            "x0": first,
            "x1": first + columns,
            "y0": spec.axis_low,
            "y1": spec.axis_high,
            "line": {"color": token("hatch"), "width": 1, "dash": "2px,3px"},
        }


def _shifted_events(spec: ProcessChartSpec) -> Iterator[tuple[float, float, Event]]:
    """Yield each event with its line's place in columns, and its disc's distance in pixels."""
    placed = event_columns(spec.events, [each.month for each in spec.months])
    columns = [x for x, _event in placed]
    shifts = disc_shifts(columns, column=_column(spec), months=len(spec.months))
    for (x, event), shift in zip(placed, shifts, strict=True):
        yield x, shift, event


def _event_discs(spec: ProcessChartSpec) -> Iterator[Part]:
    """Draw discs above the plot; on paper's own scale, because axes cut off what leaves them."""
    for x, shift, _event in _shifted_events(spec):
        yield {
            "type": "circle",
            "xsizemode": "pixel",
            "ysizemode": "pixel",
            "yref": "paper",
            "xanchor": x,
            "yanchor": 1,
            "x0": shift - 10,
            "x1": shift + 10,
            "y0": 4,
            "y1": 24,
            "fillcolor": token("ink"),
            "line": {"width": 0},
        }


def _letters(spec: ProcessChartSpec) -> Iterator[Part]:
    for x, shift, event in _shifted_events(spec):
        place = {"x": x, "y": spec.axis_high, "xshift": shift, "yshift": 14}
        letter = strong(event.letter, **place, yanchor="middle")
        yield {**letter, "font": {"color": token("canvas"), "size": 12}}


def _placed_breaks(spec: ProcessChartSpec) -> list[tuple[int, SourceBreak]]:
    return break_columns(spec.breaks, [each.month for each in spec.months])


def _break_slashes(spec: ProcessChartSpec) -> Iterator[Part]:
    """Draw two short slashes across the month axis at each break."""
    for place, _break in _placed_breaks(spec):
        for left in (-6, 0):
            yield {
                "type": "line",
                "xsizemode": "pixel",
                "ysizemode": "pixel",
                "yref": "paper",
                "xanchor": place,
                "yanchor": 0,
                "x0": left,
                "x1": left + 6,
                "y0": -7,
                "y1": 7,
                "line": {"color": token("ink"), "width": 1.5},
            }


def _break_words(spec: ProcessChartSpec) -> Iterator[Part]:
    """Name the newest break under the years; near the left end the words run to the right."""
    placed = _placed_breaks(spec)
    if placed:
        place, newest = placed[-1]
        anchor = "left" if 3 * place < len(spec.months) else "center"
        below = {"yref": "paper", "yshift": -32 - _LINE_HEIGHT, "yanchor": "middle"}
        yield note(newest.words, x=place, y=0, xanchor=anchor, **below)


def _years(spec: ProcessChartSpec) -> Iterator[Part]:
    months = [each.month for each in spec.months]
    for place, year in named_years(months, column=_column(spec)):
        yield strong(
            year,
            x=place + 0.5 if place else 0,
            y=0,
            yref="paper",
            yshift=-32,
            yanchor="middle",
            xanchor="center" if place else "left",
        )


def _line_names(spec: ProcessChartSpec) -> Iterator[Part]:
    """Name the lines at their right end; the limits give way to the average's name."""
    if spec.centre is None:
        return
    end = {"xref": "paper", "xanchor": "left", "xshift": 6, "yanchor": "middle"}
    yield strong(average_words(spec, spec.centre), x=1, y=spec.centre, **end)
    last = [limits for part in limited_months(spec) for limits in part]
    if not last:
        return
    room = 16 * (spec.axis_high - spec.axis_low) / 268  # one line of text in units of the axis
    _place, lower, upper = last[-1]
    if upper <= spec.axis_high:
        yield note("upper limit", x=1, y=max(upper, spec.centre + room), **end)
    if lower >= spec.axis_low:
        yield note("lower limit", x=1, y=min(lower, spec.centre - room), **end)


def _hidden_words(spec: ProcessChartSpec) -> Iterator[Part]:
    for first, columns in hidden_runs(spec.months):
        yield strong(
            "hidden",
            x=first + columns / 2,
            y=spec.axis_low,
            yshift=45,
            yanchor="middle",
            textangle=-90,
            bgcolor=token("surface"),
            borderpad=1,
        )
