"""The order in which pages name measures: what was asked last, in the order of the pulse."""

from collections.abc import Sequence

from analysis.release import ReleaseHead
from analysis.trends.measures import Measure, measures_of
from surveys.months import Month


def ordered_measures(heads: Sequence[ReleaseHead]) -> tuple[Measure, ...]:
    """Return the measures of the releases: the latest asked first, else in the pulse's order."""
    return tuple(
        sorted(measures_of(heads), key=lambda measure: -last_asked(measure, heads).ordinal)
    )


def last_asked(measure: Measure, heads: Sequence[ReleaseHead]) -> Month:
    """Return the newest month of the releases in which the whole measure was asked."""
    keys = set(zip(measure.items, measure.versions, strict=True))
    return next(
        head.month
        for head in reversed(heads)
        if keys <= {(item.code, item.version) for item in head.items}
    )
