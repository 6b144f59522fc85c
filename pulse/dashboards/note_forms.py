"""The forms that put a note on a unit's charts and that withdraw one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analysis.chart_notes import LONGEST_NOTE, Note, Rebase, Where, where_of
from analysis.release import ReleaseHead
from pulse.access import Viewer
from pulse.dashboards.choices import Option, options_of
from pulse.dashboards.notes import NoteLine, crumbs_to, note_line, where_words
from pulse.dashboards.scope import Crumb, Scope
from surveys.challenges import WordsError
from surveys.months import Month
from surveys.units import UnitCode


@dataclass(frozen=True, slots=True)
class NoteForm:
    """The form of an annotation, and the page that asks once more; `problem` is "" if none."""

    code: UnitCode
    name: str
    crumbs: tuple[Crumb, ...]
    months: tuple[Option, ...]
    month: Month
    text: str
    with_units_below: bool
    has_units_below: bool
    longest: int
    problem: str
    consequences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WithdrawForm:
    """The form that withdraws a note, and the page that asks once more."""

    code: UnitCode
    name: str
    crumbs: tuple[Crumb, ...]
    note: NoteLine
    why: str
    longest: int
    problem: str
    consequences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoteWords:
    """What came with the form of an annotation."""

    month: str = ""
    text: str = ""
    with_units_below: bool = False
    problem: str = ""


def note_form(
    heads: Sequence[ReleaseHead], scope: Scope, code: UnitCode, words: NoteWords, *, today: date
) -> NoteForm:
    """Return the form; heads are the visible releases, at least one, oldest first."""
    months = note_months(heads, today)
    chosen = next((month for month in months if str(month) == words.month), heads[-1].month)
    where = unit_where(scope, code, with_units_below=words.with_units_below)
    return NoteForm(
        code=code,
        name=scope.name(code),
        crumbs=crumbs_to(scope, code),
        months=options_of({str(month): month.words for month in months}, str(chosen)),
        month=chosen,
        text=words.text,
        with_units_below=where.with_units_below,
        has_units_below=bool(scope.tree.children(code)),
        longest=LONGEST_NOTE,
        problem=words.problem,
        consequences=(
            f"It stands {where_words(where)}, at {chosen.words}, on every theme.",
            "Everybody who sees these charts reads it, with your role and today's date, no name.",
            "It is an entry of the log for good. It can be withdrawn, and the log then holds both.",
        ),
    )


def note_months(heads: Sequence[ReleaseHead], today: date) -> tuple[Month, ...]:
    """Return the months that can carry a note, newest first: from the first release to today."""
    first, last = heads[0].month, max(Month.of(today), heads[-1].month)
    return tuple(last.shifted(-back) for back in range(last.ordinal - first.ordinal + 1))


def chosen_month(text: str, months: Sequence[Month]) -> Month:
    """Return the month of the form.

    Raises:
        WordsError: it is none of those on offer.
    """
    for month in months:
        if str(month) == text:
            return month
    raise WordsError("The month is none of those on offer. Choose one from the list.")


def unit_where(scope: Scope, code: UnitCode, *, with_units_below: bool) -> Where:
    """Return where a note stands; units below are only meant where there are any."""
    has_below = bool(scope.tree.children(code))
    return where_of(scope.tree.unit(code), with_units_below=with_units_below and has_below)


def withdraw_form(
    note: Note, scope: Scope, code: UnitCode, viewer: Viewer, *, why: str = "", problem: str = ""
) -> WithdrawForm:
    """Return the form of a note that the viewer may withdraw."""
    effect = (
        "The average and limits are again those from before it, wherever it was in force."
        if isinstance(note, Rebase)
        else "It no longer stands on any chart."
    )
    return WithdrawForm(
        code=code,
        name=scope.name(code),
        crumbs=crumbs_to(scope, code),
        note=note_line(note, scope, viewer),
        why=why,
        longest=LONGEST_NOTE,
        problem=problem,
        consequences=(
            effect,
            "Both entries stay in the log, and both stay on the page of notes.",
            "This cannot be taken back. The same can be written anew.",
        ),
    )
