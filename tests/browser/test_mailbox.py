"""From a mail to the first question, and the mail itself, in a real browser on a phone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time

import pytest
from playwright.sync_api import Page

from pulse.answering_settings import Encryption, MailSettings, MailWay
from pulse.installation import Installation
from pulse.mail.sending import mailbox_of, send_due_mail
from tests.browser.conftest import DESK, PHONE, PageOf, faults_of, scrolls_sideways, serving
from tests.pulse.waves_made import OPENS, opened_wave
from tests.pulse.waves_made import quick_keys as quick_keys  # noqa: PLC0414 - a fixture found here


@pytest.fixture
def site(installation: Installation, quick_keys: None) -> Installation:  # noqa: ARG001 - by name
    """An installation whose staff have just got their invitations in the local mailbox."""
    mail = MailSettings(MailWay.MAILBOX, "", 0, "", "", Encryption.NONE, "pulse@localhost")
    answering = replace(installation.settings.answering, mail=mail)
    local = replace(installation, settings=replace(installation.settings, answering=answering))
    opened_wave(local)
    noon = datetime.combine(OPENS, time(12))
    send_due_mail(local, noon, contact="Ask Dana.", should_stop=lambda: False)
    return local


@pytest.fixture
def address(site: Installation) -> Iterator[str]:
    with serving(site.settings) as address:
        yield address


def is_clean(page: Page) -> bool:
    return faults_of(page) == [] and not scrolls_sideways(page)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_newcomer_finds_a_mail_and_answers_as_that_person(
    page_of: PageOf, address: str, width: int
) -> None:
    page = page_of(width)
    page.goto(f"{address}/mailbox")
    assert is_clean(page)
    page.get_by_label("Part of an address").fill("b3")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="b3@example.org").click()
    assert is_clean(page)
    page.locator('a[href^="/p#"]').click()
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Skip this question").wait_for()


@pytest.mark.parametrize("is_dark", [False, True])
def test_the_mail_reads_well_on_a_phone_and_fetches_nothing(
    page_of: PageOf, site: Installation, *, is_dark: bool
) -> None:
    mailbox = mailbox_of(site.settings)
    message = mailbox.read(mailbox.all()[0].name)
    assert message is not None
    body = message.get_body(("html",))
    assert body is not None
    page = page_of(PHONE, dark=is_dark)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(body.get_content())
    assert page.get_by_role("link", name="Answer now").get_attribute("href") is not None
    assert not scrolls_sideways(page)
    assert asked == []
