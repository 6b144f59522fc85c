"""The screen's drawing holds the very numbers of the spec, and cannot leave its script element."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from pulse.charts.plotly import plotly_figure
from pulse.charts.spec import Mark, ShownMonth
from tests.pulse.charts.chart_specs import (
    forest,
    hidden,
    joined,
    process_chart,
    ratio_forest,
    rebased,
    shown,
    two_years,
)


def figure(spec: object) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(plotly_figure(spec))  # type: ignore[arg-type]  # any spec
    return read


def point_traces(spec: object) -> list[dict[str, Any]]:
    return [trace for trace in figure(spec)["data"] if trace.get("mode") == "markers"]


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


@pytest.mark.parametrize(
    "spec",
    [
        two_years(),
        two_years(centre=None),
        two_years(breaks=(joined(18),)),
        process_chart(shown(0, 3.4, is_small=True), hidden(1), shown(2, 4.4, mark=Mark.HIGHER)),
        process_chart(shown(0, 3.4, limits=None)),
        forest(),
        ratio_forest(),
    ],
)
def test_plotly_knows_every_setting_and_takes_it_as_it_is(spec: object) -> None:
    """A misspelt setting would only be a missing line on a screen; the typed figure refuses it."""
    written = figure(spec)
    layout = {name: value for name, value in written["layout"].items() if value not in ([], {})}
    typed = go.Figure(data=written["data"], layout=layout).to_plotly_json()
    typed["layout"].pop("template")  # Plotly's own, which ours leaves empty
    assert json.loads(json.dumps(typed)) == {"data": written["data"], "layout": layout}


def test_a_misspelt_setting_would_be_noticed() -> None:
    with pytest.raises(ValueError, match="markr"):
        go.Figure(data=[{"type": "scatter", "markr": {}}])


def test_its_points_are_the_shown_months_of_the_spec() -> None:
    spec = two_years()
    expected = {
        (place + 0.5, month.value)
        for place, month in enumerate(spec.months)
        if isinstance(month, ShownMonth)
    }
    drawn = {
        pair for trace in point_traces(spec) for pair in zip(trace["x"], trace["y"], strict=True)
    }
    assert drawn == expected


def test_a_hidden_month_is_hatched_and_has_no_number() -> None:
    data = figure(process_chart(shown(0, 3.4), hidden(1), shown(2, 3.3)))["data"]
    (column,) = [trace for trace in data if trace["type"] == "bar"]
    assert (column["x"], column["width"]) == ([1.5], [1])
    assert (column["base"], column["y"]) == ([2], [2.5])  # the whole height of the axis, no value
    assert column["marker"]["pattern"]["shape"] == "/"


@pytest.mark.parametrize(("place", "anchor"), [(2, "left"), (18, "center")])
def test_a_change_of_source_is_two_slashes_and_its_words(place: int, anchor: str) -> None:
    layout = figure(two_years(breaks=(joined(place),)))["layout"]
    slashes = [each for each in layout["shapes"] if each["type"] == "line"]
    assert [(each["xanchor"], each["yanchor"], each["yref"]) for each in slashes] == [
        (place, 0, "paper")
    ] * 2
    (words,) = [each for each in layout["annotations"] if each["text"].startswith("joined")]
    assert (words["text"], words["x"]) == ("joined from imported answers", place)
    assert words["xanchor"] == anchor


def test_without_a_change_of_source_no_slash_is_drawn() -> None:
    layout = figure(two_years())["layout"]
    assert [each for each in layout["shapes"] if each["type"] == "line"] == []
    assert layout["margin"]["b"] == 46


def test_the_line_is_broken_at_a_hidden_month() -> None:
    data = figure(process_chart(shown(0, 3.4), hidden(1), shown(2, 3.3)))["data"]
    lines = [trace["x"] for trace in data if trace.get("line", {}).get("color") == "var(--dot)"]
    assert lines == [[0.5], [2.5]]


@pytest.mark.parametrize(
    ("mark", "symbol"),
    [(Mark.ORDINARY, "circle"), (Mark.HIGHER, "diamond"), (Mark.LOWER, "square")],
)
def test_few_answers_are_hollow_in_the_shape_of_their_mark(mark: Mark, symbol: str) -> None:
    (trace,) = point_traces(process_chart(shown(0, 3.4, mark=mark, is_small=True)))
    assert trace["marker"]["symbol"] == symbol
    assert trace["marker"]["color"] == "var(--surface)"


def test_nothing_is_offered_to_a_third_party_and_nothing_moves() -> None:
    whole = figure(two_years())
    assert whole["config"]["showSendToCloud"] is False
    assert whole["config"]["displayModeBar"] is False
    assert "transition" not in whole["layout"]
    assert whole["layout"]["dragmode"] is False


def test_no_address_stands_in_a_figure() -> None:
    assert [text for text in strings(figure(two_years())) if "://" in text] == []


def test_every_colour_is_a_token_so_that_a_dark_screen_works() -> None:
    for spec in (two_years(), forest()):
        for key, value in colours(figure(spec)):
            assert value.startswith("var(--") or value == "rgba(0,0,0,0)", key


def colours(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, each in value.items():
            if isinstance(each, str) and "color" in key:
                yield key, each
            yield from colours(each)
    elif isinstance(value, list):
        for each in value:
            yield from colours(each)


def test_words_cannot_end_the_script_element_or_become_markup() -> None:
    planted = replace(shown(0, 3.4), words="</script><img src=x onerror=alert(1)>&")
    text = plotly_figure(process_chart(planted))
    assert not set("<>&") & set(text)
    (trace,) = [trace for trace in json.loads(text)["data"] if trace.get("mode") == "markers"]
    assert "&lt;/script&gt;&lt;img" in trace["text"][0]


def test_the_forest_holds_each_estimate_with_its_interval() -> None:
    first, second = point_traces(forest())
    assert (first["x"], first["error_x"]["arrayminus"]) == ([-0.41], [pytest.approx(0.23)])
    assert first["marker"]["color"] == "var(--ink)"
    assert second["marker"]["color"] == "var(--surface)"


def test_ratios_stand_at_their_logarithms_with_their_own_words() -> None:
    first, second = point_traces(ratio_forest())
    assert first["x"] == [pytest.approx(np.log10(0.5))]
    assert first["error_x"]["array"] == [pytest.approx(np.log10(2))]
    assert first["error_x"]["arrayminus"] == [pytest.approx(np.log10(2))]
    assert second["text"][0].startswith("<b>2 months later: 2.00 (0.10 to 40.00)</b>")
    axis = figure(ratio_forest())["layout"]["xaxis"]
    assert axis["tickvals"] == pytest.approx(np.log10([0.25, 0.5, 1, 2, 4]).tolist())
    assert axis["ticktext"] == ["0.25", "0.5", "1", "2", "4"]


def test_a_limit_off_the_axis_leaves_a_gap() -> None:
    data = figure(process_chart(shown(0, 4.2, limits=(3.5, 4.9))))["data"]
    limits = [trace["y"] for trace in data if trace.get("line", {}).get("color") == "var(--limit)"]
    assert limits == [[3.5, 3.5], [None, None]]


def test_averages_and_bands_of_rebased_limits_hold_for_their_own_months_alone() -> None:
    data = figure(rebased())["data"]
    averages = [
        (trace["x"], trace["y"])
        for trace in data
        if trace.get("line", {}).get("width") == 1.5
        and len(set(trace["y"])) == 1
        and len(trace["x"]) == 2
    ]
    assert ([0, 8], [3.4, 3.4]) in averages
    assert ([8, 15], [2.9, 2.9]) in averages
    bands = [trace["x"] for trace in data if trace.get("fill") == "toself"]
    assert [(min(x), max(x)) for x in bands] == [(0, 8), (8, 12), (13, 15)]
