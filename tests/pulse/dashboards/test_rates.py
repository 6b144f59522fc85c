"""Response rates on pages and in files: of shown cells of Pulse's own waves, the same everywhere."""

import csv
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from analysis.release import Bound, CodedNumber, Source
from pulse.access import Role
from pulse.dashboards.rates import rate_text
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from tests.pulse.dashboards.pages import NO_BREAK, rows_of, text_of
from tests.pulse.released import (
    FIRST,
    INVITED,
    MANY,
    joined_months,
    months_from,
    release,
    tally_of,
)

SignInAs = Callable[..., FlaskClient]
HIDDEN = "hidden: too few answers here or beside it"


def plain(text: str) -> str:
    return text.replace(NO_BREAK, " ")


def table(html: str, caption: str) -> list[list[str]]:
    return [[plain(cell) for cell in row] for row in rows_of(html, caption)]


def rate_column(client: FlaskClient, unit: str, measure: str = "") -> dict[str, str]:
    """Return the column "response rate" of the file to download, by month."""
    text = client.get(f"/units/{unit}.csv?measure={measure}").text
    return {row["month"]: row["response rate"] for row in csv.DictReader(text.splitlines())}


@pytest.fixture
def joined(stores: Stores, signer: LogSigner) -> tuple[Month, ...]:
    """Eight imported months and two of waves, published."""
    with stores.archive() as session:
        return joined_months(session, signer)


@pytest.fixture
def with_hidden(stores: Stores, signer: LogSigner) -> tuple[Month, ...]:
    """The same, but in the waves only three people answered in Duty North."""
    with stores.archive() as session:
        return joined_months(session, signer, respondents_of_waves={**MANY, "north-3": 3})


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (CodedNumber(65), "65%"),
        (CodedNumber(90, Bound.AT_LEAST), "over 90%"),
        (CodedNumber(5, Bound.AT_MOST), "under 5%"),
    ],
)
def test_a_rate_in_words(rate: CodedNumber, words: str) -> None:
    assert rate_text(rate) == words


def test_the_unit_page_says_how_many_of_those_invited_answered(
    joined: tuple[Month, ...], sign_in_as: SignInAs
) -> None:
    assert joined
    html = sign_in_as(Role.HR).get("/units/north-1").text

    assert "About 65% of everybody invited answered in February 2026." in plain(text_of(html))
    assert table(html, "Table 3") == [
        ["Month", "Answers", "Took part"],
        ["February 2026", "19 answers", "65%"],
        ["January 2026", "19 answers", "65%"],
    ]


def test_where_few_did_not_answer_only_a_bound_is_told(
    joined: tuple[Month, ...], sign_in_as: SignInAs
) -> None:
    assert joined
    html = sign_in_as(Role.HR).get("/units/north-2").text

    assert (
        "Over 70% of everybody invited answered in February 2026; fewer than 5 people did not."
        in plain(text_of(html))
    )
    assert "88%" not in html  # 14 of 16
    assert "85%" not in html


def test_a_hidden_unit_has_no_rate_on_any_page_or_file(
    with_hidden: tuple[Month, ...], sign_in_as: SignInAs
) -> None:
    newest = str(with_hidden[-1])
    client = sign_in_as(Role.HR)
    html = client.get("/units/north-3").text

    assert "of everybody invited answered" not in text_of(html)
    assert table(html, "Table 2")[1] == ["February 2026", HIDDEN]
    assert rate_column(client, "north-3")[newest] == "suppressed"
    heat = table(client.get("/heatmap?level=2").text, "Table 1")
    assert next(row for row in heat if row[0] == "Duty North")[1] == HIDDEN
    children = client.get("/units/north").text.split("Units in North")[1]
    assert "answered" not in children.split("Duty North</a>")[1].split("</li>")[0]


def test_imported_months_have_none_and_say_that_nobody_was_invited(
    joined: tuple[Month, ...], sign_in_as: SignInAs
) -> None:
    client = sign_in_as(Role.HR)
    text = plain(text_of(client.get("/units/north-1").text))
    rates = rate_column(client, "north-1")

    assert (
        "May 2025 to December 2025: imported answers, not anonymous at source. "
        "Nobody was invited then, so there is no response rate." in text
    )
    assert {rates[str(month)] for month in joined[:8]} == {"nobody was invited"}


def test_a_unit_of_imported_months_alone_has_no_table_of_rates(
    released_months: tuple[Month, ...], sign_in_as: SignInAs
) -> None:
    assert released_months
    client = sign_in_as(Role.HR)

    assert "How many took part" not in client.get("/units/north-1").text
    heat = client.get("/heatmap").text
    assert "Took part" not in heat
    assert "Nobody was invited in October 2026, so there is no response rate." in plain(
        text_of(heat)
    )


def test_file_heatmap_and_unit_page_tell_the_same_rate(
    joined: tuple[Month, ...], sign_in_as: SignInAs
) -> None:
    newest = str(joined[-1])
    client = sign_in_as(Role.HR)
    heat = {row[0]: row[1] for row in table(client.get("/heatmap?level=2").text, "Table 1")[1:]}
    names = {
        "north-1": "Assessment North",
        "north-2": "Leaving care North",
        "south-2": "Fostering South",
    }
    for unit, name in names.items():
        page = table(client.get(f"/units/{unit}").text, "Table 3")
        assert page[1][2] == heat[name] == rate_column(client, unit)[newest]
    assert set(heat.values()) == {"65%", "over 70%", "60%", "40%"}


def test_the_heatmap_says_of_which_month_the_rate_is(
    joined: tuple[Month, ...], sign_in_as: SignInAs
) -> None:
    assert joined
    heads = table(sign_in_as(Role.HR).get("/heatmap").text, "Table 1")[0]
    assert heads[1] == "Took partFeb 2026"


def test_the_list_of_units_below_tells_their_rates(
    joined: tuple[Month, ...], sign_in_as: SignInAs
) -> None:
    assert joined
    text = text_of(sign_in_as(Role.HR).get("/units/north").text)
    assert "Assessment North 65% answered" in text
    assert "Leaving care North over 70% answered" in text


def test_the_rate_is_the_units_whatever_the_measure(
    joined: tuple[Month, ...], sign_in_as: SignInAs
) -> None:
    client = sign_in_as(Role.HR)
    rates = {
        rate_column(client, "north-1", each)[str(joined[-1])] for each in ("morale", "workload")
    }
    assert rates == {"65%"}


def test_a_wave_from_before_there_were_rates_says_so(
    stores: Stores, signer: LogSigner, sign_in_as: SignInAs
) -> None:
    (month,) = months_from(FIRST, 1)
    with stores.archive() as session:
        release(session, [tally_of(month, MANY, means={})], signer, source=Source.WAVE)
    client = sign_in_as(Role.HR)
    html = client.get("/units/north-1").text

    assert "of everybody invited answered" not in text_of(html)
    assert table(html, "Table 3")[1][2] == "not worked out"
    assert rate_column(client, "north-1") == {str(month): "not worked out"}


def test_the_rate_of_a_whole_is_that_of_all_groups_under_it(
    stores: Stores, signer: LogSigner, sign_in_as: SignInAs
) -> None:
    with stores.archive() as session:
        release(
            session,
            [tally_of(FIRST, MANY, means={})],
            signer,
            source=Source.WAVE,
            invited={**INVITED, "north": 15},  # whose people nobody answered for
        )
    client = sign_in_as(Role.HR)

    assert rate_column(client, "north") == {str(FIRST): "55%"}  # 45 of 80
    assert rate_column(client, "root") == {str(FIRST): "55%"}  # 101 of 180
