"""Where imported months end and waves begin: marked in chart, table and file, never adjusted."""

from collections.abc import Callable, Sequence

import pytest
from flask.testing import FlaskClient

from analysis.archive import visible_releases
from analysis.release import Source
from pulse.access import Role, Viewer
from pulse.dashboards.scope import scope_of
from pulse.dashboards.sources import (
    SourceStretch,
    break_notes,
    source_breaks,
    source_stretches,
    sources_sentence,
)
from pulse.dashboards.unit import unit_page
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from surveys.units import UnitCode
from tests.pulse.dashboards.pages import NO_BREAK, chart_values, rows_of, text_of
from tests.pulse.released import FIRST, MANY, joined_months, months_from, workforce

SignInAs = Callable[..., FlaskClient]
IMPORTED, WAVE = Source.IMPORTED, Source.WAVE
SENTENCE = (
    "Until December 2025 the figures come from imported answers; "
    "from January 2026 from Pulse's own waves."
)
NOTE = "The source of answers changes here: from January 2026 Pulse's own waves, before that imported answers."


def stretches(*sources: Source) -> tuple[SourceStretch, ...]:
    months = months_from(Month(2026, 1), len(sources))
    return source_stretches(months, dict(zip(months, sources, strict=True)))


def plain(text: str) -> str:
    return text.replace(NO_BREAK, " ")


@pytest.fixture
def joined(stores: Stores, signer: LogSigner) -> tuple[Month, ...]:
    """Eight imported months and two of waves, published, with workforce figures."""
    with stores.archive() as session:
        months = joined_months(session, signer)
        workforce(session, months, {}, signer)
    return months


@pytest.mark.parametrize(
    ("sources", "sentence"),
    [
        ([], ""),
        ([IMPORTED, IMPORTED], ""),
        ([WAVE, WAVE], ""),
        (
            [IMPORTED, IMPORTED, WAVE],
            (
                "Until February 2026 the figures come from imported answers; "
                "from March 2026 from Pulse's own waves."
            ),
        ),
        (
            [WAVE, IMPORTED],
            (
                "Until January 2026 the figures come from Pulse's own waves; "
                "from February 2026 from imported answers."
            ),
        ),
        (
            [IMPORTED, WAVE, IMPORTED, IMPORTED, WAVE],
            (
                "Until January 2026 the figures come from imported answers; "
                "in February 2026 from Pulse's own waves; "
                "from March 2026 to April 2026 from imported answers; "
                "from May 2026 from Pulse's own waves."
            ),
        ),
    ],
)
def test_the_sentence_names_every_stretch(sources: Sequence[Source], sentence: str) -> None:
    assert plain(sources_sentence(stretches(*sources))) == sentence


def test_each_change_has_one_mark_and_one_note_at_its_first_month() -> None:
    changing = stretches(IMPORTED, IMPORTED, WAVE, IMPORTED)
    assert [(each.month, each.words) for each in source_breaks(changing)] == [
        (Month(2026, 3), "joined from imported answers"),
        (Month(2026, 4), "joined from Pulse's own waves"),
    ]
    assert list(break_notes(changing)) == [Month(2026, 3), Month(2026, 4)]


def test_a_month_without_the_measure_moves_the_mark_to_the_first_that_has_it() -> None:
    january, _february, march = months = months_from(Month(2026, 1), 3)
    sources = dict(zip(months, (IMPORTED, WAVE, WAVE), strict=True))
    (mark,) = source_breaks(source_stretches([january, march], sources))
    assert mark.month == march


def test_the_unit_page_marks_the_change_in_chart_words_and_table(
    joined: tuple[Month, ...], sign_in_as: SignInAs
) -> None:
    assert joined
    html = sign_in_as(Role.HR).get("/units/north-1").text

    assert html.count('class="break"') == 3  # wide, narrow, legend
    assert "joined from imported answers" in html.split('class="chart-data"')[1]
    description = html.split('role="img" aria-label="')[1].split('"')[0].replace("&#39;", "'")
    assert SENTENCE in plain(description)
    assert SENTENCE in plain(text_of(html))
    rows = rows_of(html, "Table 1")
    assert [plain(row[0]) for row in rows[1:5]] == [
        "February 2026",
        "January 2026",
        NOTE,
        "December 2025",
    ]


def test_the_note_in_the_table_takes_no_month_from_it(
    joined: tuple[Month, ...], sign_in_as: SignInAs
) -> None:
    html = sign_in_as(Role.HR).get("/units/north-1").text
    table = [float(row[1]) for row in rows_of(html, "Table 1")[:0:-1] if len(row) > 1]

    assert chart_values(html) == table
    assert len(table) == len(joined)


def test_limits_are_not_rebased_where_the_source_changes(stores: Stores, signer: LogSigner) -> None:
    with stores.archive() as session:
        joined_months(session, signer, imported=13, waves=2)
        heads = visible_releases(session)
        scope = scope_of(Viewer("id", "Dana Okafor", Role.HR, ()), heads[-1].tree)
        page = unit_page(session, heads, scope, UnitCode("north-1"), measure="", is_whole=True)

    assert page.chart is not None
    assert [event.month for event in page.chart.events] == [FIRST.shifted(11)]
    assert [each.month for each in page.chart.breaks] == [FIRST.shifted(13)]


def test_a_series_of_one_source_has_no_mark(
    released_months: tuple[Month, ...], sign_in_as: SignInAs
) -> None:
    assert released_months
    html = sign_in_as(Role.HR).get("/units/north-1").text

    assert 'class="break"' not in html
    assert "source-break" not in html
    assert "joined from" not in html


def test_the_turnover_page_marks_it_on_morale_and_in_its_table(
    joined: tuple[Month, ...], sign_in_as: SignInAs
) -> None:
    assert joined
    html = sign_in_as(Role.HR).get("/turnover?unit=north-1").text

    rows = rows_of(html, "Table 4. The same numbers")
    assert [plain(row[0]) for row in rows].index(NOTE) == 3
    assert html.count("joined from imported answers") == 3  # wide, narrow and the screen's drawing


def test_the_file_to_download_names_the_source_of_every_month(
    joined: tuple[Month, ...], sign_in_as: SignInAs
) -> None:
    lines = sign_in_as(Role.HR).get("/units/north-1.csv").text.splitlines()

    assert lines[0].split(",")[5] == "source"
    assert [line.split(",")[5] for line in lines[1:]] == [
        *["Pulse's own waves"] * 2,
        *["imported answers"] * (len(joined) - 2),
    ]


def test_a_hidden_month_at_the_change_is_marked_like_a_shown_one(
    stores: Stores, signer: LogSigner, sign_in_as: SignInAs
) -> None:
    with stores.archive() as session:
        joined_months(session, signer, respondents_of_waves={**MANY, "north-3": 3})
    html = sign_in_as(Role.HR).get("/units/north-3").text

    assert html.count('class="break"') == 3
    assert NOTE in [plain(row[0]) for row in rows_of(html, "Table 1")]
