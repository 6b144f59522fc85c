"""The settings of waves: where ballots go, where opening keys lie, how mail leaves, languages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+")
_MAIL_PORTS = {"smtp": 587, "smtps": 465}


class SettingsError(Exception):
    """A setting is missing or wrong; the message says which and what to write instead."""


class BoxPlace(StrEnum):
    """Who takes ballots in: this application, a process beside it, or another host."""

    MOUNTED = "mounted"
    BESIDE = "beside"
    ELSEWHERE = "elsewhere"


class MailWay(StrEnum):
    """How mail leaves: not at all, over SMTP, or into a folder that a page shows (the demo)."""

    NONE = "none"
    SMTP = "smtp"
    MAILBOX = "mailbox"


class Encryption(StrEnum):
    """How mail travels to the server: in the open (this machine alone), or under TLS."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"  # from the first byte, as on port 465


@dataclass(frozen=True, slots=True)
class MailSettings:
    """`password` never appears in a message or a log. What `encryption` says is demanded."""

    way: MailWay
    host: str
    port: int
    name: str
    password: str
    encryption: Encryption
    sender: str

    def __repr__(self) -> str:
        return f"MailSettings({self.way.value}, {self.host}:{self.port})"


@dataclass(frozen=True, slots=True)
class AnsweringSettings:
    """`boxes` and `opening_keys` are folders; in production each belongs to its own OS user.

    `box_url` is where the browser puts ballots: "/box" on this host, else a whole address.
    `box_parts` are codes of units whose people get a box of their own. `contacts` is a TOML file
    of whom to turn to; Pulse has plain words of its own where it is absent.
    """

    opening_keys: Path
    boxes: Path
    box_place: BoxPlace
    box_url: str
    box_parts: tuple[str, ...]
    mail: MailSettings
    languages: tuple[str, ...]
    contacts: Path


def answering_settings(
    given: Mapping[str, str], home: Path, *, public_url: str
) -> AnsweringSettings:
    """Return the settings of waves from the variables that are set.

    Raises:
        SettingsError: a value that cannot work.
    """
    place, box_url = _box(given.get("PULSE_BOX", BoxPlace.MOUNTED.value))
    return AnsweringSettings(
        opening_keys=_folder(given, "PULSE_OPENING_KEYS", home / "opening-keys"),
        boxes=_folder(given, "PULSE_BOXES", home / "boxes"),
        box_place=place,
        box_url=box_url,
        box_parts=tuple(given.get("PULSE_BOX_PARTS", "").replace(",", " ").split()),
        mail=_mail(given, public_url),
        languages=_languages(given.get("PULSE_LANGUAGES", "en")),
        contacts=_folder(given, "PULSE_CONTACTS", home / "contacts.toml"),
    )


def _folder(given: Mapping[str, str], variable: str, default: Path) -> Path:
    return Path(given.get(variable, str(default))).absolute()


def _box(text: str) -> tuple[BoxPlace, str]:
    if text in {BoxPlace.MOUNTED.value, BoxPlace.BESIDE.value}:
        return BoxPlace(text), "/box"
    address = urlsplit(text)
    host = address.hostname or ""
    secure = address.scheme == "https" or (address.scheme == "http" and host in LOOPBACK_HOSTS)
    if not secure or not host or address.query or address.fragment or address.username:
        raise SettingsError(
            f"PULSE_BOX is {text!r}. Write `mounted`, `beside`, or the whole address of the box "
            "such as https://box.example.org"
        )
    return BoxPlace.ELSEWHERE, text.rstrip("/")


def _mail(given: Mapping[str, str], public_url: str) -> MailSettings:
    text = given.get("PULSE_MAIL", "")
    host = urlsplit(public_url).hostname or ""
    domain = "localhost" if host in LOOPBACK_HOSTS else host
    sender = given.get("PULSE_MAIL_FROM", f"pulse@{domain}")
    if not _ADDRESS.fullmatch(sender):
        raise SettingsError("PULSE_MAIL_FROM must be one e-mail address such as pulse@example.org")
    if not text:
        return _without_server(MailWay.NONE, sender)
    if text == MailWay.MAILBOX.value:
        if host not in LOOPBACK_HOSTS:
            raise SettingsError(
                "PULSE_MAIL=mailbox shows everybody's invitations on a page, so it works on this "
                "machine alone. Write the address of a mail server."
            )
        return _without_server(MailWay.MAILBOX, sender)
    return _smtp(text, sender)


def _without_server(way: MailWay, sender: str) -> MailSettings:
    return MailSettings(way, "", 0, "", "", Encryption.NONE, sender)


def _smtp(text: str, sender: str) -> MailSettings:
    # The message never repeats the value: it may hold a password.
    wrong = SettingsError(
        "PULSE_MAIL is not the address of a mail server. Write "
        "smtp://name:password@mail.example.org:587"
    )
    try:
        address = urlsplit(text)
        port = address.port or _MAIL_PORTS.get(address.scheme, 0)
    except ValueError as error:
        raise wrong from error
    if address.scheme not in _MAIL_PORTS or not address.hostname or address.path.strip("/"):
        raise wrong
    if address.scheme == "smtp" and port == _MAIL_PORTS["smtps"]:
        raise SettingsError("PULSE_MAIL: port 465 is encrypted from the start. Write smtps://")
    return MailSettings(
        MailWay.SMTP,
        address.hostname,
        port,
        unquote(address.username or ""),
        unquote(address.password or ""),
        _encryption(address.scheme, address.hostname),
        sender,
    )


def _encryption(scheme: str, host: str) -> Encryption:
    if scheme == "smtps":
        return Encryption.TLS
    return Encryption.NONE if host in LOOPBACK_HOSTS else Encryption.STARTTLS


def _languages(text: str) -> tuple[str, ...]:
    codes = tuple(text.replace(",", " ").split())
    for code in codes:
        if not _LANGUAGE.fullmatch(code):
            raise SettingsError(
                f"PULSE_LANGUAGES names {code!r}. Write language codes such as: en cy"
            )
    if not codes or len(set(codes)) != len(codes):
        raise SettingsError("PULSE_LANGUAGES must name each language once, such as: en cy")
    return codes
