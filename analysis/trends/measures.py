"""Measures: which questions make one series, and the series of one unit.

A series only compares months in which the same questions were asked in the same words. Items of
one construct that were asked in different months, or in different versions, are therefore
measures of their own: a mean over other questions is another measure, not a change.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.release import (
    Bound,
    Published,
    Reason,
    ReleasedItem,
    ReleaseHead,
    ShownCell,
    Suppressed,
    UnitMonth,
)
from analysis.trends.intervals import mean_interval
from surveys.instruments import ItemCode
from surveys.months import Month

_DECIMALS = 1
_COARSE_STEP = 0.5  # scale points between the means of cells that are shown coarsely
_SMALL_SHARE = 1.5  # VISUAL 5: k to 1.5 k - 1 answers are drawn hollow


@dataclass(frozen=True, slots=True)
class Measure:
    """What one chart, column or finding is about.

    `items` and `versions` go together; `ask_lower` and `ask_higher` are questions to ask in
    person; the labels are the ends of the scale as a reader meets them, low score first (mirrored
    where every item is reverse-keyed, empty where only some are: one pair of words would be wrong
    for the others). The lowest score is 1.
    """

    code: str
    name: str
    ask_lower: str
    ask_higher: str
    items: tuple[ItemCode, ...]
    versions: tuple[int, ...]
    scale_points: int
    low_label: str
    high_label: str


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """A shown month: mean in scale points to one decimal, its answers and its 95 % interval.

    The interval is None where the mean mixes an item coded "or more" with one coded "or less",
    so that neither end is known. `is_small` says that few answers stand behind it, `is_coarse`
    that the mean is in half points, because somebody who joined or left has certainly answered.
    """

    month: Month
    mean: float
    respondents: int
    interval: tuple[float, float] | None
    bound: Bound
    is_small: bool
    is_coarse: bool = False


@dataclass(frozen=True, slots=True)
class HiddenPoint:
    """A month in which the measure was asked but is hidden here, with every reason."""

    month: Month
    reasons: tuple[Reason, ...]


Point = SeriesPoint | HiddenPoint


def measures_of(heads: Sequence[ReleaseHead]) -> tuple[Measure, ...]:
    """Return the measures of the releases, in the order in which they were first asked.

    Within a construct the items that were asked most often keep the construct's name; others are
    named "other questions". Names and questions to ask come from the latest release.
    """
    asked: dict[tuple[ItemCode, int], list[int]] = {}
    latest: dict[tuple[ItemCode, int], ReleasedItem] = {}
    for head in heads:
        for item in head.items:
            asked.setdefault((item.code, item.version), []).append(head.month.ordinal)
            latest[item.code, item.version] = item
    parts: dict[str, dict[tuple[int, ...], list[ReleasedItem]]] = {}
    for key, months in asked.items():
        item = latest[key]
        parts.setdefault(item.construct, {}).setdefault(tuple(months), []).append(item)
    found: list[Measure] = []
    for construct, groups in parts.items():
        ordered = sorted(groups.items(), key=lambda group: (-len(group[0]), -group[0][-1]))
        for place, (_months, items) in enumerate(ordered):
            found.append(_measure(construct, items, place))
    return tuple(found)


def _measure(construct: str, items: Sequence[ReleasedItem], place: int) -> Measure:
    first = items[0]
    ends = (first.labels[0], first.labels[-1])
    keyed = {item.reverse_keyed for item in items}
    if len(keyed) > 1:
        ends = ("", "")
    elif True in keyed:
        ends = (ends[1], ends[0])
    suffix = "" if place == 0 else ", other questions"
    number = f" {place}" if place > 1 else ""
    return Measure(
        code=construct if place == 0 else f"{construct}-{place + 1}",
        name=f"{first.construct_name}{suffix}{number}",
        ask_lower=first.ask_lower,
        ask_higher=first.ask_higher,
        items=tuple(item.code for item in items),
        versions=tuple(item.version for item in items),
        scale_points=len(first.labels),
        low_label=ends[0],
        high_label=ends[1],
    )


def series_of(
    measure: Measure, heads: Sequence[ReleaseHead], history: Sequence[UnitMonth]
) -> tuple[Point, ...]:
    """Return one unit's series: the months in which the measure was asked, oldest first.

    A month in which one of the measure's items is hidden is hidden as a whole. A month in which
    the unit did not exist is absent.

    Args:
        measure: one of `measures_of(heads)`.
        heads: visible releases, oldest first.
        history: the cells of one unit.
    """
    cells = {entry.month: entry.cell for entry in history}
    points: list[Point] = []
    for head in heads:
        items = _asked_items(measure, head)
        cell = cells.get(head.month)
        if items is None or cell is None:
            continue
        if isinstance(cell, Suppressed):
            points.append(HiddenPoint(head.month, (cell.reason,)))
        else:
            points.append(_point(measure, head, items, cell))
    return tuple(points)


def asked_months(measure: Measure, heads: Sequence[ReleaseHead]) -> frozenset[Month]:
    """Return the months of the releases in which every item of the measure was asked."""
    return frozenset(head.month for head in heads if _asked_items(measure, head) is not None)


def mean_as_shown(mean: float, *, is_coarse: bool) -> float:
    """Return a mean of item means as it is shown: to one decimal, or in half points if coarse."""
    if is_coarse:
        return math.floor(mean / _COARSE_STEP + 0.5) * _COARSE_STEP  # halves up
    return round(mean, _DECIMALS)


def shown_mean(measure: Measure, head: ReleaseHead, cell: ShownCell) -> float | None:
    """Return the mean that `series_of` gives a cell; None where not asked, or some item is hidden.

    For many units in one month, where intervals would take most of the time.
    """
    if _asked_items(measure, head) is None:
        return None
    shown, reasons = _figures(measure.items, cell)
    return None if reasons else _mean(shown, cell)


def _asked_items(measure: Measure, head: ReleaseHead) -> tuple[ReleasedItem, ...] | None:
    by_key: Mapping[tuple[ItemCode, int], ReleasedItem] = {
        (item.code, item.version): item for item in head.items
    }
    keys = tuple(zip(measure.items, measure.versions, strict=True))
    if not all(key in by_key for key in keys):
        return None
    return tuple(by_key[key] for key in keys)


def _point(
    measure: Measure, head: ReleaseHead, items: Sequence[ReleasedItem], cell: ShownCell
) -> Point:
    shown, reasons = _figures(measure.items, cell)
    if reasons:
        return HiddenPoint(head.month, tuple(dict.fromkeys(reasons)))
    mean = _mean(shown, cell)
    bounds = {figure.mean.bound for figure in shown} - {Bound.EXACT}
    is_mixed = len(bounds) > 1
    bound = Bound.EXACT if is_mixed or not bounds else bounds.pop()
    interval = (
        None
        if is_mixed
        else mean_interval(
            mean,
            respondents=cell.respondents,
            spreads=[item.within_sd for item in items],
            bound=bound,
            scale_points=measure.scale_points,
            display_step=_COARSE_STEP if cell.is_coarse else 10**-_DECIMALS,
        )
    )
    return SeriesPoint(
        month=head.month,
        mean=mean,
        respondents=cell.respondents,
        interval=interval,
        bound=bound,
        is_small=is_small(cell.respondents, head.threshold),
        is_coarse=cell.is_coarse,
    )


def _figures(
    codes: Sequence[ItemCode], cell: ShownCell
) -> tuple[tuple[Published, ...], tuple[Reason, ...]]:
    """Return the shown figures of the items and the reasons of the hidden ones."""
    figures = [cell.figures[code] for code in codes]
    shown = tuple(figure for figure in figures if isinstance(figure, Published))
    reasons = tuple(figure.reason for figure in figures if isinstance(figure, Suppressed))
    return shown, reasons


def _mean(shown: Sequence[Published], cell: ShownCell) -> float:
    mean = sum(figure.mean.value for figure in shown) / len(shown)
    return mean_as_shown(mean, is_coarse=cell.is_coarse)


def is_small(respondents: int, threshold: int) -> bool:
    """Return whether a shown figure rests on few answers: k to 1.5 k - 1."""
    return respondents <= _SMALL_SHARE * threshold - 1
