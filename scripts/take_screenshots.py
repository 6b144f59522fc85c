"""Take the pictures in docs/images of the demo, as its people see it at desk and on a phone.

Builds the demo if it is not there, serves it on two free ports, signs in by the form, and writes
PNG files. Run by `make screenshots` after a page has changed its look.
"""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ensure_chromium import system_chromium
from playwright.sync_api import Browser, Page, sync_playwright

REPOSITORY = Path(__file__).resolve().parent.parent
IMAGES = REPOSITORY / "docs" / "images"
QUIET = [
    f"--{switch}"
    for switch in (
        "no-sandbox",
        "disable-gpu",
        "disable-quic",
        "no-first-run",
        "disable-background-networking",
        "disable-component-update",
        "disable-sync",
    )
]
DESK, PHONE = (1280, 900), (360, 740)


@dataclass(frozen=True)
class Picture:
    """One page, who looks at it, and on what."""

    name: str
    who: str
    path: str
    size: tuple[int, int] = DESK
    is_dark: bool = False


PICTURES = (
    Picture("this-month", "leader", "/this-month"),
    Picture("this-month-phone", "team", "/this-month", size=PHONE),
    Picture("unit", "leader", "/units/HP-AS"),
    Picture("unit-dark", "team", "/units/CL-LC-1", is_dark=True),
    Picture("unit-hidden", "leader", "/units/HP-AS-1"),
    Picture("heatmap", "hr", "/heatmap?level=2"),
    Picture("turnover", "hr", "/turnover"),
    Picture("union", "union", "/audit"),
    Picture("waves", "hr", "/waves"),
)


def main() -> int:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with serving_demo() as (address, passwords), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system_chromium(), args=QUIET)
        for picture in PICTURES:
            take(browser, picture, address, passwords[picture.who])
        take_answering(browser, address)
        browser.close()
    return 0


@contextmanager
def serving_demo() -> Iterator[tuple[str, dict[str, str]]]:
    """Serve the demo; give its city's address and the password of each sign-in name."""
    command = [str(Path(sys.executable).with_name("pulse")), "demo", "--port", str(free_port())]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as demo:
        try:
            yield city_of(read_introduction(demo))
        finally:
            demo.terminate()


def read_introduction(demo: "subprocess.Popen[str]") -> str:
    """Return what the demo says until it is ready."""
    said = ""
    for line in demo.stdout or ():
        said += line
        if "Ctrl+C" in line and "Everything here is invented" in line:
            return said
    raise SystemExit(f"the demo ended before it was ready:\n{said}")


def city_of(said: str) -> tuple[str, dict[str, str]]:
    """Return address and passwords from the introduction of the first organisation."""
    address = re.search(r"http://127\.0\.0\.1:\d+ ", said)
    if address is None:
        raise SystemExit(f"the demo named no address:\n{said}")
    following = said[address.end() :]
    sign_ins = re.findall(r"^  (\w+)\s+(\S+)\s", following.partition("\n\n")[0], re.MULTILINE)
    return address[0].strip(), dict(sign_ins)


def free_port() -> int:
    """Return a port whose next one is free as well: the demo takes two."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first:
            port = int(first.getsockname()[1])
            try:
                socket.create_server(("127.0.0.1", port + 1)).close()
            except OSError:
                continue
        return port


def take(browser: Browser, picture: Picture, address: str, password: str) -> None:
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if picture.is_dark else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    sign_in(page, address, picture.who, password)
    page.goto(f"{address}{picture.path}")
    page.wait_for_load_state("networkidle")
    path = IMAGES / f"{picture.name}.png"
    page.screenshot(path=path)
    print(f"wrote {path.relative_to(REPOSITORY)}")
    context.close()


def take_answering(browser: Browser, address: str) -> None:
    """Open invitations from the demo's mailbox until one is unused; take its first two screens."""
    width, height = PHONE
    page = browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
    start = page.get_by_role("button", name="Start").locator("visible=true")
    page.goto(f"{address}/mailbox")
    mails = page.locator("main a[href^='/mailbox/']").evaluate_all("all => all.map(a => a.href)")
    for mail in mails:
        page.goto(mail)
        page.locator("main a[href^='/p#']").first.click()
        page.locator("h1:visible").wait_for()
        if start.count():
            page.screenshot(path=IMAGES / "answering-start.png")
            start.click()
            page.get_by_text("Question 1 of").locator("visible=true").wait_for()
            page.screenshot(path=IMAGES / "answering-question.png")
            print("wrote docs/images/answering-start.png and answering-question.png")
            return
    raise SystemExit("every link on the mailbox's first page has been used")


def sign_in(page: Page, address: str, name: str, password: str) -> None:
    page.goto(f"{address}/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector("h1")


if __name__ == "__main__":
    sys.exit(main())
