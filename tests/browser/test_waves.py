"""HR plans, previews and prepares a wave in a real browser, by keyboard, light and dark."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pulse.config import Settings
from pulse.installation import Installation
from pulse.jobs.worker import tick
from pulse.startup import check_installation
from pulse.stores import Stores
from tests.browser.conftest import (
    DESK,
    PHONE,
    PageOf,
    add_one_account_per_role,
    faults_of,
    scrolls_sideways,
    serving,
    sign_in,
)
from tests.pulse.waves_made import fill_registry


@dataclass(frozen=True)
class Console:
    """A served installation with people, and the worker that the test turns by hand."""

    address: str
    site: Installation

    def work(self) -> None:
        tick(self.site, datetime.now().astimezone().replace(tzinfo=None))


@pytest.fixture(scope="module")
def console(initialised_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    home = tmp_path_factory.mktemp("console") / "home"
    shutil.copytree(initialised_home, home)
    settings = Settings.from_environ(
        {
            "PULSE_HOME": str(home),
            "PULSE_ORGANISATION": "Eastmoor Children's Services",
            "PULSE_LANGUAGES": "en,en-XA,ar-XB",
        }
    )
    stores = Stores.of(settings)
    site = Installation(settings, stores, check_installation(settings, stores))
    fill_registry(site)
    add_one_account_per_role(stores, unit="ALL")
    with serving(settings) as address:
        yield Console(address, site)
    stores.close()


def draft_of(page: Page, console: Console) -> str:
    """Store the wave that the form suggests, unless there is one; return its page's address."""
    sign_in(page, console.address, "hr")
    page.goto(f"{console.address}/waves")
    waiting = page.get_by_role("table").get_by_role("link")
    if waiting.count() == 0:
        page.get_by_role("link", name="Plan a wave").click()
        page.get_by_role("button", name="Store the draft").click()
    else:
        waiting.first.click()
    expect(page.get_by_text("Nothing is frozen yet")).to_be_visible()
    return page.url


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("dark", [False, True])
def test_every_page_of_the_console_is_accessible_and_fits(
    console: Console, page_of: PageOf, width: int, *, dark: bool
) -> None:
    page = page_of(width, dark=dark)
    wave = draft_of(page, console)
    pages = [f"{console.address}/waves{path}" for path in ("", "/plan", "/ahead", "/own-question")]
    for address in [*pages, wave, f"{wave}/prepare", f"{wave}/cancel", f"{wave}/preview"]:
        page.goto(address)
        assert faults_of(page) == [], address
        assert not scrolls_sideways(page), address


def test_the_pages_reflow_at_320_pixels(console: Console, page_of: PageOf) -> None:
    page = page_of(320)
    wave = draft_of(page, console)
    for address in (f"{console.address}/waves/plan", wave, f"{wave}/preview"):
        page.goto(address)
        assert not scrolls_sideways(page), address


def test_the_count_of_questions_follows_the_ticks(console: Console, page_of: PageOf) -> None:
    page = page_of()
    sign_in(page, console.address, "hr")
    page.goto(f"{console.address}/waves/plan")
    page.get_by_label("I am proud to work here.").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("status")).to_have_text("9 questions chosen of at most 8. Take 1 out.")
    page.get_by_role("button", name="Store the draft").click()
    expect(page.get_by_role("alert")).to_contain_text("1 to 8 questions")
    expect(page.get_by_label("I am proud to work here.")).to_be_checked()


def test_hr_walks_through_the_preview_and_nothing_is_kept(
    console: Console, page_of: PageOf
) -> None:
    page = page_of()
    wave = draft_of(page, console)
    page.goto(f"{wave}/preview")
    phone = page.frame_locator("iframe")
    phone.get_by_role("button", name="Start").click()
    for _ in range(8):
        phone.get_by_role("button", name="Skip this question").locator("visible=true").click()
    phone.get_by_role("button", name="Send my answers").click()
    expect(phone.get_by_text("00000000 00000000").first).to_be_visible()
    assert page.evaluate("indexedDB.databases()") == []


def test_the_page_follows_the_worker_by_itself(console: Console, page_of: PageOf) -> None:
    page = page_of()
    draft_of(page, console)
    page.get_by_role("link", name="Prepare", exact=True).click()
    page.get_by_role("button", name="Prepare").click()
    expect(page.get_by_text("Preparing begins in a moment")).to_be_visible()
    console.work()
    expect(page.get_by_text("Everything is ready")).to_be_visible(timeout=15_000)
    page.get_by_role("link", name="Cancel this wave").click()
    page.get_by_role("button", name="Cancel this wave").click()
    console.work()
    expect(page.get_by_text("It was cancelled before it opened")).to_be_visible(timeout=15_000)
