"""Every link and code leads somewhere kind: used, closed, too early, mistyped, of nobody."""

import re
from uuid import UUID

import pytest
from playwright.sync_api import Page, Route, expect

from pulse.jobs.opening import open_wave
from surveys.box import shut_box
from surveys.invitations import secret_of
from surveys.wave_states import WaveState
from surveys.waves import set_state
from tests.browser.answering_site import AnsweringSite
from tests.browser.answering_site import city as city  # noqa: PLC0414 - a fixture found here
from tests.browser.answering_site import town as town  # noqa: PLC0414 - likewise
from tests.browser.answering_site import town_before as town_before  # noqa: PLC0414 - likewise
from tests.browser.conftest import PHONE, PageOf
from tests.browser.taking_part import (
    QUESTIONS,
    another_tab,
    answer_all,
    choose,
    heading,
    kept,
    send,
    start,
    tab_to,
    take_part,
    thanked,
)
from tests.pulse.waves_made import OPENS, SERVED, box_of
from tests.pulse.waves_made import quick_keys as quick_keys  # noqa: PLC0414 - a fixture found here

THIRD_CHOICES = [3] * QUESTIONS


def close_wave(site: AnsweringSite) -> None:
    shut_box(box_of(site.site, site.secrets[0]))
    with site.site.stores.registry() as registry:
        set_state(registry, site.wave, WaveState.CLOSED)


def test_a_second_device_is_told_that_the_link_is_used(
    city: AnsweringSite, page_of: PageOf
) -> None:
    link = city.link(city.fresh())
    first, second = page_of(PHONE), page_of(PHONE)
    first.context.route("**/box/**", lambda route: route.abort())
    start(first, link)
    start(second, link)
    answer_all(first, THIRD_CHOICES)
    answer_all(second, THIRD_CHOICES)
    with first.expect_event("requestfailed"):
        send(first)
    send(second)
    expect(heading(second, "This link has been used")).to_be_visible()
    expect(second.get_by_text("in the same browser on the same device")).to_be_visible()
    assert kept(second) == []
    first.context.unroute("**/box/**")
    thanked(first)


def test_a_used_link_shows_nothing_that_was_said(city: AnsweringSite, page_of: PageOf) -> None:
    link = city.link(city.fresh())
    page = page_of(PHONE)
    take_part(page, link, THIRD_CHOICES)
    for again in (page, page_of(PHONE)):
        again.goto("about:blank")
        again.goto(link)
        expect(heading(again, "This link has been used")).to_be_visible()
        expect(again.get_by_text("We cannot show what was sent.")).to_be_visible()
        assert again.locator("input:checked").count() == 0


def test_a_closed_wave_says_so_and_forgets_what_was_not_sent(
    town: AnsweringSite, page_of: PageOf
) -> None:
    page = page_of(PHONE)
    link = town.link(town.fresh())
    start(page, link)
    answer_all(page, THIRD_CHOICES)
    close_wave(town)
    send(page)
    expect(heading(page, "This pulse has closed")).to_be_visible()
    assert kept(page) == []
    page = another_tab(page)
    page.goto(link)
    expect(heading(page, "This pulse has closed")).to_be_visible()


def test_a_wave_that_closes_between_pass_and_ballot_says_so(
    town: AnsweringSite, page_of: PageOf
) -> None:
    page = page_of(PHONE)
    start(page, town.link(town.fresh()))
    answer_all(page, THIRD_CHOICES)

    def close_first(route: Route) -> None:
        close_wave(town)
        route.continue_()

    page.context.route("**/box/**", close_first)
    send(page)
    expect(heading(page, "This pulse has closed")).to_be_visible()
    assert kept(page) == []


def test_a_link_before_the_opening_says_when_to_come_back(
    town_before: AnsweringSite, page_of: PageOf
) -> None:
    page = page_of(PHONE)
    page.goto(town_before.link(town_before.fresh()))
    expect(heading(page, "This pulse has not opened yet")).to_be_visible()


