"""Which months are hidden and why, in as few lines as possible."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.trends.behaviour import JudgedPoint
from analysis.trends.measures import HiddenPoint
from pulse.dashboards.words import reasons_words, sentence_start
from surveys.months import Month


@dataclass(frozen=True, slots=True)
class HiddenMonths:
    """Months with one reason, as `August 2025` or `March 2025 to May 2025`, newest first."""

    months: str
    reason: str


def hidden_months(points: Sequence[JudgedPoint | HiddenPoint]) -> tuple[HiddenMonths, ...]:
    """Return the stretches of hidden months of one reason; neighbours in the series are joined."""
    stretches: list[tuple[Month, Month, str]] = []
    is_joined = False
    for point in reversed(points):
        if isinstance(point, JudgedPoint):
            is_joined = False
            continue
        reason = reasons_words(point.reasons)
        if is_joined and stretches[-1][2] == reason:
            stretches[-1] = (point.month, stretches[-1][1], reason)
        else:
            stretches.append((point.month, point.month, reason))
        is_joined = True
    return tuple(
        HiddenMonths(_span(first, last), f"{sentence_start(reason)}.")
        for first, last, reason in stretches
    )


def _span(first: Month, last: Month) -> str:
    return first.words if first == last else f"{first.words} to {last.words}"
