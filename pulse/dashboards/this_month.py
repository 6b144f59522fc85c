"""This month in words: what moved, what to go and ask, what is hidden."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from analysis.archive import units_history
from analysis.chart_notes import Rebase, chart_notes
from analysis.release import ReleaseHead, ShownCell, Source, Suppressed, UnitMonth
from analysis.trends.behaviour import BASELINE_POINTS
from analysis.trends.findings import Finding, JudgedSeries, Tally, findings, tally_of
from analysis.trends.rebasing import judged_units
from analysis.trends.words import lead_words, number_words
from pulse.challenge_notes import ChallengeNote, printed_notes
from pulse.dashboards.measure_order import ordered_measures
from pulse.dashboards.memory import ReleaseMemory
from pulse.dashboards.scope import Scope, UnitLink
from pulse.dashboards.words import IMPORTED_WORDS, date_words, sentence_start
from surveys.months import Month
from surveys.units import UnitCode

FINDINGS_AT_FIRST = 3
HIDDEN_UNITS_LISTED = 50
QUIET_QUESTION = "What went well here this month that we should keep?"

_PROVISIONAL_WORDS = f"Where fewer than {BASELINE_POINTS} months are shown, limits are provisional."

MOST_UNITS = 300
"""Levels are looked at from the top down while they hold no more units than this in all.

Of thousands of figures hundreds would signal by chance, and nobody would read them. Those below
are told to the people whose part of the tree they are in.
"""


@dataclass(frozen=True, slots=True)
class FoundWords:
    """A finding as the page tells it, with the way to its chart."""

    title: str
    evidence: str
    ask: str
    unit: UnitCode
    measure: str


@dataclass(frozen=True, slots=True)
class ThisMonthPage:
    """`findings` come first, `further` wait behind a disclosure; both may be empty."""

    month: Month
    caption: str
    lead: str
    findings: tuple[FoundWords, ...]
    further: tuple[FoundWords, ...]
    further_words: str
    below_words: str
    quiet_ask: str
    tops: tuple[UnitLink, ...]
    hidden_words: str
    hidden_units: tuple[UnitLink, ...]
    hidden_not_listed: str
    first_month_note: str
    challenges: tuple[ChallengeNote, ...]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a part of the tree says in the newest month."""

    found: tuple[Finding, ...]
    tally: Tally
    is_provisional: bool
    hidden: tuple[UnitCode, ...]
    units: int


_memory: ReleaseMemory[_Facts] = ReleaseMemory(size=64)


def this_month_page(session: Session, heads: Sequence[ReleaseHead], scope: Scope) -> ThisMonthPage:
    """Return the page of the newest release for the viewer's part of the tree.

    Args:
        session: of the archive.
        heads: visible releases, at least one, oldest first.
        scope: at least one unit in the newest release's tree.
    """
    newest = heads[-1]
    notes = chart_notes(session).in_force
    facts = _memory.recall(
        heads,
        (scope.tops, notes.rebase_places),
        lambda: _facts(session, heads, scope, notes.rebases),
    )
    told = tuple(map(_found_words, facts.found))
    further = told[FINDINGS_AT_FIRST:]
    hidden = scope.links(facts.hidden)
    return ThisMonthPage(
        month=newest.month,
        caption=_caption(newest),
        lead=lead_words(facts.tally.moved, facts.tally.figures, facts.tally.expected),
        findings=told[:FINDINGS_AT_FIRST],
        further=further,
        further_words=f"{sentence_start(number_words(len(further)))} more",
        below_words=_below_words(scope, facts.units),
        quiet_ask=QUIET_QUESTION,
        tops=scope.links(scope.tops),
        hidden_words=_hidden_words(len(hidden), facts.units),
        hidden_units=hidden[:HIDDEN_UNITS_LISTED],
        hidden_not_listed=_not_listed_words(len(hidden) - HIDDEN_UNITS_LISTED),
        first_month_note=_PROVISIONAL_WORDS if facts.is_provisional else "",
        challenges=printed_notes(session, [newest]).get(newest.month, ()),
    )


def _caption(newest: ReleaseHead) -> str:
    released = f"This month · released {date_words(newest.released_on)}"
    return f"{released} · {IMPORTED_WORDS}" if newest.source is Source.IMPORTED else released


def _found_words(finding: Finding) -> FoundWords:
    return FoundWords(
        finding.title, finding.evidence, finding.ask, finding.unit, finding.measure.code
    )


def _below_words(scope: Scope, looked_at: int) -> str:
    """Say which part was looked at where the viewer's part of the tree is too large for all."""
    units = len(scope.units())
    if units == looked_at:
        return ""
    return (
        f"This page looks at the {looked_at:,} units of the upper levels. The "
        f"{units - looked_at:,} below them have pages of their own, and their leaders read what "
        "moved there."
    )


def _hidden_words(hidden: int, units: int) -> str:
    if hidden == 0:
        return "No figure is hidden this month."
    if units == 1:
        return "Your unit has a hidden figure this month: too few answers here or beside it."
    noun = "unit has" if hidden == 1 else "units have"
    return (
        f"{sentence_start(number_words(hidden))} of {units:,} {noun} a hidden figure this month: "
        "too few answers there or beside it."
    )


def _not_listed_words(number: int) -> str:
    return f"And {number:,} more. Open a unit to see those in it." if number > 0 else ""


def _facts(
    session: Session, heads: Sequence[ReleaseHead], scope: Scope, rebases: Sequence[Rebase]
) -> _Facts:
    month = heads[-1].month
    units = _looked_at(scope)
    histories = units_history(session, units)
    judged = _judged_this_month(heads, histories, rebases)
    behaviours = [series.behaviour for series in judged]
    return _Facts(
        found=findings(judged, scope.tree, month=month),
        tally=tally_of(behaviours),
        is_provisional=any(behaviour.is_provisional for behaviour in behaviours),
        hidden=tuple(code for code in units if _has_hidden(histories[code], month)),
        units=len(units),
    )


def _looked_at(scope: Scope) -> tuple[UnitCode, ...]:
    """Return the viewer's units, whole levels from the top down, at most `MOST_UNITS`.

    The tops themselves are always among them.
    """
    units = level = scope.tops
    while level:
        level = tuple(child for unit in level for child in scope.tree.children(unit))
        if len(units) + len(level) > MOST_UNITS:
            break
        units += level
    return units


def _judged_this_month(
    heads: Sequence[ReleaseHead],
    histories: Mapping[UnitCode, Sequence[UnitMonth]],
    rebases: Sequence[Rebase],
) -> tuple[JudgedSeries, ...]:
    """Return the series of the measures that were asked in the newest month."""
    asked = {(item.code, item.version) for item in heads[-1].items}
    judged: list[JudgedSeries] = []
    for measure in ordered_measures(heads):
        if not set(zip(measure.items, measure.versions, strict=True)) <= asked:
            continue
        judged += [
            JudgedSeries(code, measure, behaviour)
            for code, behaviour in judged_units(measure, heads, histories, rebases).items()
            if behaviour.points
        ]
    return tuple(judged)


def _has_hidden(history: Sequence[UnitMonth], month: Month) -> bool:
    """Return whether the unit or one of its questions is hidden in the month."""
    for entry in history:
        if entry.month == month:
            if not isinstance(entry.cell, ShownCell):
                return True
            return any(isinstance(each, Suppressed) for each in entry.cell.figures.values())
    return False
