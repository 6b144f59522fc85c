"""The local mailbox: the same mail for everybody in a folder, shown to this machine alone."""

import re
from collections import Counter
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from flask.testing import FlaskClient

from pulse.answering_settings import Encryption, MailSettings, MailWay
from pulse.app import create_app
from pulse.installation import Installation
from pulse.mail.mailbox import KeptMail
from pulse.mail.sending import mailbox_of, send_due_mail
from tests.pulse.mail_servers import with_mail
from tests.pulse.waves_made import OPENS, answer, opened_wave, secrets_of

NOON = datetime.combine(OPENS, time(12))


@pytest.fixture
def local(installation: Installation, quick_keys: None) -> Installation:  # noqa: ARG001 - by name
    """An installation with a local mailbox."""
    mail = MailSettings(MailWay.MAILBOX, "", 0, "", "", Encryption.NONE, "pulse@localhost")
    return with_mail(installation, mail)


@pytest.fixture
def code(local: Installation) -> str:
    """The code of an open wave of 16 people who have their invitations."""
    opened = opened_wave(local)
    send(local)
    return opened


@pytest.fixture
def client(local: Installation, code: str) -> FlaskClient:  # noqa: ARG001 - the wave is there
    return create_app(local.settings).test_client()


def send(site: Installation, *, days: int = 0) -> None:
    now = NOON + timedelta(days=days)
    send_due_mail(site, now, contact="Ask Dana.", should_stop=lambda: False)


def kept(site: Installation) -> tuple[KeptMail, ...]:
    return mailbox_of(site.settings).all()


def page(client: FlaskClient, path: str = "/mailbox") -> str:
    answered = client.get(path)
    assert answered.status_code == 200
    return answered.get_data(as_text=True)


def mails_in(html: str) -> list[str]:
    return re.findall(r'href="(/mailbox/[^"?]+)"', html)


@pytest.mark.usefixtures("code")
def test_everybody_has_one_mail_and_a_reminder_whoever_has_answered(local: Installation) -> None:
    assert Counter(mail.day for mail in kept(local)) == {OPENS: 16}
    for secret in list(secrets_of(local, "2026-11"))[:7]:
        answer(local, secret, [1] * 8)
    send(local, days=4)
    assert Counter(mail.day for mail in kept(local)) == {OPENS: 16, OPENS + timedelta(days=4): 16}
    first, second = (
        {mail.address for mail in kept(local) if mail.day == OPENS + timedelta(days=days)}
        for days in (0, 4)
    )
    assert first == second


@pytest.mark.usefixtures("code")
def test_a_mail_sent_again_takes_the_place_of_the_first(local: Installation) -> None:
    mailbox = mailbox_of(local.settings)
    first = kept(local)[0]
    message = mailbox.read(first.name)
    assert message is not None
    mailbox.carry(message, first.address)
    assert len(kept(local)) == 16


@pytest.mark.usefixtures("code")
def test_nobody_else_on_the_machine_can_read_the_folder(local: Installation) -> None:
    assert (local.settings.home / "mailbox").stat().st_mode & 0o077 == 0


def test_the_page_says_that_nothing_leaves_this_machine(client: FlaskClient) -> None:
    assert "Nothing leaves this machine" in page(client)


def test_the_list_leads_to_each_mail_and_its_link_to_the_answering_page(
    client: FlaskClient, local: Installation, code: str
) -> None:
    found = set()
    for path in mails_in(page(client)):
        shown = page(client, path)
        found |= set(re.findall(r'href="/p#([A-Z2-7]{16})"', shown))
        assert 'href="/p/anonymity"' in shown
    assert found == set(secrets_of(local, code))


def test_a_link_leads_to_the_port_that_answers_now(client: FlaskClient) -> None:
    path = mails_in(page(client))[0]
    shown = client.get(path, base_url="http://127.0.0.1:9123").get_data(as_text=True)
    assert "http://127.0.0.1:9123/p#" in shown
    assert "127.0.0.1:8000" not in shown


def test_mail_is_found_by_a_part_of_the_address(client: FlaskClient) -> None:
    found = page(client, "/mailbox?address=B3@")
    assert "b3@example.org" in found
    assert len(mails_in(found)) == 1
    assert "No mail to an address" in page(client, "/mailbox?address=zzz")


def test_long_lists_come_in_pages(client: FlaskClient, local: Installation) -> None:
    send(local, days=4)
    first, second = page(client), page(client, "/mailbox?page=2")
    assert (len(mails_in(first)), len(mails_in(second))) == (20, 12)
    assert not set(mails_in(first)) & set(mails_in(second))
    assert "page 2 of 2" in page(client, "/mailbox?page=99")


@pytest.mark.parametrize("name", ["no-such.eml", "..%2Foffice.sqlite", "2026-11-09.aa.x@y.eml"])
def test_nothing_but_mail_can_be_opened(client: FlaskClient, name: str) -> None:
    assert client.get(f"/mailbox/{name}").status_code == 404


@pytest.mark.parametrize(
    "request_of",
    [
        {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}},
        {"headers": {"X-Forwarded-For": "192.0.2.7"}},
    ],
    ids=["another machine", "a proxy"],
)
def test_another_machine_cannot_see_it(
    client: FlaskClient, request_of: dict[str, dict[str, str]]
) -> None:
    assert client.get("/mailbox", **request_of).status_code == 404  # type: ignore[arg-type]  # of the client


def test_with_a_mail_server_or_none_there_is_no_such_page(
    installation: Installation, local: Installation, code: str
) -> None:
    assert code
    for way in (MailWay.NONE, MailWay.SMTP):
        mail = replace(local.settings.answering.mail, way=way)
        client = create_app(with_mail(installation, mail).settings).test_client()
        assert client.get("/mailbox").status_code == 404
        assert client.get(f"/mailbox/{kept(local)[0].name}").status_code == 404


def test_an_empty_mailbox_says_when_mail_comes(local: Installation) -> None:
    client = create_app(local.settings).test_client()
    assert "No mail yet" in page(client)
