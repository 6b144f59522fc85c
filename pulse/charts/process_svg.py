"""The process behaviour chart as SVG: band, limits, own average, months, signals, events."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

from markupsafe import Markup

from pulse.charts.markup import Width, element, label, path, picture, polygon
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
from pulse.charts.spec import Mark, ProcessChartSpec, ShownMonth, SourceBreak
from pulse.charts.value_axis import average_words, tick_words, ticks

NARROW_MONTHS = 14
"""How many of the newest months the phone's drawing has room for; the table keeps all."""

_LINE_HEIGHT = 16  # pixels that two labels must stand apart
_LETTER = 7.2  # pixels that one letter takes, with some room
_AWAY_FROM_AVERAGE = (17, -7, 24, -14, 31, -21)  # pixels: under the line, above it, then further
_BASELINE = 4.5  # pixels from a line's middle to the baseline of text beside it


@dataclass(frozen=True, slots=True)
class _Frame:
    """The plot's edges in pixels and how values and columns map into them."""

    spec: ProcessChartSpec
    width: Width
    left: float
    right: float
    top: float = 34
    bottom: float = 302

    @property
    def column(self) -> float:
        return (self.right - self.left) / max(1, len(self.spec.months))

    def x(self, columns: float) -> float:
        return self.left + columns * self.column

    def y(self, value: float) -> float:
        low, high = self.spec.axis_low, self.spec.axis_high
        inside = min(max(value, low), high)
        return self.bottom - (inside - low) / (high - low) * (self.bottom - self.top)

    def holds(self, value: float) -> bool:
        return self.spec.axis_low <= value <= self.spec.axis_high


def draw_process_chart(spec: ProcessChartSpec, *, width: Width) -> Markup:
    """Return the drawing; the narrow one holds the newest `NARROW_MONTHS` months only."""
    if width is Width.WIDE:
        frame = _Frame(spec, width, left=44, right=592)
    else:
        newest = replace(spec, months=spec.months[-NARROW_MONTHS:])
        left = 18 + 8 * max(len(tick_words(spec, tick)) for tick in ticks(spec))
        frame = _Frame(newest, width, left=left, right=320, bottom=286)
    parts = [
        _hatch_pattern(frame),
        *_bands(frame),
        *_value_axis(frame),
        *_limits(frame),
        *_hidden_months(frame),
        *_average(frame),
        *_lines_between_months(frame),
        *_events(frame),
        *(_labels_at_end(frame) if width is Width.WIDE else _labels_inside(frame)),
        *_points(frame),
        *_month_axis(frame),
        *_breaks(frame),
    ]
    below = 46 + (_LINE_HEIGHT if _placed_breaks(frame) else 0)
    return picture(width=width.value, height=frame.bottom + below, children=parts)


def _pattern_id(frame: _Frame) -> str:
    return f"hatch-{frame.spec.number}-{frame.width.name.lower()}"


