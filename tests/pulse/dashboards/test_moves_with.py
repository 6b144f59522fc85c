"""What moves with morale: page, table and file say the same, and say when they cannot."""

import csv
import io
import re

import pytest
from sqlalchemy.orm import Session

from analysis.archive import visible_releases
from analysis.drivers import Joint, Refused, Single
from pulse.access import Role
from pulse.dashboards.driver_figures import DriverFigures, Period, driver_figures
from pulse.dashboards.moves_with import MovesWithPage, moves_with_page, number_words
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from tests.pulse.conftest import SignInAs
from tests.pulse.dashboards.pages import rows_of, text_of
from tests.pulse.questioned import questioned_city
from tests.pulse.released import ANCHORS, FIRST, MANY, release, tally_of

CAUSAL = re.compile(r"\b(drives?|driven|drivers?|causes?|leads? to|because of|impact|predicts)\b")


def figures_of(session: Session, period: Period = Period.TWELVE) -> DriverFigures:
    found = driver_figures(session, visible_releases(session), period)
    assert found is not None
    return found


def page_of(session: Session, period: Period = Period.TWELVE) -> MovesWithPage:
    return moves_with_page(session, visible_releases(session), period)


@pytest.fixture
def city(stores: Stores, signer: LogSigner) -> Stores:
    with stores.archive() as session:
        questioned_city(session, signer)
    return stores


def test_every_question_of_either_month_stands_beside_morale(city: Stores) -> None:
    with city.archive() as session:
        figures, newest = figures_of(session), figures_of(session, Period.NEWEST)
    assert [len(figures.questions), len(newest.questions)] == [10, 7]
    assert len(figures.joint_questions) == 4  # the anchors: both months asked them
    assert all(isinstance(each, Single) for each in (*figures.between, *figures.within))
    assert (figures.units, figures.units_left_out) == (24, 0)


def test_what_was_drawn_with_something_in_common_is_found(city: Stores) -> None:
    with city.archive() as session:
        figures = figures_of(session, Period.NEWEST)
        page = page_of(session, Period.NEWEST)
    singles = [each for each in figures.between if isinstance(each, Single)]
    assert all(each.is_distinguishable and each.estimate > 0.5 for each in singles)
    assert page.lead.startswith("Between units, morale moves with each of the 7 questions")
    within = [each.estimate for each in figures.within if isinstance(each, Single)]
    assert all(0.2 < each < 0.6 for each in within)  # drawn with 0.42, before rounding to scores


def test_too_few_units_to_take_seven_questions_together_is_said_with_how_many_more(
    city: Stores,
) -> None:
    with city.archive() as session:
        figures = figures_of(session, Period.NEWEST)
        page = page_of(session, Period.NEWEST)
    assert isinstance(figures.joint_between, Refused)
    assert isinstance(figures.joint_within, Joint)
    assert page.together is not None
    assert "There are 24, so 11 more." in page.together.between
    assert page.together.rows[0].beta_between == "not told"
    assert "of the differences in morale" in page.together.within


def test_where_nothing_can_be_told_it_is_said_once_with_what_is_missing(
    stores: Stores, signer: LogSigner
) -> None:
    with stores.archive() as session:
        release(session, [tally_of(FIRST, MANY, means={"north-1": 3.0})], signer)
        page = page_of(session)
    assert page.forest is None  # five teams
    assert page.alone == ()
    assert page.lead == (
        "We cannot say yet. Between units: At least 10 units that show both are needed. There are "
        "5, so 5 more. In one unit: This needs a month with 200 complete answers or more, released "
        "with its correlations."
    )


def test_with_few_units_and_many_people_the_table_tells_what_is_known_within_units(
    stores: Stores, signer: LogSigner
) -> None:
    with stores.archive() as session:
        questioned_city(session, signer, teams=9, people=40)
        page = page_of(session, Period.NEWEST)
    assert page.lead == "Between units we cannot say yet. The table says what is missing."
    assert page.forest is None
    assert {row.between for row in page.alone} == {"not told"}
    assert "not told" not in {row.within for row in page.alone}
    assert "There are 9, so 1 more." in page.alone[0].words


