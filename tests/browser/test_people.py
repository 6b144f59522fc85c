"""HR takes in a list of staff in a real browser: every page of the way fits and is accessible."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from pulse.config import Settings
from pulse.stores import Stores
from surveys.unit_registry import apply_units, plan_units
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

HEADER = "reference,name,email,unit\n"
STAFF = HEADER + "".join(
    f"{n},Alexandrina Montgomery {n},person{n}@example.org,t{n % 60}\n" for n in range(80)
)
FEW = HEADER + "1,Alexandrina Montgomery 1,person1@example.org,t2\n"
WRONG = HEADER + "1,Ada,nowhere,t1\n2,Ben,b@example.org,west\n"


@pytest.fixture
def address(initialised_home: Path, tmp_path: Path) -> Iterator[str]:
    home = tmp_path / "home"
    shutil.copytree(initialised_home, home)
    settings = Settings.from_environ({"PULSE_HOME": str(home)})
    stores = Stores.of(settings)
    add_one_account_per_role(stores, unit="city")
    units = tmp_path / "units.csv"
    teams = "".join(f"t{n},Assessment team number {n},city\n" for n in range(60))
    units.write_text(f"code,name,parent\ncity,The City,\n{teams}")
    today = datetime.now().astimezone().date()
    with stores.registry() as session:
        apply_units(session, plan_units(session, units, today - timedelta(days=9)))
    stores.close()
    with serving(settings) as served:
        yield served


def send(page: Page, address: str, staff: str) -> None:
    page.goto(f"{address}/people")
    file = FilePayload(name="staff.csv", mimeType="text/csv", buffer=staff.encode())
    page.get_by_label("List of staff").set_input_files(file)
    page.get_by_role("button", name="Show what would change").click()


@pytest.mark.parametrize(("width", "dark"), [(DESK, False), (PHONE, True)])
def test_a_list_goes_from_the_file_to_the_store(
    address: str, page_of: PageOf, width: int, *, dark: bool
) -> None:
    page = page_of(width, dark=dark)
    sign_in(page, address, "hr")

    def check() -> None:
        assert faults_of(page) == []
        assert not scrolls_sideways(page)

    page.goto(f"{address}/people")
    check()
    send(page, address, WRONG)
    expect(page.get_by_role("alert")).to_be_visible()
    check()
    send(page, address, STAFF)
    expect(page.get_by_role("heading", name="What the list would change")).to_be_visible()
    check()
    page.get_by_role("button", name="Store the list").click()
    expect(page.get_by_text("Where they work")).to_be_visible()
    check()
    send(page, address, FEW)
    page.get_by_role("button", name="Store the list").click()  # most would leave: it asks first
    expect(page.get_by_role("alert")).to_contain_text("everybody")
    check()
