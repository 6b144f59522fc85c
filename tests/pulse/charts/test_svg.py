"""The server's drawing follows the chart grammar, and nothing hidden can be read off it."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from pulse.charts.spec import Event, Mark, ProcessChartSpec, SourceBreak
from pulse.charts.svg import Width, draw_svg
from tests.pulse.charts.chart_specs import (
    FIRST,
    forest,
    hidden,
    joined,
    process_chart,
    ratio_forest,
    rebased,
    shown,
    two_years,
)


def drawing(spec: object, width: Width = Width.WIDE) -> ET.Element:
    return ET.fromstring(draw_svg(spec, width=width))  # type: ignore[arg-type]  # any spec


def of_class(svg: ET.Element, name: str) -> list[ET.Element]:
    return [each for each in svg.iter() if name in each.get("class", "").split()]


def words(svg: ET.Element) -> list[str]:
    return [each.text or "" for each in svg.iter("text")]


def points_of(path: ET.Element) -> list[tuple[float, float]]:
    numbers = re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.get("d", ""))
    return [(float(x), float(y)) for x, y in numbers]


def test_each_shown_month_has_one_point_and_each_hidden_one_none() -> None:
    svg = drawing(process_chart(shown(0, 3.4), hidden(1), shown(2, 3.3)))
    assert len(of_class(svg, "pt")) == 2


def test_a_point_stands_at_its_value() -> None:
    svg = drawing(process_chart(shown(0, 2.0), shown(1, 4.5)))
    low, high = of_class(svg, "pt")
    assert float(low.get("cy", "")) == 302
    assert float(high.get("cy", "")) == 34


@pytest.mark.parametrize(
    ("mark", "tag", "name"),
    [(Mark.ORDINARY, "circle", "pt"), (Mark.HIGHER, "path", "hi"), (Mark.LOWER, "rect", "lo")],
)
def test_a_signal_has_a_shape_of_its_own_beside_its_colour(mark: Mark, tag: str, name: str) -> None:
    (point,) = of_class(drawing(process_chart(shown(0, 3.4, mark=mark))), name)
    assert point.tag == tag


def test_few_answers_are_drawn_hollow() -> None:
    svg = drawing(process_chart(shown(0, 3.4, is_small=True), shown(1, 3.4)))
    assert [("hollow" in point.get("class", "")) for point in of_class(svg, "pt")] == [True, False]


def test_the_line_never_crosses_a_hidden_month() -> None:
    svg = drawing(
        process_chart(shown(0, 3.4), shown(1, 3.3), hidden(2), shown(3, 3.4), shown(4, 3.5))
    )
    lines = of_class(svg, "run")
    assert [len(points_of(line)) for line in lines] == [2, 2]
    (column,) = of_class(svg, "hidden-months")
    edge = float(column.get("x", ""))
    assert points_of(lines[0])[-1][0] < edge
    assert points_of(lines[1])[0][0] > edge + float(column.get("width", ""))


def test_band_and_limits_break_at_a_hidden_month() -> None:
    svg = drawing(process_chart(shown(0, 3.4), hidden(1), shown(2, 3.4)))
    assert len(of_class(svg, "band")) == 2
    assert len(of_class(svg, "limit")) == 4


def test_limits_are_stepped_by_month() -> None:
    svg = drawing(process_chart(shown(0, 3.4, limits=(2.8, 4.0)), shown(1, 3.4, limits=(2.5, 4.3))))
    upper = points_of(of_class(svg, "limit")[0])
    assert [first[1] == second[1] for first, second in pairwise(upper)] == [True, False, True]


def test_a_month_without_limits_has_no_band() -> None:
    svg = drawing(process_chart(shown(0, 3.4, limits=None), shown(1, 3.4)))
    (band,) = of_class(svg, "band")
    assert min(x for x, _y in points_of(band)) == 44 + 548 / 2


def test_a_limit_off_the_drawn_axis_is_left_out_not_moved_to_its_edge() -> None:
    svg = drawing(process_chart(shown(0, 4.2, limits=(3.5, 4.9))))
    assert len(of_class(svg, "limit")) == 1
    assert "upper limit" not in words(svg)
    assert "lower limit" in words(svg)


def test_neighbouring_hidden_months_share_one_hatched_column_and_one_word() -> None:
    svg = drawing(process_chart(hidden(0), hidden(1), shown(2, 3.4), hidden(3)))
    assert [float(column.get("width", "")) for column in of_class(svg, "hidden-months")] == [
        274,
        137,
    ]
    assert words(svg).count("hidden") == 2


def test_the_hatch_is_the_drawings_own() -> None:
    specs = [process_chart(shown(0, 3.4), hidden(1), number=number) for number in (1, 2)]
    page = "".join(draw_svg(spec, width=width) for spec in specs for width in Width)
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)) == 4
    assert {f"url(#{name})" for name in ids} == set(re.findall(r'fill="([^"]+)"', page))


def test_the_own_average_is_named_with_its_value() -> None:
    assert "own average 3.4" in words(drawing(two_years()))
    assert "own average 3.4" in words(drawing(two_years(), Width.NARROW))


def test_without_an_average_no_line_claims_one() -> None:
    svg = drawing(process_chart(shown(0, 3.4, limits=None), centre=None))
    assert of_class(svg, "mean") == []
    assert not any("average" in each for each in words(svg))


def test_names_of_close_lines_stand_apart() -> None:
    svg = drawing(process_chart(shown(0, 3.4, limits=(3.38, 3.42))))
    places = {each.text: float(each.get("y", "")) for each in svg.iter("text")}
    assert places["own average 3.4"] - places["upper limit"] >= 16
    assert places["lower limit"] - places["own average 3.4"] >= 16


def test_on_a_phone_the_averages_name_gives_way_to_the_months_around_it() -> None:
    months = [shown(place, 3.4 + 0.1 * (place % 3 - 1)) for place in range(14)]
    svg = drawing(process_chart(*months), Width.NARROW)
    (name,) = [each for each in svg.iter("text") if each.text == "own average 3.4"]
    baseline = float(name.get("y", ""))
    points = [float(point.get("cy", "")) for point in of_class(svg, "pt")]
    assert all(not baseline - 15 < y < baseline + 7 for y in points)


def test_on_a_phone_a_limit_at_the_plots_edge_goes_unnamed() -> None:
    inside = drawing(process_chart(shown(0, 3.4, limits=(2.6, 3.8))), Width.NARROW)
    assert {"upper limit", "lower limit"} <= set(words(inside))
    at_edges = drawing(process_chart(shown(0, 3.4, limits=(2.0, 4.5))), Width.NARROW)
    assert not {"upper limit", "lower limit"} & set(words(at_edges))


def test_the_phone_sees_the_newest_fourteen_months() -> None:
    svg = drawing(two_years(), Width.NARROW)
    assert len(of_class(svg, "pt")) == 14
    assert svg.get("viewBox", "").startswith("0 0 328 ")


def test_an_event_stands_on_its_month_with_its_letter() -> None:
    svg = drawing(two_years())
    (disc,) = of_class(svg, "flag-disc")
    assert float(disc.get("cx", "")) == pytest.approx(44 + 12.5 * 548 / 22, abs=0.05)
    assert "A" in words(svg)


def test_an_event_between_two_asked_months_stands_between_them() -> None:
    event = Event("A", FIRST.shifted(2), "A change.")
    svg = drawing(process_chart(shown(0, 3.4), shown(4, 3.4), events=(event,)))
    (disc,) = of_class(svg, "flag-disc")
    assert float(disc.get("cx", "")) == 44 + 548 / 2


def test_an_event_before_the_drawn_months_is_left_to_the_list() -> None:
    event = Event("A", FIRST.shifted(-1), "A change.")
    assert of_class(drawing(process_chart(shown(0, 3.4), events=(event,))), "flag-disc") == []


def test_two_slashes_cross_the_axis_where_the_source_changes() -> None:
    svg = drawing(two_years(breaks=(joined(18),)))
    (axis,) = of_class(svg, "axis")
    (slashes,) = of_class(svg, "break")
    xs = [float(x) for x in re.findall(r"M([\d.]+) ", slashes.get("d", ""))]
    edge = 44 + 18 * 548 / 22
    assert sum(xs) / 2 + 3 == pytest.approx(edge, abs=0.1)
    assert re.findall(r" ([\d.]+)l6-14", slashes.get("d", "")) == ["309", "309"]
    assert axis.get("d", "").startswith("M44 302H")
    assert "joined from imported answers" in words(svg)


def test_without_a_change_of_source_nothing_is_marked_and_the_drawing_is_no_taller() -> None:
    plain, broken = drawing(two_years()), drawing(two_years(breaks=(joined(18),)))
    assert of_class(plain, "break") == []
    assert (plain.get("viewBox"), broken.get("viewBox")) == ("0 0 720 348", "0 0 720 364")


def test_a_change_of_source_before_the_drawn_months_is_left_to_the_words() -> None:
    spec = two_years(breaks=(joined(8),))
    assert len(of_class(drawing(spec), "break")) == 1
    narrow = drawing(spec, Width.NARROW)
    assert of_class(narrow, "break") == []
    assert "joined from imported answers" not in words(narrow)


@pytest.mark.parametrize("width", list(Width))
@pytest.mark.parametrize("place", [1, 7, 13])
def test_the_words_of_a_change_stay_inside_the_drawing(width: Width, place: int) -> None:
    months = [shown(each, 3.4) for each in range(14)]
    spec = process_chart(*months, breaks=(joined(place),))
    svg = drawing(spec, width)
    (name,) = [each for each in svg.iter("text") if (each.text or "").startswith("joined")]
    half = len(name.text or "") * 7.2 / 2
    assert half <= float(name.get("x", "")) <= width.value - half


def test_a_source_that_changes_twice_has_two_marks_and_the_newest_is_named() -> None:
    waves = SourceBreak(FIRST.shifted(3), "joined from Pulse's own waves")
    svg = drawing(
        process_chart(*(shown(each, 3.4) for each in range(6)), breaks=(joined(1), waves))
    )
    assert len(of_class(svg, "break")) == 2
    assert [each for each in words(svg) if each.startswith("joined")] == [waves.words]


def test_month_names_leave_each_other_room() -> None:
    svg = drawing(process_chart(*(shown(place, 3.4) for place in range(48))))
    places = sorted(
        float(each.get("x", ""))
        for each in svg.iter("text")
        if each.text in {"Jan", "Jul", "Apr", "Oct"}
    )
    assert len(places) > 2
    assert min(second - first for first, second in pairwise(places)) >= 42


@pytest.mark.parametrize("width", list(Width))
@pytest.mark.parametrize("spec", [two_years(breaks=(joined(18),)), forest()])
def test_colours_come_from_classes_never_from_inline_styles(spec: object, width: Width) -> None:
    svg = draw_svg(spec, width=width)  # type: ignore[arg-type]  # any spec
    assert "style" not in svg
    assert "#" not in re.sub(r"url\(#[a-z0-9-]+\)", "", svg)


def test_words_of_a_unit_cannot_break_out_of_the_drawing() -> None:
    event = Event("</svg><script>", FIRST, "x")
    svg = draw_svg(process_chart(shown(0, 3.4), events=(event,)), width=Width.WIDE)
    assert "<script>" not in svg


def test_no_months_at_all_still_draw_an_axis() -> None:
    assert of_class(drawing(process_chart(centre=None)), "axis")


def test_an_interval_that_leaves_out_no_association_is_filled() -> None:
    svg = drawing(forest())
    assert [("hollow" in each.get("class", "")) for each in of_class(svg, "est")] == [False, True]


def test_estimates_are_written_with_their_intervals_and_real_minus_signs() -> None:
    assert "\u22120.41 (\u22120.64 to \u22120.12)" in words(drawing(forest()))


def test_the_null_line_stands_at_the_null_value() -> None:
    (line,) = of_class(drawing(forest()), "null")
    assert line.get("d", "").startswith("M409.0 ")


def test_half_as_many_is_as_far_from_one_as_twice_as_many() -> None:
    svg = drawing(ratio_forest())
    half, double = (float(each.get("d", "")[1:].split(" ")[0]) for each in of_class(svg, "est"))
    (line,) = of_class(svg, "null")
    one = float(line.get("d", "")[1:].split(" ")[0])
    assert one - half == pytest.approx(double - one, abs=0.15)
    assert one > half


def test_percentages_carry_their_sign_on_the_axis() -> None:
    spec: ProcessChartSpec = process_chart(shown(0, 3.4), unit="%")
    assert "3%" in words(drawing(spec))


def test_where_limits_start_anew_average_and_band_do_so_and_the_months_go_on() -> None:
    svg = drawing(rebased())
    old, new = (re.findall(r"[\d.]+", path.get("d", "")) for path in of_class(svg, "mean"))
    assert old[2] == new[0]  # one ends where the other begins
    assert float(old[1]) < float(new[1])  # 3.4 stands above 2.9
    bands = [points_of(path) for path in of_class(svg, "band")]
    assert len(bands) == 3  # before, after, and after the hidden month
    assert bands[0][-1][1] != bands[1][0][1]
    runs = of_class(svg, "run")
    assert [len(points_of(run)) for run in runs] == [12, 2]


def test_the_phones_drawing_begins_with_the_average_of_its_own_first_month() -> None:
    means = of_class(drawing(rebased(), Width.NARROW), "mean")
    assert len(means) == 2
    start = re.findall(r"M([\d.]+)", means[0].get("d", ""))[0]
    axis = re.findall(
        r"M([\d.]+)", of_class(drawing(rebased(), Width.NARROW), "axis")[0].get("d", "")
    )[0]
    assert start == axis


def test_on_a_phone_the_newest_lines_are_named_at_their_own_end() -> None:
    svg = drawing(rebased(), Width.NARROW)
    names = {each.text: each for each in svg.iter("text")}
    for name in ("own average 2.9", "upper limit", "lower limit"):
        assert names[name].get("text-anchor") == "end"
        assert float(names[name].get("x", "")) > 300
    upper, average = (
        float(names[name].get("y", "")) for name in ("upper limit", "own average 2.9")
    )
    assert upper < average
    old_average = of_class(svg, "mean")[0].get("d", "").split()[1].split("H")[0]
    assert upper > float(old_average)


def test_discs_of_neighbouring_months_do_not_cover_each_other() -> None:
    months = [shown(place, 3.4) for place in range(60)]
    events = tuple(
        Event(letter, FIRST.shifted(place), "A note.")
        for letter, place in zip("ABCD", (10, 11, 58, 59), strict=True)
    )
    svg = drawing(process_chart(*months, events=events))
    discs = [float(disc.get("cx", "")) for disc in of_class(svg, "flag-disc")]
    lines = [points_of(line)[0][0] for line in of_class(svg, "flag")]

    assert all(later - earlier >= 20 for earlier, later in pairwise(discs))
    assert max(discs) <= 592
    columns = [44 + (place + 0.5) * 548 / 60 for place in (10, 11, 58, 59)]
    assert lines == pytest.approx(columns, abs=0.06)
