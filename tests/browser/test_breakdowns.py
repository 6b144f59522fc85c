"""Breakdown questions in a real browser: asked kindly, answered by thumb, read by group."""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import expect

from pulse.config import Settings
from pulse.keys import load_log_signer
from pulse.stores import Stores
from surveys.policy import Breakdown
from tests.browser.answering_site import AnsweringSite, answering_site
from tests.browser.conftest import (
    DESK,
    NARROWEST,
    PHONE,
    PageOf,
    add_one_account_per_role,
    faults_at_every_width,
    faults_of,
    scrolls_sideways,
    serving,
    sign_in,
)
from tests.browser.taking_part import answer_all, choose, send, start, tab_to, thanked
from tests.pulse.dashboards.test_unit_breakdowns import DIVIDED, divided_tally
from tests.pulse.released import release
from tests.pulse.waves_made import opened_divided_wave

ROLE = Breakdown("role", "Role family", ("Social work", "Support", "Office"))
ITEMS = 4


@pytest.fixture(scope="module")
def divided(
    initialised_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AnsweringSite]:
    """A place with an open wave of four items and the role."""
    home = tmp_path_factory.mktemp("divided") / "home"
    make_wave = partial(
        opened_divided_wave, breakdowns=[ROLE], teams={"A": 8, "B": 8}, questions=ITEMS
    )
    with answering_site(initialised_home, home, make_wave=make_wave) as made:
        yield made


@pytest.fixture(scope="module")
def results(initialised_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An installation with one released month by role and by years."""
    home = tmp_path_factory.mktemp("groups") / "home"
    shutil.copytree(initialised_home, home)
    settings = Settings.from_environ({"PULSE_HOME": str(home)})
    stores = Stores.of(settings)
    with stores.archive() as session:
        release(session, [divided_tally()], load_log_signer(settings), policy=DIVIDED)
    add_one_account_per_role(stores, unit="north")
    stores.close()
    with serving(settings) as address:
        yield address


def test_the_role_is_asked_last_with_its_reason_and_answered_like_any_question(
    divided: AnsweringSite, page_of: PageOf
) -> None:
    page = page_of(PHONE)
    start(page, divided.link(divided.fresh()))
    answer_all(page, [1, 2, 3, 4, 2])
    expect(page.locator('[data-answer="5"]:visible')).to_have_text("Support")
    send(page)
    thanked(page)
    assert (1, 2, 3, 4, 2) in divided.in_the_box().answers


def test_preferring_not_to_say_and_skipping_are_both_possible(
    divided: AnsweringSite, page_of: PageOf
) -> None:
    for choice in (4, 0):
        page = page_of(PHONE)
        start(page, divided.link(divided.fresh()))
        answer_all(page, [1, 1, 1, 1, choice])
        expected = "Prefer not to say" if choice else "Skipped"
        expect(page.locator('[data-answer="5"]:visible')).to_have_text(expected)
        send(page)
        thanked(page)
        assert (1, 1, 1, 1, choice) in divided.in_the_box().answers


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_its_page_says_why_it_is_asked_and_has_no_fault(
    divided: AnsweringSite, page_of: PageOf, *, dark: bool
) -> None:
    page = page_of(PHONE)
    page.emulate_media(color_scheme="dark" if dark else "light")
    start(page, divided.link(divided.secrets[0]))
    for number in range(1, ITEMS + 1):
        choose(page, number, 0)
    group = page.get_by_role("group", name="Role family", exact=True)
    names = [each.strip() for each in group.locator("label").all_text_contents()]
    assert names == [*ROLE.options, "Prefer not to say"]
    why = page.locator(f'[id="{group.get_attribute("aria-describedby")}"]')
    expect(why).to_contain_text("in at most one pulse of four")
    expect(why).to_contain_text("at least 5 people")
    for width in (NARROWEST, PHONE, DESK):
        page.set_viewport_size({"width": width, "height": 800})
        assert not scrolls_sideways(page), f"at {width} px"
        assert faults_of(page) == [], f"at {width} px"
    tab_to(page, group.get_by_role("radio").first)


@pytest.mark.parametrize(
    "path", ["/units/root", "/units/north-1?by=role", "/units/north?by=role*tenure"]
)
def test_a_units_groups_have_no_fault_and_do_not_scroll_sideways(
    results: str, page_of: PageOf, path: str
) -> None:
    page = page_of()
    sign_in(page, results, "hr")
    page.goto(results + path)
    page.wait_for_load_state("networkidle")
    assert faults_at_every_width(page) == []


def test_tabs_at_the_desk_and_a_list_on_the_phone_lead_to_the_same_groups(
    results: str, page_of: PageOf
) -> None:
    page = page_of(DESK)
    sign_in(page, results, "hr")
    page.goto(f"{results}/units/root")
    page.get_by_role("navigation", name="Group").get_by_role(
        "link", name="Years here", exact=True
    ).click()
    at_desk = page.locator("table.groups tbody th").all_inner_texts()
    page.set_viewport_size({"width": PHONE, "height": 740})
    page.goto(f"{results}/units/root")
    page.locator("#by").select_option("tenure")
    page.locator("#groups").get_by_role("button", name="Show").click()
    assert page.locator("table.groups tbody th").all_inner_texts() == at_desk == ["Up to 2", "More"]
    expect(page.locator("#groups")).to_be_visible()


def test_ticking_a_breakdown_question_counts_it_while_choosing(
    results: str, page_of: PageOf
) -> None:
    page = page_of(DESK)
    sign_in(page, results, "hr")
    page.goto(f"{results}/waves/plan")
    expect(page.locator("[data-chosen]")).to_contain_text("8 questions chosen")
    page.get_by_label("Role family").check()
    expect(page.locator("[data-chosen]")).to_contain_text(
        "9 questions chosen of at most 8. Take 1 out."
    )
