"""HR takes in workforce figures in a real browser, revises one, and reads a rate over time."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from pulse.config import Settings
from pulse.keys import load_log_signer
from pulse.stores import Stores
from surveys.unit_registry import apply_units, plan_units
from tests.browser.conftest import (
    PageOf,
    add_one_account_per_role,
    faults_at_every_width,
    serving,
    sign_in,
)
from tests.pulse.released import MANY, TREE, a_year_and_a_half

HEADER = "unit,period,headcount,leavers\n"
WRONG = f"{HEADER}north-1,2026-03,12,13\nnowhere,2026-03,20,2\nnorth-2,2026-03,many,0\n"


@pytest.fixture
def address(initialised_home: Path, tmp_path: Path) -> Iterator[str]:
    home = tmp_path / "home"
    shutil.copytree(initialised_home, home)
    settings = Settings.from_environ({"PULSE_HOME": str(home)})
    stores = Stores.of(settings)
    add_one_account_per_role(stores, unit="root")
    units = tmp_path / "units.csv"
    rows = "".join(f"{unit.code},{unit.name},{unit.parent or ''}\n" for unit in TREE)
    units.write_text(f"code,name,parent\n{rows}")
    with stores.registry() as session:
        apply_units(session, plan_units(session, units, TREE.valid_from))
    with stores.archive() as session:
        a_year_and_a_half(session, load_log_signer(settings))
    stores.close()
    with serving(settings) as served:
        yield served


def figures(leavers: int) -> str:
    """Eighteen months of every team with the same number of leavers."""
    months = [f"{2025 + (4 + n) // 12}-{(4 + n) % 12 + 1:02}" for n in range(18)]
    return HEADER + "".join(f"{unit},{month},30,{leavers}\n" for unit in MANY for month in months)


def send(page: Page, address: str, text: str) -> None:
    page.goto(f"{address}/workforce")
    file = FilePayload(name="figures.csv", mimeType="text/csv", buffer=text.encode())
    page.get_by_label("File of figures").set_input_files(file)
    page.get_by_role("button", name="Show what would change").click()


def test_figures_go_from_the_file_to_the_store_to_a_chart(address: str, page_of: PageOf) -> None:
    page = page_of()
    sign_in(page, address, "hr")
    page.goto(f"{address}/workforce")
    expect(page.get_by_text("Pulse holds no workforce figures yet")).to_be_visible()
    assert faults_at_every_width(page) == []

    send(page, address, WRONG)
    expect(page.get_by_role("alert")).to_contain_text("3 problems")
    expect(page.get_by_role("table").first).to_contain_text("rate over 100%")
    assert faults_at_every_width(page) == []

    send(page, address, figures(6))
    expect(page.get_by_role("heading", name="What the figures would change")).to_be_visible()
    assert faults_at_every_width(page) == []
    page.get_by_role("button", name="Store the figures").click()
    expect(page.get_by_role("heading", name="What is held")).to_be_visible()
    assert faults_at_every_width(page) == []

    send(page, address, figures(7))
    page.get_by_role("button", name="Store the figures").click()
    page.get_by_role("link", name="revised so far").click()
    expect(page.get_by_text("leavers: was 6, now 7").first).to_be_visible()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_text("page 2 of 2")).to_be_visible()
    assert faults_at_every_width(page) == []

    page.get_by_role("link", name="Workforce").first.click()
    page.get_by_role("link", name="Rates of each unit over time").click()
    page.get_by_label("Part of the organisation").select_option("north")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".lead")).to_contain_text("North: leaver rate 23.3%")
    expect(page.get_by_role("img").first).to_be_visible()


def test_a_leader_reads_rates_and_finds_no_way_to_the_files(address: str, page_of: PageOf) -> None:
    page = page_of()
    sign_in(page, address, "leader")
    page.goto(f"{address}/workforce/rates")
    expect(page.get_by_text("When HR has brought in figures")).to_be_visible()
    expect(page.get_by_role("link", name="Workforce")).to_have_count(0)
    assert faults_at_every_width(page) == []
