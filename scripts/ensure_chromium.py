"""Make sure that the browser tests find a Chromium: the system's, else Debian's, else Playwright's.

Run by `make test`. It says what it found and leaves an installed browser alone.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> int:
    found = system_chromium() or playwright_chromium()
    if found is None:
        found = install()
    print(f"chromium: {found}")
    return 0


def system_chromium() -> str | None:
    return next((path for path in map(shutil.which, NAMES) if path), None)


def playwright_chromium() -> str | None:
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return str(path) if path.is_file() else None


def install() -> str:
    """Install one, from Debian's packages where this user may, else by Playwright."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for step in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
            subprocess.run(
                ["apt-get", *step], env=environment, check=True, stdin=subprocess.DEVNULL
            )
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)
    found = system_chromium() or playwright_chromium()
    if found is None:
        raise SystemExit("no Chromium could be installed; install one and run `make test` again")
    return found


if __name__ == "__main__":
    sys.exit(main())
