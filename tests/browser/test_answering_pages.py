"""The answering pages fit a phone, speak every language, weigh little and give nothing away."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.answering_site import LANGUAGES, AnsweringSite
from tests.browser.answering_site import city as city  # noqa: PLC0414 - a fixture found here
from tests.browser.conftest import DESK, NARROWEST, PHONE, PageOf, faults_of, scrolls_sideways
from tests.browser.taking_part import (
    QUESTIONS,
    answer_all,
    choose,
    heading,
    send,
    start,
    take_part,
    thanked,
)

LARGEST_KILOBYTES = 60
CHOICES = [2] * QUESTIONS
SIGNPOST = "Something that cannot wait?"


def screens(page: Page, city: AnsweringSite) -> Iterator[str]:
    """Go through every screen of the answering path and stop at each."""
    link = city.link(city.fresh())
    page.goto(link)
    expect(page.get_by_role("button", name="Start")).to_be_visible()
    yield "start"
    page.get_by_role("button", name="Start").click()
    page.locator('[data-question="1"] label').nth(1).click()
    yield "question"
    answer_all(page, CHOICES)
    yield "review"
    send(page)
    thanked(page)
    yield "thanks"
    page.goto("about:blank")
    page.goto(link)
    expect(heading(page, "This link has been used")).to_be_visible()
    yield "used"
    page.goto("about:blank")
    page.goto(city.link("A" * 15 + "C"))
    expect(heading(page, "We do not know this link")).to_be_visible()
    yield "unknown"
    page.get_by_role("button", name="Type your code").click()
    page.get_by_label("Code", exact=True).fill("ABC")
    page.keyboard.press("Enter")
    expect(page.locator("#code-error")).to_be_visible()
    yield "mistyped"
    page.goto(f"{city.address}/p/anonymity")
    yield "anonymity"


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("dark", [False, True])
def test_every_screen_is_accessible_and_signposted(
    city: AnsweringSite, page_of: PageOf, width: int, *, dark: bool
) -> None:
    page = page_of(width, dark=dark)
    for screen in screens(page, city):
        signpost = page.get_by_text(SIGNPOST).locator("visible=true")
        expect(signpost).to_have_count(1)
        signpost.click()
        assert faults_of(page) == [], screen
        assert not scrolls_sideways(page), screen
        signpost.click()


@pytest.mark.parametrize("language", LANGUAGES.split(","))
def test_every_screen_fits_the_narrowest_window_in_every_language(
    city: AnsweringSite, page_of: PageOf, language: str
) -> None:
    page = page_of(NARROWEST)
    for screen in screens(page, city):
        if page.locator("[data-language]:visible").count():
            switch(page, language)
        assert not scrolls_sideways(page), screen
        if page.locator("[data-language]:visible").count():
            switch(page, "en")


def switch(page: Page, language: str) -> None:
    page.locator(f'[data-language="{language}"]').click()
    expect(page.locator("html")).to_have_attribute("lang", language)


def test_switching_the_language_keeps_every_answer(city: AnsweringSite, page_of: PageOf) -> None:
    page = page_of(PHONE)
    start(page, city.link(city.fresh()))
    choices = (1, 2, 3, 4, 5, 4, 3, 2)
    for number in (1, 2, 3):
        choose(page, number, choices[number - 1])
    asked = page.locator('[data-question="4"] h1')
    english = asked.inner_text()
    for language, direction in (("en-XA", "ltr"), ("ar-XB", "rtl"), ("en-XA", "ltr")):
        switch(page, language)
        expect(page.locator("html")).to_have_attribute("dir", direction)
        assert asked.inner_text() != english
    choose(page, 4, choices[3])
    switch(page, "ar-XB")
    for number in range(5, QUESTIONS + 1):
        choose(page, number, choices[number - 1])
    given = page.locator("[data-answer]:visible").all_inner_texts()
    switch(page, "en")
    assert page.locator("[data-answer]:visible").all_inner_texts() != given
    expect(page.locator('[data-answer="1"]:visible')).to_have_text("Very low")
    send(page)
    thanked(page)
    assert choices in city.in_the_box().answers


def test_no_english_is_left_in_a_made_up_language(city: AnsweringSite, page_of: PageOf) -> None:
    page = page_of(PHONE)
    for screen in screens(page, city):
        if not page.locator("[data-language]:visible").count():
            continue
        switch(page, "en-XA")
        words = page.locator("main").inner_text() + page.title().removesuffix("Pulse")
        for place in ("[data-receipt]", ".mono"):
            for code in page.locator(place).locator("visible=true").all_inner_texts():
                words = words.replace(code, "")
        assert re.findall(r"\b[a-z]*[aeouy][a-z]*[aeouy][a-z]*\b", words) == [], screen
        switch(page, "en")


def test_no_request_carries_a_cookie_a_referrer_or_the_secret(
    city: AnsweringSite, page_of: PageOf
) -> None:
    page = page_of(PHONE)
    secret, begun = city.fresh(), len(city.asked)
    take_part(page, city.link(secret), CHOICES)
    asked = city.asked[begun:]
    lines = [f"{each.method} {each.address}" for each in asked]
    assert Counter(line for line in lines if not line.startswith("GET /assets/")) == {
        "GET /p": 1,
        "POST /p/invitation": 1,
        "POST /p/passes": 1,
        f"POST /box/{city.wave}/all": 2,
    }
    for each in asked:
        assert {"COOKIE", "REFERER"}.isdisjoint(each.headers)
        assert secret not in f"{each.address} {each.headers}"
    assert page.context.cookies() == []


def test_somebody_signed_in_answers_without_their_sign_in(
    city: AnsweringSite, page_of: PageOf
) -> None:
    page = page_of(PHONE)
    page.context.add_cookies([{"name": "pulse", "value": "signed-in", "url": city.address}])
    begun = len(city.asked)
    take_part(page, city.link(city.fresh()), CHOICES)
    sent = [each for each in city.asked[begun:] if each.method == "POST"]
    assert len(sent) == 4
    assert all("COOKIE" not in each.headers for each in sent)


def test_all_that_answering_needs_weighs_no_more_than_it_may(
    city: AnsweringSite, page_of: PageOf
) -> None:
    page = page_of(PHONE)
    came: list[Response] = []
    page.on("response", lambda response: came.append(response))  # noqa: PLW0108 - it cannot hold a built-in
    page.goto(city.link(city.fresh()))
    expect(page.get_by_role("button", name="Start")).to_be_visible()
    page.wait_for_load_state("networkidle")
    weights = {
        each.url.rsplit("/", 1)[-1]: size["responseBodySize"] + size["responseHeadersSize"]
        for each in came
        for size in [each.request.sizes()]
    }
    assert any(name.startswith("sealing.") for name in weights)
    assert sum(weights.values()) <= LARGEST_KILOBYTES * 1000, weights


def test_without_script_the_page_says_why_and_whom_to_ask(
    city: AnsweringSite, page_of: PageOf
) -> None:
    page = page_of(PHONE, script=False)
    page.goto(city.link(city.secrets[0]))
    expect(heading(page, "This page needs JavaScript to protect you")).to_be_visible()
    said = page.locator("noscript").inner_text()
    assert "Open the link in another browser" in said
    assert "Ask the people team or your union" in said
    assert "A child or an adult is at risk" not in said
    page.locator("noscript summary").click()
    assert "A child or an adult is at risk" in page.locator("noscript").inner_text()
    assert page.get_by_role("radio").count() == 0
    assert page.locator("[data-language]:visible").count() == 0


def test_every_question_can_be_answered_on_a_phone_without_scrolling(
    city: AnsweringSite, page_of: PageOf
) -> None:
    page = page_of(PHONE)
    start(page, city.link(city.fresh()))
    for number in range(1, QUESTIONS + 1):
        forward = page.locator(f'[data-question="{number}"] [data-go="next"]')
        expect(forward).to_be_in_viewport(ratio=1)
        choose(page, number, 0)
