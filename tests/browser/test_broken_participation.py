"""Dead batteries, lost networks and servers in trouble cost nobody an answer."""

from contextlib import suppress

import pytest
from playwright.sync_api import Page, Route, TimeoutError, expect  # noqa: A004 - Playwright's own

from tests.browser.answering_site import AnsweringSite
from tests.browser.answering_site import city as city  # noqa: PLC0414 - a fixture found here
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
    thanked,
)

A_MINUTE = 60_000  # milliseconds of the page's clock
_A_LOOK = 500  # milliseconds of ours
_MOST_LOOKS = 40
THIRD_CHOICES = [3] * QUESTIONS


def test_answers_not_yet_sent_are_there_again_after_the_tab_was_killed(
    city: AnsweringSite, page_of: PageOf
) -> None:
    link = city.link(city.fresh())
    page = page_of(PHONE)
    start(page, link)
    choose(page, 1, 4)
    choose(page, 2, 2)
    page = another_tab(page)
    page.goto(link)
    expect(page.get_by_text("What you answered is still here")).to_be_visible()
    page.get_by_role("button", name="Start").click()
    expect(page.locator('[data-question="1"] input').nth(3)).to_be_checked()


@pytest.mark.parametrize(("blocked", "kept_then"), [("passes", "tickets"), ("box", "ballots")])
def test_a_tab_killed_while_sending_goes_on_where_it_was(
    city: AnsweringSite, page_of: PageOf, blocked: str, kept_then: str
) -> None:
    link = city.link(city.fresh())
    page = page_of(PHONE)
    places = {"passes": "**/p/passes", "box": "**/box/**"}
    page.context.route(places[blocked], lambda route: route.abort())
    choices = (5, 4, 3, 2, 1, 1, 2, 3) if blocked == "box" else (5, 4, 3, 2, 1, 1, 2, 4)
    start(page, link)
    answer_all(page, choices)
    with page.expect_event("requestfailed"):
        send(page)
    assert kept_then in kept(page)[0]
    browser = page.context
    page = another_tab(page)
    browser.unroute(places[blocked])
    page.goto(link)
    receipt = thanked(page)
    box = city.in_the_box()
    assert box.answers.count(choices) == 1
    assert receipt in box.ids
    assert kept(page) == []


def test_a_tab_killed_between_the_two_ballots_sends_each_once(
    city: AnsweringSite, page_of: PageOf
) -> None:
    link = city.link(city.fresh())
    page = page_of(PHONE)
    before = len(city.in_the_box().ids)
    start(page, link)
    answer_all(page, THIRD_CHOICES)
    sent: list[str] = []

    def only_the_first(route: Route) -> None:
        sent.append(route.request.url)
        if len(sent) == 1:
            route.continue_()
        else:
            route.abort()

    page.context.route("**/box/**", only_the_first)
    with page.expect_event("requestfailed"):
        send(page)
    assert len(city.in_the_box().ids) == before + 1
    browser = page.context
    page = another_tab(page)
    browser.unroute("**/box/**")
    page.goto(link)
    thanked(page)
    assert len(city.in_the_box().ids) == before + 2


def test_a_lost_network_is_said_and_sending_goes_on_when_it_is_back(
    city: AnsweringSite, page_of: PageOf
) -> None:
    page = page_of(PHONE)
    page.clock.install()
    start(page, city.link(city.fresh()))
    choices = (1, 1, 2, 2, 3, 3, 4, 4)
    answer_all(page, choices)
    page.context.set_offline(True)
    send(page)
    wait_through_every_try(page)
    expect(page.get_by_text("We cannot reach the server.")).to_be_visible()
    assert kept(page) == ["answers comment tickets"]
    page.go_back()
    expect(heading(page, "Your answers are not sent yet")).to_be_visible()
    page.context.set_offline(False)
    thanked(page)
    assert city.in_the_box().answers.count(choices) == 1
    assert kept(page) == []


def wait_through_every_try(page: Page) -> None:
    """Let minutes go by on the page's own clock until it gives up."""
    offline = heading(page, "Your answers are not sent yet")
    for _ in range(_MOST_LOOKS):
        page.clock.run_for(A_MINUTE)
        # Sealing takes real time, which the page's clock knows nothing of.
        with suppress(TimeoutError):
            offline.wait_for(timeout=_A_LOOK)
            return
    expect(offline).to_be_visible()


def test_a_server_in_trouble_keeps_everything_until_one_tries_again(
    city: AnsweringSite, page_of: PageOf
) -> None:
    page = page_of(PHONE)
    page.clock.install()
    start(page, city.link(city.fresh()))
    answer_all(page, THIRD_CHOICES)
    page.context.route("**/box/**", lambda route: route.fulfill(status=503))
    send(page)
    wait_through_every_try(page)
    assert kept(page) == ["ballots receipt"]
    page.context.unroute("**/box/**")
    page.get_by_role("button", name="Try again").click()
    thanked(page)
    assert kept(page) == []


def test_an_answer_that_is_not_ours_deletes_nothing(city: AnsweringSite, page_of: PageOf) -> None:
    page = page_of(PHONE)
    start(page, city.link(city.fresh()))
    answer_all(page, THIRD_CHOICES)
    page.context.route("**/p/passes", lambda route: route.fulfill(status=403, body="a gateway"))
    send(page)
    expect(heading(page, "Something went wrong")).to_be_visible()
    assert kept(page) == ["answers comment tickets"]
    page.context.unroute("**/p/passes")
    page.get_by_role("button", name="Try again").click()
    thanked(page)


def test_a_page_whose_script_did_not_come_says_so_and_can_be_tried_again(
    city: AnsweringSite, page_of: PageOf
) -> None:
    page = page_of(PHONE)
    page.context.route("**/assets/sealing.*", lambda route: route.abort())
    page.goto(city.link(city.fresh()))
    expect(heading(page, "Something went wrong")).to_be_visible()
    page.context.unroute("**/assets/sealing.*")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="Start")).to_be_visible()
