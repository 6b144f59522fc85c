"""Sentences about series: what moved, how sure we are, and what to ask. VISUAL 5 to 7.

They compare a unit with its own past only, and say neither why nor whether it is well or badly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from analysis.release import Bound, Reason
from analysis.trends.behaviour import (
    BASELINE_POINTS,
    Caution,
    Direction,
    JudgedPoint,
    ProcessBehaviour,
    Rule,
    Signal,
    latest_signal,
)
from analysis.trends.measures import HiddenPoint, Measure, SeriesPoint
from surveys.months import Month

_NBSP = "\N{NO-BREAK SPACE}"
_NUMBERS = (
    "no", "one", "two", "three", "four", "five", "six",
    "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip

HIDDEN_WORDS = {
    Reason.TOO_FEW: "hidden: too few answers here or beside it",
    Reason.TOO_FEW_FOR_ITEM: "hidden: too few answered this question",
    Reason.NOT_HERE: "hidden: two questions are crossed only for larger parts of the organisation",
}

CAUTION_WORDS = {
    Caution.TOO_EARLY: "Too few months are shown to tell ordinary variation from more.",
    Caution.PROVISIONAL: f"Limits are provisional until {BASELINE_POINTS} months are shown.",
    Caution.AUTOCORRELATED: (
        "Each month here resembles the month before, so the limits are too narrow: "
        "read single signals with care."
    ),
}

COARSE_WORDS = "shown coarsely, not judged"

_WHY_COARSE = (
    "as far as Pulse knows, more people answered, now or in the wave before, than were here both "
    "times, so a change could tell of somebody who joined or left."
)
COARSE_REASON = f"It is shown coarsely, in half points, and not judged: {_WHY_COARSE}"
COARSE_SHARES = f"They are shown in wide steps: {_WHY_COARSE}"

NOTHING_MOVED = (
    "Nothing moved beyond ordinary variation this month. "
    "A quiet month is still a good one to go and listen."
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a unit's page says of one measure: a heading and a few sentences."""

    heading: str
    text: str


def number_words(count: int) -> str:
    """Return `seven`, from thirteen on `13`."""
    return _NUMBERS[count] if 0 <= count < len(_NUMBERS) else str(count)


def counted(count: int, noun: str) -> str:
    """Return `one month`, `seven months`."""
    return f"{number_words(count)} {noun}{'' if count == 1 else 's'}"


def figure_words(point: SeriesPoint) -> str:
    """Return the mean as it is written anywhere: `3.0`, `4.8 or more`, `about 3.5`."""
    ends = {Bound.EXACT: "", Bound.AT_LEAST: " or more", Bound.AT_MOST: " or less"}
    about = "about " if point.is_coarse else ""
    return f"{about}{point.mean:.1f}{ends[point.bound]}"


def interval_words(point: SeriesPoint) -> str:
    """Return `2.6 to 3.4`, or `not known` where neither end is."""
    if point.interval is None:
        return "not known"
    low, high = point.interval
    return f"{low:.1f}{_NBSP}to{_NBSP}{high:.1f}"


def answers_words(respondents: int) -> str:
    return f"{respondents}{_NBSP}answer{'' if respondents == 1 else 's'}"


def few_answers_words(threshold: int) -> str:
    """Return the legend of hollow points under the threshold k."""
    last = (3 * threshold - 2) // 2
    return f"{threshold}{_NBSP}to{_NBSP}{last}{_NBSP}answers: read with care"


def reading_words(judged: JudgedPoint | HiddenPoint) -> str:
    """Return what the table says of one month: `ordinary`, `lower, in a run`, `hidden: ...`."""
    if isinstance(judged, HiddenPoint):
        return "; ".join(HIDDEN_WORDS[reason] for reason in judged.reasons)
    if judged.point.is_coarse:
        return COARSE_WORDS
    if judged.lower_limit is None:
        return "no limits yet"
    return READINGS[judged.rule, judged.direction]


READINGS = {
    (Rule.ORDINARY, Direction.NONE): "ordinary",
    (Rule.OUTSIDE, Direction.HIGHER): "above its limit",
    (Rule.OUTSIDE, Direction.LOWER): "below its limit",
    (Rule.TREND, Direction.HIGHER): "rising, in a run",
    (Rule.TREND, Direction.LOWER): "falling, in a run",
    (Rule.TWO_IN_THREE, Direction.HIGHER): "near its upper limit",
    (Rule.TWO_IN_THREE, Direction.LOWER): "near its lower limit",
    (Rule.SHIFT, Direction.HIGHER): "higher, in a run",
    (Rule.SHIFT, Direction.LOWER): "lower, in a run",
}


