"""Languages of the answering path: catalogues, dates, directions, and two that prove the rest.

Messages are written in English in templates and code; a language adds `pulse/translations/CODE.po`
(see docs/developers/translating.md). Two made-up languages are worked out from the English: en-XA
(accents, longer) and ar-XB (right to left), so that a string that was forgotten shows at once.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.messages.pofile import read_po

from pulse.config import SettingsError

ENGLISH = "en"
ACCENTED = "en-XA"
RIGHT_TO_LEFT = "ar-XB"
CATALOGUES = Path(__file__).resolve().parent / "translations"
_START, _END = "\N{RIGHT-TO-LEFT OVERRIDE}", "\N{POP DIRECTIONAL FORMATTING}"
_MADE_UP = {ACCENTED: "Ëñĝļîšħ", RIGHT_TO_LEFT: f"{_START}English{_END}"}
_ACCENTS = str.maketrans("aceghijlnorstuyzACEGHIJLNORSTUYZ", "àçéĝĥîĵļñôŕšţûýžÀÇÉĜĤÎĴĻÑÔŔŠŢÛÝŽ")
_FIELD = re.compile(r"(\{[a-z_]+\})")
_LONGER = 0.3  # made-up texts are this much longer, as real translations often are


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its code, its own name for itself, its direction, and its words."""

    code: str
    name: str
    is_right_to_left: bool
    translate: Callable[[str], str]

    @property
    def direction(self) -> str:
        return "rtl" if self.is_right_to_left else "ltr"

    def say(self, message: str, values: Mapping[str, object]) -> str:
        """Return the message in this language with its values; days are written out."""
        written = {
            name: self.day(value) if isinstance(value, date) else str(value)
            for name, value in values.items()
        }
        return self.translate(message).format_map(written)

    def day(self, day: date) -> str:
        """Return `Friday 27 November 2026` in this language."""
        locale = Locale.parse(ENGLISH if self.code == ACCENTED else self.code.split("-")[0])
        if locale.language == ENGLISH:
            return format_date(day, "EEEE d MMMM y", locale)
        return format_date(day, "full", locale)


@cache
def language(code: str) -> Language:
    """Return a language.

    Raises:
        SettingsError: nobody has translated the answering path into it.
    """
    if code in _MADE_UP:
        is_mirrored = code == RIGHT_TO_LEFT
        return Language(code, _MADE_UP[code], is_mirrored, _mirrored if is_mirrored else _accented)
    if code == ENGLISH:
        return Language(code, "English", is_right_to_left=False, translate=str)
    path = CATALOGUES / f"{code}.po"
    try:
        locale = Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError) as error:
        raise SettingsError(f"PULSE_LANGUAGES names {code!r}, which is no language.") from error
    if not path.is_file():
        raise SettingsError(
            f"PULSE_LANGUAGES names {code!r}, but there is no translation into it yet. See "
            "docs/developers/translating.md."
        )
    name = str(locale.get_display_name(locale) or code)
    return Language(code, name, locale.text_direction == "rtl", _translations(path).__getitem__)


class _Messages(dict[str, str]):
    """Translated messages; English where one is missing."""

    def __missing__(self, message: str) -> str:
        return message


def _translations(path: Path) -> _Messages:
    with path.open("rb") as file:
        catalogue = read_po(file)
    return _Messages(
        (str(message.id), str(message.string)) for message in catalogue if message.string
    )


def _accented(message: str) -> str:
    parts = [
        part if _FIELD.fullmatch(part) else part.translate(_ACCENTS)
        for part in _FIELD.split(message)
    ]
    return "[" + "".join(parts) + "·" * round(len(message) * _LONGER) + "]"


def _mirrored(message: str) -> str:
    """Return the words one by one under an override, so that they read from right to left."""
    return "".join(
        part if _FIELD.fullmatch(part) else f"{_START}{part}{_END}" if part else ""
        for part in _FIELD.split(message)
    )
