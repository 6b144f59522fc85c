"""Numbers and reasons as every page of results writes them; sentences are analysis.trends.words."""

from collections.abc import Iterable
from datetime import date

from analysis.release import Bound, CodedNumber, Reason
from analysis.trends.words import HIDDEN_WORDS
from surveys.months import Month

IMPORTED_WORDS = "imported answers, not anonymous at source"

_NO_BREAK = "\N{NO-BREAK SPACE}"
_ENDINGS = {
    Bound.EXACT: "",
    Bound.AT_LEAST: f"{_NO_BREAK}or{_NO_BREAK}more",
    Bound.AT_MOST: f"{_NO_BREAK}or{_NO_BREAK}less",
}


def reasons_words(reasons: Iterable[Reason]) -> str:
    """Return why a figure is hidden, without the word "hidden" that stands before it."""
    return "; ".join(HIDDEN_WORDS[reason].removeprefix("hidden: ") for reason in reasons)


def share_words(share: CodedNumber) -> str:
    """Return a percentage, as `35%` or `90% or more`."""
    return f"{share.value:.0f}%{_ENDINGS[share.bound]}"


def date_words(iso_date: str) -> str:
    """Return `9 November 2026` for `2026-11-09`."""
    day = date.fromisoformat(iso_date)
    return f"{day.day}{_NO_BREAK}{Month.of(day).words}"


def sentence_start(text: str) -> str:
    return text[:1].upper() + text[1:]
