"""Reading pages as a person would: text, tables, charts."""

import json
import re
from html.parser import HTMLParser

NO_BREAK = "\N{NO-BREAK SPACE}"


def text_of(html: str) -> str:
    """Return the visible text of a page, spaces folded, without scripts and drawings."""
    reader = _Reader()
    reader.feed(html)
    return re.sub(r"\s+", " ", " ".join(reader.text))


def rows_of(html: str, caption: str) -> list[list[str]]:
    """Return the cells of the table whose caption begins like this, header row first."""
    reader = _Reader()
    reader.feed(html)
    return next(rows for name, rows in reader.tables if name.startswith(caption))


def chart_values(html: str, figure: int = 0) -> list[float]:
    """Return the values of the shown months in a chart's Plotly data, oldest first."""
    found = re.findall(r'<script type="application/json" class="chart-data">(.*?)</script>', html)
    points = [
        point
        for trace in json.loads(found[figure])["data"]
        if trace.get("mode") == "markers"
        for point in zip(trace["x"], trace["y"], strict=True)
    ]
    return [value for _place, value in sorted(points)]


def drawn_values(html: str, *, axis: tuple[float, float], figure: int = 0) -> list[float]:
    """Return the values of the marks in a chart's wide SVG to one decimal, oldest first.

    Heights are read against the axis line at the bottom and the plot's top edge.
    """
    drawing = html.split('<div class="chart-wide">')[figure + 1].split("</svg>", maxsplit=1)[0]
    bottom = float(re.findall(r'class="axis" d="M[\d.]+ ([\d.]+)H', drawing)[0])
    grid = [float(y) for y in re.findall(r'class="grid" d="M[\d.]+ ([\d.]+)H', drawing)]
    low, high = axis
    whole_lines = [value for value in range(int(low), int(high) + 1) if low <= value <= high]
    points_per_pixel = (whole_lines[-1] - whole_lines[0]) / (max(grid) - min(grid))
    marks = [
        (float(x), float(y))
        for x, y in re.findall(r'<circle class="pt[^"]*" cx="([\d.]+)" cy="([\d.]+)"', drawing)
    ]
    marks += [
        (float(x) + 5, float(y) + 5)
        for x, y in re.findall(r'<rect class="pt lo[^"]*" x="([\d.]+)" y="([\d.]+)"', drawing)
    ]
    marks += [
        (float(x), float(y) + 6)
        for x, y in re.findall(r'<path class="pt hi[^"]*" d="M([\d.]+) ([\d.]+)l', drawing)
    ]
    return [round(low + (bottom - y) * points_per_pixel, 1) for _x, y in sorted(marks)]


class _Reader(HTMLParser):
    """Collects text and tables; what only phones show is left out, so that words stand once."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tables: list[tuple[str, list[list[str]]]] = []
        self._skipped: list[str] = []
        self._cell: list[str] | None = None
        self._caption: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        if self._skipped or tag in {"script", "style", "svg"} or "narrow-i" in classes:
            if tag not in {"meta", "link", "input", "br", "path", "circle", "rect"}:
                self._skipped.append(tag)
        elif tag == "table":
            self.tables.append(("", []))
        elif tag == "caption":
            self._caption = []
        elif tag == "tr":
            self.tables[-1][1].append([])
        elif tag in {"td", "th"}:
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        if self._skipped:
            if self._skipped[-1] == tag:
                self._skipped.pop()
        elif tag == "caption" and self._caption is not None:
            self.tables[-1] = (_folded(self._caption), self.tables[-1][1])
            self._caption = None
        elif tag in {"td", "th"} and self._cell is not None:
            self.tables[-1][1][-1].append(_folded(self._cell))
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._skipped:
            return
        self.text.append(data)
        for collected in (self._cell, self._caption):
            if collected is not None:
                collected.append(data)


def _folded(parts: list[str]) -> str:
    return re.sub(r"\s+", " ", "".join(parts)).strip()
