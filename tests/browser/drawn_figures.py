"""Reading a figure as a browser has it: what is said before it, its data, its drawings, its table."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

from playwright.sync_api import Locator, Page

from pulse.charts.process_svg import NARROW_MONTHS

MINUS = "\N{MINUS SIGN}"
_AROUND = """figure => {
    const before = [], after = [];
    for (let each = figure.previousElementSibling; each; each = each.previousElementSibling) {
        before.push([each.tagName, each.textContent]);
    }
    const inside = [...document.querySelectorAll("main table, main h2, main figure")];
    for (const each of inside.slice(inside.indexOf(figure) + 1)) { after.push(each); }
    const stop = after.findIndex(each => each.tagName === "H2");
    const table = (stop < 0 ? after : after.slice(0, stop)).find(each => each.tagName === "TABLE");
    const said = cell => {
        const copy = cell.cloneNode(true);
        copy.querySelectorAll(".narrow-i, .vh").forEach(each => each.remove());
        return copy.textContent.replace(/\\s+/g, " ").trim();
    };
    return {
        before: before,
        caption: table ? said(table.caption) : null,
        rows: table ? [...table.rows].map(row => [...row.cells].map(said)) : [],
    };
}"""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One point of a figure: what it is of, its value as written, and its value."""

    label: str
    written: str
    value: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure on a page, and what stands around it."""

    place: str
    where: Locator
    before: tuple[tuple[str, str], ...]
    caption: str | None
    rows: tuple[tuple[str, ...], ...]
    data: dict[str, Any]  # Plotly's, from the page

    @property
    def points(self) -> tuple[Drawn, ...]:
        """What the script draws, from left to right or top to bottom."""
        return tuple(point for _place, point in sorted(self._placed(), key=lambda each: each[0]))

    @property
    def marks(self) -> list[tuple[str, float, float]]:
        """What the script says of each point, and where it stands on both axes."""
        return [
            mark
            for trace in self.data["data"]
            if "markers" in trace.get("mode", "")
            for mark in zip(trace["text"], trace["x"], trace["y"], strict=True)
        ]

    def _placed(self) -> Iterator[tuple[float, Drawn]]:
        for trace in self.data["data"]:
            if "markers" in trace.get("mode", "") and "text" in trace:
                across = "error_x" in trace
                for x, y, text in zip(trace["x"], trace["y"], trace["text"], strict=True):
                    label, _, number = _bold(text).rpartition(": ")
                    yield (-y if across else x), Drawn(label, number, x if across else y)

    def faults_of_words(self) -> list[str]:
        """Return what is wrong with the sentence before, the label, the picture's name."""
        found = []
        words = next((text for tag, text in self.before if tag == "P"), "")
        if len(words.split()) < 5:
            found.append("no sentence stands before the figure")
        named = self.where.get_attribute("aria-labelledby")
        caption = self.where.locator(f"[id='{named}']")
        if not named or not re.match(r"\s*Figure \d+\. \S", caption.inner_text()):
            found.append("the figure has no label such as “Figure 1.”")
        images = self.where.get_by_role("img")
        names = [image.get_attribute("aria-label") or "" for image in images.all()]
        if len(names) != 1 or len(names[0].split()) < 8:
            found.append(f"the figure is not one image with a description: {names}")
        elif not re.search(r"holds? the same", names[0]):
            found.append("the description does not lead to the table")
        elif not self._is_named_in(names[0]):
            found.append("the description names another table")
        found += [
            "a drawing is not hidden from assistive technology"
            for part in self.where.locator("svg, .chart-plot").all()
            if part.evaluate("each => each.closest('[aria-hidden=true]') === null")
        ]
        return [f"{self.place}: {each}" for each in found]

    def _is_named_in(self, description: str) -> bool:
        """Return whether a table named by its number is the one that follows."""
        named = re.search(r"Table \d+", description)
        return named is None or (self.caption or "").startswith(f"{named[0]}.")

    def faults_of_numbers(self) -> list[str]:
        """Return where data, both drawings and table do not hold the same numbers."""
        found = [
            f"{point.label} {point.written} is drawn and not in the table"
            for point in self.points
            if not any(_is_row_of(point, row) for row in self.rows)
        ]
        if not self.points:
            found.append("nothing is drawn")
        if self.caption is None:
            found.append("no table follows before the next heading")
        is_cut = self.where.locator(".chart-narrow-words").count() == 1
        for size, months in (("wide", None), ("narrow", NARROW_MONTHS if is_cut else None)):
            drawing = self.where.locator(f".chart-{size} svg").evaluate("svg => svg.outerHTML")
            faults = self._faults_of_drawing(drawing, months=months)
            found += [f"{size}: {each}" for each in faults]
        return [f"{self.place}: {each}" for each in found]

    def _faults_of_drawing(self, drawing: str, *, months: int | None) -> Iterator[str]:
        """Give where a drawing differs from the data, of which it holds the newest months."""
        placed = sorted(self._placed(), key=lambda each: each[0])
        if months is not None:
            first = self.data["layout"]["xaxis"]["range"][1] - months
            placed = [(place, point) for place, point in placed if place > first]
        marks = marks_of(drawing)
        if len(marks) != len(placed):
            yield f"{len(marks)} marks for {len(placed)} values"
        for mark, (_place, point) in zip(marks, placed, strict=False):
            if abs(mark.value - self._on_axis(point.value)) > mark.pixel:
                yield f"a mark at {mark.value:.3f} for {point.label} {point.written}"

    def _on_axis(self, value: float) -> float:
        axis = "xaxis" if any("error_x" in trace for trace in self.data["data"]) else "yaxis"
        low, high = self.data["layout"][axis]["range"]
        return min(max(value, low), high)


