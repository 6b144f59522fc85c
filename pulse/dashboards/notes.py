"""The page of everything that people wrote on a unit's charts, in force or withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort
from sqlalchemy.orm import Session

from analysis.chart_notes import Author, Note, Rebase, Where, chart_notes
from analysis.release import ReleaseHead
from analysis.trends.rebasing import tree_of
from pulse.access import Permission, Role, Viewer
from pulse.dashboards.chart_events import AUTHOR_WORDS
from pulse.dashboards.scope import Crumb, Scope, UnitLink
from pulse.dashboards.words import sentence_start
from pulse.dates import day_words
from surveys.units import UnitCode

AUTHORS = {Role.HR: Author.HR, Role.LEADER: Author.LEADER}


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One note; `withdrawn` and `why` are "" while it is in force."""

    place: int
    heading: str
    text: str
    about: str
    withdrawn: str
    why: str
    can_withdraw: bool


@dataclass(frozen=True, slots=True)
class NotesPage:
    """Notes newest first; `crumbs` lead to the unit itself."""

    code: UnitCode
    name: str
    crumbs: tuple[Crumb, ...]
    lead: str
    in_force: tuple[NoteLine, ...]
    withdrawn: tuple[NoteLine, ...]
    may_annotate: bool
    may_rebase: bool


def notes_page(
    session: Session, heads: Sequence[ReleaseHead], scope: Scope, code: UnitCode, viewer: Viewer
) -> NotesPage:
    """Return the page of a unit that a released tree holds and the viewer may see."""
    lines = [note_line(note, scope, viewer) for note in notes_about(session, heads, code)]
    return NotesPage(
        code=code,
        name=scope.name(code),
        crumbs=crumbs_to(scope, code),
        lead=(
            "What people wrote on the charts here, and where limits start anew. Each is an entry "
            "of the log: nobody can change it, and a later entry can withdraw it."
        ),
        in_force=tuple(line for line in lines if not line.withdrawn),
        withdrawn=tuple(line for line in lines if line.withdrawn),
        may_annotate=viewer.may(Permission.ANNOTATE_CHARTS),
        may_rebase=viewer.may(Permission.REBASE_CHARTS),
    )


def notes_about(session: Session, heads: Sequence[ReleaseHead], code: UnitCode) -> tuple[Note, ...]:
    """Return the notes on a unit's charts, withdrawn ones among them, newest entry first."""
    tree = tree_of(heads, code)
    return tuple(
        note
        for note in chart_notes(session).all()
        if tree is not None and note.where.covers(code, tree)
    )


def find_note(session: Session, heads: Sequence[ReleaseHead], code: UnitCode, place: int) -> Note:
    """Return a note on the unit's charts by its entry in the log.

    Raises:
        NotFound: there is no such note on this unit.
    """
    found = next((n for n in notes_about(session, heads, code) if n.place == place), None)
    if found is None:
        abort(404)
    return found


def may_withdraw(viewer: Viewer, note: Note, scope: Scope) -> bool:
    """Return whether the viewer may withdraw the note: HR any, leaders those of their own part."""
    if note.withdrawal is not None or not viewer.may(Permission.ANNOTATE_CHARTS):
        return False
    if viewer.may(Permission.REBASE_CHARTS):
        return True
    is_own_part = note.where.unit in scope.tree and scope.covers(note.where.unit)
    return is_own_part and note.author is Author.LEADER and not isinstance(note, Rebase)


def note_line(note: Note, scope: Scope, viewer: Viewer) -> NoteLine:
    """Return a note as lists and confirmations print it."""
    withdrawal = note.withdrawal
    what = f"limits of {note.measure_name} start anew" if isinstance(note, Rebase) else "a note"
    return NoteLine(
        place=note.place,
        heading=f"{note.month.words}: {what}",
        text=note.text,
        about=(
            f"{sentence_start(where_words(note.where))}. Written by {AUTHOR_WORDS[note.author]} on "
            f"{day_words(note.day)}, entry {note.place:,} of the log."
        ),
        withdrawn=(
            f"Withdrawn by {AUTHOR_WORDS[withdrawal.author]} on {day_words(withdrawal.day)}, entry "
            f"{withdrawal.place:,} of the log:"
            if withdrawal
            else ""
        ),
        why=withdrawal.why if withdrawal else "",
        can_withdraw=may_withdraw(viewer, note, scope),
    )


def where_words(where: Where) -> str:
    """Return `on the charts of North`, with the units below it where they are meant."""
    below = " and of all units below it" if where.with_units_below else ""
    return f"on the charts of {where.unit_name}{below}"


def crumbs_to(scope: Scope, code: UnitCode) -> tuple[Crumb, ...]:
    """Return the way to the unit, the unit itself at the end."""
    own: UnitLink = scope.links([code])[0]
    return (*scope.crumbs(code), Crumb(own.name, own.code))
