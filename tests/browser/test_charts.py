"""Both drawings of a chart in a real browser, under the real content-security policy."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from pulse.charts.spec import ShownMonth
from tests.browser.conftest import DESK, PHONE, PageOf
from tests.pulse.charts.chart_app import chart_app
from tests.pulse.charts.chart_specs import two_years


@pytest.fixture
def chart_page() -> Iterator[str]:
    """The address of a page of charts on a real server."""
    server = make_server("127.0.0.1", 0, chart_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(page_of: PageOf, chart_page: str) -> Page:
    """The page at desk size, drawn by script."""
    page = page_of(DESK)
    page.goto(chart_page)
    page.wait_for_selector(".chart-drawn .main-svg .point")
    return page


def test_the_script_draws_every_shown_month_and_only_those(page: Page) -> None:
    months = [month for month in two_years().months if isinstance(month, ShownMonth)]
    drawn = page.locator(".chart-plot").first.locator(".scatterlayer .point")
    assert drawn.count() == len(months)


def test_the_servers_drawing_gives_way_to_the_scripts_one(page: Page) -> None:
    figure = page.locator(".chart-figure").first
    assert figure.locator(".chart-plot").is_visible()
    assert not figure.locator(".chart-wide").is_visible()


def test_hidden_months_are_hatched_by_the_script_too(page: Page) -> None:
    assert page.locator(".chart-plot pattern").count() == 1
    assert "hidden" in page.locator(".chart-plot .annotation-text").all_text_contents()


def test_layers_lie_on_each_other(page: Page) -> None:
    layers = page.locator(".chart-plot").first.locator(".main-svg")
    tops = layers.evaluate_all("all => all.map(each => each.getBoundingClientRect().top)")
    assert len(tops) > 1
    assert len(set(tops)) == 1


def test_a_dark_screen_gets_the_dark_colours_without_loading_again(page: Page) -> None:
    month = page.locator(".chart-plot .xtick text").first
    expect(month).to_have_css("fill", "rgb(95, 82, 100)")  # --ink-2 on a light screen
    page.emulate_media(color_scheme="dark")
    expect(month).to_have_css("fill", "rgb(195, 182, 199)")


def test_paper_gets_the_servers_drawing(page: Page) -> None:
    page.emulate_media(media="print")
    figure = page.locator(".chart-figure").first
    assert figure.locator(".chart-wide").is_visible()
    assert not figure.locator(".chart-plot").is_visible()


def test_a_phone_keeps_the_narrow_drawing_and_loads_no_library(
    page_of: PageOf, chart_page: str
) -> None:
    page = page_of(PHONE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(chart_page, wait_until="networkidle")
    assert page.locator(".chart-narrow").first.is_visible()
    assert not page.locator(".chart-wide").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE
    assert [url for url in asked if "plotly" in url] == []


def test_without_script_the_servers_drawing_stands(page_of: PageOf, chart_page: str) -> None:
    page = page_of(DESK, script=False)
    page.goto(chart_page)
    assert page.locator(".chart-wide").first.is_visible()


def test_when_the_library_cannot_be_loaded_the_servers_drawing_stands(
    page_of: PageOf, chart_page: str
) -> None:
    page = page_of(DESK)
    page.route("**/plotly*", lambda route: route.abort())
    page.goto(chart_page, wait_until="networkidle")
    assert page.locator(".chart-wide").first.is_visible()
    assert not page.locator(".chart-plot").first.is_visible()
