"""Pages of what is worked out over a whole organisation, filled, in a real browser."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from pulse.config import Settings
from pulse.keys import load_log_signer
from pulse.stores import Stores
from tests.browser.conftest import (
    PageOf,
    add_one_account_per_role,
    faults_at_every_width,
    serving,
    sign_in,
)
from tests.pulse.questioned import questioned_city


@pytest.fixture(scope="module")
def questioned(initialised_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Two months of 24 teams of 20 people."""
    home = tmp_path_factory.mktemp("questioned") / "home"
    shutil.copytree(initialised_home, home)
    settings = Settings.from_environ({"PULSE_HOME": str(home)})
    stores = Stores.of(settings)
    with stores.archive() as session:
        questioned_city(session, load_log_signer(settings))
    add_one_account_per_role(stores, unit="root")
    stores.close()
    with serving(settings) as address:
        yield address


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("leader", "/moves-with"),
        ("hr", "/moves-with?months=newest"),
        ("union_auditor", "/method/questionnaire"),
    ],
)
def test_no_filled_page_has_a_fault_that_axe_finds_or_scrolls_sideways(
    questioned: str, page_of: PageOf, role: str, path: str
) -> None:
    page = page_of()
    sign_in(page, questioned, role)
    page.goto(questioned + path)
    page.wait_for_load_state("networkidle")
    assert faults_at_every_width(page) == []


def test_a_reader_goes_from_the_method_to_the_questionnaire_and_from_turnover_to_what_moves(
    questioned: str, page_of: PageOf
) -> None:
    page = page_of()
    sign_in(page, questioned, "leader")
    page.get_by_role("link", name="Method", exact=True).click()
    page.get_by_role("link", name="how well the questions work together").click()
    expect(page).to_have_title(re.compile("How well the questions work together"))
    page.get_by_role("link", name="Turnover", exact=True).click()
    page.get_by_role("link", name="What else moves with morale").click()
    expect(page).to_have_title(re.compile("What moves with morale"))
    page.get_by_role("link", name="Newest month alone").click()
    expect(page.get_by_role("img", name=re.compile("^Rank correlations"))).to_be_visible()
