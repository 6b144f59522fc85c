"""Cells that are shown coarsely: the same words on the page, in the file and in the heatmap."""

import csv
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from analysis.trends.words import COARSE_REASON, COARSE_SHARES
from pulse.access import Role
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from tests.pulse.dashboards.pages import NO_BREAK, rows_of, text_of
from tests.pulse.released import waves_with_a_joiner

SignInAs = Callable[..., FlaskClient]


@pytest.fixture
def waves(stores: Stores, signer: LogSigner) -> tuple[Month, ...]:
    with stores.archive() as session:
        return waves_with_a_joiner(session, signer)


def plain(text: str) -> str:
    return text.replace(NO_BREAK, " ")


def test_page_file_and_heatmap_say_the_same_of_a_coarse_month(
    waves: tuple[Month, ...], sign_in_as: SignInAs
) -> None:
    client = sign_in_as(Role.HR)
    page = plain(text_of(client.get("/units/north-2").text))
    lines = csv.DictReader(client.get("/units/north-2.csv").text.splitlines())
    file = {row["month"]: row for row in lines}
    heat = {row[0]: row for row in rows_of(client.get("/heatmap?level=2").text, "Table 1")}

    assert "Shown coarsely in the latest month" in page
    assert "was about 3.5 of 5 in" in page
    assert COARSE_REASON in page
    newest = file[str(waves[-1])]
    assert (newest["mean"], newest["reading"]) == ("about 3.5", "shown coarsely, not judged")
    assert file[str(waves[-2])]["mean"] == "3.4"
    assert any("about 3.5" in plain(cell) for cell in heat["Leaving care North"])
    assert any("shown coarsely, not judged" in plain(cell) for cell in heat["Leaving care North"])
    assert not any("coarsely" in cell for cell in heat["Duty North"])


def test_the_answers_of_a_coarse_month_say_why_their_steps_are_wide(
    waves: tuple[Month, ...], sign_in_as: SignInAs
) -> None:
    assert waves
    page = plain(text_of(sign_in_as(Role.HR).get("/units/north-2").text))
    assert f"need not add up to 100%. {COARSE_SHARES}" in page


def test_the_chart_draws_a_coarse_month_hollow_and_its_legend_says_so(
    waves: tuple[Month, ...], sign_in_as: SignInAs
) -> None:
    assert waves
    client = sign_in_as(Role.HR)
    assert "or shown coarsely" in plain(client.get("/units/north-2").text)
    assert "or shown coarsely" not in plain(client.get("/units/north-3").text)
