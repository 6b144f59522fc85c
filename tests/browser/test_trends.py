"""Trends, notes and new limits in a real browser: names, numbers, keyboard, phone, no script."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pulse.config import Settings
from pulse.keys import load_log_signer
from pulse.stores import Stores
from tests.browser.conftest import (
    PHONE,
    PageOf,
    add_one_account_per_role,
    faults_at_every_width,
    scrolls_sideways,
    serving,
    sign_in,
)
from tests.pulse.released import a_year_and_a_half

NOTES = "/units/north-1/notes"
PAGES = [
    ("leader", "/trends"),
    ("hr", "/trends?depth=2&month=2025-08"),
    ("hr", "/units/north-1"),
    ("hr", NOTES),
    ("leader", f"{NOTES}/new"),
    ("hr", f"{NOTES}/rebase"),
]


@pytest.fixture
def filled(initialised_home: Path, tmp_path: Path) -> Iterator[str]:
    """An installation with 18 released months; leaders read the subtree of North."""
    home = tmp_path / "home"
    shutil.copytree(initialised_home, home)
    settings = Settings.from_environ({"PULSE_HOME": str(home)})
    stores = Stores.of(settings)
    with stores.archive() as session:
        a_year_and_a_half(session, load_log_signer(settings))
    add_one_account_per_role(stores, unit="north")
    stores.close()
    with serving(settings) as address:
        yield address


def start_limits_anew(page: Page, address: str) -> None:
    """Fill in the form and go on to the page that asks once more."""
    page.goto(f"{address}{NOTES}/rebase")
    page.get_by_label("From which month on?").select_option("2026-04")
    page.get_by_label("What has changed for good?").fill("Two teams were joined.")
    page.get_by_role("button", name="Show old and new limits").click()


def test_no_page_has_a_fault_that_axe_finds_or_scrolls_sideways(
    filled: str, page_of: PageOf
) -> None:
    found: dict[str, list[str]] = {}
    for role in ("leader", "hr"):
        page = page_of()
        sign_in(page, filled, role)
        for path in (path for each, path in PAGES if each == role):
            page.goto(filled + path)
            page.wait_for_load_state("networkidle")
            found[f"{role} {path}"] = faults_at_every_width(page)
    start_limits_anew(page, filled)
    page.wait_for_load_state("networkidle")
    found["old and new limits"] = faults_at_every_width(page)
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_a_note_is_put_on_charts_and_withdrawn_and_each_step_asks_once_more(
    filled: str, page_of: PageOf
) -> None:
    page, found = page_of(), {}
    sign_in(page, filled, "leader")
    page.goto(f"{filled}{NOTES}/new")
    page.get_by_label("In which month did it happen?").select_option("2026-04")
    page.get_by_label("What happened?").fill("The office moved.")
    page.get_by_role("button", name="Go on").click()
    found["note"] = faults_at_every_width(page)
    page.get_by_role("button", name="Put it on the charts").click()
    expect(page.get_by_text("The office moved.")).to_be_visible()

    page.get_by_role("link", name=re.compile("Withdraw")).click()
    found["why"] = faults_at_every_width(page)
    page.get_by_label("Why do you withdraw it?").fill("It was another office.")
    page.get_by_role("button", name="Go on").click()
    found["withdrawal"] = faults_at_every_width(page)
    page.get_by_role("button", name=re.compile("^Withdraw")).click()
    expect(page.get_by_text("It was another office.")).to_be_visible()
    page.goto(f"{filled}/units/north-1")
    expect(page.get_by_text("The office moved.")).to_have_count(0)
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_a_theme_is_reached_by_its_name_and_its_table_says_what_the_sentence_says(
    filled: str, page_of: PageOf
) -> None:
    page = page_of()
    sign_in(page, filled, "leader")
    page.get_by_role("link", name="Trends").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What changed")
    theme = page.get_by_role("region", name="Morale")
    sentence = theme.locator("b", has_text="Assessment North has been below").inner_text()
    assert sentence.startswith("Morale in Assessment North has been below its own average")
    theme.get_by_text("All 4 units as a table").click()
    row = theme.get_by_role("row", name=re.compile("Assessment North"))
    expect(row).to_contain_text("lower, 7 months")
    mean = row.get_by_role("cell").first.inner_text().split()[0]
    expect(theme.get_by_text(f"October: {mean} of 5")).to_have_count(1)
    expect(theme.get_by_text("Ask in person")).to_have_count(2)


def test_a_table_unfolds_by_the_keyboard_and_on_a_phone_every_cell_of_it_says_what_it_is(
    filled: str, page_of: PageOf
) -> None:
    page = page_of(PHONE)
    sign_in(page, filled, "leader")
    page.goto(f"{filled}/trends")
    theme = page.get_by_role("region", name="Morale")
    expect(theme.get_by_role("table")).to_be_hidden()
    theme.get_by_text("All 4 units as a table").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Workload").get_by_role("table")).to_be_hidden()
    cells = theme.get_by_role("cell")
    expect(cells.filter(has_text="Own average: ").first).to_be_visible()
    expect(cells.filter(has_text="Long run: ").first).to_be_visible()
    assert not scrolls_sideways(page)


def test_limits_start_anew_by_the_keyboard_alone_and_without_script(
    filled: str, page_of: PageOf
) -> None:
    page = page_of(script=False)
    sign_in(page, filled, "hr")
    page.goto(f"{filled}{NOTES}/rebase")
    page.get_by_label("From which month on?").focus()
    page.keyboard.type("April 2026")
    page.keyboard.press("Tab")
    page.keyboard.type("Two teams were joined.")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Start these limits anew?")
    expect(page.get_by_role("table", name=re.compile("Old and new limits"))).to_be_visible()
    picture = page.get_by_role("img", name=re.compile("Chart of Morale, Assessment North"))
    expect(picture).to_be_visible()
    page.get_by_role("button", name="Start them anew").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Notes on the charts")

    page.goto(f"{filled}/units/north-1")
    expect(page.get_by_role("heading", name="No clear change")).to_be_visible()
    expect(page.locator(".chart-notes")).to_contain_text("Two teams were joined.")
    letters = page.locator(".chart-wide .flag-letter").all_text_contents()
    assert letters == page.locator(".chart-notes .chart-letter").all_inner_texts()
    assert page.locator(".chart-wide path.mean").count() == 2


def test_the_screens_drawing_has_the_letters_of_the_list(filled: str, page_of: PageOf) -> None:
    page = page_of()
    sign_in(page, filled, "hr")
    start_limits_anew(page, filled)
    page.get_by_role("button", name="Start them anew").click()
    page.goto(f"{filled}/units/north-1")
    expect(page.locator(".chart-plot .main-svg").first).to_be_visible()
    drawn = page.locator(".chart-plot .annotation-text").all_text_contents()
    letters = page.locator(".chart-notes .chart-letter").all_inner_texts()
    assert letters
    assert set(letters) <= set(drawn)


def test_on_paper_every_theme_keeps_sentence_question_and_table(
    filled: str, page_of: PageOf
) -> None:
    page = page_of(PHONE)  # about as wide as a sheet of paper in a small format
    sign_in(page, filled, "leader")
    page.goto(f"{filled}/trends")
    page.emulate_media(media="print")
    theme = page.get_by_role("region", name="Morale")
    expect(theme.locator("b", has_text="Assessment North has been below")).to_be_visible()
    expect(theme.get_by_text("Ask in person").first).to_be_visible()
    expect(theme.locator("table")).to_be_visible()
