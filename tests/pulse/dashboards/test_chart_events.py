"""The lettered lines of a chart: what stands there, in which order, under which letter."""

from datetime import date

from analysis.chart_notes import Annotation, Author, Rebase, Where
from analysis.release import Bound
from analysis.trends.behaviour import ProcessBehaviour
from analysis.trends.measures import SeriesPoint
from pulse.charts.spec import Event
from pulse.dashboards.chart_events import NOT_ENTERED, UnitNotes, chart_events
from surveys.instruments import ItemCode
from surveys.months import Month
from surveys.units import UnitCode
from tests.analysis.trends.behaviours import process_behaviour

START = Month(2025, 1)
HERE = Where(UnitCode("north"), "North", with_units_below=False)
DAY = date(2026, 11, 28)


def behaviour(months: int, *starts: int, every: int = 1) -> ProcessBehaviour:
    points = [
        SeriesPoint(
            START.shifted(place * every),
            3.4 + 0.1 * (place % 3),
            20,
            None,
            Bound.EXACT,
            is_small=False,
        )
        for place in range(months)
    ]
    return process_behaviour(points, starts=[START.shifted(start) for start in starts])


def annotation(place: int, text: str = "We moved.", *, author: Author = Author.HR) -> Annotation:
    return Annotation(7, HERE, START.shifted(place), text, author, DAY)


def new_start(place: int, *, entry: int = 9) -> Rebase:
    questions = frozenset({(ItemCode("morale"), 1)})
    month = START.shifted(place)
    return Rebase(entry, HERE, month, "Morale", questions, "New rota.", Author.HR, DAY)


def told(events: tuple[Event, ...]) -> list[str]:
    return [f"{each.letter} {each.text}".replace("\N{NO-BREAK SPACE}", " ") for each in events]


def test_notes_stand_by_month_with_role_day_and_entry() -> None:
    notes = UnitNotes((annotation(2), annotation(5, "A flood.", author=Author.LEADER)))
    assert told(chart_events(behaviour(8), notes)) == [
        "A March 2025: “We moved.” (HR, 28 November 2026, entry 7 of the log).",
        "B June 2025: “A flood.” (a senior leader, 28 November 2026, entry 7 of the log).",
    ]


def test_limits_fixed_and_started_anew_are_told_for_each_stretch() -> None:
    events = chart_events(behaviour(26, 13), UnitNotes(rebases=(new_start(13),)))
    who, since = (
        "(HR, 28 November 2026, entry 9 of the log).",
        "on the first 12 shown months since ",
    )
    since += "February 2026."
    assert told(events) == [
        "A December 2025: average and limits fixed on the first 12 shown months.",
        f"B February 2026: average and limits start anew. “New rota.” {who}",
        f"C January 2027: average and limits fixed {since}",
    ]


def test_a_rebase_that_waits_for_months_says_so() -> None:
    (event,) = chart_events(behaviour(8), UnitNotes(rebases=(new_start(5),)))
    assert "are to start anew. They do so where six months are shown before" in event.text


def test_a_proposed_rebase_names_no_entry_of_the_log() -> None:
    events = chart_events(behaviour(14, 7), UnitNotes(rebases=(new_start(7, entry=NOT_ENTERED),)))
    assert "entry" not in events[0].text


def test_what_falls_on_one_line_has_one_letter() -> None:
    notes = UnitNotes((annotation(2), annotation(2, "A flood.")))
    (event,) = chart_events(behaviour(8), notes)
    assert event.letter == "A"
    assert "We moved." in event.text
    assert "A flood." in event.text

    between = UnitNotes((annotation(1), annotation(2, "A flood.")))  # asked every third month
    assert len(chart_events(behaviour(5, every=3), between)) == 1


def test_after_z_letters_go_on_with_a_number() -> None:
    notes = UnitNotes(tuple(annotation(place) for place in range(28)))
    letters = [each.letter for each in chart_events(behaviour(5), notes)]
    assert letters[:6] == ["A", "B", "C", "D", "E", "F"]
    many = UnitNotes(tuple(annotation(place) for place in range(27)))
    assert chart_events(behaviour(30), many)[26].letter == "A2"
