"""The navigation: few words, and everywhere a way to the method."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from pulse.access import Role
from pulse.navigation import MOST_ENTRIES
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from tests.pulse.released import a_year_and_a_half

SignInAs = Callable[..., FlaskClient]


def links_in(html: str, landmark: str) -> list[str]:
    """Return the words of the links in an element of the page."""
    part = re.search(rf"<{landmark}\b.*?</{landmark}>", html, re.DOTALL)
    assert part is not None
    return [re.sub(r"<[^>]*>", "", link).strip() for link in re.findall(r"<a\b.*?</a>", part[0])]


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_nobody_has_more_entries_than_can_be_read_at_a_glance(
    role: Role, sign_in_as: SignInAs
) -> None:
    html = sign_in_as(role).get("/", follow_redirects=True).text
    assert 0 < len(links_in(html, "nav")) <= MOST_ENTRIES


def test_the_method_leaves_the_longest_navigation_and_stays_at_the_foot_of_the_page(
    sign_in_as: SignInAs,
) -> None:
    html = sign_in_as(Role.HR).get("/heatmap").text
    assert "Method" not in links_in(html, "nav")
    assert "Method and limits" in links_in(html, "footer")
    assert "Method" in links_in(sign_in_as(Role.LEADER).get("/heatmap").text, "nav")


@pytest.mark.parametrize(
    ("address", "entry"), [("/workforce/rates", "Turnover"), ("/moves-with", "Trends")]
)
def test_a_page_without_an_entry_of_its_own_stands_under_the_one_that_leads_to_it(
    address: str, entry: str, stores: Stores, signer: LogSigner, sign_in_as: SignInAs
) -> None:
    with stores.archive() as session:
        a_year_and_a_half(session, signer)
    html = sign_in_as(Role.LEADER).get(address).text
    assert re.search(rf'aria-current="page"[^>]*>{entry}<', html)
