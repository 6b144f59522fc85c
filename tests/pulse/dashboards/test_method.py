"""The method page says the numbers of the policy in force."""

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from statsmodels.stats.power import TTestIndPower

from analysis.repeated_answers import guessing_odds
from analysis.trends.findings import FIXED_FALSE_ALARM_SHARE, PROVISIONAL_FALSE_ALARM_SHARE
from pulse.access import Role
from pulse.dashboards.method import SECTIONS, method_page
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from surveys.policy import AnonymityPolicy
from tests.pulse.dashboards.pages import text_of
from tests.pulse.released import FIRST, MANY, release, tally_of

SignInAs = Callable[..., FlaskClient]
STRICTER = AnonymityPolicy(threshold=12, colluders=1, all_options_from=40, leavers_threshold=7)


def test_the_numbers_are_those_of_the_policy_in_force(
    stores: Stores, signer: LogSigner, sign_in_as: SignInAs
) -> None:
    with stores.archive() as session:
        release(session, [tally_of(FIRST, MANY, means={})], signer, policy=STRICTER)
    text = text_of(sign_in_as(Role.TEAM_LEADER, ["north"]).get("/method").text)

    assert "at least 13 people stand behind it: 12 and 1 who might put their own answers" in text
    assert "shown from 40 answers" in text
    assert "at least 7 leavers" in text


def test_the_newest_release_says_under_which_k_and_from_what_it_was_made(
    stores: Stores, signer: LogSigner, sign_in_as: SignInAs
) -> None:
    with stores.archive() as session:
        release(session, [tally_of(FIRST, MANY, means={})], signer, policy=STRICTER)
    text = text_of(sign_in_as(Role.UNION_AUDITOR).get("/method").text)

    assert "Made under k 13" in text
    assert "imported answers, not anonymous at source" in text


def test_before_any_rule_is_recorded_the_page_says_so() -> None:
    page = method_page(None, ())

    assert page.rules == ()
    assert page.release_facts == ()


def test_the_odds_of_a_guess_from_two_months_are_those_of_the_k_in_force() -> None:
    for k in (5, 9):
        guess = method_page(AnonymityPolicy(threshold=k), ()).guess
        odds = guessing_odds(k)
        assert guess.people == k
        assert guess.one_month == round(100 * odds.one_month)
        assert guess.two_months == tuple(round(100 * share) for share in odds.two_months)


def test_the_page_says_how_much_better_two_months_are_than_one(
    stores: Stores, signer: LogSigner, sign_in_as: SignInAs
) -> None:
    with stores.archive() as session:
        release(session, [tally_of(FIRST, MANY, means={})], signer)
    text = text_of(sign_in_as(Role.TEAM_LEADER, ["north"]).get("/method").text)

    assert "Say a team of 5 all answer, somebody leaves" in text
    assert "right 59 times in 100 with one month, and 68 to 80 times with both" in text
    assert "it is right 46 times with no figures at all" in text


def test_the_contents_name_every_section_in_its_order(stores: Stores, sign_in_as: SignInAs) -> None:
    assert stores
    html = sign_in_as(Role.TEAM_LEADER, ["north"]).get("/method").text
    headings = re.findall(r'<section class="flow" id="([a-z-]+)"><h2>(.*?)</h2>', html)

    assert [(section.value, section.name) for section in SECTIONS] == headings
    for anchor, name in headings:
        assert f'<a href="#{anchor}">{name}</a>' in html


def test_what_small_teams_can_see_is_worked_out_by_the_t_test() -> None:
    between, against_a_year = method_page(None, ()).power.rows

    assert between.shares == (8, 13, 30)
    assert against_a_year.shares == (13, 21, 51)
    for n, share in zip((5, 10, 30), against_a_year.shares, strict=True):
        power = TTestIndPower().power(0.36 / 0.95, n, 0.05, ratio=12)
        assert share == round(100 * power)


def test_shares_of_signals_by_chance_are_those_that_pages_state(
    stores: Stores, sign_in_as: SignInAs
) -> None:
    assert stores
    text = text_of(sign_in_as(Role.TEAM_LEADER, ["north"]).get("/method").text)

    assert f"about {100 * FIXED_FALSE_ALARM_SHARE:.0f} in 100 of the newest figures" in text
    assert f"about {1000 * PROVISIONAL_FALSE_ALARM_SHARE:.0f} in 1,000" in text
    assert "in 70 to 78 of 100 cases instead of 95" in text


def test_every_number_has_its_formula_and_source(stores: Stores, sign_in_as: SignInAs) -> None:
    assert stores
    text = text_of(sign_in_as(Role.TEAM_LEADER, ["north"]).get("/method").text)

    for words in (
        "2.66 × R ÷ √n", "Laney", "Mann-Kendall", "Theil-Sen", "Benjamini and", "Wilson",
        "t(n − 1)", "ICC(1)", "Bonett and", "Griliches", "Permutation", "placebo", "Nickell",
    ):  # fmt: skip
        assert words in text


def test_the_page_never_tells_causes(stores: Stores, sign_in_as: SignInAs) -> None:
    assert stores
    text = text_of(sign_in_as(Role.TEAM_LEADER, ["north"]).get("/method").text)

    for word in ("drives", "driver", "leads to", "causes", "risk"):
        assert word not in text.lower()