def test_a_page_loaded_before_the_opening_takes_a_code_after_it(
    town_before: AnsweringSite, page_of: PageOf
) -> None:
    page = page_of(PHONE)
    page.goto(f"{town_before.address}/p")
    open_wave(town_before.site, town_before.wave, day=OPENS, served=SERVED)
    type_code(page, town_before.fresh())
    expect(page.get_by_role("button", name="Start")).to_be_visible()
    assert "#" not in page.url


def type_code(page: Page, code: str) -> None:
    page.get_by_label("Code", exact=True).fill(code)
    page.keyboard.press("Enter")


def test_a_link_of_nobody_is_unknown_and_leads_to_the_code(
    city: AnsweringSite, page_of: PageOf
) -> None:
    page = page_of(PHONE)
    page.goto(city.link(secret_of(b"k" * 32, UUID(int=1))))
    expect(heading(page, "We do not know this link")).to_be_visible()
    page.get_by_role("button", name="Type your code").click()
    expect(heading(page, "Type your code")).to_be_visible()


@pytest.mark.parametrize("cut", [slice(0, 15), slice(1, 16), slice(0, 0)])
def test_a_mistyped_link_gets_a_kind_page_without_asking_the_server(
    city: AnsweringSite, page_of: PageOf, cut: slice
) -> None:
    page = page_of(PHONE)
    asked = len(city.asked)
    page.goto(f"{city.link(city.secrets[0][cut])}%")
    expect(heading(page, "We do not know this link")).to_be_visible()
    assert all(each.method == "GET" for each in city.asked[asked:])


def test_a_code_is_read_in_any_case_with_spaces_and_dashes(
    city: AnsweringSite, page_of: PageOf
) -> None:
    page = page_of(PHONE)
    page.goto(f"{city.address}/p")
    secret = city.fresh().lower()
    type_code(page, f" {secret[:4]}-{secret[4:8]} {secret[8:12]} – {secret[12:]} ")
    expect(page.get_by_role("button", name="Start")).to_be_visible()


def test_digits_that_no_code_has_are_read_as_the_letters_that_look_alike(
    city: AnsweringSite, page_of: PageOf
) -> None:
    page = page_of(PHONE)
    page.goto(f"{city.address}/p")
    secret = next(each for each in city.secrets if set("OIB") & set(each))
    type_code(page, secret.translate(str.maketrans("OIB", "018")))
    expect(page.get_by_role("button", name="Start")).to_be_visible()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("ABC", "The code has 16 characters; this one has 3. Look at it once more."),
        ("A" * 15 + "C", "One of the characters is not right."),
    ],
)
def test_a_mistyped_code_is_caught_on_the_device(
    city: AnsweringSite, page_of: PageOf, wrong: str, said: str
) -> None:
    page = page_of(PHONE)
    page.goto(f"{city.address}/p")
    asked = len(city.asked)
    type_code(page, wrong)
    field = page.get_by_label("Code", exact=True)
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(re.compile(f" {re.escape(said)}"))
    expect(page).to_have_title("Error: Type your code – Pulse")
    assert all(each.method == "GET" for each in city.asked[asked:])


def test_another_link_pasted_into_the_same_tab_begins_anew(
    city: AnsweringSite, page_of: PageOf
) -> None:
    page = page_of(PHONE)
    page.goto(f"{city.address}/p")
    expect(heading(page, "Type your code")).to_be_visible()
    page.evaluate("secret => { location.hash = secret }", city.fresh())
    expect(page.get_by_role("button", name="Start")).to_be_visible()


def test_the_skip_link_skips_and_does_not_begin_anew(city: AnsweringSite, page_of: PageOf) -> None:
    page = page_of(PHONE)
    start(page, city.link(city.fresh()))
    choose(page, 1, 2)
    tab_to(page, page.get_by_role("link", name="Skip to main content"))
    page.keyboard.press("Enter")
    expect(page.locator('[data-question="2"]')).to_be_visible()
