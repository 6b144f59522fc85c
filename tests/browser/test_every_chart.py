"""Every page with a figure, found by its address map: sentence, picture, table, keyboard, paper.

A new page with a chart is looked at without being named here. Only a drawing with an axis of a new
kind has to be taught to `drawn_figures.marks_of`.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy.orm import Session

from pulse.app import create_app
from pulse.config import Settings
from pulse.keys import load_log_signer
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from tests.browser.conftest import (
    DESK,
    PHONE,
    PageOf,
    add_one_account_per_role,
    scrolls_sideways,
    serving,
    sign_in,
)
from tests.browser.drawn_figures import figures_of, marks_of
from tests.pulse.dashboards.test_turnover import city_where_low_morale_goes_with_leaving
from tests.pulse.released import a_year_and_a_half, workforce
from tests.pulse.words.sites import addresses_of

_ALL_DRAWN = """() => [...document.querySelectorAll(".chart-figure")].every(
    each => each.classList.contains("chart-drawn") && each.querySelector(".main-svg")
)"""
_SPARE = 5
"""Presses more than there are things to reach."""
_WATCH_FOCUS = """() => {
    const every = "a[href], button, select, input, summary, [tabindex='0']";
    window.unreached = new Set([...document.querySelector("main").querySelectorAll(every)].filter(
        each => each.checkVisibility({visibilityProperty: true}) && !each.disabled
    ));
    document.addEventListener("focusin", event => window.unreached.delete(event.target));
    return window.unreached.size;
}"""
_MISSED = "() => [...window.unreached].map(each => each.outerHTML.slice(0, 100))"

Fill = Callable[[Session, LogSigner], object]
Visit = Callable[..., Iterator[Page]]


def signals_and_hidden_months(session: Session, signer: LogSigner) -> None:
    """Eighteen months of two services: signals, hidden months, too few units for estimates."""
    months = a_year_and_a_half(session, signer)
    workforce(session, months, {"north-1": 2, "south-2": 3}, signer)


SITES: tuple[Fill, ...] = (signals_and_hidden_months, city_where_low_morale_goes_with_leaving)


@dataclass(frozen=True, slots=True)
class ChartSite:
    """A served installation, and at which addresses HR and a leader of North see a figure."""

    address: str
    of_hr: tuple[str, ...]
    of_leader: tuple[str, ...]


@pytest.fixture(scope="module", params=SITES, ids=lambda fill: fill.__name__)
def site(
    request: pytest.FixtureRequest,
    initialised_home: Path,
    tmp_path_factory: pytest.TempPathFactory,
    browser: Browser,
) -> Iterator[ChartSite]:
    home = tmp_path_factory.mktemp("charts") / "home"
    shutil.copytree(initialised_home, home)
    settings = Settings.from_environ({"PULSE_HOME": str(home)})
    with closing(Stores.of(settings)) as stores:
        with stores.archive() as session:
            request.param(session, load_log_signer(settings))
        add_one_account_per_role(stores, unit="north")
    with serving(settings) as address:
        known = known_addresses(settings)
        hr, leader = (with_a_figure(browser, address, known, reader) for reader in ("hr", "leader"))
        yield ChartSite(address, hr, leader)


def known_addresses(settings: Settings) -> tuple[str, ...]:
    """Return every address that the maps know and that is no file."""
    every = [path for paths in addresses_of(create_app(settings)).values() for path in paths]
    return tuple(dict.fromkeys(path for path in every if not re.search(r"[{]|\.\w+$", path)))


def with_a_figure(
    browser: Browser, address: str, known: tuple[str, ...], reader: str
) -> tuple[str, ...]:
    """Return those of the addresses at which the reader is given a page with a figure."""
    with closing(browser.new_context(java_script_enabled=False)) as window:
        page = window.new_page()
        sign_in(page, address, reader)
        answers = [(path, page.request.get(address + path)) for path in known]
        return tuple(path for path, answer in answers if answer.ok and "<figure" in answer.text())


@pytest.fixture
def visit(site: ChartSite, page_of: PageOf) -> Visit:
    """Open each of HR's pages with figures, one after the other in one window."""

    def pages(width: int = DESK, *, script: bool = True) -> Iterator[Page]:
        page = page_of(width, script=script)
        sign_in(page, site.address, "hr")
        for path in site.of_hr:
            page.goto(site.address + path)
            if script and width == DESK:
                page.wait_for_function(_ALL_DRAWN)
            yield page

    return pages


def test_pages_with_figures_are_found_by_themselves(site: ChartSite) -> None:
    assert {"/units/root", "/turnover"} <= set(site.of_hr)
    assert {"/units/root", "/units/south"}.isdisjoint(site.of_leader)


