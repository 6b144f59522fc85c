"""What carries mail away, and what it says of each message."""

from dataclasses import dataclass
from email.message import EmailMessage
from enum import StrEnum
from typing import Protocol

from surveys.errors import SurveyError


class MailServerError(SurveyError):
    """No mail can be sent now; the message says what to put right and names nobody."""


class Verdict(StrEnum):
    SENT = "sent"
    REFUSED = "refused"  # for good: another try would end the same
    DEFERRED = "deferred"  # try again later


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message; `problem` is the code of the server's answer, never its words.

    The words of a server often repeat the address.
    """

    verdict: Verdict
    problem: str = ""


class Carrier(Protocol):
    """Takes one message after the other, over one connection where there is any."""

    def carry(self, message: EmailMessage, address: str) -> Outcome:
        """Hand a message over.

        Raises:
            MailServerError: nothing can be sent at all now.
        """

    def close(self) -> None:
        """End the connection, if there is one."""
