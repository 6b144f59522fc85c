"""What a reader may choose in a form that needs no script."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a select."""

    value: str
    words: str
    is_chosen: bool


def options_of(words: Mapping[str, str], chosen: str) -> tuple[Option, ...]:
    """Return the options in the given order; `chosen` is one of the keys."""
    return tuple(Option(value, text, value == chosen) for value, text in words.items())
