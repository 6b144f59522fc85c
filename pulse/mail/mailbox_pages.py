"""The page of the local mailbox: what staff would find in their own, for a demo on this machine.

It is open without signing in, because staff have no account and the demo lets one be any of them.
That is safe for two reasons: the setting that makes this page works only where the address of Pulse
is this very machine, so that no real person could follow such a link; and it answers requests from
this machine alone. With a mail server the page does not exist.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage

from flask import Blueprint, abort, render_template, request

from pulse.app_context import current_settings
from pulse.config import LOOPBACK_HOSTS
from pulse.dates import day_words
from pulse.mail.mailbox import KeptMail
from pulse.mail.sending import mailbox_of

MAILS_PER_PAGE = 20
_OUR_LINK = re.compile(r"https?://[^/\s]+(/p(?:/anonymity)?(?:#[A-Z2-7]{16})?)(?=\s|$)")
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip")

bp = Blueprint("mailbox", __name__, url_prefix="/mailbox")


@dataclass(frozen=True, slots=True)
class MailLine:
    """One message in the list; `name` is its file."""

    name: str
    address: str
    subject: str
    day: str


@dataclass(frozen=True, slots=True)
class MailboxPage:
    """The list; `before` and `after` are the numbers of the neighbouring pages, None at an end."""

    lines: tuple[MailLine, ...]
    search: str
    found: str
    place: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """Some words of a message; `path` leads to this server, "" for plain words."""

    words: str
    path: str


@dataclass(frozen=True, slots=True)
class MailPage:
    """One message with its text in paragraphs."""

    subject: str
    sender: str
    address: str
    day: str
    paragraphs: tuple[tuple[Part, ...], ...]


@bp.before_request
def _answer_this_machine_only() -> None:
    is_forwarded = any(name in request.headers for name in _FORWARDED)
    if is_forwarded or request.remote_addr not in LOOPBACK_HOSTS:
        abort(404)


@bp.get("")
def start() -> str:
    search = request.args.get("address", "").strip()
    page = _mailbox_page(search, request.args.get("page", 1, type=int))
    return render_template("mailbox/list.html", page=page)


@bp.get("/<name>")
def one(name: str) -> str:
    message = mailbox_of(current_settings()).read(name)
    if message is None:
        abort(404)
    return render_template("mailbox/one.html", page=_mail_page(message))


def _mailbox_page(search: str, number: int) -> MailboxPage:
    wanted = [
        mail
        for mail in mailbox_of(current_settings()).all()
        if search.casefold() in mail.address.casefold()
    ]
    pages = max(1, -(-len(wanted) // MAILS_PER_PAGE))
    number = min(max(1, number), pages)
    shown = wanted[(number - 1) * MAILS_PER_PAGE : number * MAILS_PER_PAGE]
    return MailboxPage(
        lines=tuple(map(_line, shown)),
        search=search,
        found="1 mail" if len(wanted) == 1 else f"{len(wanted):,} mails",
        place=f"page {number:,} of {pages:,}",
        before=number - 1 if number > 1 else None,
        after=number + 1 if number < pages else None,
    )


def _line(mail: KeptMail) -> MailLine:
    message = mailbox_of(current_settings()).read(mail.name)
    subject = "" if message is None else str(message["Subject"])
    return MailLine(mail.name, mail.address, subject, day_words(mail.day))


def _mail_page(message: EmailMessage) -> MailPage:
    body = message.get_body(("plain",))
    text = "" if body is None else str(body.get_content())
    return MailPage(
        subject=str(message["Subject"]),
        sender=str(message["From"]),
        address=str(message["To"]),
        day=day_words(message["Date"].datetime.date()),
        paragraphs=tuple(tuple(_parts(" ".join(each.split("\n")))) for each in _paragraphs(text)),
    )


def _paragraphs(text: str) -> list[str]:
    return [each.strip() for each in re.split(r"\n\s*\n", text) if each.strip()]


def _parts(paragraph: str) -> Iterator[Part]:
    """Yield the words of a paragraph. Links lead to the port that answers now.

    The demo may be served on another port than the one its mail was written for.
    """
    place = 0
    for link in _OUR_LINK.finditer(paragraph):
        yield Part(paragraph[place : link.start()], "")
        yield Part(request.host_url.rstrip("/") + link[1], link[1])
        place = link.end()
    yield Part(paragraph[place:], "")
