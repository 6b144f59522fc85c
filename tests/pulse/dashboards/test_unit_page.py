"""One unit: sentence, chart, table, hidden months, and where hidden answers count."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from analysis.archive import visible_releases
from pulse.access import Role, Viewer
from pulse.charts.spec import HiddenMonth, ShownMonth
from pulse.dashboards.month_rows import MONTHS_AT_FIRST, HiddenRow, ShownRow
from pulse.dashboards.scope import scope_of
from pulse.dashboards.unit import UnitPage, unit_page
from pulse.stores import Stores
from surveys.challenges import raise_challenge
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from surveys.units import UnitCode
from tests.pulse.dashboards.pages import chart_values, drawn_values, rows_of, text_of
from tests.pulse.released import ANCHORS, FIRST, MANY, months_from, release, tally_of
from tests.surveys.closed_waves import CLOSED, make_wave

HR = Viewer("id", "Dana Okafor", Role.HR, ())
HIDDEN = "hidden: too few answers here or beside it"
SignInAs = Callable[..., FlaskClient]


def page_of(
    session: Session, code: str, *, measure: str = "", viewer: Viewer = HR, is_whole: bool = False
) -> UnitPage:
    heads = visible_releases(session)
    scope = scope_of(viewer, heads[-1].tree)
    return unit_page(session, heads, scope, UnitCode(code), measure=measure, is_whole=is_whole)


@pytest.fixture
def archive(stores: Stores, released_months: tuple[Month, ...]) -> Stores:
    assert released_months
    return stores


def test_chart_and_table_are_the_same_months_with_the_same_numbers(archive: Stores) -> None:
    with archive.archive() as session:
        page = page_of(session, "north-3")

    assert page.chart is not None
    told = [
        (month.month, f"{month.value:.1f}" if isinstance(month, ShownMonth) else "hidden")
        for month in reversed(page.chart.months)
    ]
    assert told == [
        (row.month, row.mean if isinstance(row, ShownRow) else "hidden") for row in page.table.rows
    ]
    assert page.chart.months[3] == HiddenMonth(Month(2025, 8))


def test_both_drawings_and_the_table_of_a_page_hold_the_same_numbers(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    html = sign_in_as(Role.HR).get("/units/north-1").text

    table = [float(row[1]) for row in rows_of(html, "Table 1")[:0:-1]]
    assert chart_values(html) == table
    assert drawn_values(html, axis=(2, 4.5)) == table
    assert len(table) == 18


def test_a_hidden_month_is_one_hatched_cell_with_the_public_reason(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    html = sign_in_as(Role.HR).get("/units/north-3").text

    assert ["August 2025", HIDDEN] in rows_of(html, "Table 1")
    assert '<td colspan="4" class="hatch">' in html


def test_a_unit_where_nobody_answered_looks_like_one_where_few_did(
    stores: Stores, signer: LogSigner
) -> None:
    months = months_from(FIRST, 2)
    empty, small = {**MANY, "north-3": 0}, {**MANY, "north-3": 4}
    with stores.archive() as session:
        release(
            session,
            [tally_of(m, r, means={}) for m, r in zip(months, (empty, small), strict=True)],
            signer,
        )
        page = page_of(session, "north-3")

    small_row, empty_row = page.table.rows
    assert isinstance(small_row, HiddenRow)
    assert isinstance(empty_row, HiddenRow)
    assert small_row.hidden_because == empty_row.hidden_because
    assert [hidden.months for hidden in page.hidden_months] == [
        f"{months[0].words} to {months[1].words}"
    ]


def test_a_signal_is_told_in_words_and_ends_in_a_question(archive: Stores) -> None:
    with archive.archive() as session:
        page = page_of(session, "north-1")

    assert page.reading.heading == "Seven months below its own average"
    assert "was 2.8 of 5 in" in page.reading.text
    assert page.ask.startswith("What has been weighing on people here")


def test_without_a_signal_no_question_is_pressed_on_the_reader(archive: Stores) -> None:
    with archive.archive() as session:
        page = page_of(session, "south-2")

    assert page.reading.heading == "No clear change"
    assert page.ask == ""


def test_a_hidden_unit_says_where_its_answers_count_even_above_the_viewers_part(
    stores: Stores, signer: LogSigner
) -> None:
    leader = Viewer("id", "Lee Marsh", Role.TEAM_LEADER, (UnitCode("north-3"),))
    with stores.archive() as session:
        release(session, [tally_of(FIRST, {**MANY, "north-3": 3}, means={})], signer)
        page = page_of(session, "north-3", viewer=leader)

    assert page.reading.heading == "Hidden in the latest month"
    assert page.counted_in.startswith("What people said here is not lost: it counts in North.")
    assert "Morale there was 3.4 of 5" in page.counted_in
    assert page.crumbs[0].code is None


def test_a_unit_that_is_shown_does_not_speak_of_counting_elsewhere(archive: Stores) -> None:
    with archive.archive() as session:
        assert page_of(session, "north-1").counted_in == ""


def test_an_organisation_without_anything_shown_says_so(stores: Stores, signer: LogSigner) -> None:
    with stores.archive() as session:
        release(session, [tally_of(FIRST, {"north-1": 3}, means={})], signer)
        page = page_of(session, "north-1")

    assert page.counted_in == "No unit above it is shown this month either."


def test_months_in_which_a_measure_was_not_asked_are_not_gaps(
    stores: Stores, signer: LogSigner
) -> None:
    morale_only = [item for item in ANCHORS if item.construct == "morale"]
    months = months_from(FIRST, 3)
    asked = (ANCHORS, morale_only, ANCHORS)
    with stores.archive() as session:
        release(
            session,
            [
                tally_of(m, MANY, means={}, items=items)
                for m, items in zip(months, asked, strict=True)
            ],
            signer,
        )
        workload = page_of(session, "north-1", measure="workload")
        morale = page_of(session, "north-1")

    assert [row.month for row in workload.table.rows] == [months[2], months[0]]
    assert workload.hidden_months == ()
    assert len(morale.table.rows) == 3


def test_every_option_is_shown_from_thirty_answers_and_bands_before(archive: Stores) -> None:
    with archive.archive() as session:
        few, many = page_of(session, "north-1"), page_of(session, "south-2")

    assert few.answers is not None
    assert many.answers is not None
    assert (few.answers.has_options, many.answers.has_options) == (False, True)
    item = many.answers.items[0]
    assert [share.label for share in item.bands] == ["Low", "In between", "High"]
    assert [share.label for share in item.options] == [
        "Very low", "Low", "In between", "High", "Very high",
    ]  # fmt: skip


def test_imported_months_are_marked(archive: Stores, sign_in_as: SignInAs) -> None:
    assert archive
    text = text_of(sign_in_as(Role.HR).get("/units/north-1").text)

    assert "Imported answers, not anonymous at source." in text


def test_a_long_table_shows_two_years_and_leads_to_the_rest(
    stores: Stores, signer: LogSigner, sign_in_as: SignInAs
) -> None:
    months = months_from(Month(2024, 1), 26)
    with stores.archive() as session:
        release(session, [tally_of(month, MANY, means={}) for month in months], signer)
    client = sign_in_as(Role.HR)
    cut = client.get("/units/north-1").text
    whole = client.get("/units/north-1?months=all").text

    assert "Show all 26 months" in cut
    assert len(rows_of(cut, "Table 1")) == 1 + MONTHS_AT_FIRST
    assert len(rows_of(whole, "Table 1")) == 1 + 26
    assert chart_values(cut) == chart_values(whole)


def test_the_file_to_download_says_what_the_table_says_and_suppressed_where_it_is_hidden(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    client = sign_in_as(Role.HR)
    answer = client.get("/units/north-3.csv")
    rows = [line.split(",") for line in answer.text.splitlines()]
    table = rows_of(client.get("/units/north-3").text, "Table 1")

    assert answer.headers["Content-Disposition"] == "attachment; filename=north-3-morale.csv"
    assert rows[0] == [
        "month",
        "mean",
        "95% interval",
        "answers",
        "reading",
        "source",
        "response rate",
    ]
    assert [row[1:4] for row in rows[1:] if "suppressed" not in row] == [
        row[1:4] for row in table[1:] if len(row) == 5
    ]
    assert [
        "2025-08",
        "suppressed",
        "suppressed",
        "suppressed",
        HIDDEN,
        "imported answers",
        "nobody was invited",
    ] in rows


def test_children_are_doors_and_hidden_ones_say_so(stores: Stores, signer: LogSigner) -> None:
    with stores.archive() as session:
        release(session, [tally_of(FIRST, {**MANY, "north-3": 3}, means={})], signer)
        page = page_of(session, "north")

    told = {child.name: child.hidden_because for child in page.children}
    assert told["Duty North"] == "too few answers here or beside it"
    assert told["Assessment North"] == ""


def test_what_the_union_said_about_an_earlier_month_stays_with_its_figures(
    stores: Stores, signer: LogSigner
) -> None:
    first, second = (tally_of(month, MANY, means={}) for month in months_from(FIRST, 2))
    with stores.archive() as session:
        wave = make_wave(month=FIRST)
        raised = raise_challenge(session, wave, "Who changed it?", signer=signer, day=CLOSED)
        release(session, [first], signer, challenges=[raised.place])
        assert [note.reason for note in page_of(session, "north-1").challenges.newest] == [
            raised.reason
        ]
        release(session, [second], signer)
        page = page_of(session, "north-1")

    assert page.challenges.newest == ()
    (note,) = page.challenges.earlier
    assert (note.month, note.reason) == (FIRST, "Who changed it?")
    assert note.answered == "HR did not answer within 14 days."
