"""When waves open and close: the hours, the usual dates, and the days between two openings."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta

from surveys.errors import StateError
from surveys.months import Month

OPENS_AT = time(8)
CLOSES_AT = time(18)
"""Hours of the day where this machine stands."""

FEWEST_DAYS_OPEN = 3
MOST_DAYS_OPEN = 60
LONGEST_EXTENSION_DAYS = 14
_USUAL_DAYS_OPEN = 18  # Monday to the Friday of the third week
_SUNDAY = 6


def has_opened(opens_on: date, now: datetime) -> bool:
    """Return whether the hour of opening has come (`now` is local time)."""
    return (now.date(), now.time()) >= (opens_on, OPENS_AT)


def has_closed(closes_on: date, now: datetime) -> bool:
    """Return whether the hour of closing has come (`now` is local time)."""
    return (now.date(), now.time()) >= (closes_on, CLOSES_AT)


def usual_dates(month: Month, skipped: Collection[date] = ()) -> tuple[date, date]:
    """Return the days on which a monthly wave usually opens and closes.

    It opens on the second Monday, or on the next working day of the month that is not skipped,
    and closes on the Friday of the third week, or on the last day before that is not skipped.
    """
    first = month.first_day
    monday = first + timedelta(days=(-first.weekday()) % 7 + 7)
    opens = _next_free(monday, skipped, step=1)
    closes = _next_free(monday + timedelta(days=_USUAL_DAYS_OPEN), skipped, step=-1)
    if Month.of(opens) != month:
        opens = monday
    return opens, max(closes, opens + timedelta(days=FEWEST_DAYS_OPEN))


def check_field_period(opens_on: date, closes_on: date) -> None:
    """Refuse a wave that is open for too few or too many days.

    Raises:
        StateError: the message says which days are possible.
    """
    days = (closes_on - opens_on).days
    if not FEWEST_DAYS_OPEN <= days <= MOST_DAYS_OPEN:
        raise StateError(
            f"A wave closes {FEWEST_DAYS_OPEN} to {MOST_DAYS_OPEN} days after it opens; "
            f"from {opens_on} to {closes_on} it is {days}. Choose another closing day."
        )


def check_distance(opens_on: date, others: Iterable[date], *, days_between: int) -> None:
    """Refuse an opening too near to another one.

    Args:
        opens_on: the day of opening.
        others: the days on which other waves open that were not cancelled.
        days_between: fewest days from opening to opening.

    Raises:
        StateError: the message names the other opening and the first day that is possible.
    """
    for other in sorted(others):
        if abs((opens_on - other).days) < days_between:
            raise StateError(
                f"Another wave opens on {other}. There are at least {days_between} days from "
                f"opening to opening: choose {other + timedelta(days=days_between)} or later."
            )


def _next_free(day: date, skipped: Collection[date], *, step: int) -> date:
    while day.weekday() >= _SUNDAY - 1 or day in skipped:
        day += timedelta(days=step)
    return day
