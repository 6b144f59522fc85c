"""How well the questions work together: each figure from the release, and when there is none."""

import numpy as np
import pytest
from sqlalchemy.orm import Session

from analysis.archive import visible_releases
from analysis.publishing import verify_release
from analysis.release import ReleaseHead
from analysis.reliability import agreement
from analysis.tables import ReleaseRow
from pulse.access import Role
from pulse.dashboards.questionnaire import QuestionnairePage, questionnaire_page
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from tests.pulse.conftest import SignInAs
from tests.pulse.dashboards.pages import rows_of, text_of
from tests.pulse.questioned import questioned_city
from tests.pulse.released import FIRST


def page_of(session: Session) -> tuple[ReleaseHead, QuestionnairePage]:
    heads = visible_releases(session)
    return heads[-1], questionnaire_page(session, heads, needed=200)


@pytest.fixture
def city(stores: Stores, signer: LogSigner) -> Stores:
    with stores.archive() as session:
        questioned_city(session, signer)
    return stores


def test_each_theme_is_told_from_the_newest_month_that_asked_it(city: Stores) -> None:
    with city.archive() as session:
        newest, page = page_of(session)
    assert [(row.name, row.month) for row in page.scales] == [
        ("Belonging", FIRST.shifted(1)),
        ("Blame and safety", FIRST),
    ]
    assert newest.questionnaire is not None
    (scale,) = newest.questionnaire.scales
    assert page.scales[0].alpha == f"{scale.alpha:.2f}"
    assert 0.4 < scale.alpha < 0.9
    assert f"{round(100 * scale.alpha)} in 100" in page.lead


def test_agreement_is_worked_out_from_the_released_spread(city: Stores) -> None:
    with city.archive() as session:
        newest, page = page_of(session)
    spreads = [item.within_sd for item in newest.items]
    assert [row.agreement for row in page.questions] == [
        f"{agreement(np.array([spread**2]), labels=len(item.labels)):.2f}"
        for spread, item in zip(spreads, newest.items, strict=True)
    ]


def test_differences_between_units_are_found_where_they_were_drawn(city: Stores) -> None:
    with city.archive() as session:
        _newest, page = page_of(session)
    of_questions = [float(row.icc1) for row in page.questions]
    assert all(0.05 < each < 0.45 for each in of_questions)  # drawn with 0.25 / 1.1
    assert float(page.scales[0].icc2) > 0.6
    # A sum of three questions has less chance in it than one of them.
    assert float(page.scales[0].icc1) > max(of_questions[-3:])


def test_a_question_alone_in_its_theme_has_no_others(city: Stores) -> None:
    with city.archive() as session:
        _newest, page = page_of(session)
    assert [row.rest for row in page.questions[:5]] == ["the only one"] * 5
    assert all(0.2 < float(row.rest) < 0.8 for row in page.questions[5:])


def test_correlations_are_a_table_with_ones_along_the_diagonal(
    city: Stores, sign_in_as: SignInAs
) -> None:
    assert city
    html = sign_in_as(Role.UNION_AUDITOR).get("/method/questionnaire").text
    for caption in ("Table 3", "Table 4"):
        rows = [row[1:] for row in rows_of(html, caption)[1:]]
        assert [row[place] for place, row in enumerate(rows)] == ["1.00"] * 8
        assert [list(column) for column in zip(*rows, strict=True)] == rows


def test_below_ten_units_nothing_is_said_of_what_lies_between_them(
    stores: Stores, signer: LogSigner
) -> None:
    with stores.archive() as session:
        questioned_city(session, signer, teams=9, people=40)
        _newest, page = page_of(session)
    assert {row.icc1 for row in page.questions} == {"not told"}
    assert all(row.alpha for row in page.scales)


def test_with_too_few_complete_answers_the_page_says_how_many_it_needs_and_what_figures_mean(
    stores: Stores, signer: LogSigner, sign_in_as: SignInAs
) -> None:
    with stores.archive() as session:
        questioned_city(session, signer, teams=9, people=20)
    html = sign_in_as(Role.HR).get("/method/questionnaire").text
    text = text_of(html)
    assert "need a month with 200 complete answers or more" in text
    assert "<table" not in html
    assert "Cronbach, Psychometrika 16 (1951)" in text


def test_how_many_answered_is_told_as_a_floor_alone(city: Stores, sign_in_as: SignInAs) -> None:
    assert city
    text = text_of(sign_in_as(Role.HR).get("/method/questionnaire").text)
    assert "200 complete answers or more" in text
    assert "480" not in text  # 24 teams of 20


def test_every_figure_of_the_tables_is_explained(city: Stores, sign_in_as: SignInAs) -> None:
    assert city
    html = sign_in_as(Role.LEADER, ["root"]).get("/method/questionnaire").text
    headers = {name for table in ("Table 1", "Table 2") for name in rows_of(html, table)[0]}
    explained = text_of(html).partition("What each figure means")[2]
    named = headers - {"Theme", "Month", "Questions", "Question", "First answer", "Last answer"}
    assert all(f" {name} " in explained for name in named)
    assert "First and last answer" in explained


def test_the_method_page_leads_there_for_those_who_may_go(
    city: Stores, sign_in_as: SignInAs
) -> None:
    assert city
    link = 'href="/method/questionnaire"'
    for role in (Role.HR, Role.LEADER, Role.TEAM_LEADER, Role.UNION_AUDITOR):
        assert link in sign_in_as(role).get("/method").text
    administrator = sign_in_as(Role.ADMINISTRATOR)
    assert link not in administrator.get("/method").text
    assert administrator.get("/method/questionnaire").status_code == 403


def test_the_figures_are_part_of_what_verifying_a_release_covers(city: Stores) -> None:
    with city.archive() as session:
        assert verify_release(session, FIRST).is_intact
        row = session.get_one(ReleaseRow, str(FIRST))
        row.header = row.header.replace('"alpha":0.', '"alpha":0.9')
        session.flush()
        assert verify_release(session, FIRST).broken == ("header",)
