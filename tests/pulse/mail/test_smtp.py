"""SMTP against a real server: encryption, sign-in, refusals, and connections that are lost."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from pulse.answering_settings import Encryption, MailSettings
from pulse.mail.carriers import MailServerError, Outcome, Verdict
from pulse.mail.messages import Letterhead, headed
from pulse.mail.smtp import SmtpCarrier
from tests.pulse.mail_servers import (
    HANG_UP,
    NAME,
    PASSWORD,
    MailServer,
    mail_server,
    own_certificate,
)

SENT = Outcome(Verdict.SENT)


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate made here that this process trusts, as SSL_CERT_FILE tells it."""
    context, trusted = own_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    return context


@pytest.fixture
def strict_server(certificate: ssl.SSLContext) -> Iterator[MailServer]:
    """A server that demands STARTTLS and a password."""
    options = {"tls_context": certificate, "require_starttls": True, "auth_required": True}
    with mail_server(**options) as running:
        yield running


def message(address: str = "ada@example.org") -> EmailMessage:
    head = Letterhead("Fernhollow", "pulse@example.org", "https://p.example.org", (), "")
    made = headed(head, address, "Test", ident="<1@example.org>", written=datetime.now(UTC))
    made.set_content("Words\n")
    return made


def carry(settings: MailSettings, *addresses: str) -> list[Outcome]:
    carrier = SmtpCarrier(settings)
    try:
        return [carrier.carry(message(address), address) for address in addresses]
    finally:
        carrier.close()


def refused_sentence(settings: MailSettings) -> str:
    with pytest.raises(MailServerError) as refused:
        carry(settings, "ada@example.org")
    return str(refused.value)


def test_mail_goes_out_under_starttls_after_signing_in(strict_server: MailServer) -> None:
    settings = strict_server.settings(Encryption.STARTTLS, name=NAME, password=PASSWORD)
    assert carry(settings, "ada@example.org", "ben@example.org") == [SENT, SENT]
    room = strict_server.room
    assert list(room.addresses) == ["ada@example.org", "ben@example.org"]
    assert room.encrypted == [True, True]
    assert room.signed_in == [NAME]


def test_mail_goes_out_over_a_connection_that_is_encrypted_from_the_start(
    certificate: ssl.SSLContext,
) -> None:
    with mail_server(ssl_context=certificate) as running:
        assert carry(running.settings(Encryption.TLS), "ada@example.org") == [SENT]
        assert running.room.encrypted == [True]


def test_how_a_connection_is_protected_can_be_told(strict_server: MailServer) -> None:
    carrier = SmtpCarrier(strict_server.settings(Encryption.STARTTLS, name=NAME, password=PASSWORD))
    assert carrier.connect() == f"TLSv1.3, signed in as {NAME}"
    carrier.close()


def test_a_wrong_password_is_said_so_and_not_repeated(strict_server: MailServer) -> None:
    settings = strict_server.settings(Encryption.STARTTLS, name=NAME, password="wrong-one")
    said = refused_sentence(settings)
    assert "does not accept the name and password in PULSE_MAIL (535)" in said
    assert "wrong-one" not in said
    assert strict_server.room.received == []


def test_nothing_is_sent_to_a_server_that_offers_no_encryption(server: MailServer) -> None:
    said = refused_sentence(server.settings(Encryption.STARTTLS, name=NAME, password=PASSWORD))
    assert "offers no encryption" in said
    assert server.room.signed_in == []


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tmp_path: Path) -> None:
    context, _trusted = own_certificate(tmp_path)
    with mail_server(tls_context=context) as running:
        said = refused_sentence(running.settings(Encryption.STARTTLS))
    assert "SSL_CERT_FILE" in said
    assert running.room.received == []


def test_the_wrong_kind_of_encryption_for_a_port_is_said_so(server: MailServer) -> None:
    assert "smtps://" in refused_sentence(server.settings(Encryption.TLS))


def test_a_server_that_is_not_there_is_named_with_its_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    said = refused_sentence(MailServer(None, port).settings())  # type: ignore[arg-type]  # there is none
    assert said.startswith(f"The mail server 127.0.0.1:{port} cannot be reached.")


def test_an_address_refused_for_good_leaves_its_code_and_not_the_servers_words(
    server: MailServer,
) -> None:
    server.room.answers = {"ben@example.org": ["550 ben@example.org is unknown"]}
    assert carry(server.settings(), "ada@example.org", "ben@example.org", "cy@example.org") == [
        SENT,
        Outcome(Verdict.REFUSED, "550"),
        SENT,
    ]


def test_an_address_put_off_is_to_be_tried_again(server: MailServer) -> None:
    server.room.answers = {"ada@example.org": ["451 come back"]}
    assert carry(server.settings(), "ada@example.org") == [Outcome(Verdict.DEFERRED, "451")]


def test_many_messages_share_a_connection_and_no_connection_gets_too_old(
    server: MailServer,
) -> None:
    carry(server.settings(), *[f"p{number}@example.org" for number in range(201)])
    assert server.room.connections == 3


@pytest.mark.parametrize("answer", [HANG_UP, "421 going down"])
def test_a_lost_connection_is_made_anew_for_the_next_message(
    server: MailServer, answer: str
) -> None:
    server.room.answers = {"ben@example.org": [answer]}
    assert carry(server.settings(), "ada@example.org", "ben@example.org", "cy@example.org") == [
        SENT,
        Outcome(Verdict.DEFERRED, "connection lost"),
        SENT,
    ]
    assert server.room.connections == 2


def test_a_server_that_always_hangs_up_ends_the_sending(server: MailServer) -> None:
    server.room.to_everybody = HANG_UP
    with pytest.raises(MailServerError, match="hangs up on every message"):
        carry(server.settings(), "a@example.org", "b@example.org", "c@example.org")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("553 not yours", "takes no mail from pulse@example.org (553). Write into PULSE_MAIL_FROM"),
        ("452 too much", "takes no more mail for now (452)"),
    ],
)
def test_a_sender_that_is_not_wanted_ends_the_sending(
    server: MailServer, answer: str, said: str
) -> None:
    server.room.to_senders = answer
    assert said in refused_sentence(server.settings())
