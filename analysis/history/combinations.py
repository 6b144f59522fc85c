"""One number for each combination of answers to a file's breakdown questions."""

from collections.abc import Sequence
from math import prod

import numpy as np

from analysis.disclosure.frequency_tables import NO_CATEGORY
from analysis.history.atoms import Numbers
from analysis.history.buckets import Choices
from analysis.tally import Categories
from surveys.policy import PREFER_NOT_TO_SAY, Breakdown


class Combinations:
    """Numbers from 0 on; in a column of choices the place after the last option says nothing."""

    def __init__(self, breakdowns: Sequence[Breakdown]) -> None:
        self._widths = [len(breakdown.options) + 1 for breakdown in breakdowns]
        self.size = prod(self._widths)

    def numbers(self, choices: Choices) -> Numbers:
        """Return a number per row of the columns of choices, one column per breakdown."""
        numbers = np.zeros(len(choices), dtype=np.int64)
        for place, width in enumerate(self._widths):
            numbers = numbers * width + choices[:, place]
        return numbers

    def categories(self, number: int) -> Categories:
        """Return what `numbers` was given, as the categories of an atom."""
        found: list[int] = []
        for width in reversed(self._widths):
            number, choice = divmod(number, width)
            found.append(NO_CATEGORY if choice == width - 1 else choice)
        return tuple(reversed(found))


def choices_of_breakdown(breakdown: Breakdown) -> dict[str, int]:
    """Return the place of each text that may stand in a column, without regard to capitals."""
    nothing = len(breakdown.options)
    options = {option.strip().casefold(): place for place, option in enumerate(breakdown.options)}
    return options | {"": nothing, PREFER_NOT_TO_SAY.casefold(): nothing}
