"""The long-run direction of units' measures: all that a page shows, tested together."""

from collections.abc import Sequence

import numpy as np

from analysis.trends.behaviour import JudgedPoint, ProcessBehaviour
from analysis.trends.dated_series import SeriesSet
from analysis.trends.direction_tables import SeriesDirection, directions_of


def unit_directions(behaviours: Sequence[ProcessBehaviour]) -> tuple[SeriesDirection, ...]:
    """Return the direction of each series over all its shown months, in the order given.

    Months that are hidden or shown coarsely are no values. Where limits started anew does not
    matter: the direction is that of the whole series. Its slope is in scale points a year.
    """
    values = [
        [
            (judged.point.month.first_day.toordinal(), judged.point.mean)
            for judged in behaviour.points
            if isinstance(judged, JudgedPoint) and not judged.point.is_coarse
        ]
        for behaviour in behaviours
    ]
    together = np.array([pair for series in values for pair in series], dtype=np.float64)
    together = together.reshape(-1, 2)
    return directions_of(
        SeriesSet(
            names=tuple(str(place) for place in range(len(values))),
            starts=np.cumsum([0, *map(len, values)]),
            days=together[:, 0].astype(np.int64),
            values=together[:, 1],
        )
    )
