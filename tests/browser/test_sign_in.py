"""Signing in with a real browser: by keyboard, at two widths, in light and dark."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import (
    DESK,
    PASSWORD,
    PHONE,
    PageOf,
    faults_of,
    scrolls_sideways,
    sign_in,
)

LOOKS = [(width, dark) for width in (PHONE, DESK) for dark in (False, True)]


@pytest.mark.parametrize(("width", "dark"), LOOKS)
@pytest.mark.parametrize("path", ["/sign-in", "/accessibility", "/no-such-page"])
def test_open_pages_have_no_fault_that_axe_finds(
    live_server: str, page_of: PageOf, width: int, dark: bool, path: str
) -> None:  # noqa: FBT001 - a case of the table
    page = page_of(width, dark=dark)
    page.goto(live_server + path)
    assert faults_of(page) == []
    assert not scrolls_sideways(page)
