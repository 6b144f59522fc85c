"""From a judged series to the chart of it; the table beside it is made of the same points."""

import math
from collections.abc import Sequence

from analysis.release import ReleaseHead
from analysis.trends.behaviour import (
    BASELINE_POINTS,
    Caution,
    JudgedPoint,
    ProcessBehaviour,
    month_of,
)
from analysis.trends.measures import HiddenPoint, Measure
from analysis.trends.words import (
    CAUTION_WORDS,
    answers_words,
    few_answers_words,
    interval_words,
    reading_words,
)
from pulse.charts.spec import EarlierAverage, HiddenMonth, Mark, ProcessChartSpec, ShownMonth
from pulse.dashboards.chart_events import NO_NOTES, UnitNotes, chart_events
from pulse.dashboards.month_rows import MARKS
from pulse.dashboards.sources import (
    source_breaks,
    source_stretches,
    sources_of,
    sources_sentence,
)
from surveys.months import Month

_LOWEST_SCORE = 1
_AXIS_STEP = 0.5  # scale points; the ends of the drawn part lie on halves
_FEWEST_DRAWN = 2  # scale points, so that a quiet series does not look restless
_MOST_LINES = 6

_Point = JudgedPoint | HiddenPoint


def measure_chart(
    behaviour: ProcessBehaviour,
    heads: Sequence[ReleaseHead],
    *,
    number: int,
    measure: Measure,
    unit_name: str,
    notes: UnitNotes = NO_NOTES,
) -> ProcessChartSpec:
    """Return the process behaviour chart of a series with at least one month.

    `heads` are the releases that it was made of, oldest first; `number` is that of the figure on
    its page; the measure's scale gives the axis; `notes` are what people wrote on this chart.
    """
    low, high = drawn_axis(behaviour.points, highest_score=measure.scale_points)
    months = [month_of(point) for point in behaviour.points]
    name, span = f"{measure.name}, {unit_name}", span_words(months)
    sources = source_stretches(months, sources_of(heads))
    joined = f" {sources_sentence(sources)}".rstrip()
    return ProcessChartSpec(
        number=number,
        title=name,
        description=_description(behaviour, title=f"{name}, {span}", joined=joined),
        caption=f"{name}, {span}. {_limits_words(behaviour)}{joined}",
        axis_note=f"{_scale_words(measure)} Axis drawn from {low:g} to {high:g}.",
        axis_low=low,
        axis_high=high,
        tick_step=1 if high - low <= _MOST_LINES else 2,
        decimals=1,
        unit="",
        months=tuple(_chart_month(point) for point in behaviour.points),
        centre=behaviour.centre,
        small_words=_hollow_words(behaviour.points, heads[-1].threshold),
        events=chart_events(behaviour, notes),
        breaks=source_breaks(sources),
        earlier=_earlier_averages(behaviour),
    )


def _earlier_averages(behaviour: ProcessBehaviour) -> tuple[EarlierAverage, ...]:
    return tuple(EarlierAverage(part.last, part.centre) for part in behaviour.stretches[:-1])


def _scale_words(measure: Measure) -> str:
    if not measure.low_label:
        return f"Mean, 1 to {measure.scale_points}; higher is what staff would want."
    low, high = measure.low_label.lower(), measure.high_label.lower()
    return f"Mean, 1 {low} to {measure.scale_points} {high}."


def span_words(months: Sequence[Month]) -> str:
    """Return `January 2025 to October 2026`, or the month if there is only one."""
    if months[0] == months[-1]:
        return months[0].words
    return f"{months[0].words} to {months[-1].words}"


def _chart_month(point: _Point) -> ShownMonth | HiddenMonth:
    if isinstance(point, HiddenPoint):
        return HiddenMonth(point.month)
    shown = point.point
    return ShownMonth(
        month=shown.month,
        value=shown.mean,
        mark=MARKS[point.direction],
        is_small=shown.is_small or shown.is_coarse,
        lower_limit=point.lower_limit,
        upper_limit=point.upper_limit,
        words=(
            f"{answers_words(shown.respondents)}, 95% interval {interval_words(shown)}, "
            f"{reading_words(point)}"
        ),
    )


def _hollow_words(points: Sequence[_Point], threshold: int) -> str:
    """Return the legend of hollow points: few answers, or shown coarsely where some month is."""
    has_coarse = any(isinstance(p, JudgedPoint) and p.point.is_coarse for p in points)
    return few_answers_words(threshold) + (", or shown coarsely" if has_coarse else "")


def drawn_axis(points: Sequence[_Point], *, highest_score: int) -> tuple[float, float]:
    """Return the part of the scale that holds every value and limit, on halves."""
    drawn = [
        value
        for point in points
        if isinstance(point, JudgedPoint)
        for value in (point.point.mean, point.lower_limit, point.upper_limit)
        if value is not None
    ]
    if not drawn:
        return float(_LOWEST_SCORE), float(highest_score)
    low = max(_LOWEST_SCORE, math.floor(min(drawn) / _AXIS_STEP) * _AXIS_STEP)
    high = min(highest_score, math.ceil(max(drawn) / _AXIS_STEP) * _AXIS_STEP)
    while high - low < _FEWEST_DRAWN:
        low = max(_LOWEST_SCORE, low - _AXIS_STEP)
        high = min(highest_score, high + _AXIS_STEP)
    return float(low), float(high)


def _limits_words(behaviour: ProcessBehaviour) -> str:
    if behaviour.is_too_early or behaviour.is_provisional:
        return " ".join(CAUTION_WORDS[caution] for caution in behaviour.cautions)
    newest, *before = reversed(behaviour.stretches)
    since = f" since {newest.first.words}" if before else ""
    fixed = (
        f"Limits were fixed after the first {BASELINE_POINTS} shown months{since} "
        "and widen when fewer people answer."
    )
    if Caution.AUTOCORRELATED in behaviour.cautions:
        return f"{fixed} {CAUTION_WORDS[Caution.AUTOCORRELATED]}"
    return fixed


def _description(behaviour: ProcessBehaviour, *, title: str, joined: str) -> str:
    shown = [point for point in behaviour.points if isinstance(point, JudgedPoint)]
    hidden = len(behaviour.points) - len(shown)
    parts = [f"Chart of {title}."]
    if behaviour.centre is not None:
        parts.append(f"Its own average is {behaviour.centre:.1f}.")
    for mark, word in ((Mark.LOWER, "lower"), (Mark.HIGHER, "higher")):
        months = sum(1 for point in shown if MARKS[point.direction] is mark)
        if months:
            parts.append(f"Months that are part of a signal, {word}: {months}.")
    if hidden:
        parts.append(f"Hidden months: {hidden}.")
    return f"{' '.join(parts)}{joined} The table below holds the same numbers."
