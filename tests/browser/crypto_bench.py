"""The two crypto modules as the application serves them, in Chromium."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Error, Page

from pulse.assets import manifest

MODULES = ("passes", "sealing")

# Bytes travel between Python and the page as hexadecimal text.
_PREPARE = """
async ([passes, sealing]) => {
  window.passes = await import(passes);
  window.sealing = await import(sealing);
  window.hex = window.passes.toHex;
  window.unhex = window.passes.fromHex;
}
"""

# The page's source of randomness gives these bytes, in this order, and nothing after them.
_DRAW = """
(drawn) => {
  const queue = drawn.map(unhex);
  crypto.getRandomValues = (into) => {
    const next = queue.shift();
    if (next === undefined || next.length !== into.length) throw new Error("nothing to draw");
    into.set(next);
    return into;
  };
}
"""


@dataclass(frozen=True)
class CryptoBench:
    page: Page

    def run(self, script: str, **given: object) -> object:
        """Run an asynchronous function of one object; bytes become hexadecimal text."""
        return self.page.evaluate(script, _written(given))

    def texts(self, script: str, **given: object) -> dict[str, bytes]:
        """Run a function that returns an object of hexadecimal texts; return the bytes."""
        result = self.run(script, **given)
        assert isinstance(result, dict)
        return {name: bytes.fromhex(text) for name, text in result.items()}

    def error_of(self, script: str, **given: object) -> str:
        """Run a function that must throw, and return what it says."""
        try:
            result = self.run(script, **given)
        except Error as error:
            return error.message
        raise AssertionError(f"nothing was thrown; the answer is {json.dumps(result)[:100]}")

    def draw(self, *drawn: bytes) -> None:
        """Let the page draw these bytes and no others."""
        self.page.evaluate(_DRAW, [each.hex() for each in drawn])


def _written(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {name: _written(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_written(each) for each in value]
    return value


@pytest.fixture(scope="module")
def bench_page(browser: Browser) -> Iterator[Page]:
    window = browser.new_context()
    yield window.new_page()
    window.close()


@pytest.fixture
def bench(live_server: str, bench_page: Page) -> CryptoBench:
    """The modules as they are loaded afresh, whatever the test before did to the page."""
    passes, sealing = (f"{live_server}/assets/{manifest()[f'{name}.js']}" for name in MODULES)
    bench_page.goto(passes)  # any document of the application will do; this one is small
    bench_page.evaluate(_PREPARE, [passes, sealing])
    return CryptoBench(bench_page)
