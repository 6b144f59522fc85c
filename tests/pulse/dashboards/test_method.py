"""The method page says the numbers of the policy in force."""

from collections.abc import Callable

from flask.testing import FlaskClient

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
