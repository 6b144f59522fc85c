"""The method page says the numbers of the policy in force."""

from collections.abc import Callable

from flask.testing import FlaskClient

from analysis.repeated_answers import guessing_odds
from pulse.access import Role
from pulse.dashboards.method import method_page
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