def _hatch_pattern(frame: _Frame) -> Markup:
    lines = (
        element("rect", class_="hatch-ground", width="7", height="7"),
        path("M0 0V7", class_="hatch-line"),
    )
    pattern = element(
        "pattern",
        lines,
        id=_pattern_id(frame),
        width="7",
        height="7",
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    return element("defs", (pattern,))


def _bands(frame: _Frame) -> Iterator[Markup]:
    for stretch in limited_months(frame.spec):
        above = [point for place, _lower, upper in stretch for point in _step(frame, place, upper)]
        below = [
            point
            for place, lower, _upper in reversed(stretch)
            for point in reversed(_step(frame, place, lower))
        ]
        yield path(polygon([*above, *below]) + "Z", class_="band")


def _step(frame: _Frame, place: int, value: float) -> list[tuple[float, float]]:
    return [(frame.x(place), frame.y(value)), (frame.x(place + 1), frame.y(value))]


def _limits(frame: _Frame) -> Iterator[Markup]:
    """Draw limits stepped by month, and not at all where they lie off the drawn axis."""
    for stretch in limited_months(frame.spec):
        for side in (1, 2):
            points: list[tuple[float, float]] = []
            for limit in stretch:
                if frame.holds(limit[side]):
                    points += _step(frame, limit[0], limit[side])
                elif points:
                    yield path(polygon(points), class_="limit")
                    points = []
            if points:
                yield path(polygon(points), class_="limit")


def _value_axis(frame: _Frame) -> Iterator[Markup]:
    for tick in ticks(frame.spec):
        y = frame.y(tick)
        yield path(f"M{frame.left:g} {y:.1f}H{frame.right:g}", class_="grid")
        words = tick_words(frame.spec, tick)
        yield label(words, x=frame.left - 10, y=y + _BASELINE, anchor="end")


def _hidden_months(frame: _Frame) -> Iterator[Markup]:
    for first, columns in hidden_runs(frame.spec.months):
        breadth = columns * frame.column
        yield element(
            "rect",
            class_="hidden-months",
            fill=f"url(#{_pattern_id(frame)})",
            x=frame.x(first),
            y=frame.top,
            width=breadth,
            height=frame.bottom - frame.top,
        )
        middle = frame.x(first) + breadth / 2 + _BASELINE
        yield label(
            "hidden", x=middle, y=frame.bottom - 45, class_="strong halo", anchor="middle", turn=-90
        )


def _average(frame: _Frame) -> Iterator[Markup]:
    for first, end, value in average_columns(frame.spec):
        line = f"M{frame.x(first):g} {frame.y(value):.1f}H{frame.x(end):g}"
        yield path(line, class_="mean")


def _lines_between_months(frame: _Frame) -> Iterator[Markup]:
    for run in shown_runs(frame.spec.months):
        if len(run) > 1:
            yield path(
                polygon(_centre_of(frame, place, month) for place, month in run), class_="run"
            )


def _centre_of(frame: _Frame, place: int, month: ShownMonth) -> tuple[float, float]:
    return frame.x(place + 0.5), frame.y(month.value)


def _points(frame: _Frame) -> Iterator[Markup]:
    for run in shown_runs(frame.spec.months):
        for place, month in run:
            x, y = _centre_of(frame, place, month)
            yield point(month.mark, is_small=month.is_small, x=x, y=y)


def point(mark: Mark, *, is_small: bool, x: float, y: float) -> Markup:
    """Return a month's shape: circle, diamond (higher) or square (lower), hollow if few answers."""
    hollow = " hollow" if is_small else ""
    if mark is Mark.HIGHER:
        return path(f"M{x:.1f} {y - 6:.1f}l6 6-6 6-6-6Z", class_=f"pt hi{hollow}")
    if mark is Mark.LOWER:
        return element("rect", class_=f"pt lo{hollow}", x=x - 5, y=y - 5, width="10", height="10")
    return element("circle", class_=f"pt{hollow}", cx=x, cy=y, r="4.5")


def _events(frame: _Frame) -> Iterator[Markup]:
    months = [each.month for each in frame.spec.months]
    placed = event_columns(frame.spec.events, months)
    shifts = disc_shifts(
        [columns for columns, _event in placed], column=frame.column, months=len(months)
    )
    for (columns, event), shift in zip(placed, shifts, strict=True):
        line = frame.x(columns)
        x = line + shift
        yield path(f"M{line:.1f} {frame.top - 2:g}V{frame.bottom:g}", class_="flag")
        yield element("circle", class_="flag-disc", cx=x, cy=frame.top - 14, r="10")
        yield label(event.letter, x=x, y=frame.top - 9.8, class_="flag-letter", anchor="middle")


def _month_axis(frame: _Frame) -> Iterator[Markup]:
    months = [each.month for each in frame.spec.months]
    yield path(f"M{frame.left:g} {frame.bottom:g}H{frame.right:g}", class_="axis")
    for place, name in named_months(months, column=frame.column):
        yield label(name, x=frame.x(place + 0.5), y=frame.bottom + 18, anchor="middle")
    for place, year in named_years(months, column=frame.column):
        anchor = "middle" if place else "start"
        x = frame.x(place + 0.5) if place else frame.left
        yield label(year, x=x, y=frame.bottom + 36, class_="strong", anchor=anchor)


def _placed_breaks(frame: _Frame) -> list[tuple[int, SourceBreak]]:
    return break_columns(frame.spec.breaks, [each.month for each in frame.spec.months])


def _breaks(frame: _Frame) -> Iterator[Markup]:
    """Draw two short slashes across the axis at each break, and name the newest under it."""
    placed = _placed_breaks(frame)
    for place, _break in placed:
        x, y = frame.x(place), frame.bottom
        yield path(f"M{x - 6:.1f} {y + 7:g}l6-14M{x:.1f} {y + 7:g}l6-14", class_="break")
    if placed:
        place, newest = placed[-1]
        half = len(newest.words) * _LETTER / 2
        x = max(min(frame.x(place), frame.width.value - half), half)
        yield label(newest.words, x=x, y=frame.bottom + 36 + _LINE_HEIGHT, anchor="middle")


def _last_limits(frame: _Frame) -> tuple[float, float] | None:
    for month in reversed(frame.spec.months):
        if isinstance(month, ShownMonth) and month.lower_limit is not None:
            return (month.lower_limit, month.upper_limit or month.lower_limit)
    return None


def _labels_at_end(frame: _Frame) -> Iterator[Markup]:
    """Name the three lines at their right end, pushed apart where they lie close."""
    centre = frame.spec.centre
    if centre is None:
        return
    x, middle = frame.right + 10, frame.y(centre) + _BASELINE
    yield label(average_words(frame.spec, centre), x=x, y=middle, class_="strong")
    limits = _last_limits(frame)
    if limits is None:
        return
    lower, upper = (frame.y(limit) + _BASELINE for limit in limits)
    if frame.holds(limits[1]):
        yield label("upper limit", x=x, y=min(upper, middle - _LINE_HEIGHT))
    if frame.holds(limits[0]):
        yield label("lower limit", x=x, y=max(lower, middle + _LINE_HEIGHT))


def _labels_inside(frame: _Frame) -> Iterator[Markup]:
    """Name the lines inside the plot, where fewest months lie in the words' way.

    A limit at the plot's edge goes unnamed: its words would fall on the axis or on an event.
    Where limits started anew, the newest ones are named, at their end.
    """
    centre = frame.spec.centre
    if centre is None:
        return
    middle = frame.y(centre)
    words = average_words(frame.spec, centre)
    heights = tuple(middle + away for away in _AWAY_FROM_AVERAGE)
    yield _placed(frame, words, baselines=heights, class_="strong band-halo")
    newest_from = max(first for first, _end, _value in average_columns(frame.spec))
    limits = [
        limit for part in limited_months(frame.spec) for limit in part if limit[0] >= newest_from
    ]
    highest = max((upper for _place, _lower, upper in limits), default=None)
    lowest = min((lower for _place, lower, _upper in limits), default=None)
    if highest is not None and frame.y(highest) - _LINE_HEIGHT > frame.top:
        yield _placed(frame, "upper limit", baselines=(frame.y(highest) - 7,), class_="halo")
    if lowest is not None and frame.y(lowest) + _LINE_HEIGHT < frame.bottom:
        yield _placed(frame, "lower limit", baselines=(frame.y(lowest) + 17,), class_="halo")


def _placed(frame: _Frame, words: str, *, baselines: tuple[float, ...], class_: str) -> Markup:
    """Return the words at the first of the given heights, left or right, that is least crowded."""
    columns = min(ceil(len(words) * _LETTER / frame.column), len(frame.spec.months))
    left = range(columns)
    right = range(len(frame.spec.months) - columns, len(frame.spec.months))
    sides = (right,) if frame.spec.earlier else (left, right)
    places = [(side, baseline) for baseline in baselines for side in sides]
    side, baseline = min(places, key=lambda place: _months_in_the_way(frame, *place))
    if side is left:
        return label(words, x=frame.left + 4, y=baseline, class_=class_)
    return label(words, x=frame.right - 4, y=baseline, class_=class_, anchor="end")


def _months_in_the_way(frame: _Frame, columns: range, baseline: float) -> int:
    months = (frame.spec.months[place] for place in columns)
    return sum(
        1
        for month in months
        if not isinstance(month, ShownMonth) or baseline - 15 < frame.y(month.value) < baseline + 7
    )
