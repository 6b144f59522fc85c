"""What staff read in their mail: all the facts, one link, nothing that is loaded, no trace."""

from datetime import UTC, date, datetime
from email.message import EmailMessage
from html.parser import HTMLParser
from uuid import UUID

import pytest

from pulse.languages import language
from pulse.mail.mailings import MailingKind
from pulse.mail.messages import (
    Letterhead,
    MailedWave,
    UnusableAddressError,
    Writer,
    message_id,
)

SECRET, CODE = "ABCDEFGH23456777", "ABCD-EFGH-2345-6777"
LINK = f"https://pulse.example.org/p#{SECRET}"
WRITTEN = datetime(2026, 11, 9, 8, tzinfo=UTC)
KEY = b"k" * 32
KINDS = list(MailingKind)


def head(*codes: str, organisation: str = "Fernhollow Children’s Charity") -> Letterhead:
    languages = tuple(map(language, codes or ("en",)))
    url = "https://pulse.example.org"
    return Letterhead(organisation, "pulse@example.org", url, languages, "Ask Dana in the office.")


def written(
    kind: MailingKind = MailingKind.INVITATION,
    *codes: str,
    address: str = "ada@example.org",
    secret: str = SECRET,
    organisation: str = "Fernhollow Children’s Charity",
) -> EmailMessage:
    wave = MailedWave("November 2026", date(2026, 11, 27), 7)
    writer = Writer(head(*codes, organisation=organisation), wave, kind)
    return writer.write(address, secret, ident="<1@example.org>", written=WRITTEN)


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def words(text: str) -> str:
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


class Loads(HTMLParser):
    """Collects what a mail program would fetch, and where links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if tag == "a" and name == "href":
                self.links.append(value or "")
            elif name in {"src", "srcset", "href", "background", "data", "action", "poster"}:
                self.fetched.append(f"{tag} {name} {value}")
        if tag in {"img", "script", "link", "iframe", "object", "form", "svg", "video"}:
            self.fetched.append(tag)


@pytest.mark.parametrize("part", ["plain", "html"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_message_says_all_that_one_has_to_know(kind: MailingKind, part: str) -> None:
    said = words(body(written(kind), part))
    for fact in (
        "Fernhollow Children’s Charity asks everybody",
        "November 2026",
        "until Friday 27 November 2026, 6pm",
        CODE,
        "go to https://pulse.example.org/p and type this code",
        "groups of 7 people or more",
        "What we can and cannot see",
        "https://pulse.example.org/p/anonymity",
        "Ask Dana in the office.",
    ):
        assert fact in said, fact


@pytest.mark.parametrize("kind", KINDS)
def test_the_html_loads_nothing_and_its_link_is_the_same_as_in_the_text(kind: MailingKind) -> None:
    message = written(kind)
    html = body(message, "html")
    found = Loads(html)
    assert found.fetched == []
    assert "url(" not in html
    assert "@import" not in html
    assert found.links == [LINK, "https://pulse.example.org/p/anonymity"]
    assert body(message, "plain").splitlines().count(LINK) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_no_header_asks_for_a_receipt_or_makes_a_list_of_it(kind: MailingKind) -> None:
    assert set(written(kind).keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
        "X-Auto-Response-Suppress", "MIME-Version", "Content-Type",
    }  # fmt: skip


def test_a_reminder_says_that_it_goes_to_everybody_and_that_nobody_knows_who_has_answered() -> None:
    message = written(MailingKind.FIRST_REMINDER)
    assert str(message["Subject"]).startswith("Reminder to everybody")
    assert words(body(message, "plain")).startswith(
        "Everybody gets this mail in the same words, because nobody is shown who has answered. "
        "If you have, thank you: there is nothing to do."
    )


@pytest.mark.parametrize("kind", KINDS)
def test_two_people_get_the_same_words_but_for_link_and_code(kind: MailingKind) -> None:
    one, other = written(kind), written(kind, address="b@example.org", secret="Z" * 16)
    assert str(one["Subject"]) == str(other["Subject"])
    for part in ("plain", "html"):
        told = body(one, part).replace(SECRET, "Z" * 16).replace(CODE, "ZZZZ-ZZZZ-ZZZZ-ZZZZ")
        assert told == body(other, part)


@pytest.mark.parametrize("kind", KINDS)
def test_what_travels_is_plain_ascii_in_lines_that_every_server_takes(kind: MailingKind) -> None:
    raw = written(kind, "en", "ar-XB").as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    text = body(written(kind), "plain")
    assert max(map(len, text.splitlines())) <= 72


def test_every_language_of_the_installation_is_in_the_mail() -> None:
    message = written(MailingKind.INVITATION, "en", "ar-XB")
    assert 'lang="ar-XB" dir="rtl"' in body(message, "html")
    assert body(message, "plain").count(LINK) == 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", ["plain", "html"])
def test_no_word_was_forgotten_for_translation(kind: MailingKind, part: str) -> None:
    said = body(written(kind, "en-XA"), part)
    forgotten = {"everybody", "code", "link", "answer", "people", "mail", "this", "cannot"}
    without_addresses = said.replace("https://pulse.example.org/p/anonymity", "")
    without_style = without_addresses.partition("<body>")[2] or without_addresses
    without_names = without_style.replace('class="code"', "")
    assert forgotten & set(without_names.lower().split()) == set()


def test_a_message_id_is_the_same_again_and_tells_nothing() -> None:
    mailing, other = UUID(int=1), UUID(int=2)
    first = message_id(KEY, mailing, UUID(int=3), sender="pulse@example.org")
    assert first == message_id(KEY, mailing, UUID(int=3), sender="pulse@example.org")
    assert first.endswith("@example.org>")
    others = {
        message_id(KEY, other, UUID(int=3), sender="pulse@example.org"),
        message_id(KEY, mailing, UUID(int=4), sender="pulse@example.org"),
        message_id(b"x" * 32, mailing, UUID(int=3), sender="pulse@example.org"),
    }
    assert len(others | {first}) == 4


@pytest.mark.parametrize(
    "address",
    ["a@example.org\nBcc: b@example.org", "a@example.org, b@example.org", "", "@", "a b@c.org"],
)
def test_an_address_that_would_add_a_header_or_a_reader_is_refused(address: str) -> None:
    with pytest.raises(UnusableAddressError):
        written(address=address)


def test_an_organisation_whose_name_breaks_the_line_is_refused() -> None:
    with pytest.raises(UnusableAddressError):
        written(organisation="Fernhollow\r\nBcc: b@example.org")


def test_what_an_organisation_is_called_is_never_taken_for_html() -> None:
    assert "<b>bold</b>" not in body(written(organisation="<b>bold</b>"), "html").replace(
        "<p><b>", ""
    )