def test_a_sentence_comes_before_each_figure_which_has_a_label_and_a_description(
    visit: Visit,
) -> None:
    faults = [
        fault
        for page in visit(script=False)
        for figure in figures_of(page)
        for fault in figure.faults_of_words()
    ]
    assert faults == []


def test_figures_of_a_page_are_numbered_one_after_the_other(visit: Visit) -> None:
    for page in visit(script=False):
        numbers = re.findall(r"Figure (\d+)\.", page.locator("main").inner_text())
        assert numbers == [str(1 + place) for place in range(len(figures_of(page)))], page.url


def test_data_drawings_and_table_hold_the_same_numbers(visit: Visit) -> None:
    faults = [
        fault
        for page in visit(script=False)
        for figure in figures_of(page)
        for fault in figure.faults_of_numbers()
    ]
    assert faults == []


def test_what_the_script_draws_is_what_the_page_says(visit: Visit) -> None:
    for page in visit():
        for figure in figures_of(page):
            plot = figure.where.locator(".js-plotly-plot")
            plot.wait_for()
            drawn = plot.evaluate(
                """plot => plot.data.filter(each => (each.mode || "").includes("markers"))
                    .flatMap(each => Array.from(each.text, (text, n) => [text, each.x[n], each.y[n]]))"""
            )
            assert sorted(map(tuple, drawn)) == sorted(figure.marks), figure.place
            assert figure.where.locator(".chart-plot").is_visible()
            assert not figure.where.locator(".chart-wide").is_visible()


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_the_keyboard_reaches_everything_on_the_page(visit: Visit, width: int) -> None:
    for page in visit(width):
        wanted = page.evaluate(_WATCH_FOCUS)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")  # on "Skip to main content"
        for _press in range(wanted + _SPARE):
            page.keyboard.press("Tab")
        missed = page.evaluate(_MISSED)
        assert missed == [], page.url


def test_on_paper_each_figure_keeps_the_servers_drawing_and_its_table(visit: Visit) -> None:
    for page in visit():
        page.emulate_media(media="print")
        for figure in figures_of(page):
            assert figure.where.locator(".chart-wide svg").is_visible(), figure.place
            assert not figure.where.locator(".chart-plot").is_visible(), figure.place
        assert page.locator("main table").first.is_visible()
        page.emulate_media(media="screen")


def test_on_a_phone_the_small_drawing_is_shown_and_nothing_scrolls_sideways(
    visit: Visit,
) -> None:
    for page in visit(PHONE):
        for figure in figures_of(page):
            assert figure.where.locator(".chart-narrow svg").is_visible(), figure.place
            assert not figure.where.locator(".chart-wide").is_visible(), figure.place
        assert not scrolls_sideways(page), page.url


def test_without_script_the_servers_drawing_and_the_table_are_there(visit: Visit) -> None:
    for page in visit(script=False):
        for figure in figures_of(page):
            assert figure.where.locator(".chart-wide svg").is_visible(), figure.place
        assert page.locator("main table").first.is_visible(), page.url


# What these tests would find


def spoilt(page: Page, change: str) -> list[str]:
    """Return the faults of the first figure after a change to the page."""
    page.evaluate(change)
    figure = figures_of(page)[0]
    return [*figure.faults_of_words(), *figure.faults_of_numbers()]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("document.querySelectorAll('main p').forEach(p => p.remove())", "no sentence"),
        ("document.querySelector('figcaption b').remove()", "no label"),
        ("document.querySelector('[role=img]').removeAttribute('role')", "not one image"),
        ("document.querySelector('[role=img]').ariaLabel += ' Table 9.'", "another table"),
        ("document.querySelector('.chart-wide svg').removeAttribute('aria-hidden')", "not hidden"),
        ("document.querySelector('main table').remove()", "not in the table"),
        ("document.querySelector('main table tbody td').textContent = '9.9'", "not in the table"),
        ("document.querySelector('.chart-wide circle.pt').setAttribute('cy', 40)", "a mark at"),
        ("document.querySelector('.chart-narrow circle.pt').remove()", " marks for "),
    ],
)
def test_a_spoilt_figure_is_found(
    site: ChartSite, page_of: PageOf, change: str, fault: str
) -> None:
    page = page_of(script=False)
    sign_in(page, site.address, "hr")
    page.goto(f"{site.address}/units/root")
    assert spoilt(page, "null") == []
    assert any(fault in each for each in spoilt(page, change))


def test_a_drawing_without_an_axis_that_can_be_read_asks_to_be_taught() -> None:
    with pytest.raises(LookupError, match="no axis that the test can read"):
        marks_of("<svg><circle class='pt' cx='1' cy='1'/><text>1</text></svg>")
