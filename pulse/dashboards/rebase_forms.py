"""The form that starts a measure's limits anew, and what it would change, before it does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import abort
from sqlalchemy.orm import Session

from analysis.archive import units_history
from analysis.chart_notes import (
    LONGEST_NOTE,
    Author,
    ChartNotes,
    Rebase,
    RebaseWish,
    chart_notes,
    questions_of,
)
from analysis.release import ReleaseHead, UnitMonth
from analysis.trends.behaviour import JudgedPoint, ProcessBehaviour, Rule
from analysis.trends.measures import Measure, SeriesPoint, series_of
from analysis.trends.rebasing import FEWEST_AROUND, judged_unit, possible_starts, rebases_of
from analysis.trends.words import limits_words, number_words, unit_reading
from pulse.charts.spec import ProcessChartSpec
from pulse.dashboards.chart_events import NOT_ENTERED, unit_notes
from pulse.dashboards.choices import Option, options_of
from pulse.dashboards.measure_charts import measure_chart
from pulse.dashboards.measure_order import ordered_measures
from pulse.dashboards.note_forms import chosen_month, unit_where
from pulse.dashboards.notes import crumbs_to
from pulse.dashboards.scope import Crumb, Scope
from surveys.months import Month
from surveys.units import UnitCode

_FEWEST = number_words(FEWEST_AROUND)
WHY_SO_MANY = (
    f"New limits need {_FEWEST} shown months of their own, and {_FEWEST} before them: with fewer "
    "there would be no limits, and a signal would be gone with nothing in its place."
)


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the comparison."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RebaseForm:
    """The form; `refusal` says why no month is possible here, "" if some are."""

    code: UnitCode
    name: str
    crumbs: tuple[Crumb, ...]
    measure: Measure
    measures: tuple[Option, ...]
    months: tuple[Option, ...]
    refusal: str
    rule: str
    reason: str
    with_units_below: bool
    has_units_below: bool
    longest: int
    problem: str


@dataclass(frozen=True, slots=True)
class RebaseProposal:
    """The page that asks once more: old beside new limits, in a table and as the chart would be."""

    form: RebaseForm
    month: Month
    changes: tuple[Change, ...]
    chart: ProcessChartSpec
    consequences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RebaseWords:
    """What came with the form."""

    month: str = ""
    reason: str = ""
    with_units_below: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RebaseSubject:
    """One measure of one unit, with the notes in force and the months that are possible."""

    scope: Scope
    code: UnitCode
    measure: Measure
    heads: tuple[ReleaseHead, ...]
    history: tuple[UnitMonth, ...]
    notes: ChartNotes
    months: tuple[Month, ...]

    def judged(self, *further: Rebase) -> ProcessBehaviour:
        """Return the series as it is judged now, or with further rebases."""
        rebases = (*self.notes.rebases, *further)
        return judged_unit(self.measure, self.heads, self.code, self.history, rebases)


def rebase_subject(
    session: Session, heads: Sequence[ReleaseHead], scope: Scope, code: UnitCode, *, measure: str
) -> RebaseSubject:
    """Return the measure with this code, or the first one for "".

    Raises:
        NotFound: no measure has the code.
    """
    chosen = next((m for m in ordered_measures(heads) if measure in {"", m.code}), None)
    if chosen is None:
        abort(404)
    history = units_history(session, [code]).get(code, ())
    notes = chart_notes(session).in_force
    held = rebases_of(notes.rebases, chosen, heads, code)
    months = possible_starts(series_of(chosen, heads, history), [each.month for each in held])
    return RebaseSubject(scope, code, chosen, tuple(heads), history, notes, months)


def rebase_form(subject: RebaseSubject, words: RebaseWords) -> RebaseForm:
    newest_first = tuple(reversed(subject.months))
    scope, code = subject.scope, subject.code
    return RebaseForm(
        code=code,
        name=scope.name(code),
        crumbs=crumbs_to(scope, code),
        measure=subject.measure,
        measures=options_of(
            {each.code: each.name for each in ordered_measures(subject.heads)},
            subject.measure.code,
        ),
        months=options_of(
            {"": "Choose a month", **{str(month): month.words for month in newest_first}},
            words.month,
        ),
        refusal="" if subject.months else _refusal(subject),
        rule=WHY_SO_MANY,
        reason=words.reason,
        with_units_below=words.with_units_below,
        has_units_below=bool(scope.tree.children(code)),
        longest=LONGEST_NOTE,
        problem=words.problem,
    )


def wish_of(subject: RebaseSubject, words: RebaseWords) -> RebaseWish:
    """Return what is wished.

    Raises:
        WordsError: the month is none of those on offer.
    """
    where = unit_where(subject.scope, subject.code, with_units_below=words.with_units_below)
    month = chosen_month(words.month, subject.months)
    return RebaseWish(where, month, subject.measure, words.reason)


def rebase_proposal(
    subject: RebaseSubject, words: RebaseWords, *, author: Author, today: date
) -> RebaseProposal:
    """Return what the rebase would change, before it is entered.

    Raises:
        WordsError: the month is none of those on offer.
    """
    wish = wish_of(subject, words)
    proposed = Rebase(
        place=NOT_ENTERED,
        where=wish.where,
        month=wish.month,
        measure_name=wish.measure.name,
        questions=questions_of(wish.measure),
        text=wish.reason,
        author=author,
        day=today,
    )
    before, after = subject.judged(), subject.judged(proposed)
    name = subject.scope.name(subject.code)
    notes = replace(subject.notes, rebases=(*subject.notes.rebases, proposed))
    return RebaseProposal(
        form=rebase_form(subject, words),
        month=wish.month,
        changes=_changes(wish.measure, name, before, after),
        chart=measure_chart(
            after,
            subject.heads,
            number=1,
            measure=wish.measure,
            unit_name=name,
            notes=unit_notes(notes, wish.measure, subject.heads, subject.code),
        ),
        consequences=_consequences(subject, wish),
    )


def _changes(
    measure: Measure, name: str, before: ProcessBehaviour, after: ProcessBehaviour
) -> tuple[Change, ...]:
    newest = next(
        p.point.month for p in reversed(after.points)
        if isinstance(p, JudgedPoint) and p.lower_limit is not None
    )  # fmt: skip
    return (
        Change("Own average", _average_words(before), _average_words(after)),
        Change(
            f"Limits in {newest.words}", limits_words(before, newest), limits_words(after, newest)
        ),
        Change("Months in a signal", str(_flagged(before)), str(_flagged(after))),
        Change(
            "What the page says",
            unit_reading(measure, name, before).heading,
            unit_reading(measure, name, after).heading,
        ),
    )


def _average_words(behaviour: ProcessBehaviour) -> str:
    return "none yet" if behaviour.centre is None else f"{behaviour.centre:.1f}"


def _flagged(behaviour: ProcessBehaviour) -> int:
    return sum(
        isinstance(point, JudgedPoint) and point.rule is not Rule.ORDINARY
        for point in behaviour.points
    )


def _consequences(subject: RebaseSubject, wish: RebaseWish) -> tuple[str, ...]:
    below = len(subject.scope.tree.subtree(subject.code)) - 1
    units = "the unit" if below == 1 else f"each of the {below:,} units"
    spread = (
        f"It also holds for {units} below, in each as soon as {_FEWEST} months are shown there "
        f"before {wish.month.words} and {_FEWEST} from then on. Until then old limits stay."
    )
    logged = (
        "It is an entry of the log for good, and the union auditor reads it. It can be withdrawn; "
        "the log then holds both."
    )
    return (
        "Charts, tables, files, This month, the heatmap and Trends all use the new limits at once.",
        *((spread,) if wish.where.with_units_below else ()),
        "The chart says from when, and prints your reason, your role and today's date.",
        logged,
    )


def _refusal(subject: RebaseSubject) -> str:
    series = series_of(subject.measure, subject.heads, subject.history)
    shown = sum(isinstance(point, SeriesPoint) and not point.is_coarse for point in series)
    months = "month is" if shown == 1 else "months are"
    return (
        f"The limits of {subject.measure.name} cannot start anew here yet: "
        f"{number_words(shown)} {months} shown since the first month or the last new start."
    )
