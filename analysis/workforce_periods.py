"""The stretch of time that a workforce figure is of: a month, a quarter or a year."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from surveys.months import Month

MONTH, QUARTER, YEAR = 1, 3, 12
LENGTHS = (MONTH, QUARTER, YEAR)
LENGTH_WORDS = {MONTH: "month", QUARTER: "quarter", YEAR: "year"}
_FIRST_MONTH = Month(1900, 1)
_LAST_MONTH = Month(2199, 12)
_QUARTER = re.compile(r"([0-9]{4})-?[Qq]([1-4])")
_ONE_YEAR = re.compile(r"[0-9]{4}")
_TWO_YEARS = re.compile(r"([0-9]{4})/?([0-9]{2})")


class PeriodKind(StrEnum):
    """What a column `period_kind` may say; the years differ in their first month."""

    MONTH = "month"
    QUARTER = "quarter"
    CALENDAR = "calendar year"
    FINANCIAL = "financial year"
    ACADEMIC = "academic year"
    REPORTING = "reporting year"


_YEARS = {
    PeriodKind.CALENDAR: 1,
    PeriodKind.FINANCIAL: 4,
    PeriodKind.ACADEMIC: 9,
    PeriodKind.REPORTING: 10,  # DfE's children's social work workforce: the year to 30 September
}
_LENGTH_OF = {PeriodKind.MONTH: MONTH, PeriodKind.QUARTER: QUARTER}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A number of whole months from `start`; ordered in time, the shorter one first."""

    start: Month
    months: int = MONTH

    def __post_init__(self) -> None:
        if self.months not in LENGTHS:
            raise ValueError(f"a period has 1, 3 or 12 months, not {self.months}")

    @property
    def last(self) -> Month:
        """The month whose last day ends the period."""
        return self.start.shifted(self.months - 1)

    def overlaps(self, other: "Period") -> bool:
        return self.start <= other.last and other.start <= self.last

    @property
    def words(self) -> str:
        """`March 2026`, `January 2026 to March 2026`, or `2026` for a calendar year."""
        if self.months == MONTH:
            return self.start.words
        if self.months == YEAR and self.start.number == 1:
            return str(self.start.year)
        return f"{self.start.words} to {self.last.words}"

    def __str__(self) -> str:
        if self.months == MONTH:
            return str(self.start)
        if self.months == YEAR and self.start.number == 1:
            return str(self.start.year)
        if self.months == QUARTER and self.start.number % QUARTER == 1:
            return f"{self.start.year}-Q{1 + self.start.number // QUARTER}"
        return f"{self.start} to {self.last}"


def period_of(written: str, kind: str = "") -> Period:
    """Return the period written as `2026-03`, a date, `2026-Q1`, `2026`, `201617` or `2016/17`.

    Args:
        written: as in the file.
        kind: what the file says of it, one of `PeriodKind`; "" where it says nothing. One year
            alone is then a calendar year, and two years together are refused: they may be an
            academic or a financial year.

    Raises:
        ValueError: it is written otherwise, or its meaning is not clear.
    """
    said = _kind_of(kind)
    period = _parsed(written, said)
    if said is not None and period.months != _LENGTH_OF.get(said, YEAR):
        raise ValueError(f"{written!r} is no {said}")
    if not _FIRST_MONTH <= period.start <= period.last <= _LAST_MONTH:
        raise ValueError(f"{written!r} is not in the years 1900 to 2199")
    return period


def as_written(period: Period) -> tuple[str, PeriodKind]:
    """Return the period and its kind so that `period_of` reads the same period.

    Raises:
        ValueError: no file can have told of it, such as a year from February on.
    """
    year = period.start.year
    if period.months == MONTH:
        return str(period.start), PeriodKind.MONTH
    if period.months == QUARTER and period.start.number % QUARTER == 1:
        return str(period), PeriodKind.QUARTER
    kind = next((k for k, first in _YEARS.items() if first == period.start.number), None)
    if period.months != YEAR or kind is None:
        raise ValueError(f"{period} is no period that a file can tell of")
    if kind is PeriodKind.CALENDAR:
        return str(year), kind
    if kind is PeriodKind.REPORTING:
        return str(year + 1), kind
    return f"{year}/{(year + 1) % 100:02}", kind


def month_of(written: str) -> Month:
    """Return the month written as `2026-03`, or the month of any ISO date or date with time.

    Raises:
        ValueError: the text is neither, or lies outside the years 1900 to 2199.
    """
    try:
        month = _month_or_date(written)
    except ValueError:
        raise ValueError(
            f"{written!r} is no month; write it like 2026-03 or as a date like 2026-03-31"
        ) from None
    if not _FIRST_MONTH <= month <= _LAST_MONTH:
        raise ValueError(f"{written!r} is not in the years 1900 to 2199")
    return month


def first_of_two_years(written: str) -> int | None:
    """Return 2016 for `201617` or `2016/17`; None where no year and the next one are written."""
    match = _TWO_YEARS.fullmatch(written)
    if match is None or (int(match[1]) + 1) % 100 != int(match[2]):
        return None
    return int(match[1])


def _kind_of(kind: str) -> PeriodKind | None:
    if not kind:
        return None
    try:
        return PeriodKind(kind.casefold())
    except ValueError:
        known = ", ".join(PeriodKind)
        raise ValueError(f"{kind!r} is no kind of period; write one of: {known}") from None


def _parsed(written: str, kind: PeriodKind | None) -> Period:
    quarter = _QUARTER.fullmatch(written)
    if quarter is not None:
        return Period(Month(int(quarter[1]), QUARTER * int(quarter[2]) - 2), QUARTER)
    if _ONE_YEAR.fullmatch(written):
        return _one_year(int(written), kind)
    first = first_of_two_years(written)
    if first is not None:
        return _two_years(first, written, kind)
    try:
        return Period(_month_or_date(written))
    except ValueError:
        raise ValueError(
            f"{written!r} is no month, quarter or year; write it like 2026-03, 2026-Q1 or 2026"
        ) from None


def _one_year(year: int, kind: PeriodKind | None) -> Period:
    if kind in {PeriodKind.FINANCIAL, PeriodKind.ACADEMIC}:
        raise ValueError(
            f"a {kind} lies in two years; write both, like {year}/{(year + 1) % 100:02}"
        )
    if kind is PeriodKind.REPORTING:
        return Period(Month(year - 1, _YEARS[kind]), YEAR)
    return Period(Month(year, 1), YEAR)


def _two_years(first: int, written: str, kind: PeriodKind | None) -> Period:
    if kind not in _YEARS or kind is PeriodKind.CALENDAR:
        raise ValueError(
            f"{written!r} may be an academic or a financial year; say which in a column period_kind"
        )
    return Period(Month(first, _YEARS[kind]), YEAR)


def _month_or_date(written: str) -> Month:
    try:
        return Month.parse(written)
    except ValueError:
        return Month.of(datetime.fromisoformat(written))