def cell_words(behaviour: ProcessBehaviour) -> str:
    """Return what a heatmap cell says of the latest month: `lower, 7 months`, `no clear change`."""
    if _is_latest_unjudged(behaviour):
        return reading_words(behaviour.points[-1])
    if behaviour.is_too_early:
        return "too early to tell"
    signal = latest_signal(behaviour)
    if signal is None:
        return "no clear change"
    is_up = signal.direction is Direction.HIGHER
    if signal.rule is Rule.SHIFT:
        return f"{'higher' if is_up else 'lower'}, {_times(signal.months)}"
    if signal.rule is Rule.TREND:
        return f"{'rising' if is_up else 'falling'}, {_times(signal.months)}"
    return reading_words(behaviour.points[-1])


def title_words(measure: Measure, unit_name: str, signal: Signal) -> str:
    """Return the sentence that a finding is: what, where, which way, for how long."""
    about = f"{measure.name} in {unit_name}"
    is_up = signal.direction is Direction.HIGHER
    side = "above" if is_up else "below"
    if signal.rule is Rule.OUTSIDE:
        limit = "upper" if is_up else "lower"
        return f"{about} was {side} its own {limit} limit in {signal.months[-1].words}"
    if signal.rule is Rule.SHIFT:
        return f"{about} has been {side} its own average {_for_so_long(signal.months)}"
    if signal.rule is Rule.TREND:
        steps = number_words(len(signal.months) - 1)
        often = "months" if _is_monthly(signal.months) else "times"
        return f"{about} has gone {'up' if is_up else 'down'} {steps} {often} in a row"
    limit = "upper" if is_up else "lower"
    often = "months" if _is_monthly(signal.months) else "times it was asked"
    return f"{about} was close to its own {limit} limit in at least two of the last three {often}"


def evidence_words(measure: Measure, behaviour: ProcessBehaviour, signal: Signal) -> str:
    """Return the numbers under a finding's title.

    Raises:
        ValueError: the behaviour's latest month is hidden, so no signal can include it.
    """
    latest = _latest(behaviour)
    span = signal.months
    parts = [] if len(span) == 1 else [f"{_span_words(span)}."]
    name = span[-1].words if len(span) == 1 else span[-1].words.split(_NBSP)[0]
    parts.append(
        f"{name}: {figure_words(latest)} of {measure.scale_points}, "
        f"{answers_words(latest.respondents)}, 95%{_NBSP}interval {interval_words(latest)}."
    )
    parts.append(f"Own average {behaviour.centre:.1f}.")
    if signal.rule is Rule.OUTSIDE and signal.side_months > 1:
        side = "Above" if signal.direction is Direction.HIGHER else "Below"
        run = tuple(
            p.point.month
            for p in behaviour.points[-signal.side_months :]
            if isinstance(p, JudgedPoint)
        )
        parts.append(f"{side} it {_for_so_long(run)}.")
    if signal.rule is Rule.SHIFT and signal.latest_rule is Rule.OUTSIDE:
        parts.append(f"{name} is also {reading_words(behaviour.points[-1])}.")
    if latest.is_small:
        parts.append("Few answers: read with care.")
    parts.extend(CAUTION_WORDS[caution] for caution in behaviour.cautions)
    return " ".join(parts)


def limits_words(behaviour: ProcessBehaviour, month: Month) -> str:
    """Return the limits of a month, as `2.9 to 3.9`, or why it has none.

    Raises:
        ValueError: the month is not shown.
    """
    for judged in behaviour.points:
        if isinstance(judged, JudgedPoint) and judged.point.month == month:
            if judged.point.is_coarse:
                return "not judged"
            if judged.lower_limit is None or judged.upper_limit is None:
                return "none yet"
            return f"{judged.lower_limit:.1f}{_NBSP}to{_NBSP}{judged.upper_limit:.1f}"
    raise ValueError(f"{month} is not shown, so it has no limits")


def unit_reading(measure: Measure, unit_name: str, behaviour: ProcessBehaviour) -> Reading:
    """Return what the unit's page says of one measure, signal or not."""
    if not behaviour.points:
        return Reading("Not asked yet", f"{measure.name} has not been asked in {unit_name}.")
    last = behaviour.points[-1]
    if isinstance(last, HiddenPoint):
        return Reading(
            "Hidden in the latest month",
            f"{measure.name} in {unit_name} is hidden in {last.month.words}. "
            f"{_sentence(reading_words(last))}",
        )
    where = (
        f"{measure.name} in {unit_name} was {figure_words(last.point)} of "
        f"{measure.scale_points} in {last.point.month.words} "
        f"({answers_words(last.point.respondents)}, interval {interval_words(last.point)})."
    )
    if last.point.is_coarse:
        return Reading("Shown coarsely in the latest month", f"{where} {COARSE_REASON}")
    cautions = " ".join(CAUTION_WORDS[caution] for caution in behaviour.cautions)
    signal = latest_signal(behaviour)
    if signal is None:
        heading = "Too early to tell" if behaviour.is_too_early else "No clear change"
        middle = (
            ""
            if behaviour.is_too_early
            else (f" That is ordinary variation around its own average of {behaviour.centre:.1f}.")
        )
        return Reading(heading, f"{where}{middle} {cautions}".rstrip())
    sentences = (where, _signal_sentence(behaviour, signal), cautions)
    return Reading(_heading(signal), " ".join(sentences).rstrip())


