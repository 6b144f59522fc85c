"""Pages of a series that passes from imported months to Pulse's own waves, in a real browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

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
from tests.pulse.released import MANY, joined_months, workforce

PAGES = ["/units/north-2", "/units/north-3", "/units/north", "/heatmap?level=2", "/turnover"]


@pytest.fixture(scope="module")
def joined(initialised_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Eight imported months and two waves with response rates; Duty North is hidden in the waves."""
    home = tmp_path_factory.mktemp("joined") / "home"
    shutil.copytree(initialised_home, home)
    settings = Settings.from_environ({"PULSE_HOME": str(home)})
    stores = Stores.of(settings)
    with stores.archive() as session:
        signer = load_log_signer(settings)
        months = joined_months(session, signer, respondents_of_waves={**MANY, "north-3": 3})
        workforce(session, months, {}, signer)
    add_one_account_per_role(stores, unit="north")
    stores.close()
    with serving(settings) as address:
        yield address


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_a_fault_that_axe_finds_or_scrolls_sideways(
    joined: str, page_of: PageOf, path: str
) -> None:
    page = page_of()
    sign_in(page, joined, "hr")
    page.goto(joined + path)
    page.wait_for_load_state("networkidle")
    assert faults_at_every_width(page) == []


def test_the_chart_that_script_draws_crosses_the_axis_with_two_slashes_and_names_them(
    joined: str, page_of: PageOf
) -> None:
    page = page_of()
    sign_in(page, joined, "hr")
    page.goto(f"{joined}/units/north-2")
    plot = page.locator(".chart-drawn .js-plotly-plot")
    plot.wait_for()

    expect(plot.get_by_text("joined from imported answers")).to_be_visible()
    slashes = plot.locator(".shapelayer path").all()
    boxes = [box for box in (slash.bounding_box() for slash in slashes) if box is not None]
    short = [box for box in boxes if box["height"] < 20 and box["width"] < 10]
    assert len(short) == 2
    words = plot.get_by_text("joined from imported answers").bounding_box()
    whole = plot.bounding_box()
    assert words is not None
    assert whole is not None
    assert words["y"] > max(box["y"] for box in short)
    assert words["x"] + words["width"] <= whole["x"] + whole["width"]
    assert words["y"] + words["height"] <= whole["y"] + whole["height"]


def test_on_a_phone_the_small_drawing_has_the_slashes_and_the_heatmap_the_rates(
    joined: str, page_of: PageOf
) -> None:
    page = page_of(PHONE)
    sign_in(page, joined, "hr")
    page.goto(f"{joined}/units/north-2")
    expect(page.locator(".chart-narrow .break")).to_be_visible()
    page.goto(f"{joined}/heatmap?level=2")
    unit = page.get_by_role("listitem").filter(
        has=page.get_by_role("heading", name="Assessment North")
    )
    expect(unit).to_contain_text("65% of everybody invited answered")
