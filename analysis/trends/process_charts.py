"""Process behaviour charts of many series at once: every option in one place.

A stretch is a series up to the next point at which a person started the limits anew ("rebased"):
each has an average, limits and runs of its own. Nothing here rebases by itself
(docs/decisions/0130-charts-of-any-series.md).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from analysis.trends.autocorrelation import lag_one
from analysis.trends.proportions import proportion_limits, shares
from analysis.trends.xmr import (
    BoolArray,
    FloatArray,
    Signals,
    XmrOptions,
    baseline,
    judge,
    process_limits,
)

PlaceArray = npt.NDArray[np.int64]
_Kind = TypeVar("_Kind", bound=np.generic)
_ROWS_AT_ONCE = 2048  # so that the working arrays stay in the processor's cache


class ChartKind(StrEnum):
    """What the limits rest on: moving ranges, one urn, or one urn widened after Laney."""

    XMR = "xmr"
    P = "p"
    P_PRIME = "p-prime"


@dataclass(frozen=True, slots=True)
class SeriesArrays:
    """Series by points, NaN for a gap and past the end of a shorter series.

    Attributes:
        values: figures; for p and p' the events (numerators).
        sizes: answers behind each figure, for p and p' people or cases (denominators). None:
            equal limits. A size of 0 makes the point a gap.
        starts: True at the first point of each new stretch; None: each series is one.

    Raises:
        ValueError: the shapes differ.
    """

    values: FloatArray
    sizes: FloatArray | None = None
    starts: BoolArray | None = None

    def __post_init__(self) -> None:
        for other in (self.sizes, self.starts):
            if other is not None and other.shape != self.values.shape:
                raise ValueError(f"shapes {other.shape} and {self.values.shape} differ")

    def rows(self, some: slice) -> "SeriesArrays":
        """Return some of the series."""
        sizes = None if self.sizes is None else self.sizes[some]
        starts = None if self.starts is None else self.starts[some]
        return SeriesArrays(self.values[some], sizes, starts)

    def repeated(self, times: int) -> "SeriesArrays":
        """Return all series one after the other, so many times."""
        sizes = None if self.sizes is None else np.tile(self.sizes, (times, 1))
        starts = None if self.starts is None else np.tile(self.starts, (times, 1))
        return SeriesArrays(np.tile(self.values, (times, 1)), sizes, starts)


@dataclass(frozen=True, slots=True)
class Charts:
    """Per point: average, limits, signals and the number of its stretch; per stretch: the rest.

    Averages and limits are NaN where there are none. `shown_points` counts a stretch's points that
    are no gap; `autocorrelation` is that of its baseline at lag 1; `sigma_z` is NaN except for
    p and p'.
    """

    centre: FloatArray
    lower: FloatArray
    upper: FloatArray
    signals: Signals
    stretch: PlaceArray
    shown_points: PlaceArray
    autocorrelation: FloatArray
    sigma_z: FloatArray


def process_charts(series: SeriesArrays, *, kind: ChartKind, options: XmrOptions) -> Charts:
    """Return the charts of all series.

    Raises:
        ValueError: a p or p' chart without sizes.
    """
    if kind is not ChartKind.XMR and series.sizes is None:
        raise ValueError(f"a {kind} chart needs sizes")
    firsts = range(0, max(len(series.values), 1), _ROWS_AT_ONCE)
    parts = [
        _charts_of(series.rows(slice(first, first + _ROWS_AT_ONCE)), kind, options)
        for first in firsts
    ]
    before = np.cumsum([0, *(len(part.shown_points) for part in parts)])
    return Charts(
        centre=np.concatenate([part.centre for part in parts]),
        lower=np.concatenate([part.lower for part in parts]),
        upper=np.concatenate([part.upper for part in parts]),
        signals=Signals(
            np.concatenate([part.signals.rule for part in parts]),
            np.concatenate([part.signals.direction for part in parts]),
        ),
        stretch=np.concatenate(
            [part.stretch + offset for part, offset in zip(parts, before, strict=False)]
        ),
        shown_points=np.concatenate([part.shown_points for part in parts]),
        autocorrelation=np.concatenate([part.autocorrelation for part in parts]),
        sigma_z=np.concatenate([part.sigma_z for part in parts]),
    )


def _charts_of(series: SeriesArrays, kind: ChartKind, options: XmrOptions) -> Charts:
    stretches = _Stretches.of(series)
    values = stretches.cut(series.values)
    sizes = None if series.sizes is None else stretches.cut(series.sizes)
    if sizes is not None:
        sizes = np.where(sizes > 0, sizes, np.nan)
        values = np.where(np.isnan(sizes), np.nan, values)
    if kind is ChartKind.XMR or sizes is None:
        limits = process_limits(values, sizes=sizes, options=options)
        lower, upper = limits.lower, limits.upper
        sigma_z = np.full(len(values), np.nan)
    else:
        is_laney = kind is ChartKind.P_PRIME
        found = proportion_limits(values, sizes, is_laney=is_laney, options=options)
        limits, lower, upper, sigma_z = found.limits, found.lower, found.upper, found.sigma_z
        values = shares(values, sizes)
    signals = judge(values, limits, options=options)
    scaled = values
    if sizes is not None:
        scaled = (values - limits.centre[:, None]) * np.sqrt(sizes)
    return Charts(
        centre=stretches.join(np.broadcast_to(limits.centre[:, None], values.shape)),
        lower=stretches.join(lower),
        upper=stretches.join(upper),
        signals=Signals(stretches.join(signals.rule), stretches.join(signals.direction)),
        stretch=stretches.number,
        shown_points=(~np.isnan(values)).sum(axis=1),
        autocorrelation=lag_one(np.where(baseline(values, options=options), scaled, np.nan)),
        sigma_z=sigma_z,
    )


@dataclass(frozen=True, slots=True)
class _Stretches:
    """Where each point lies once every stretch has a row of its own; `width` is the longest."""

    number: PlaceArray
    place: PlaceArray | None
    width: int

    @classmethod
    def of(cls, series: SeriesArrays) -> "_Stretches":
        rows, columns = series.values.shape
        if series.starts is None or not series.starts[:, 1:].any():
            number = np.broadcast_to(np.arange(rows)[:, None], (rows, columns))
            return cls(number, None, columns)
        starts = series.starts.copy()
        starts[:, 0] = True
        number = np.cumsum(starts.ravel()).reshape(starts.shape) - 1
        column = np.broadcast_to(np.arange(columns), starts.shape)
        first = np.maximum.accumulate(np.where(starts, column, 0), axis=1)
        place = column - first
        return cls(number, place, int(place.max()) + 1)

    def cut(self, points: FloatArray) -> FloatArray:
        if self.place is None:
            return points
        cut = np.full((int(self.number[-1, -1]) + 1, self.width), np.nan)
        cut[self.number, self.place] = points
        return cut

    def join(self, cut: npt.NDArray[_Kind]) -> npt.NDArray[_Kind]:
        return cut if self.place is None else cut[self.number, self.place]
