"""Notes on charts: entries of the log that nobody changes and a later entry withdraws."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy.orm import Session

from analysis.chart_notes import (
    LONGEST_NOTE,
    Annotation,
    Author,
    Rebase,
    RebaseWish,
    Where,
    annotate,
    chart_notes,
    notes_on,
    rebase,
    withdraw,
)
from analysis.trends.measures import Measure
from pulse.stores import Stores
from surveys.challenges import WordsError
from surveys.errors import StateError
from surveys.instruments import ItemCode
from surveys.ledger.log import EntryKind, entries
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from surveys.units import Unit, UnitCode, UnitTree

TODAY = date(2026, 11, 28)
MARCH = Month(2026, 3)
NORTH = Where(UnitCode("north"), "North", with_units_below=True)
TREE = UnitTree.of(
    date(2025, 1, 1),
    [
        Unit(UnitCode("root"), "All", None),
        Unit(UnitCode("north"), "North", UnitCode("root")),
        Unit(UnitCode("north-1"), "North One", UnitCode("north")),
        Unit(UnitCode("south"), "South", UnitCode("root")),
    ],
)


def make_measure(*codes: str, version: int = 1) -> Measure:
    return Measure(
        code="morale",
        name="Morale",
        ask_lower="What got heavier?",
        ask_higher="What got lighter?",
        items=tuple(map(ItemCode, codes)),
        versions=(version,) * len(codes),
        scale_points=5,
        low_label="low",
        high_label="high",
    )


@pytest.fixture
def archive(stores: Stores) -> Iterator[Session]:
    with stores.archive() as session:
        yield session


def put_note(session: Session, signer: LogSigner, text: str = "We moved house.") -> Annotation:
    return annotate(
        session, NORTH, Month(2026, 3), text, author=Author.LEADER, signer=signer, day=TODAY
    )


def start_anew(
    session: Session, signer: LogSigner, *, month: Month = MARCH, reason: str = "New rota."
) -> Rebase:
    wish = RebaseWish(NORTH, month, make_measure("a", "b"), reason)
    return rebase(session, wish, author=Author.HR, signer=signer, day=TODAY)


def test_what_was_written_is_read_back_whole(archive: Session, signer: LogSigner) -> None:
    note, start = put_note(archive, signer), start_anew(archive, signer)

    notes = chart_notes(archive)
    assert notes.annotations == (note,)
    assert notes.rebases == (start,)
    assert (note.text, note.author, note.day, note.where) == (
        "We moved house.", Author.LEADER, TODAY, NORTH,
    )  # fmt: skip
    assert start.questions == {(ItemCode("a"), 1), (ItemCode("b"), 1)}
    assert notes.all() == (start, note)


def test_the_log_holds_a_role_and_no_name(archive: Session, signer: LogSigner) -> None:
    put_note(archive, signer)
    (entry,) = entries(archive, kinds=[EntryKind.ANNOTATED])
    assert set(entry.body) == {"unit", "unit_name", "with_units_below", "month", "text", "by"}
    assert entry.body["by"] == "leader"


def test_a_withdrawn_note_is_kept_and_no_longer_in_force(
    archive: Session, signer: LogSigner
) -> None:
    note, start = put_note(archive, signer), start_anew(archive, signer)
    withdraw(archive, start.place, "Wrong month.", author=Author.HR, signer=signer, day=TODAY)

    notes = chart_notes(archive)
    (kept,) = notes.rebases
    assert kept.withdrawal is not None
    assert (kept.withdrawal.why, kept.text) == ("Wrong month.", "New rota.")
    assert notes.in_force.all() == (note,)
    assert notes.rebase_places == ()
    withdraw(archive, note.place, "It was May.", author=Author.LEADER, signer=signer, day=TODAY)
    assert chart_notes(archive).in_force.all() == ()


def test_nothing_is_withdrawn_twice_nor_what_is_no_note(
    archive: Session, signer: LogSigner
) -> None:
    note = put_note(archive, signer)
    withdraw(archive, note.place, "It was May.", author=Author.HR, signer=signer, day=TODAY)
    for place in (note.place, note.place + 1, 999):
        with pytest.raises(StateError, match="is no note that is in force"):
            withdraw(archive, place, "Again.", author=Author.HR, signer=signer, day=TODAY)


def test_the_same_limits_start_anew_once_in_a_month_and_again_after_it_is_withdrawn(
    archive: Session, signer: LogSigner
) -> None:
    first = start_anew(archive, signer)
    with pytest.raises(StateError, match="start anew in March\N{NO-BREAK SPACE}2026 already"):
        start_anew(archive, signer)
    start_anew(archive, signer, month=Month(2026, 4))
    withdraw(archive, first.place, "Wrong.", author=Author.HR, signer=signer, day=TODAY)
    start_anew(archive, signer)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("  ", "is missing"),
        ("x" * (LONGEST_NOTE + 1), "is 121 characters. It can be up to 120"),
        ("a\x07b", "cannot be shown"),
    ],
)
def test_words_that_cannot_be_kept_are_refused_and_nothing_is_entered(
    archive: Session, signer: LogSigner, text: str, rule: str
) -> None:
    with pytest.raises(WordsError, match=rule):
        put_note(archive, signer, text)
    with pytest.raises(WordsError, match=rule):
        start_anew(archive, signer, reason=text)
    assert chart_notes(archive).all() == ()


def test_lines_become_one_line_and_the_longest_note_fits(
    archive: Session, signer: LogSigner
) -> None:
    assert put_note(archive, signer, " Two\n lines ").text == "Two lines"
    assert len(put_note(archive, signer, "x" * LONGEST_NOTE).text) == LONGEST_NOTE


def test_a_rebase_is_about_every_measure_made_of_some_of_its_questions(
    archive: Session, signer: LogSigner
) -> None:
    start = start_anew(archive, signer)
    assert start.is_about(make_measure("a", "b"))
    assert start.is_about(make_measure("b"))
    assert not start.is_about(make_measure("b", "c"))
    assert not start.is_about(make_measure("a", version=2))


def test_a_note_stands_on_the_units_below_only_if_it_says_so(
    archive: Session, signer: LogSigner
) -> None:
    note = put_note(archive, signer)
    alone = Where(UnitCode("north"), "North", with_units_below=False)
    own = annotate(
        archive, alone, Month(2026, 1), "Own.", author=Author.HR, signer=signer, day=TODAY
    )
    both = chart_notes(archive).annotations

    assert notes_on(both, UnitCode("north"), TREE) == (own, note)  # by month
    assert notes_on(both, UnitCode("north-1"), TREE) == (note,)
    assert notes_on(both, UnitCode("south"), TREE) == ()
    assert notes_on(both, UnitCode("root"), TREE) == ()
