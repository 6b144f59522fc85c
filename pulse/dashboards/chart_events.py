"""The lettered lines of a chart: limits fixed or started anew, and what people noted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from analysis.chart_notes import Annotation, Author, ChartNotes, Note, Rebase, notes_on
from analysis.release import ReleaseHead
from analysis.trends.behaviour import BASELINE_POINTS, ProcessBehaviour, month_of
from analysis.trends.measures import Measure
from analysis.trends.rebasing import FEWEST_AROUND, rebases_of, tree_of
from analysis.trends.words import number_words
from pulse.charts.spec import Event
from pulse.dates import day_words
from surveys.months import Month
from surveys.units import UnitCode

NOT_ENTERED = -1
"""The place of a note that is only proposed."""

AUTHOR_WORDS = {Author.HR: "HR", Author.LEADER: "a senior leader"}


@dataclass(frozen=True, slots=True)
class UnitNotes:
    """The notes in force on one unit's chart of one measure, each kind by month."""

    annotations: tuple[Annotation, ...] = ()
    rebases: tuple[Rebase, ...] = ()


NO_NOTES = UnitNotes()


def unit_notes(
    notes: ChartNotes, measure: Measure, heads: Sequence[ReleaseHead], unit: UnitCode
) -> UnitNotes:
    """Return the notes in force for a unit that a released tree holds; heads are oldest first."""
    tree = tree_of(heads, unit)
    if tree is None:
        return NO_NOTES
    return UnitNotes(
        notes_on(notes.annotations, unit, tree),
        rebases_of(notes.rebases, measure, heads, unit),
    )


def chart_events(behaviour: ProcessBehaviour, notes: UnitNotes = NO_NOTES) -> tuple[Event, ...]:
    """Return the lettered lines of a judged series, oldest first.

    What falls on the same line of the chart has one letter, so that no letter hides another.
    """
    starts = {part.first for part in behaviour.stretches[1:]}
    months = [month_of(point) for point in behaviour.points]
    told = [
        *_fixed(behaviour),
        *((each.month, _rebase_words(each, starts, months)) for each in notes.rebases),
        *((each.month, note_words(each)) for each in notes.annotations),
    ]
    return _lettered(sorted(told, key=lambda event: event[0]), months)


def limit_events(fixed_at: Month | None) -> tuple[Event, ...]:
    """Return the lettered line at the month on which limits were fixed, if they are."""
    return () if fixed_at is None else (Event("A", fixed_at, _fixed_words(fixed_at)),)


def note_words(note: Note) -> str:
    """Return the month, what somebody wrote, in which role and on which day."""
    return f"{note.month.words}: {_quoted(note)}"


def _quoted(note: Note) -> str:
    entry = "" if note.place == NOT_ENTERED else f", entry {note.place:,} of the log"
    return (
        f"\N{LEFT DOUBLE QUOTATION MARK}{note.text}\N{RIGHT DOUBLE QUOTATION MARK} "
        f"({AUTHOR_WORDS[note.author]}, {day_words(note.day)}{entry})."
    )


def _fixed(behaviour: ProcessBehaviour) -> Iterable[tuple[Month, str]]:
    for place, part in enumerate(behaviour.stretches):
        if part.fixed_at is not None:
            yield part.fixed_at, _fixed_words(part.fixed_at, since=part.first if place else None)


def _fixed_words(month: Month, *, since: Month | None = None) -> str:
    counted_from = f" since {since.words}" if since else ""
    return (
        f"{month.words}: average and limits fixed on the first {BASELINE_POINTS} shown months"
        f"{counted_from}."
    )


def _rebase_words(rebase: Rebase, starts: set[Month], months: Sequence[Month]) -> str:
    begins = next((month for month in months if month >= rebase.month), None)
    if begins in starts:
        return f"{rebase.month.words}: average and limits start anew. {_quoted(rebase)}"
    fewest = number_words(FEWEST_AROUND)
    return (
        f"{rebase.month.words}: average and limits are to start anew. They do so where {fewest} "
        f"months are shown before and {fewest} from then on. {_quoted(rebase)}"
    )


def _lettered(told: Sequence[tuple[Month, str]], months: Sequence[Month]) -> tuple[Event, ...]:
    events: list[Event] = []
    for month, words in told:
        if events and _line(events[-1].month, months) == _line(month, months):
            before = events.pop()
            events.append(Event(before.letter, before.month, f"{before.text} {words}"))
        else:
            events.append(Event(_letter(len(events)), month, words))
    return tuple(events)


def _line(month: Month, months: Sequence[Month]) -> tuple[int, bool]:
    """Return where in the chart the month is: its column, or the edge before that column."""
    return sum(each < month for each in months), month in months


def _letter(place: int) -> str:
    round_, letter = divmod(place, len(ascii_uppercase))
    return ascii_uppercase[letter] + (str(round_ + 1) if round_ else "")
