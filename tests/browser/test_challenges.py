"""A challenge in a real browser: written, confirmed, answered and printed, in every width."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from pulse.config import Settings
from pulse.installation import Installation
from pulse.jobs.worker import tick
from pulse.startup import check_installation
from pulse.stores import Stores
from surveys.wave_tables import WaveRow
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
from tests.pulse.waves_made import CLOSES, answer, opened_wave, secrets_of

REASON = "Twelve people were moved to another team the night before it opened. " * 3
SAID = "They had been entered twice. Entry 4 of the log tells of the list that put it right."
WIDTHS = [(DESK, False), (DESK, True), (PHONE, False), (PHONE, True), (320, False)]


@dataclass(frozen=True)
class Offices:
    """A served installation whose one wave was closed today."""

    address: str
    site: Installation
    code: str

    def work(self, day: date) -> None:
        tick(self.site, datetime.fromisoformat(f"{day} 12:00"))

    def sign_in(self, page: Page, role: str) -> None:
        page.context.clear_cookies()
        sign_in(page, self.address, role)


@pytest.fixture
def offices(initialised_home: Path, tmp_path: Path) -> Iterator[Offices]:
    home = tmp_path / "served"
    shutil.copytree(initialised_home, home)
    settings = Settings.from_environ({"PULSE_HOME": str(home)})
    stores = Stores.of(settings)
    site = Installation(settings, stores, check_installation(settings, stores))
    code = opened_wave(site)
    for place, secret in enumerate(secrets_of(site, code)):
        answer(site, secret, [1 + (place + item) % 5 for item in range(8)])
    tick(site, datetime.fromisoformat(f"{CLOSES} 18:00"))
    today = datetime.now().astimezone().date()
    with stores.registry() as registry:
        days = {"closed_on": today, "releases_on": today + timedelta(days=3)}
        registry.execute(update(WaveRow).where(WaveRow.code == code).values(**days))
    add_one_account_per_role(stores, unit="ALL")
    with serving(settings) as address:
        yield Offices(address, site, code)
    stores.close()


def look(page: Page, name: str) -> None:
    """Check the page as it stands in every width, light and dark."""
    for width, dark in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if dark else "light")
        where = f"{name} at {width} px{', dark' if dark else ''}"
        assert faults_of(page) == [], where
        assert not scrolls_sideways(page), where
    page.set_viewport_size({"width": DESK, "height": 900})
    page.emulate_media(color_scheme="light")


def test_a_challenge_goes_from_the_overview_to_the_results(
    offices: Offices, page_of: PageOf
) -> None:
    page = page_of()
    challenge(offices, page)
    reply(offices, page)
    offices.work(datetime.now().astimezone().date() + timedelta(days=3))
    offices.sign_in(page, "team_leader")
    for path in ("this-month", "units/ALL"):
        page.goto(f"{offices.address}/{path}")
        expect(page.get_by_role("note")).to_contain_text("The union challenged this wave on")
        expect(page.get_by_role("note")).to_contain_text(SAID)
        look(page, path)


def challenge(offices: Offices, page: Page) -> None:
    offices.sign_in(page, "union_auditor")
    expect(page.get_by_role("heading", level=1)).to_contain_text("You can challenge November 2026")
    look(page, "overview")
    page.get_by_role("link", name="Challenges: what you can do").click()
    look(page, "challenges, one possible")
    page.get_by_role("link", name="Challenge November 2026").click()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_contain_text("Your reason is missing")
    look(page, "challenge with an error")
    page.get_by_label("Why do you challenge this wave?").fill(REASON)
    page.get_by_role("button", name="Go on").click()
    look(page, "challenge, asked once more")
    page.get_by_role("button", name="Change the words").click()
    expect(page.get_by_label("Why do you challenge this wave?")).to_have_value(REASON.strip())
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Raise the challenge").click()
    expect(page.get_by_text("Its results wait for HR's answer")).to_be_visible()
    look(page, "challenges, one raised")


def reply(offices: Offices, page: Page) -> None:
    offices.sign_in(page, "hr")
    look(page, "waves, one challenged")
    page.goto(f"{offices.address}/waves/{offices.code}")
    look(page, "wave, challenged")
    page.get_by_role("link", name="Answer the challenge").click()
    page.get_by_label("Your answer").fill(SAID)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose what happens with the wave.")
    look(page, "answer with an error")
    page.get_by_label("Destroy the wave without results").check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Send the answer and destroy the wave").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick the sentence")
    look(page, "answer to destroy, with an error")
    page.get_by_role("button", name="Change the answer").click()
    page.get_by_label("Release the results").check()
    page.get_by_role("button", name="Go on").click()
    look(page, "answer, asked once more")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("note")).to_contain_text(SAID)
    look(page, "wave, answered")
