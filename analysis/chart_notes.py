"""What people wrote on charts: annotations, and months from which limits start anew.

Both are entries of the log and lie nowhere else, so that nothing can disagree with it. None is ever
changed; a later entry can withdraw it. Every function takes a session of the archive.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from analysis.trends.measures import Measure
from surveys.challenges import plain_words
from surveys.errors import StateError
from surveys.instruments import ItemCode
from surveys.ledger.log import EntryKind, LogEntry, append, entries, take_turn
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from surveys.units import Unit, UnitCode, UnitTree

LONGEST_NOTE = 120
"""Characters of an annotation, of a reason, and of why something is withdrawn."""

_KINDS = (EntryKind.ANNOTATED, EntryKind.REBASED, EntryKind.NOTE_WITHDRAWN)

Question = tuple[ItemCode, int]
"""An item and its version."""


class Author(StrEnum):
    """In which role somebody wrote; the value stands in the log, a name never does."""

    HR = "hr"
    LEADER = "leader"


@dataclass(frozen=True, slots=True)
class Where:
    """The unit that is meant, and whether all units below it are meant as well."""

    unit: UnitCode
    unit_name: str
    with_units_below: bool

    def covers(self, unit: UnitCode, tree: UnitTree) -> bool:
        """Return whether a unit is meant; `tree` is the one that it is looked up in."""
        if unit == self.unit:
            return True
        return self.with_units_below and unit in tree and self.unit in tree.ancestors(unit)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Why, by whom and when something was withdrawn; `place` is its entry in the log."""

    place: int
    why: str
    author: Author
    day: date


@dataclass(frozen=True, slots=True)
class Annotation:
    """A few words at a month; `place` is its entry in the log."""

    place: int
    where: Where
    month: Month
    text: str
    author: Author
    day: date
    withdrawal: Withdrawal | None = None


@dataclass(frozen=True, slots=True)
class Rebase:
    """A month from which the limits of a measure start anew; `place` is its entry in the log.

    It holds for every series made of some of its questions, so that it stays where it is when
    later releases ask them in other months and they become measures of their own.
    """

    place: int
    where: Where
    month: Month
    measure_name: str
    questions: frozenset[Question]
    text: str
    author: Author
    day: date
    withdrawal: Withdrawal | None = None

    def is_about(self, measure: Measure) -> bool:
        return questions_of(measure) <= self.questions


Note = Annotation | Rebase


@dataclass(frozen=True, slots=True)
class ChartNotes:
    """Everything written on charts so far, oldest entry first."""

    annotations: tuple[Annotation, ...] = ()
    rebases: tuple[Rebase, ...] = ()

    @property
    def in_force(self) -> "ChartNotes":
        """The notes that nobody has withdrawn."""
        return ChartNotes(
            tuple(each for each in self.annotations if each.withdrawal is None),
            tuple(each for each in self.rebases if each.withdrawal is None),
        )

    @property
    def rebase_places(self) -> tuple[int, ...]:
        """The entries of the rebases in force: as long as they are the same, so are all limits."""
        return tuple(each.place for each in self.rebases if each.withdrawal is None)

    def all(self) -> tuple[Note, ...]:
        """Return both kinds, newest entry first."""
        notes: tuple[Note, ...] = (*self.annotations, *self.rebases)
        return tuple(sorted(notes, key=lambda note: -note.place))


def questions_of(measure: Measure) -> frozenset[Question]:
    return frozenset(zip(measure.items, measure.versions, strict=True))


def chart_notes(session: Session) -> ChartNotes:
    """Return everything that was written on charts, withdrawn or not."""
    logged = entries(session, kinds=_KINDS)
    withdrawals = {
        entry.body["entry"]: Withdrawal(
            entry.place, str(entry.body["why"]), Author(str(entry.body["by"])), entry.day
        )
        for entry in logged
        if entry.kind is EntryKind.NOTE_WITHDRAWN
    }
    return ChartNotes(
        tuple(
            _annotation(entry, withdrawals.get(entry.place))
            for entry in logged
            if entry.kind is EntryKind.ANNOTATED
        ),
        tuple(
            _rebase(entry, withdrawals.get(entry.place))
            for entry in logged
            if entry.kind is EntryKind.REBASED
        ),
    )


def note_text(text: str, *, what: str) -> str:
    """Return the text in one line as it is kept.

    Raises:
        WordsError: it is empty, longer than LONGEST_NOTE or holds other characters; the message
            begins with `what`.
    """
    return plain_words(" ".join(text.split()), what=what, longest=LONGEST_NOTE)


