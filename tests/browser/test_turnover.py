"""The turnover page in a real browser: panels, their tables, keyboard, paper, phone, no script."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from pulse.config import Settings
from pulse.keys import load_log_signer
from pulse.stores import Stores
from tests.browser.conftest import (
    PHONE,
    PageOf,
    add_one_account_per_role,
    faults_at_every_width,
    serving,
    sign_in,
)
from tests.pulse.dashboards.test_turnover import city_where_low_morale_goes_with_leaving

NUMBER = re.compile(r"[\N{MINUS SIGN}\d.]+ \([\N{MINUS SIGN}\d.]+ to [\N{MINUS SIGN}\d.]+\)")


@pytest.fixture(scope="module")
def city(initialised_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An installation of twelve teams with enough figures for most numbers to be told."""
    home = tmp_path_factory.mktemp("city") / "home"
    shutil.copytree(initialised_home, home)
    settings = Settings.from_environ({"PULSE_HOME": str(home)})
    stores = Stores.of(settings)
    with stores.archive() as session:
        city_where_low_morale_goes_with_leaving(session, load_log_signer(settings))
    add_one_account_per_role(stores, unit="root")
    stores.close()
    with serving(settings) as address:
        yield address


def panels(page: Page) -> list[Locator]:
    """Return the figures that hold estimates with intervals."""
    return page.locator("figure", has=page.locator("svg path.ci")).all()


def opened(page_of: PageOf, city: str, *args: object, **rest: object) -> Page:
    page = page_of(*args, **rest)  # type: ignore[arg-type]  # handed on as it came
    sign_in(page, city, "hr")
    page.goto(f"{city}/turnover")
    return page


def test_the_page_has_no_fault_that_axe_finds_and_fits_every_width(
    city: str, page_of: PageOf
) -> None:
    page = opened(page_of, city)
    page.get_by_text("All themes, within units").click()
    page.wait_for_load_state("networkidle")
    assert faults_at_every_width(page) == []


def test_each_panel_has_a_label_a_description_and_its_numbers_in_a_table(
    city: str, page_of: PageOf
) -> None:
    page = opened(page_of, city)
    found = panels(page)
    assert len(found) >= 1
    for panel in found:
        picture = panel.get_by_role("img")
        expect(picture).to_have_accessible_name(re.compile("Table [13] holds the same numbers"))
        expect(panel).to_have_accessible_name(re.compile(r"^Figure \d\. "))
        told = NUMBER.findall(picture.get_attribute("aria-label") or "")
        table = re.search(r"Table ([13])", picture.get_attribute("aria-label") or "")
        assert table is not None
        held = page.locator("table", has=page.locator(f"caption:has-text('Table {table[1]}.')"))
        cells = " ".join(held.locator("td").all_inner_texts())
        assert told
        for number in told:
            assert number in cells


def test_each_panel_has_one_scale_and_correlations_never_share_one_with_ratios(
    city: str, page_of: PageOf
) -> None:
    page = opened(page_of, city)
    for panel in panels(page):
        ticks = panel.locator(".chart-wide svg text").all_text_contents()
        assert ("\N{MINUS SIGN}0.5" in ticks) != ("0.25" in ticks)


def test_without_script_panels_tables_and_files_are_there(city: str, page_of: PageOf) -> None:
    page = opened(page_of, city, script=False)
    expect(page.locator(".chart-wide svg").first).to_be_visible()
    expect(page.get_by_role("table", name=re.compile("^Table 1"))).to_be_visible()
    expect(page.get_by_role("table", name=re.compile("^Table 3"))).to_be_visible()
    page.get_by_text("All themes, within units").click()
    expect(page.get_by_role("table", name=re.compile("^Table 2"))).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="table (CSV)").click()
    assert download.value.suggested_filename == "turnover.csv"


def test_the_keyboard_reaches_themes_tables_and_files(city: str, page_of: PageOf) -> None:
    page = opened(page_of, city)
    reached: list[str] = []
    for _press in range(80):
        page.keyboard.press("Tab")
        focus = page.locator(":focus")
        if focus.count():
            reached.append(focus.get_attribute("aria-labelledby") or focus.inner_text())
    for wanted in ("estimates-caption", "All themes, within units", "chain-caption", "data (JSON)"):
        assert any(wanted in each for each in reached), wanted


def test_on_paper_the_page_is_light_and_keeps_panels_and_tables(city: str, page_of: PageOf) -> None:
    page = opened(page_of, city, dark=True)
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(42, 31, 46)"
    expect(page.locator(".chart-wide svg").first).to_be_visible()
    expect(page.get_by_role("table", name=re.compile("^Table 1"))).to_be_visible()
    expect(page.get_by_role("table", name=re.compile("^Table 2"))).to_be_visible()
    expect(page.locator("form.sorter")).to_be_hidden()


def test_on_paper_the_method_page_has_its_formulas_and_no_contents(
    city: str, page_of: PageOf
) -> None:
    page = page_of()
    sign_in(page, city, "hr")
    page.goto(f"{city}/method")
    formula = page.get_by_text("Process behaviour (XmR) chart, with limits that depend on n.")
    expect(formula).to_be_hidden()
    page.emulate_media(media="print")
    expect(formula).to_be_visible()
    expect(page.locator(".contents")).to_be_hidden()


def test_on_a_phone_the_small_drawing_is_shown_and_cells_say_what_they_are(
    city: str, page_of: PageOf
) -> None:
    page = opened(page_of, city, PHONE)
    expect(page.locator(".chart-narrow svg").first).to_be_visible()
    expect(page.locator(".chart-wide svg").first).to_be_hidden()
    chain = page.get_by_role("table", name=re.compile("^Table 3"))
    expect(chain).to_contain_text("this way: ")
    expect(chain).to_contain_text("turned round: ")


def test_the_contents_of_the_method_page_lead_to_their_sections(city: str, page_of: PageOf) -> None:
    page = page_of(PHONE)
    sign_in(page, city, "hr")
    page.goto(f"{city}/method")
    page.get_by_role("link", name="How small a change can be seen").click()
    expect(page.get_by_role("heading", name="How small a change can be seen")).to_be_in_viewport()
    page.get_by_text("Formula and source").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
