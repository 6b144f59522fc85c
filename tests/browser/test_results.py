"""The result pages and the auditor's seat in a real browser."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pulse.config import Settings
from pulse.keys import load_log_signer
from pulse.stores import Stores
from surveys.packs import add_version
from tests.browser.conftest import (
    PHONE,
    PageOf,
    add_one_account_per_role,
    faults_at_every_width,
    serving,
    sign_in,
)
from tests.pulse.released import a_year_and_a_half, workforce
from tests.pulse.words.sites import FIGURES_OF_OTHERS

PAGES = [
    ("hr", "/this-month"),
    ("hr", "/units/north-3"),
    ("hr", "/units/root"),
    ("hr", "/heatmap?level=2&month=2025-08"),
    ("hr", "/turnover"),
    ("leader", "/turnover"),
    ("hr", "/workforce/rates?unit=north"),
    ("leader", "/workforce/rates"),
    ("hr", "/method"),
    ("hr", "/moves-with"),
    ("hr", "/method/questionnaire"),
    ("union_auditor", "/audit"),
    ("union_auditor", "/audit/settings"),
    ("union_auditor", "/audit/log"),
    ("union_auditor", "/audit/log/1"),
    ("union_auditor", "/audit/self-attack"),
]


@pytest.fixture(scope="module")
def results(initialised_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An installation with 18 released months; leaders read the subtree of North."""
    home = tmp_path_factory.mktemp("results") / "home"
    shutil.copytree(initialised_home, home)
    settings = Settings.from_environ({"PULSE_HOME": str(home)})
    stores = Stores.of(settings)
    with stores.archive() as session:
        signer = load_log_signer(settings)
        months = a_year_and_a_half(session, signer)
        workforce(session, months, {"north-1": 2, "south-2": 3}, signer)
    with stores.registry() as session:
        add_version(session, FIGURES_OF_OTHERS, version=1, day=months[0].first_day)
    add_one_account_per_role(stores, unit="north")
    stores.close()
    with serving(settings) as address:
        yield address


def shown_column(page: Page, column: int) -> list[str]:
    """Return a column of the months' table, oldest first, hidden months left out."""
    rows = page.locator("table.t5 tbody tr").all()
    cells = [row.locator("td").all_inner_texts() for row in rows]
    return [cell[column] for cell in reversed(cells) if len(cell) > 1]


@pytest.mark.parametrize(("role", "path"), PAGES)
def test_no_page_has_a_fault_that_axe_finds_or_scrolls_sideways(
    results: str, page_of: PageOf, role: str, path: str
) -> None:
    page = page_of()
    sign_in(page, results, role)
    page.goto(results + path)
    page.wait_for_load_state("networkidle")
    assert faults_at_every_width(page) == []


def test_a_leader_opens_the_own_part_of_the_tree_and_is_refused_elsewhere(
    results: str, page_of: PageOf
) -> None:
    page = page_of()
    sign_in(page, results, "leader")
    page.get_by_role("link", name="Units").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("North")
    crumbs = page.get_by_role("navigation", name="Breadcrumb")
    expect(crumbs).to_contain_text("Eastmoor Services")
    expect(crumbs.get_by_role("link")).to_have_count(0)

    answer = page.goto(f"{results}/units/south-1")
    assert answer is not None
    assert answer.status == 403
    expect(page.locator("main")).not_to_contain_text("Assessment South")


def press_until(page: Page, key: str, name: str | re.Pattern[str]) -> None:
    """Press a key until the link, button or field with the name has the focus."""
    wanted = page.locator(":focus")
    for _press in range(60):
        page.keyboard.press(key)
        if wanted.count() and re.search(name, wanted.inner_text() or ""):
            return
    raise AssertionError(f"{name!r} was never reached")


def test_the_keyboard_alone_leads_from_the_door_to_the_figures_of_another_measure(
    results: str, page_of: PageOf
) -> None:
    page = page_of()
    page.goto(f"{results}/sign-in")
    page.get_by_label("Name").focus()
    page.keyboard.type("team_leader")
    page.keyboard.press("Tab")
    page.keyboard.type("seven quiet herons wade")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("What staff told us"))

    press_until(page, "Tab", "^Chart and table")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("North")

    press_until(page, "Tab", "^Workload$")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("Workload"))

    region = page.locator(":focus")
    for _press in range(60):
        page.keyboard.press("Tab")
        if region.count() and region.get_attribute("role") == "region":
            break
    expect(page.locator(":focus")).to_have_accessible_name(re.compile("The same numbers"))


def test_without_script_drawing_and_table_are_there(results: str, page_of: PageOf) -> None:
    page = page_of(script=False)
    sign_in(page, results, "hr")
    page.goto(f"{results}/units/north-3")

    expect(page.locator(".chart-wide svg")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Chart of Morale, Duty North"))).to_be_visible()
    assert len(shown_column(page, 0)) == 17
    page.get_by_role("navigation", name="Measure").get_by_role("link", name="Workload").click()
    expect(page).to_have_title(re.compile("Workload"))


def test_on_a_phone_the_measure_is_chosen_in_a_list_and_the_small_drawing_is_shown(
    results: str, page_of: PageOf
) -> None:
    page = page_of(PHONE)
    sign_in(page, results, "hr")
    page.goto(f"{results}/units/north-1")

    expect(page.locator(".chart-narrow svg")).to_be_visible()
    expect(page.locator(".chart-wide svg")).to_be_hidden()
    page.get_by_role("combobox", name="Measure").select_option("Workload")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_title(re.compile("Workload"))


def test_on_a_phone_the_heatmap_says_per_unit_what_moved_and_folds_the_rest_away(
    results: str, page_of: PageOf
) -> None:
    page = page_of(PHONE)
    sign_in(page, results, "hr")
    page.goto(f"{results}/heatmap?level=2")

    expect(page.locator("table.heat")).to_be_hidden()
    unit = page.get_by_role("listitem").filter(
        has=page.get_by_role("heading", name="Assessment South")
    )
    expect(unit).to_contain_text("5 themes: no clear change")
    unit.get_by_text("All figures").click()
    expect(unit.get_by_text("3.3").first).to_be_visible()


def test_on_paper_the_page_is_light_and_its_controls_are_gone(
    results: str, page_of: PageOf
) -> None:
    page = page_of(dark=True)
    sign_in(page, results, "hr")
    page.goto(f"{results}/units/north-3")
    page.emulate_media(media="print", color_scheme="dark")

    for control in (".top", ".nav", ".govuk-tabs__list", "form"):
        expect(page.locator(control).first).to_be_hidden()
    ink = page.evaluate("getComputedStyle(document.body).color")
    assert ink == "rgb(42, 31, 46)"
    expect(page.locator("table.t5")).to_be_visible()
    expect(page.locator(".chart-wide svg")).to_be_visible()
