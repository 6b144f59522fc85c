"""Real Chromium against a real server: one browser a session, one window (context) a test.

Whatever a page does against its content-security policy, and whatever it asks of another host,
fails the test that opened it.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Route, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from pulse.access import Role
from pulse.app import create_app
from pulse.config import Settings
from pulse.office.accounts import Account, create_account
from pulse.stores import Stores
from surveys.units import UnitCode

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

PASSWORD = "seven quiet herons wade"
"""Of every account of `live_server`; their sign-in names are the values of `Role`."""

PHONE, DESK = 360, 1280
NARROWEST = 320
_HEIGHTS = {PHONE: 740, DESK: 900}
_CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

PageOf = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder, and let one worker have it: one browser is enough."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, _CHROMIUM_NAMES)), None
    )
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=_QUIET)
        yield opened
        opened.close()


class _SilentRequests(WSGIRequestHandler):
    """Like every server that Pulse runs under, this one writes no access log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write nothing."""


def _as_it_is(application: "WSGIApplication") -> "WSGIApplication":
    return application


@contextmanager
def serving(
    settings: Settings,
    *,
    around: Callable[["WSGIApplication"], "WSGIApplication"] = _as_it_is,
) -> Iterator[str]:
    """Serve an installation on a free port of this machine; give its address without final slash.

    Args:
        settings: of the installation.
        around: puts a layer around the application, for example one that notes every request.
    """
    app = around(create_app(settings))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_SilentRequests)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def live_server(initialised_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A new installation with k = 5, without units or releases, with one account per role."""
    home = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(initialised_home, home)
    settings = Settings.from_environ(
        {"PULSE_HOME": str(home), "PULSE_ORGANISATION": "Eastmoor Children's Services"}
    )
    stores = Stores.of(settings)
    add_one_account_per_role(stores, unit="root")
    stores.close()
    with serving(settings) as address:
        yield address


def add_one_account_per_role(stores: Stores, *, unit: str) -> None:
    """Add accounts named like their roles; leaders read the subtree of the unit."""
    with stores.office() as session:
        for role in Role:
            units = (UnitCode(unit),) if role in {Role.LEADER, Role.TEAM_LEADER} else ()
            account = Account(role.value, "Dana Okafor", role, units, is_active=True)
            create_account(session, account, password=PASSWORD)


@dataclass
class Watch:
    """What pages did that they should not have done."""

    faults: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.faults.append(f"policy: {message.text}")

    def guard(self, route: Route, request: Request) -> None:
        if request.url.startswith(("http://127.0.0.1:", "data:")):
            route.continue_()
        else:
            self.faults.append(f"foreign request: {request.url}")
            route.abort()


@pytest.fixture
def page_of(browser: Browser) -> Iterator[PageOf]:
    """Open a page at a width, light or dark; script may be switched off."""
    watch = Watch()
    with ExitStack() as windows:

        def open_page(width: int = DESK, *, dark: bool = False, script: bool = True) -> Page:
            window = browser.new_context(
                viewport={"width": width, "height": _HEIGHTS.get(width, 900)},
                color_scheme="dark" if dark else "light",
                reduced_motion="reduce",
                java_script_enabled=script,
            )
            windows.callback(window.close)
            window.route("**/*", watch.guard)
            page = window.new_page()
            page.on("console", watch.hear)
            page.on("pageerror", lambda error: watch.faults.append(f"script: {error}"))
            return page

        yield open_page
    assert watch.faults == []


def sign_in(page: Page, address: str, name: str, *, password: str = PASSWORD) -> None:
    """Sign in through the form, as a person would."""
    page.goto(f"{address}/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def faults_of(page: Page) -> list[str]:
    """Return what axe finds on the page, one line per rule and place; empty is good.

    It looks when the page and its style sheets are there and no colour is on its way to another:
    contrast half way is nobody's contrast.
    """
    page.wait_for_load_state()
    page.evaluate("Promise.allSettled(document.getAnimations().map((each) => each.finished))")
    results = Axe().run(page)
    return [
        f"{fault['id']}: {node['html'][:120]}"
        for fault in results.response["violations"]
        for node in fault["nodes"]
    ]


def scrolls_sideways(page: Page) -> bool:
    return bool(
        page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    )


def faults_at_every_width(page: Page) -> list[str]:
    """Return what axe finds or scrolls sideways at a desk and on phones, in light and in dark."""
    found: list[str] = []
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            found += [f"at {width} px, {scheme}: {fault}" for fault in faults_of(page)]
    for width in (DESK, PHONE, NARROWEST):
        page.set_viewport_size({"width": width, "height": 640})
        if scrolls_sideways(page):
            found.append(f"scrolls sideways at {width} px")
    return found
