"""`pulse mail test`: one mail, and a sentence about what happened or what to put right."""

from collections.abc import Iterator

import pytest

from pulse.installation import Installation
from tests.conftest import RunPulse
from tests.pulse.mail_servers import MailServer, mail_server

pytestmark = pytest.mark.usefixtures("installation")


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


def address_of(server: MailServer) -> str:
    return f"smtp://127.0.0.1:{server.port}"


def test_it_sends_one_mail_and_says_how(run_pulse: RunPulse, server: MailServer) -> None:
    result = run_pulse("mail", "test", "ada@example.org", PULSE_MAIL=address_of(server))
    assert result.exit_code == 0, result.output
    assert f"Connected to 127.0.0.1:{server.port} (not encrypted" in result.output
    assert "took a mail from pulse@localhost to ada@example.org" in result.output
    (received,) = server.room.received
    assert (received.address, received.message["Subject"]) == (
        "ada@example.org", "Test of Pulse: mail works",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("550 no", "refuses mail to ada@example.org (550)"),
        ("451 later", "wants to be asked again later (451)"),
    ],
)
def test_a_refusal_is_told_with_its_code(
    run_pulse: RunPulse, server: MailServer, answer: str, said: str
) -> None:
    server.room.answers = {"ada@example.org": [answer]}
    result = run_pulse("mail", "test", "ada@example.org", PULSE_MAIL=address_of(server))
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_server_that_is_not_there_is_told(run_pulse: RunPulse) -> None:
    result = run_pulse("mail", "test", "ada@example.org", PULSE_MAIL="smtp://127.0.0.1:1")
    assert result.exit_code == 2
    assert "127.0.0.1:1 cannot be reached" in result.stderr


def test_without_a_server_it_says_which_setting_is_missing(run_pulse: RunPulse) -> None:
    result = run_pulse("mail", "test", "ada@example.org")
    assert result.exit_code == 2
    assert "PULSE_MAIL" in result.stderr


def test_what_is_no_address_is_refused_before_anything_is_sent(
    run_pulse: RunPulse, server: MailServer
) -> None:
    result = run_pulse(
        "mail", "test", "ada@example.org, x@example.org", PULSE_MAIL=address_of(server)
    )
    assert result.exit_code == 2
    assert server.room.received == []


def test_with_a_local_mailbox_it_says_where_to_look(
    run_pulse: RunPulse, installation: Installation
) -> None:
    result = run_pulse("mail", "test", "ada@example.org", PULSE_MAIL="mailbox")
    assert result.exit_code == 0
    assert "http://127.0.0.1:8000/mailbox" in result.output
    assert len(list((installation.settings.home / "mailbox").iterdir())) == 1
