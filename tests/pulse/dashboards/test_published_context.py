"""Figures of other people beside our own: in words, labelled, only the same figure, never small."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from analysis.archive import visible_releases
from analysis.trends.measures import Measure
from pulse.access import Role, Viewer
from pulse.dashboards.item_answers import HiddenItem, ItemAnswers, ShownItem
from pulse.dashboards.published_context import FEWEST_ANSWERS, published_figures
from pulse.dashboards.scope import scope_of
from pulse.dashboards.unit import unit_page
from pulse.stores import Stores
from surveys.instruments import Benchmark, Benchmarks, Instrument, ItemCode, Statistic
from surveys.ledger.signing import LogSigner
from surveys.packs import add_version
from surveys.units import UnitCode
from tests.pulse.dashboards.pages import NO_BREAK, text_of
from tests.pulse.released import FIRST, MANY, release, tally_of

SignInAs = Callable[..., FlaskClient]
ASKED = "I have an acceptable workload"
WORKLOAD = Benchmark(ItemCode("workload"), ASKED, Statistic.SHARE, "agree", 65.657)
SURVEY = Benchmarks(
    "Civil Service People Survey", 2024, "UK civil service", "median of organisations", (WORKLOAD,)
)
PACK = Instrument(
    "csps", "CSPS 2024", "Cabinet Office, 2024", "Open Government Licence v3.0", {}, {}, (),
    "Published under an open licence.", SURVEY,
)  # fmt: skip
WORDS = (
    "For context: Civil Service People Survey 2024, UK civil service, median of organisations: "
    "66% “agree”. They were asked: “I have an acceptable workload”. Other people, another question "
    "of the same kind; not a goal. Cabinet Office, 2024. Open Government Licence v3.0."
)


def pack_of(*figures: Benchmark) -> Instrument:
    return replace(PACK, benchmarks=replace(SURVEY, figures=figures))


@pytest.fixture
def archive(stores: Stores, signer: LogSigner) -> Stores:
    """One month with 101 answers in all, 45 in North; the pack is there."""
    with stores.archive() as session:
        release(session, [tally_of(FIRST, MANY, means={})], signer)
    with stores.registry() as session:
        add_version(session, PACK, version=1, day=FIRST.first_day)
    return stores


def page(client: FlaskClient, path: str) -> str:
    return text_of(client.get(path).text).replace(NO_BREAK, " ")


def test_the_whole_organisation_reads_the_figure_with_sector_year_source_and_licence(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    assert WORDS in page(sign_in_as(Role.HR), "/units/root?measure=workload")


def test_another_measure_of_the_same_page_has_none(archive: Stores, sign_in_as: SignInAs) -> None:
    assert archive
    assert "For context" not in page(sign_in_as(Role.HR), "/units/root?measure=morale")


def test_a_unit_with_fewer_answers_has_none(archive: Stores, sign_in_as: SignInAs) -> None:
    assert archive
    assert sum(people for unit, people in MANY.items() if "north" in unit) < FEWEST_ANSWERS
    assert "For context" not in page(sign_in_as(Role.HR), "/units/north?measure=workload")


def test_nothing_of_it_is_coloured_drawn_or_in_the_file(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    client = sign_in_as(Role.HR)
    html = client.get("/units/root?measure=workload").text
    paragraph = re.search(r"<p([^>]*)>For context", html)
    assert paragraph is not None
    assert paragraph[1] == ' class="small prose"'
    drawn = re.findall(r"<svg.*?</svg>|<script.*?</script>", html, re.DOTALL)
    assert drawn
    assert not any("Civil Service" in each or "65.6" in each for each in drawn)
    assert "Civil" not in client.get("/units/root.csv?measure=workload").text


def test_the_heatmap_says_where_such_figures_stand_and_shows_none(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    text = page(sign_in_as(Role.HR), "/heatmap")
    assert "for context (Civil Service People Survey 2024), stand on the pages of units" in text
    assert "66%" not in text


def test_without_a_pack_no_page_speaks_of_other_people(
    stores: Stores, signer: LogSigner, sign_in_as: SignInAs
) -> None:
    with stores.archive() as session:
        release(session, [tally_of(FIRST, MANY, means={})], signer)
    client = sign_in_as(Role.HR)
    assert "or context" not in page(client, "/units/root?measure=workload")
    assert "or context" not in page(client, "/heatmap")


# What may stand beside what


def words_for(answers: ItemAnswers, measure: Measure, figure: Benchmark) -> list[str]:
    return [each.words for each in published_figures(measure, answers, [pack_of(figure)])]


def test_the_same_question_is_said_to_be_the_same(
    shown: tuple[Measure, ItemAnswers],
) -> None:
    measure, answers = shown
    same = replace(WORKLOAD, asked="The amount of work I have is acceptable")
    (words,) = words_for(answers, measure, same)
    assert "Other people, the same question; not a goal." in words


def test_a_band_that_the_release_did_not_have_is_left_out(
    shown: tuple[Measure, ItemAnswers],
) -> None:
    measure, answers = shown
    assert words_for(answers, measure, replace(WORKLOAD, band="agree strongly")) == []


def test_a_mean_stands_beside_the_mean_of_the_one_question_only(
    shown: tuple[Measure, ItemAnswers],
) -> None:
    measure, answers = shown
    mean = replace(WORKLOAD, statistic=Statistic.MEAN, band="", value=3.45)
    (words,) = words_for(answers, measure, mean)
    assert "median of organisations: mean 3.5 of 5." in words
    two = replace(measure, items=(*measure.items, ItemCode("other")))
    assert words_for(answers, two, mean) == []


def test_a_hidden_question_has_nothing_beside_it(shown: tuple[Measure, ItemAnswers]) -> None:
    measure, answers = shown
    hidden = replace(answers, items=(HiddenItem("x", "", "too few"),))
    assert words_for(hidden, measure, WORKLOAD) == []


@pytest.fixture
def shown(archive: Stores) -> tuple[Measure, ItemAnswers]:
    """The measure Workload and how the whole organisation answered its one question."""
    with archive.archive() as session:
        heads = visible_releases(session)
        scope = scope_of(Viewer("id", "Dana Okafor", Role.HR, ()), heads[-1].tree)
        found = unit_page(
            session, heads, scope, UnitCode("root"), measure="workload", is_whole=False
        )
    assert found.answers is not None
    assert isinstance(found.answers.items[0], ShownItem)
    return found.measure, found.answers
