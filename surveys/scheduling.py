"""Planning several monthly waves at once: usual days, days to skip, questions in turn."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from surveys.calendar import check_distance, usual_dates
from surveys.errors import StateError, SurveyError
from surveys.months import Month
from surveys.policy import AnonymityPolicy
from surveys.wave_questions import suggested_questions
from surveys.wave_states import WaveKind, WaveState
from surveys.waves import Wave, WavePlan

MOST_MONTHS = 12
_LONGEST_SKIP_DAYS = 62
_RANGE = re.compile(r"\s*(\d{4}-\d{2}-\d{2})(?:\s*(?:to|-|–)\s*(\d{4}-\d{2}-\d{2}))?\s*")


class SkippedDaysError(SurveyError):
    """A line of days to skip cannot be read; the message names the line and what to write."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Waves that can be added, and each month left out with the reason why."""

    plans: tuple[WavePlan, ...]
    left_out: tuple[tuple[Month, str], ...]


def parse_skipped_days(text: str) -> frozenset[date]:
    """Return the days of lines such as `2026-12-28` or `2026-12-24 to 2027-01-03`.

    Raises:
        SkippedDaysError: a line is no day and no range of days.
    """
    days: set[date] = set()
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            days |= _days_of(number, line)
    return frozenset(days)


def plan_ahead(
    waves: Iterable[Wave],
    *,
    first: Month,
    count: int,
    policy: AnonymityPolicy,
    released: Collection[Month],
    skipped: Collection[date] = (),
) -> Schedule:
    """Return a wave for each of `count` months from `first` on that has none.

    Each asks what `suggested_questions` says after those before it. Nothing is stored.
    """
    known = [wave for wave in waves if wave.state is not WaveState.CANCELLED]
    asked = [(wave.opens_on, wave.items) for wave in known]
    taken = {wave.month for wave in known} | set(released)
    plans: list[WavePlan] = []
    left_out: list[tuple[Month, str]] = []
    for month in (first.shifted(number) for number in range(count)):
        opens_on, closes_on = usual_dates(month, skipped)
        if month in taken:
            left_out.append((month, "it has a wave or results already"))
            continue
        try:
            check_distance(
                opens_on,
                (day for day, _codes in asked),
                days_between=policy.days_between_openings,
            )
        except StateError as error:
            left_out.append((month, str(error)))
            continue
        items = suggested_questions(
            [each for each in asked if each[0] < opens_on], most=policy.most_questions
        )
        plans.append(WavePlan(WaveKind.MONTHLY, opens_on, closes_on, items))
        asked.append((opens_on, items))
    return Schedule(tuple(plans), tuple(left_out))


def _days_of(number: int, line: str) -> set[date]:
    found = _RANGE.fullmatch(line)
    typed = (found[1], found[2] or found[1]) if found else (line, line)
    try:
        first, last = map(date.fromisoformat, typed)
    except ValueError as error:
        raise SkippedDaysError(
            f"Line {number}: write a day as 2026-12-28, or days as 2026-12-24 to 2027-01-03."
        ) from error
    if not 0 <= (last - first).days <= _LONGEST_SKIP_DAYS:
        raise SkippedDaysError(
            f"Line {number}: the last day comes after the first, at most {_LONGEST_SKIP_DAYS} days "
            "later."
        )
    return {first + timedelta(days=days) for days in range((last - first).days + 1)}
