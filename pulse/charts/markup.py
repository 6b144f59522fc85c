"""SVG elements as safe markup, without inline styles: classes and attributes only."""

from collections.abc import Iterable
from enum import Enum

from markupsafe import Markup, escape

MINUS = "\N{MINUS SIGN}"


class Width(Enum):
    """The two sizes of every drawing: beside a column of text, and on a phone."""

    WIDE = 720
    NARROW = 328


def element(tag: str, children: Iterable[Markup | str] = (), **attributes: str | float) -> Markup:
    """Return one element; a trailing or inner `_` in an attribute's name stands for nothing or `-`.

    Text and attribute values are escaped unless they are markup already.
    """
    written = "".join(
        f' {_attribute_name(name)}="{escape(_attribute_value(value))}"'
        for name, value in attributes.items()
    )
    inside = "".join(escape(child) for child in children)
    return Markup(f"<{tag}{written}>{inside}</{tag}>")  # noqa: S704 - each part is escaped above


def picture(*, width: int, height: float, children: Iterable[Markup]) -> Markup:
    """Return the drawing itself, hidden from assistive technology: words and table say it all."""
    return element(
        "svg",
        children,
        class_="chart",
        viewBox=f"0 0 {width} {height:g}",
        aria_hidden="true",
        focusable="false",
    )


def path(data: str, *, class_: str) -> Markup:
    return element("path", class_=class_, d=data)


def label(
    text: str, *, x: float, y: float, class_: str = "", anchor: str = "start", turn: float = 0
) -> Markup:
    """Return text whose baseline starts, ends or is centred at (x, y), turned by degrees."""
    place: dict[str, str | float] = (
        {"transform": f"translate({x:.1f} {y:.1f}) rotate({turn:g})"} if turn else {"x": x, "y": y}
    )
    if class_:
        place["class_"] = class_
    return element("text", (text,), text_anchor=anchor, **place)


def polygon(points: Iterable[tuple[float, float]]) -> str:
    """Return path data through the points, in pixels."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def written(value: float, *, decimals: int, unit: str = "") -> str:
    """Return a number as people read it: fixed decimals, a real minus sign, its unit."""
    text = f"{value:.{decimals}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS) + unit


def _attribute_name(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def _attribute_value(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.1f}"
