"""A long-run direction in words, for pages: to two decimals, and never more than the test tells."""

from dataclasses import dataclass
from math import isnan

from analysis.trends.autocorrelation import AUTOCORRELATION_CAUTION
from analysis.trends.direction_tables import FEWEST_VALUES, SeriesDirection, Told
from analysis.trends.words import number_words

_TOLD = {
    Told.RISING: "rising",
    Told.FALLING: "falling",
    Told.NONE: "no clear direction",
    Told.TOO_FEW: "too few months to tell",
}
LESS_SURE = "less sure than it looks: months resemble the month before"


@dataclass(frozen=True, slots=True)
class DirectionWords:
    """`told` is the direction, `change` that of a year with its interval, "" of too few months.

    `caution` is "" unless neighbouring months resemble each other and a direction is told.
    """

    told: str
    change: str
    months: str
    caution: str


def direction_words(direction: SeriesDirection) -> DirectionWords:
    """Return what tables say: `falling`, `-0.31 a year (-0.52 to -0.10)`, `18 months`."""
    told = direction.told
    is_told = told in {Told.RISING, Told.FALLING}
    is_alike = is_told and direction.resemblance > AUTOCORRELATION_CAUTION
    change = f"{signed(direction.slope_per_year)} a year{_ends(direction)}"
    return DirectionWords(
        told=_TOLD[told],
        change="" if told is Told.TOO_FEW else change,
        months=f"{direction.n} month{'' if direction.n == 1 else 's'}",
        caution=LESS_SURE if is_alike else "",
    )


def direction_sentence(direction: SeriesDirection, about: str) -> str:
    """Return the sentence of a series with a clear direction; `about` is `Morale in North`.

    Raises:
        ValueError: the series has none.
    """
    if direction.told not in {Told.RISING, Told.FALLING}:
        raise ValueError("only a clear direction is told in a sentence")
    verb = "risen" if direction.told is Told.RISING else "fallen"
    size = abs(direction.slope_per_year)
    low, high = sorted((abs(direction.low), abs(direction.high)))
    same_side = direction.low * direction.high >= 0
    ends = f", 95% interval {low:.2f} to {high:.2f}" if same_side else _ends(direction)
    caution = (
        f" {LESS_SURE.capitalize()}." if direction.resemblance > AUTOCORRELATION_CAUTION else ""
    )
    return (
        f"{about} has {verb} by about {size:.2f} a year over {direction.n} shown months{ends}."
        f"{caution}"
    )


def signed(figure: float) -> str:
    """Return a number to two decimals with its sign, no sign before 0."""
    text = f"{abs(figure):.2f}"
    if float(text) == 0:
        return text
    return f"{'+' if figure > 0 else MINUS}{text}"


MINUS = "\N{MINUS SIGN}"


def _ends(direction: SeriesDirection) -> str:
    if isnan(direction.low) or isnan(direction.high):
        return ""
    return f" ({signed(direction.low)} to {signed(direction.high)})"


def looked_at_words(tested: int, told: int) -> str:
    """Return how many series a page tested together, and how many directions it tells.

    Args:
        tested: series of at least FEWEST_VALUES months.
        told: those with a clear direction.
    """
    fewest = number_words(FEWEST_VALUES)
    if tested == 0:
        return f"No series has {fewest} shown months yet, so no long-run direction is told."
    noun = "series has" if tested == 1 else "series have"
    start = f"{tested:,} {noun} {fewest} shown months or more. "
    if told == 0:
        return f"{start}None of them has a clear long-run direction."
    has = "has" if told == 1 else "have"
    return (
        f"{start}{number_words(told).capitalize()} of them {has} a clear long-run direction; of "
        "those told, about one in twenty at most would be chance."
    )
