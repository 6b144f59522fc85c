"""Staff answer in a real browser, by thumb and by keyboard, and know that it arrived."""

from playwright.sync_api import expect

from tests.browser.answering_site import AnsweringSite
from tests.browser.answering_site import city as city  # noqa: PLC0414 - a fixture found here
from tests.browser.conftest import PHONE, PageOf
from tests.browser.taking_part import (
    QUESTIONS,
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

THIRD_CHOICES = [3] * QUESTIONS


def test_a_whole_participation_by_keyboard_alone(city: AnsweringSite, page_of: PageOf) -> None:
    page = page_of(PHONE)
    page.goto(city.link(city.fresh()))
    tab_to(page, page.get_by_role("button", name="Start"))
    page.keyboard.press("Enter")
    for number in range(1, QUESTIONS + 1):
        question = page.locator(f'[data-question="{number}"]')
        expect(question.get_by_text(f"Question {number} of {QUESTIONS}")).to_be_visible()
        if number == 3:
            tab_to(page, question.get_by_role("button", name="Skip this question"))
            page.keyboard.press("Space")
            continue
        tab_to(page, question.get_by_role("radio").first)
        page.keyboard.press("Space")
        for _ in range(number % 4):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
    expect(heading(page, "Check your answers")).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Send my answers"))
    page.keyboard.press("Enter")
    receipt = thanked(page)
    box = city.in_the_box()
    assert (2, 3, 0, 1, 2, 3, 4, 1) in box.answers
    assert receipt in box.ids


def test_each_question_is_a_named_group_of_named_radios(
    city: AnsweringSite, page_of: PageOf
) -> None:
    page = page_of(PHONE)
    start(page, city.link(city.fresh()))
    for number in range(1, QUESTIONS + 1):
        asked = page.locator(f'[data-question="{number}"] h1').text_content() or ""
        group = page.get_by_role("group", name=asked, exact=True)
        names = [each.strip() for each in group.locator("label").all_text_contents()]
        assert len(names) == group.get_by_role("radio").count() >= 5
        for name in names:
            expect(group.get_by_role("radio", name=name, exact=True)).to_be_visible()
        choose(page, number, 1)


def test_sending_puts_two_ballots_in_the_box_and_leaves_nothing_on_the_device(
    city: AnsweringSite, page_of: PageOf
) -> None:
    page = page_of(PHONE)
    before = city.in_the_box()
    receipt = take_part(page, city.link(city.fresh()), [1, 2, 3, 4, 5, 0, 1, 2])
    after = city.in_the_box()
    assert len(after.ids) == len(before.ids) + 2
    assert receipt in set(after.ids) - set(before.ids)
    assert after.answers.count((1, 2, 3, 4, 5, 0, 1, 2)) == 1
    assert kept(page) == []
    assert page.locator("input:checked").count() == 0
    assert page.locator("[data-answer]").all_text_contents() == [""] * QUESTIONS


def test_going_back_after_sending_shows_no_answer(city: AnsweringSite, page_of: PageOf) -> None:
    page = page_of(PHONE)
    take_part(page, city.link(city.fresh()), THIRD_CHOICES)
    for _ in range(3):
        page.go_back()
        expect(heading(page, "Your answers are in the box")).to_be_visible()


def test_one_changed_answer_leads_back_to_the_review(city: AnsweringSite, page_of: PageOf) -> None:
    page = page_of(PHONE)
    start(page, city.link(city.fresh()))
    answer_all(page, THIRD_CHOICES)
    page.get_by_role("button", name="Change Question 2").click()
    choose(page, 2, 5)
    expect(heading(page, "Check your answers")).to_be_visible()
    expect(page.locator('[data-answer="2"]:visible')).to_have_text("Strongly agree")
    send(page)
    thanked(page)
    assert (3, 5, 3, 3, 3, 3, 3, 3) in city.in_the_box().answers