@dataclass(frozen=True, slots=True)
class Placed:
    """A mark of a drawing, read against its axis; `pixel` is the worth of one."""

    value: float
    pixel: float


def marks_of(drawing: str) -> list[Placed]:
    """Return the marks of a server's drawing in their order, read by the labels of its axis.

    Months stand by their height, estimates by their place across.

    Raises:
        LookupError: the drawing has no axis that can be read; teach this function its kind.
    """
    parts = list(ET.fromstring(re.sub(r' xmlns="[^"]*"', "", drawing)))
    ticks = []
    for part, following in pairwise(parts):
        data, kind = part.get("d", ""), part.get("class", "")
        if following.tag == "text" and kind == "grid":
            ticks.append((_numbers(data)[1], _tick(following)))
        elif following.tag == "text" and kind == "axis" and "v5" in data:
            ticks.append((_numbers(data)[0], _tick(following)))
    if len(ticks) < 2:
        raise LookupError("this kind of drawing has no axis that the test can read")
    (first, low), (last, high) = ticks[0], ticks[-1]
    worth = (high - low) / (last - first)
    return [Placed(low + (place - first) * worth, abs(worth)) for place in sorted_places(parts)]


def sorted_places(parts: list[ET.Element]) -> list[float]:
    """Return the middles of the marks: heights of months from left to right, else places across."""
    months = [(x, y) for part in parts if (found := _month(part)) for x, y in [found]]
    if months:
        return [y for _x, y in sorted(months)]
    return [_numbers(part.get("d", ""))[0] for part in parts if _is(part, "est")]


def _month(part: ET.Element) -> tuple[float, float] | None:
    if not _is(part, "pt"):
        return None
    if part.tag == "circle":
        return float(part.get("cx", "")), float(part.get("cy", ""))
    if part.tag == "rect":
        return float(part.get("x", "")) + 5, float(part.get("y", "")) + 5
    x, y, *_rest = _numbers(part.get("d", ""))
    return x, y + 6


def figures_of(page: Page) -> list[Figure]:
    """Return every figure of the page as it is now."""
    found = []
    for where in page.locator("main figure").all():
        around = where.evaluate(_AROUND)
        data = json.loads(where.locator(".chart-data").text_content() or "{}")
        found.append(
            Figure(
                place=f"{page.url.partition('//')[2].partition('/')[2]}, figure {len(found) + 1}",
                where=where,
                before=tuple((tag, text) for tag, text in around["before"]),
                caption=around["caption"],
                rows=tuple(tuple(row) for row in around["rows"]),
                data=data,
            )
        )
    return found


def _is(part: ET.Element, name: str) -> bool:
    return name in part.get("class", "").split()


def _numbers(data: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", data)]


def _tick(text: ET.Element) -> float:
    return float((text.text or "").replace(MINUS, "-").rstrip("%"))


def _bold(text: str) -> str:
    return " ".join(text.partition("<b>")[2].partition("</b>")[0].split())


def _is_row_of(point: Drawn, row: tuple[str, ...]) -> bool:
    name = point.label.partition(":")[0]
    return bool(row) and name in row[0] and any(point.written in cell for cell in row[1:])
