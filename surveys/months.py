"""Calendar months, the only time that Pulse keeps beside an answer."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

_MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_PATTERN = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One calendar month; ordered in time."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 12:  # noqa: PLR2004 - months of a year
            raise ValueError(f"month number {self.number} is not 1 to 12")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the month written as `2026-03`.

        Raises:
            ValueError: the text has another shape.
        """
        match = _PATTERN.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a month written like 2026-03")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.year, day.month)

    @property
    def ordinal(self) -> int:
        """Months since the year 0, so that differences count months."""
        return self.year * 12 + self.number - 1

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return date.fromordinal(self.shifted(1).first_day.toordinal() - 1)

    def shifted(self, months: int) -> "Month":
        year, number = divmod(self.ordinal + months, 12)
        return Month(year, number + 1)

    @property
    def words(self) -> str:
        """`March 2026`, with a no-break space so that it never splits over two lines."""
        return f"{_MONTH_NAMES[self.number - 1]}\N{NO-BREAK SPACE}{self.year}"

    @property
    def short_words(self) -> str:
        return f"{_MONTH_NAMES[self.number - 1][:3]}\N{NO-BREAK SPACE}{self.year}"

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"
