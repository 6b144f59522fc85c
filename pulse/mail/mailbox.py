"""The local mailbox: mail as files in a folder, for a demo on this machine. Nothing leaves it.

A file is named by the day, the message and the address, so that the same message sent again takes
the place of the first one, and a search opens no file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote, unquote

from pulse.mail.carriers import Outcome, Verdict

_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})\.([0-9A-Za-z]+)\.([0-9A-Za-z@%_.~+-]+)\.eml")
_LONGEST_ADDRESS = 180  # of a file's name; names of files end at 255
_FOLDER_MODE = 0o700


@dataclass(frozen=True, slots=True)
class KeptMail:
    """One message in the folder, as its file's name tells it."""

    name: str
    day: date
    address: str


class Mailbox:
    """Keeps mail in `folder`; it is a carrier like any other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def carry(self, message: EmailMessage, address: str) -> Outcome:
        """Write a message down."""
        self._folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        path = self._folder / _name_of(message, address)
        draft = path.with_suffix(".draft")
        draft.write_bytes(message.as_bytes())
        draft.replace(path)
        return Outcome(Verdict.SENT)

    def close(self) -> None:
        """Do nothing: there is no connection."""

    def all(self) -> tuple[KeptMail, ...]:
        """Return what is there, newest day first, then by address."""
        return tuple(sorted(self._kept(), key=lambda mail: (-mail.day.toordinal(), mail.address)))

    def read(self, name: str) -> EmailMessage | None:
        """Return a message by the name of its file; None if there is none."""
        if _NAME.fullmatch(name) is None:
            return None
        try:
            content = (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None
        return message_from_bytes(content, policy=policy.default)

    def _kept(self) -> Iterator[KeptMail]:
        if not self._folder.is_dir():
            return
        for path in self._folder.iterdir():
            found = _NAME.fullmatch(path.name)
            if found is not None:
                yield KeptMail(path.name, date.fromisoformat(found[1]), unquote(found[3]))


def _name_of(message: EmailMessage, address: str) -> str:
    day = message["Date"].datetime.date()
    ident = re.sub(r"[^0-9A-Za-z]", "", str(message["Message-ID"]).partition("@")[0])
    return f"{day}.{ident}.{quote(address, safe='@+')[:_LONGEST_ADDRESS]}.eml"
