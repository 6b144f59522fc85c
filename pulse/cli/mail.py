"""`pulse mail test`: does mail leave this machine, and if not, what is to be put right?"""

from datetime import datetime
from email.message import EmailMessage
from email.utils import make_msgid

import click

from pulse.answering_settings import MailWay
from pulse.cli.frame import CommandFailed, open_installation
from pulse.config import Settings
from pulse.mail.carriers import Carrier, Verdict
from pulse.mail.messages import headed
from pulse.mail.sending import letterhead, open_carrier
from pulse.mail.smtp import SmtpCarrier


@click.group()
def mail() -> None:
    """Check that invitations can be sent."""


@mail.command()
@click.argument("address")
def test(*, address: str) -> None:
    """Send one mail to ADDRESS with the settings of this installation, and say what happened."""
    settings = open_installation().settings
    message = _test_message(settings, address)
    with open_carrier(settings) as carrier:
        click.echo(_way(settings, carrier))
        outcome = carrier.carry(message, address)
    if outcome.verdict is Verdict.SENT:
        click.echo(_arrival(settings, address))
        return
    if outcome.verdict is Verdict.DEFERRED:
        raise CommandFailed(
            f"The mail server wants to be asked again later ({outcome.problem}), as invitations "
            "are by themselves. Wait five minutes, then run the same command again."
        )
    raise CommandFailed(
        f"The mail server refuses mail to {address} ({outcome.problem}). Check the address. If it "
        f"is right, ask whoever runs the server to let {settings.answering.mail.sender} send to it."
    )


def _test_message(settings: Settings, address: str) -> EmailMessage:
    sender = settings.answering.mail.sender
    message = headed(
        letterhead(settings, contact=""),
        address,
        "Test of Pulse: mail works",
        ident=make_msgid(domain=sender.rpartition("@")[2]),
        written=datetime.now().astimezone(),
    )
    message.set_content(
        "This mail was sent by `pulse mail test`. If you read it, invitations can reach you.\n"
    )
    return message


def _way(settings: Settings, carrier: Carrier) -> str:
    mail = settings.answering.mail
    if isinstance(carrier, SmtpCarrier):
        return f"Connected to {mail.host}:{mail.port} ({carrier.connect()})."
    return "Mail goes into the local mailbox (PULSE_MAIL=mailbox)."


def _arrival(settings: Settings, address: str) -> str:
    if settings.answering.mail.way is MailWay.MAILBOX:
        return f"Kept. Nothing left this machine: see {settings.public_url}/mailbox"
    return (
        f"The server took a mail from {settings.answering.mail.sender} to {address}. Look whether "
        "it arrives, and not among the junk."
    )
