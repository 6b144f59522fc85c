"""Estimates with their intervals as SVG, over a line of "no association"."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from pulse.charts.markup import MINUS, Width, label, path, picture, written
from pulse.charts.spec import Estimate, ForestSpec

_CAP = 5  # pixels above and below the interval's line
_HALF_DIAMOND = 7  # pixels
_TOP = 22  # pixels that the two directions' names take


@dataclass(frozen=True, slots=True)
class _Frame:
    """The scale's edges and the rows' pitch in pixels."""

    spec: ForestSpec
    width: Width
    left: float
    right: float
    pitch: float

    def x(self, value: float) -> float:
        spec = self.spec
        low, high = spec.place(spec.axis_low), spec.place(spec.axis_high)
        inside = spec.place(min(max(value, spec.axis_low), spec.axis_high))
        return self.left + 4 + (inside - low) / (high - low) * (self.right - self.left - 8)

    def middle(self, row: int) -> float:
        """Return the height at which the row's interval lies."""
        lead = 22 if self.width is Width.WIDE else 32
        return _TOP + lead + row * self.pitch

    @property
    def bottom(self) -> float:
        below = 28 if self.width is Width.WIDE else 38
        return self.middle(len(self.spec.estimates) - 1) + below


def draw_forest(spec: ForestSpec, *, width: Width) -> Markup:
    """Return the drawing: wide with labels and numbers beside, narrow with labels above."""
    if width is Width.WIDE:
        frame = _Frame(spec, width, left=268, right=550, pitch=50)
    else:
        frame = _Frame(spec, width, left=8, right=320, pitch=70)
    parts = [
        _null_line(frame),
        *_directions(frame),
        *_scale(frame),
        *(
            part
            for row, estimate in enumerate(spec.estimates)
            for part in _row(frame, estimate, middle=frame.middle(row))
        ),
    ]
    return picture(width=width.value, height=frame.bottom + 26, children=parts)


def leaves_out_null(estimate: Estimate, null_value: float) -> bool:
    """Return whether the interval leaves out "no association", which fills its diamond."""
    return not estimate.low <= null_value <= estimate.high


def interval_words(estimate: Estimate, *, decimals: int) -> str:
    """Return the estimate and its interval as people write them: value (low to high)."""
    value, low, high = (
        written(number, decimals=decimals)
        for number in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value} ({low} to {high})"


def _null_line(frame: _Frame) -> Markup:
    return path(f"M{frame.x(frame.spec.null_value):.1f} {_TOP}V{frame.bottom:g}", class_="null")


def _directions(frame: _Frame) -> Iterator[Markup]:
    spec = frame.spec
    yield label(f"\N{LEFTWARDS ARROW} {spec.low_words}", x=frame.left, y=14)
    yield label(f"{spec.high_words} \N{RIGHTWARDS ARROW}", x=frame.right, y=14, anchor="end")


def _scale(frame: _Frame) -> Iterator[Markup]:
    yield path(f"M{frame.left:g} {frame.bottom:g}H{frame.right:g}", class_="axis")
    for tick in frame.spec.ticks:
        x = frame.x(tick)
        yield path(f"M{x:.1f} {frame.bottom:g}v5", class_="axis")
        text = f"{tick:g}".replace("-", MINUS)
        yield label(text, x=x, y=frame.bottom + 19, anchor=_tick_anchor(frame, x))


def _tick_anchor(frame: _Frame, x: float) -> str:
    """Keep the outermost numbers inside the phone's drawing."""
    if frame.width is Width.WIDE or frame.left + 12 < x < frame.right - 12:
        return "middle"
    return "start" if x < (frame.left + frame.right) / 2 else "end"


def _row(frame: _Frame, estimate: Estimate, *, middle: float) -> Iterator[Markup]:
    if frame.width is Width.WIDE:
        yield label(estimate.label, x=0, y=middle + 4.5, class_="row strong")
        yield label(estimate.note, x=0, y=middle + 23)
        numbers = interval_words(estimate, decimals=frame.spec.decimals)
        yield label(numbers, x=frame.width.value, y=middle + 4.5, class_="row", anchor="end")
    else:
        yield label(estimate.label, x=8, y=middle - 17, class_="strong halo")
        yield label(estimate.note, x=8, y=middle + 24, class_="halo")
    yield path(_interval(frame, estimate, middle), class_="ci")
    hollow = "" if leaves_out_null(estimate, frame.spec.null_value) else " hollow"
    half = _HALF_DIAMOND
    x = frame.x(estimate.value)
    diamond = f"M{x:.1f} {middle - half:g}l{half} {half}-{half} {half}-{half}-{half}Z"
    yield path(diamond, class_=f"est{hollow}")


def _interval(frame: _Frame, estimate: Estimate, middle: float) -> str:
    """Return the interval's line; an end off the scale has no cap."""
    low, high = frame.x(estimate.low), frame.x(estimate.high)
    data = f"M{low:.1f} {middle:g}H{high:.1f}"
    for value, x in ((estimate.low, low), (estimate.high, high)):
        if frame.spec.axis_low <= value <= frame.spec.axis_high:
            data += f"M{x:.1f} {middle - _CAP:g}v{2 * _CAP}"
    return data
