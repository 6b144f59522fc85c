"""Days in words, with no-break spaces so that a date never splits over two lines."""

from datetime import date

from surveys.months import Month

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NO_BREAK = "\N{NO-BREAK SPACE}"


def day_words(day: date) -> str:
    """Return `27 November 2026`."""
    return f"{day.day}{_NO_BREAK}{Month.of(day).words}"


def weekday_words(day: date) -> str:
    """Return `Friday 27 November 2026`."""
    return f"{_WEEKDAYS[day.weekday()]} {day_words(day)}"


def short_day_words(day: date) -> str:
    """Return `27 Nov 2026`, for narrow columns."""
    return f"{day.day}{_NO_BREAK}{Month.of(day).short_words}"