def _heading(signal: Signal) -> str:
    is_up = signal.direction is Direction.HIGHER
    side, limit = ("above", "upper") if is_up else ("below", "lower")
    often = "month" if _is_monthly(signal.months) else "time"
    if signal.rule is Rule.SHIFT:
        length = counted(len(signal.months), often).capitalize()
        return f"{length} {side} its own average"
    if signal.rule is Rule.TREND:
        steps = counted(len(signal.months) - 1, often).capitalize()
        return f"{steps} in a row {'up' if is_up else 'down'}"
    if signal.rule is Rule.OUTSIDE:
        return f"{side.capitalize()} its own {limit} limit"
    return f"Close to its own {limit} limit"


def _signal_sentence(behaviour: ProcessBehaviour, signal: Signal) -> str:
    is_up = signal.direction is Direction.HIGHER
    side = "above" if is_up else "below"
    every = "every month" if _is_monthly(signal.months) else "each time it was asked"
    since = f"{every} since {signal.months[0].words}"
    if signal.rule is Rule.SHIFT:
        return (
            f"It has been {side} its own average of {behaviour.centre:.1f} {since}. "
            f"Once would be ordinary; {number_words(len(signal.months))} in a row is not."
        )
    if signal.rule is Rule.TREND:
        return f"It has gone {'up' if is_up else 'down'} {since}. Such a run is not ordinary."
    limit = "upper" if is_up else "lower"
    if signal.rule is Rule.OUTSIDE:
        return (
            f"That is {side} its own {limit} limit: more than ordinary variation around its own "
            f"average of {behaviour.centre:.1f}."
        )
    return (
        f"At least two of the last three figures were close to its own {limit} limit. Once would "
        "be ordinary; twice in three is not."
    )


def chance_words(expected: float) -> str:
    """Return `about three` for an expected number of signals by chance."""
    if expected < 0.5:  # noqa: PLR2004 - rounds to none
        return "fewer than one"
    return f"about {number_words(floor(expected + 0.5))}"


def lead_words(moved: int, figures: int, expected: float) -> str:
    """Return the first sentences of a page that shows many series.

    Args:
        moved: figures of this month that are part of a signal.
        figures: figures of this month that have limits.
        expected: signals among them by chance, see `expected_by_chance`.
    """
    if figures == 0:
        return "No figure has limits yet. " + CAUTION_WORDS[Caution.TOO_EARLY]
    by_chance = f"By chance alone {chance_words(expected)} would."
    if moved == 0:
        looked_at = f"{figures} figures were compared with their own past."
        return f"{NOTHING_MOVED} {looked_at} {by_chance.removesuffix('.')} have moved."
    noun = "figure" if figures == 1 else "figures"
    start = number_words(moved).capitalize()
    return f"{start} of {figures} {noun} moved beyond ordinary variation. {by_chance}"


def _is_latest_unjudged(behaviour: ProcessBehaviour) -> bool:
    """Return whether the latest month is hidden or shown coarsely."""
    last = behaviour.points[-1] if behaviour.points else None
    return isinstance(last, HiddenPoint) or (last is not None and last.point.is_coarse)


def _latest(behaviour: ProcessBehaviour) -> SeriesPoint:
    last = behaviour.points[-1] if behaviour.points else None
    if not isinstance(last, JudgedPoint):
        raise ValueError("a signal needs a shown latest month")  # noqa: TRY004 - not a type of input
    return last.point


def _is_monthly(months: Sequence[Month]) -> bool:
    return months[-1].ordinal - months[0].ordinal == len(months) - 1


def _times(months: Sequence[Month]) -> str:
    return f"{len(months)} months" if _is_monthly(months) else f"{len(months)} times asked"


def _for_so_long(months: Sequence[Month]) -> str:
    if _is_monthly(months):
        return f"for {counted(len(months), 'month')}"
    return f"the last {number_words(len(months))} times it was asked"


def _span_words(months: Sequence[Month]) -> str:
    first, last = months[0], months[-1]
    start = first.words.split(_NBSP)[0] if first.year == last.year else first.words
    return f"{start} to {last.words}"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
