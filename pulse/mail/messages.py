"""The messages of a wave: plain text and HTML, one link, one code, nothing that is loaded.

An invitation and a reminder say the same to everybody but for the link. There are no list headers:
this is no list that anybody could leave, and such a header would be one more way to be known.
"""

import hashlib
import hmac
import quopri
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.utils import format_datetime
from functools import cache, lru_cache
from pathlib import Path
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from pulse.languages import Language
from pulse.mail.mailings import MailingKind
from surveys.errors import SurveyError
from surveys.invitations import SECRET_CHARACTERS, grouped, link_of

_TEMPLATES = Path(__file__).resolve().parent.parent / "templates"  # in the installed package
_CHECKOUT = Path(__file__).resolve().parent.parent.parent / "templates"
_LABEL = b"pulse/v1 message"
_ID_CHARACTERS = 32
_LONGEST_LINE = 72
_BLANK = "\N{REPLACEMENT CHARACTER}" * SECRET_CHARACTERS  # stands nowhere else in a message
# Quoted-printable never holds =_ in a row, so the boundary cannot occur in a text.
_ALTERNATIVES = 'multipart/alternative; boundary="=_pulse"'


class UnusableAddressError(SurveyError):
    """A header would hold something that no header may hold, such as a line break."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Speaks one language inside a template: `say("… {day}", day=…)`."""

    language: Language

    def __call__(self, message: str, **values: object) -> str:
        return self.language.say(message, values)

    @property
    def code(self) -> str:
        return self.language.code

    @property
    def direction(self) -> str:
        return self.language.direction


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What is the same in all messages of an installation. `contact` says whom to ask."""

    organisation: str
    sender: str
    public_url: str
    languages: tuple[Language, ...]
    contact: str


@dataclass(frozen=True, slots=True)
class MailedWave:
    """What a message says of its wave; `shown_from` is the fewest people behind a figure."""

    title: str
    closes_on: date
    shown_from: int


@dataclass(frozen=True, slots=True)
class MailPage:
    """What the templates show. `address` is where a code is typed."""

    is_reminder: bool
    organisation: str
    title: str
    closes_on: date
    shown_from: int
    contact: str
    link: str
    address: str
    code: str
    anonymity_url: str
    voices: tuple[Voice, ...]


def message_id(invitation_key: bytes, mailing: UUID, invitation: UUID, *, sender: str) -> str:
    """Return the Message-ID of one delivery: the same whenever it is sent again.

    Without the wave's key nobody can tell whose it is, and nobody can tell the secret from it.
    """
    told = _LABEL + mailing.bytes + invitation.bytes
    digest = hmac.new(invitation_key, told, hashlib.sha256).hexdigest()
    return f"<{digest[:_ID_CHARACTERS]}@{sender.rpartition('@')[2]}>"


class Writer:
    """Writes the messages of one mailing: drawn once, then only link and code are put in."""

    def __init__(self, head: Letterhead, wave: MailedWave, kind: MailingKind) -> None:
        self._head = head
        page = MailPage(
            is_reminder=kind is not MailingKind.INVITATION,
            organisation=head.organisation,
            title=wave.title,
            closes_on=wave.closes_on,
            shown_from=wave.shown_from,
            contact=head.contact,
            link=link_of(head.public_url, _BLANK),
            address=f"{head.public_url}/p",
            code=grouped(_BLANK),
            anonymity_url=f"{head.public_url}/p/anonymity",
            voices=tuple(Voice(language) for language in head.languages),
        )
        self._subject = _render("subject.txt", page).strip()
        self._text = "\n".join(_wrapped(_render("message.txt", page)))
        self._html = _render("_message.html", page)

    def write(self, address: str, secret: str, *, ident: str, written: datetime) -> EmailMessage:
        """Return the message to one person.

        Args:
            address: of the person.
            secret: of their invitation.
            ident: the Message-ID.
            written: the time for its Date, with a zone.

        Raises:
            UnusableAddressError: a header cannot hold the address.
        """
        message = headed(self._head, address, self._subject, ident=ident, written=written)
        message["MIME-Version"] = _header("MIME-Version", "1.0")
        message["Content-Type"] = _header("Content-Type", _ALTERNATIVES)
        # The last one is the one that a reader shows if it can.
        message.set_payload(
            [
                _part("plain", _filled(self._text, secret)),
                _part("html", _filled(self._html, secret)),
            ]
        )
        return message


def _filled(drawn: str, secret: str) -> str:
    """Return a drawn text with a person's link and code in it; both are as long as the blanks."""
    return drawn.replace(_BLANK, secret).replace(grouped(_BLANK), grouped(secret))


def _part(subtype: str, content: str) -> MIMEPart:
    part = MIMEPart(policy.SMTP)
    part["Content-Type"] = _header("Content-Type", f'text/{subtype}; charset="utf-8"')
    part["Content-Transfer-Encoding"] = _header("Content-Transfer-Encoding", "quoted-printable")
    part.set_payload(quopri.encodestring(content.encode()).decode("ascii"))
    return part


def headed(
    head: Letterhead, address: str, subject: str, *, ident: str, written: datetime
) -> EmailMessage:
    """Return a message without text: to one address, by no person, to be answered by no machine.

    Raises:
        UnusableAddressError: a header cannot hold what was given.
    """
    message = EmailMessage(policy.SMTP)
    try:
        message["From"] = _header("From", str(Address(head.organisation, addr_spec=head.sender)))
        message["To"] = Address(addr_spec=address)
        message["Subject"] = _header("Subject", subject)
        message["Date"] = _header("Date", format_datetime(written))
        message["Message-ID"] = ident
    except (ValueError, MessageError, IndexError) as error:
        raise UnusableAddressError("An address or a name cannot stand in a mail.") from error
    message["Auto-Submitted"] = _header("Auto-Submitted", "auto-generated")
    # Asks one widespread server to send neither receipts nor notes of absence back.
    message["X-Auto-Response-Suppress"] = _header("X-Auto-Response-Suppress", "All")
    return message


@lru_cache(maxsize=16)
def _header(name: str, value: str) -> str:
    """Return a header that is the same in thousands of messages; reading it takes long."""
    header: str = policy.SMTP.header_store_parse(name, value)[1]
    return header


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader([_TEMPLATES, _CHECKOUT]),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _render(name: str, page: MailPage) -> str:
    return _environment().get_template(f"mail/{name}").render(page=page)


def _wrapped(text: str) -> Iterator[str]:
    """Yield lines that every reader shows whole; a link is never broken."""
    for line in _without_double_blanks(text.strip().splitlines()):
        yield from textwrap.wrap(
            line, _LONGEST_LINE, break_long_words=False, break_on_hyphens=False
        ) or [""]
    yield ""


def _without_double_blanks(lines: Sequence[str]) -> Iterator[str]:
    for place, line in enumerate(lines):
        if line.strip() or lines[place - 1].strip():
            yield line
