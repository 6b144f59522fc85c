"""One series at a time, as tests like to have them."""

from collections.abc import Sequence

from analysis.trends.behaviour import ProcessBehaviour, process_behaviours
from analysis.trends.measures import Point
from surveys.months import Month


def process_behaviour(
    series: Sequence[Point],
    *,
    starts: Sequence[Month] = (),
    scale_points: int = 5,
) -> ProcessBehaviour:
    """Return the behaviour of one series."""
    return process_behaviours([series], starts=[starts], scale_points=scale_points)[0]
