"""The frame and the door in a real browser: at two widths, in light and dark, by keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from pulse.access import Role
from tests.browser.conftest import (
    DESK,
    NARROWEST,
    PASSWORD,
    PHONE,
    PageOf,
    faults_of,
    scrolls_sideways,
    sign_in,
)

LOOKS = ("light", "dark")


def check_in_every_look(page: Page) -> None:
    """Look at the present page at each width, light and dark."""
    for width in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in LOOKS:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type] # one of two literals
            assert faults_of(page) == [], f"{page.url} at {width} px, {scheme}"
        assert not scrolls_sideways(page), f"{page.url} at {width} px"
    page.set_viewport_size({"width": NARROWEST, "height": 640})
    assert not scrolls_sideways(page), f"{page.url} at {NARROWEST} px"


@pytest.mark.parametrize("path", ["/sign-in", "/accessibility", "/no-such-page"])
def test_pages_open_to_everybody_have_no_fault_that_axe_finds(
    live_server: str, page_of: PageOf, path: str
) -> None:
    page = page_of()
    page.goto(live_server + path)
    check_in_every_look(page)


def test_a_wrong_password_is_said_in_title_summary_and_field_and_keeps_the_name(
    live_server: str, page_of: PageOf
) -> None:
    page = page_of()
    sign_in(page, live_server, "somebody", password="not the password")
    expect(page).to_have_title("Error: Sign in – Pulse")
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    page.get_by_role("link", name="The name or the password is not right.").click()
    name = page.get_by_label("Name")
    expect(name).to_be_focused()
    expect(name).to_have_value("somebody")
    expect(name).to_have_accessible_description(
        "Error: The name or the password is not right. Check both, then try again."
    )
    expect(page.get_by_label("Password")).to_have_value("")
    check_in_every_look(page)


@pytest.mark.parametrize("path", ["/administration/health", "/administration/accounts"])
def test_pages_of_the_administrator_have_no_fault_that_axe_finds(
    live_server: str, page_of: PageOf, path: str
) -> None:
    page = page_of()
    sign_in(page, live_server, Role.ADMINISTRATOR)
    page.goto(live_server + path)
    check_in_every_look(page)


def test_a_refused_page_says_the_rule_and_the_way_on(live_server: str, page_of: PageOf) -> None:
    page = page_of()
    sign_in(page, live_server, Role.UNION_AUDITOR)
    answer = page.goto(f"{live_server}/administration/accounts")
    assert answer is not None
    assert answer.status == 403
    expect(page.get_by_role("heading", level=1)).to_have_text("You cannot open this page")
    check_in_every_look(page)


def test_one_signs_in_and_out_by_keyboard_alone(live_server: str, page_of: PageOf) -> None:
    page = page_of(script=False)
    page.goto(f"{live_server}/sign-in")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type(Role.ADMINISTRATOR)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Everything is in order")
    for _ in range(3):  # skip link, Pulse, Sign out
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Sign out")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_title("Sign in – Pulse")


def test_after_signing_out_back_shows_no_page_of_before(live_server: str, page_of: PageOf) -> None:
    page = page_of()
    sign_in(page, live_server, Role.ADMINISTRATOR)
    page.goto(f"{live_server}/administration/accounts")
    page.get_by_role("button", name="Sign out").click()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to read results")


def test_on_a_phone_the_navigation_opens_under_the_name_of_the_page(
    live_server: str, page_of: PageOf
) -> None:
    page = page_of(PHONE, script=False)
    sign_in(page, live_server, Role.ADMINISTRATOR)
    accounts = page.get_by_role("link", name="Accounts")
    expect(accounts).to_be_hidden()
    page.locator("summary", has_text="Health").click()
    expect(page.get_by_role("link", name="Health")).to_have_attribute("aria-current", "page")
    accounts.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Who may sign in")


def test_what_one_presses_is_large_enough_for_a_thumb(live_server: str, page_of: PageOf) -> None:
    page = page_of(PHONE)
    sign_in(page, live_server, Role.ADMINISTRATOR)
    page.locator("summary").click()
    small = page.evaluate(
        """() => [...document.querySelectorAll("a, button, summary, input")]
            .filter(one => one.checkVisibility() && one.type !== "hidden" && !one.closest("p, dd, .skip") && !one.matches(".skip"))
            .filter(one => one.getBoundingClientRect().height < 44)
            .map(one => one.outerHTML)"""
    )
    assert small == []


def test_focus_is_seen_on_every_kind_of_control(live_server: str, page_of: PageOf) -> None:
    page = page_of()
    page.goto(f"{live_server}/sign-in")
    yellow = "rgb(255, 216, 74)"
    for control in (
        page.get_by_label("Name"),
        page.get_by_role("button"),
        page.get_by_role("link", name="Accessibility"),
    ):
        page.keyboard.press("Tab")  # so that the browser shows focus as for a keyboard
        control.focus()
        styles = control.evaluate(
            "one => { const s = getComputedStyle(one); return s.outlineColor + s.backgroundColor + s.boxShadow; }"
        )
        assert yellow in styles
