"""Refused requests as the union auditor reads them.

The office keeps them and the auditor's pages may not enter the office, so the application hands
over one way to read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import current_app

_READER = "pulse.refusals"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A role asked for something on a day, and a rule refused it. Who asked is not kept."""

    day: date
    role: str
    rule: str


RefusalReader = Callable[[date], tuple[Refusal, ...]]
"""Returns the refusals since a day, newest first."""


def keep_refusal_reader(extensions: dict[str, object], reader: RefusalReader) -> None:
    """Lay the reader where `refusals_since` finds it."""
    extensions[_READER] = reader


def refusals_since(day: date) -> tuple[Refusal, ...]:
    """Return the refused requests since the day, newest first."""
    reader: RefusalReader = current_app.extensions[_READER]
    return reader(day)
