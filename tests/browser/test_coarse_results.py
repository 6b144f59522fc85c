"""Pages of a unit whose newest month is shown coarsely, in a real browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

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
from tests.pulse.released import waves_with_a_joiner

PAGES = ["/units/north-2", "/heatmap?level=2", "/method"]


@pytest.fixture(scope="module")
def coarse(initialised_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("coarse") / "home"
    shutil.copytree(initialised_home, home)
    settings = Settings.from_environ({"PULSE_HOME": str(home)})
    stores = Stores.of(settings)
    with stores.archive() as session:
        waves_with_a_joiner(session, load_log_signer(settings), count=14)
    add_one_account_per_role(stores, unit="north")
    stores.close()
    with serving(settings) as address:
        yield address


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_a_fault_that_axe_finds_or_scrolls_sideways(
    coarse: str, page_of: PageOf, path: str
) -> None:
    page = page_of()
    sign_in(page, coarse, "hr")
    page.goto(coarse + path)
    page.wait_for_load_state("networkidle")
    assert faults_at_every_width(page) == []
