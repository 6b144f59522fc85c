"""What moved this month, as findings to ask about in person. Never a ranking of units."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from analysis.trends.behaviour import (
    Direction,
    JudgedPoint,
    ProcessBehaviour,
    Rule,
    Signal,
    latest_signal,
)
from analysis.trends.measures import Measure
from analysis.trends.words import evidence_words, number_words, title_words
from surveys.months import Month
from surveys.units import UnitCode, UnitTree

FIXED_FALSE_ALARM_SHARE = 0.05
"""Share of latest points that signal in pure noise once limits are fixed, by our simulation."""

PROVISIONAL_FALSE_ALARM_SHARE = 0.017
"""The same with 6 to 11 shown points, which lie within their own limits more easily."""


@dataclass(frozen=True, slots=True)
class JudgedSeries:
    """One unit's behaviour on one measure."""

    unit: UnitCode
    measure: Measure
    behaviour: ProcessBehaviour


@dataclass(frozen=True, slots=True)
class Finding:
    """A signal that includes this month.

    `months_long` is the number of months (times asked) of its run; `also` are other units, above
    or below, that move the same way on the same measure and are told by this finding.
    """

    unit: UnitCode
    measure: Measure
    title: str
    evidence: str
    ask: str
    rule: Rule
    direction: Direction
    months_long: int
    also: tuple[UnitCode, ...] = ()


def findings(
    judged: Sequence[JudgedSeries], tree: UnitTree, *, month: Month
) -> tuple[Finding, ...]:
    """Return what moved in the month, grouped by measure.

    A unit and units above or below it that signal on the same measure in the same direction are
    one finding. It names the lowest unit whose movement is not spread over several units below
    it: a single team's movement is told as the team's, a movement of several as that of the unit
    above them, so that no team is singled out for what several share.

    Order: measures by their longest-running signal, then as given; within a measure the longest
    run first, because it can least be one odd month; then the order of the tree. The first
    finding of each measure comes before all further ones, so that whoever reads only the top
    meets different themes.
    """
    signals: dict[tuple[str, Direction], dict[UnitCode, tuple[JudgedSeries, Signal]]] = {}
    places: dict[str, int] = {}
    for series in judged:
        places.setdefault(series.measure.code, len(places))
        signal = latest_signal(series.behaviour)
        if signal is not None and signal.months[-1] == month and series.unit in tree:
            group = signals.setdefault((series.measure.code, signal.direction), {})
            group[series.unit] = (series, signal)
    found = [finding for group in signals.values() for finding in _merged(group, tree)]
    return _themes_first(sorted(found, key=_order(found, places, tree)))


def _order(
    found: Sequence[Finding], places: Mapping[str, int], tree: UnitTree
) -> Callable[[Finding], tuple[int, int, int, int]]:
    longest: dict[str, int] = {}
    for finding in found:
        code = finding.measure.code
        longest[code] = max(longest.get(code, 0), finding.months_long)

    def order(finding: Finding) -> tuple[int, int, int, int]:
        code = finding.measure.code
        return (-longest[code], places[code], -finding.months_long, tree.place(finding.unit))

    return order


def _themes_first(ordered: Sequence[Finding]) -> tuple[Finding, ...]:
    first = {finding.measure.code: finding for finding in reversed(ordered)}
    further = [finding for finding in ordered if first[finding.measure.code] is not finding]
    tops = [finding for finding in ordered if first[finding.measure.code] is finding]
    return (*tops, *further)


def _merged(
    group: Mapping[UnitCode, tuple[JudgedSeries, Signal]], tree: UnitTree
) -> tuple[Finding, ...]:
    """Return one finding per family of units that signal alike; parents come before children."""
    below: list[list[Finding]] = [[] for _ in tree.units]
    parents = tree.parent_places
    for place in range(len(tree.units) - 1, -1, -1):
        unit = tree.units[place]
        told = below[place]
        if unit.code in group:
            told = [_told_once(_finding(*group[unit.code], tree), told)]
        if parents[place] < 0:
            return tuple(told)
        below[parents[place]][:0] = told  # places fall, so this keeps the tree's order
    return ()


def _told_once(own: Finding, below: Sequence[Finding]) -> Finding:
    if len(below) == 1:
        return replace(below[0], also=(own.unit, *below[0].also))
    units = tuple(unit for finding in below for unit in (finding.unit, *finding.also))
    if not units:
        return own
    note = f" {number_words(len(units)).capitalize()} units within it moved the same way."
    return replace(own, also=units, evidence=own.evidence + note)


def _finding(series: JudgedSeries, signal: Signal, tree: UnitTree) -> Finding:
    measure = series.measure
    is_up = signal.direction is Direction.HIGHER
    return Finding(
        unit=series.unit,
        measure=measure,
        title=title_words(measure, tree.unit(series.unit).name, signal),
        evidence=evidence_words(measure, series.behaviour, signal),
        ask=measure.ask_higher if is_up else measure.ask_lower,
        rule=signal.rule,
        direction=signal.direction,
        months_long=len(signal.months),
    )


def expected_by_chance(figures: int, *, provisional: int = 0) -> float:
    """Return how many of the figures' latest points would signal in pure noise.

    Args:
        figures: figures on show that have limits.
        provisional: how many of them have provisional limits.

    Source: simulation of these very rules, docs/statistics/trends.md.
    """
    fixed = figures - provisional
    return FIXED_FALSE_ALARM_SHARE * fixed + PROVISIONAL_FALSE_ALARM_SHARE * provisional


@dataclass(frozen=True, slots=True)
class Tally:
    """How many latest figures a page shows, how many moved, and how many would by chance."""

    figures: int
    moved: int
    expected: float


def tally_of(behaviours: Sequence[ProcessBehaviour]) -> Tally:
    """Count the behaviours whose latest month is shown with limits."""
    with_limits = [
        behaviour
        for behaviour in behaviours
        if behaviour.points
        and isinstance(behaviour.points[-1], JudgedPoint)
        and behaviour.points[-1].lower_limit is not None
    ]
    provisional = sum(behaviour.is_provisional for behaviour in with_limits)
    return Tally(
        figures=len(with_limits),
        moved=sum(latest_signal(behaviour) is not None for behaviour in with_limits),
        expected=expected_by_chance(len(with_limits), provisional=provisional),
    )
