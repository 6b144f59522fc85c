"""A refused request as the union auditor reads it.

The office keeps refusals and the auditor's pages may not enter the office, so the application
hands them one way to read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Refusal:
    """A role asked for something on a day, and a rule refused it. Who asked is not kept."""

    day: date
    role: str
    rule: str


ReadRefusals = Callable[[date], tuple[Refusal, ...]]
"""Returns the refusals since a day, newest first."""