def test_without_a_question_about_morale_there_is_nothing_to_set_beside_it(
    stores: Stores, signer: LogSigner
) -> None:
    others = [item for item in ANCHORS if item.construct != "morale"]
    with stores.archive() as session:
        release(session, [tally_of(FIRST, MANY, means={}, items=others)], signer)
        page = page_of(session)
    assert page.lead.startswith("No released month asks about morale")
    assert page.alone == ()


def test_screen_chart_and_file_hold_the_same_numbers(city: Stores, sign_in_as: SignInAs) -> None:
    reader = sign_in_as(Role.HR)
    html = reader.get("/moves-with").text
    table = rows_of(html, "Table 1")[1:]
    file = list(csv.DictReader(io.StringIO(reader.get("/moves-with.csv").text)))
    with city.archive() as session:
        figures = figures_of(session)
    assert len(table) == len(figures.questions)
    for row, between, within in zip(table, figures.between, figures.within, strict=True):
        assert row[1].endswith(number_words(between))
        assert row[2].endswith(number_words(within))
    said = [
        f"{float(row['estimate']):.2f}"
        for row in file
        if (row["analysis"], row["figure"]) == ("between", "correlation")
    ]
    assert [row[1].removeprefix("between units: ").split(" ")[0] for row in table] == said
    description = re.search(r'aria-label="(Rank correlations[^"]*)"', html)
    assert description is not None
    assert all(number in description[1] for number in said)
    shares = [row for row in file if row["figure"] == "share of differences"]
    assert len(shares) == 2 * len(figures.joint_questions)


def test_the_newest_month_alone_is_another_page_and_another_file(
    city: Stores, sign_in_as: SignInAs
) -> None:
    assert city
    reader = sign_in_as(Role.LEADER, ["root"])
    whole, newest = (reader.get(f"/moves-with?months={each}").text for each in ("", "newest"))
    assert len(rows_of(whole, "Table 1")) == 1 + 10
    assert len(rows_of(newest, "Table 1")) == 1 + 7
    file = reader.get("/moves-with.csv?months=newest").text
    assert len({row["question"] for row in csv.DictReader(io.StringIO(file))}) == 7


def test_it_says_moves_with_and_no_word_of_causes(city: Stores, sign_in_as: SignInAs) -> None:
    assert city
    text = text_of(sign_in_as(Role.HR).get("/moves-with").text)
    assert "Between units: moves with morale." in text
    assert not CAUSAL.search(text)


def test_leaders_of_one_part_and_hr_read_the_same_numbers(
    city: Stores, sign_in_as: SignInAs
) -> None:
    assert city
    hr = rows_of(sign_in_as(Role.HR).get("/moves-with").text, "Table 1")
    leader = rows_of(sign_in_as(Role.LEADER, ["t03"]).get("/moves-with").text, "Table 1")
    assert hr == leader


@pytest.mark.parametrize("role", [Role.TEAM_LEADER, Role.UNION_AUDITOR, Role.ADMINISTRATOR])
def test_others_do_not_open_it(city: Stores, sign_in_as: SignInAs, role: Role) -> None:
    assert city
    assert sign_in_as(role).get("/moves-with").status_code == 403


def test_the_method_page_leads_there_for_those_who_may_go(
    city: Stores, sign_in_as: SignInAs
) -> None:
    assert city
    link = 'href="/moves-with"'
    assert link in sign_in_as(Role.LEADER, ["root"]).get("/method").text
    assert link not in sign_in_as(Role.UNION_AUDITOR).get("/method").text


def test_before_the_first_release_the_page_says_what_will_come(sign_in_as: SignInAs) -> None:
    reader = sign_in_as(Role.HR)
    assert "Nothing has been released yet" in reader.get("/moves-with").text
    assert reader.get("/moves-with.csv").status_code == 404