def annotate(
    session: Session,
    where: Where,
    month: Month,
    text: str,
    *,
    author: Author,
    signer: LogSigner,
    day: date,
) -> Annotation:
    """Enter an annotation in the log.

    Raises:
        WordsError: the text is missing, too long or no plain text.
    """
    body = {
        **_where_body(where),
        "month": str(month),
        "text": note_text(text, what="Your note"),
        "by": author.value,
    }
    return _annotation(append(session, EntryKind.ANNOTATED, body, signer=signer, day=day), None)


@dataclass(frozen=True, slots=True)
class RebaseWish:
    """What somebody wants rebased; whether it is possible is asked of the series."""

    where: Where
    month: Month
    measure: Measure
    reason: str


def rebase(
    session: Session, wish: RebaseWish, *, author: Author, signer: LogSigner, day: date
) -> Rebase:
    """Enter in the log that limits start anew.

    Raises:
        WordsError: the reason is missing, too long or no plain text.
        StateError: the same limits of the same unit start anew in this month already.
    """
    reason = note_text(wish.reason, what="Your reason")
    take_turn(session)
    for each in chart_notes(session).in_force.rebases:
        is_same = each.where.unit == wish.where.unit and each.is_about(wish.measure)
        if is_same and each.month == wish.month:
            raise StateError(
                f"The limits of {wish.measure.name} in {wish.where.unit_name} start anew in "
                f"{wish.month.words} already (entry {each.place:,} of the log)."
            )
    body = {
        **_where_body(wish.where),
        "month": str(wish.month),
        "measure": wish.measure.name,
        "questions": sorted([code, version] for code, version in questions_of(wish.measure)),
        "reason": reason,
        "by": author.value,
    }
    return _rebase(append(session, EntryKind.REBASED, body, signer=signer, day=day), None)


def withdraw(
    session: Session, place: int, why: str, *, author: Author, signer: LogSigner, day: date
) -> None:
    """Enter in the log that a note no longer counts; the entry that made it stays.

    Raises:
        WordsError: the reason is missing, too long or no plain text.
        StateError: the entry is no note, or is withdrawn already.
    """
    why = note_text(why, what="Your reason")
    take_turn(session)
    if all(note.place != place for note in chart_notes(session).in_force.all()):
        raise StateError(f"Entry {place:,} of the log is no note that is in force.")
    body = {"entry": place, "why": why, "by": author.value}
    append(session, EntryKind.NOTE_WITHDRAWN, body, signer=signer, day=day)


def notes_on(notes: Iterable[Annotation], unit: UnitCode, tree: UnitTree) -> tuple[Annotation, ...]:
    """Return the annotations that stand on a unit's charts, by month."""
    found = [each for each in notes if each.where.covers(unit, tree)]
    return tuple(sorted(found, key=lambda each: (each.month, each.place)))


def where_of(unit: Unit, *, with_units_below: bool) -> Where:
    return Where(unit.code, unit.name, with_units_below)


def _where_body(where: Where) -> dict[str, object]:
    return {
        "unit": where.unit,
        "unit_name": where.unit_name,
        "with_units_below": where.with_units_below,
    }


def _where(body: Mapping[str, object]) -> Where:
    return Where(
        UnitCode(str(body["unit"])), str(body["unit_name"]), body["with_units_below"] is True
    )


def _annotation(entry: LogEntry, withdrawal: Withdrawal | None) -> Annotation:
    body = entry.body
    return Annotation(
        place=entry.place,
        where=_where(body),
        month=Month.parse(str(body["month"])),
        text=str(body["text"]),
        author=Author(str(body["by"])),
        day=entry.day,
        withdrawal=withdrawal,
    )


def _rebase(entry: LogEntry, withdrawal: Withdrawal | None) -> Rebase:
    body = entry.body
    questions = body["questions"]
    pairs: Sequence[Sequence[object]] = questions if isinstance(questions, list) else ()
    return Rebase(
        place=entry.place,
        where=_where(body),
        month=Month.parse(str(body["month"])),
        measure_name=str(body["measure"]),
        questions=frozenset((ItemCode(str(code)), int(str(version))) for code, version in pairs),
        text=str(body["reason"]),
        author=Author(str(body["by"])),
        day=entry.day,
        withdrawal=withdrawal,
    )
