"""What happens in the fictional city: how each construct moves, team by team and month by month.

Three threads are planted, so that a reader of the charts has something true to find:

- A caseload surge in Assessment from January 2026. Workload falls at once, morale a month later,
  intention to stay with it, and people leave one to two months after that.
- A serious case in Safeguarding and court in April 2026. The search for somebody to blame makes
  people feel less fairly treated and less safe; it fades only partly.
- Leaving care Riverside had a bad year. Since February 2026 its new manager sits with the team
  every week, listens and takes work away; nearly everything turns round.
"""

from collections.abc import Callable
from dataclasses import dataclass

from surveys.instruments import ConstructCode
from surveys.months import Month
from surveys.units import UnitCode

_SURGE = Month(2026, 1)
_SERIOUS_CASE = Month(2026, 4)
_NEW_MANAGER = Month(2026, 2)


@dataclass(frozen=True, slots=True)
class Thread:
    """One planted development: where it happens, and its pull on a construct in a month."""

    unit_prefix: str
    pull: Callable[[ConstructCode, Month], float]  # scale points, below 0 is worse


def _surge(construct: ConstructCode, month: Month) -> float:
    elapsed = month.ordinal - _SURGE.ordinal
    delay, depth = {
        "workload": (0, -1.1),
        "load-and-support": (0, -0.6),
        "morale": (1, -0.8),
        "staying": (1, -0.6),
        "safe-practice": (2, -0.4),
        "belonging": (2, -0.4),
    }.get(construct, (0, 0.0))
    steps = elapsed - delay + 1
    return depth * min(max(steps, 0), 2) / 2


def _serious_case(construct: ConstructCode, month: Month) -> float:
    elapsed = month.ordinal - _SERIOUS_CASE.ordinal
    if elapsed < 0:
        return 0.0
    depth = {
        "fair-treatment": -1.1,
        "blame-and-safety": -0.9,
        "safe-practice": -0.6,
        "morale": -0.3,
        "learning-and-leadership": -0.3,
    }
    return depth.get(construct, 0.0) * max(0.45, 1 - 0.12 * elapsed)


def _listening_manager(construct: ConstructCode, month: Month) -> float:
    elapsed = month.ordinal - _NEW_MANAGER.ordinal
    before = {
        "morale": -0.7,
        "workload": -0.5,
        "fair-treatment": -0.6,
        "safe-practice": -0.4,
        "staying": -0.5,
    }
    low = before.get(construct, -0.4)
    return low if elapsed < 0 else low + min(1.5, 0.5 * (elapsed + 1))


THREADS = (
    Thread("HP-AS", _surge),
    Thread("HP-SC", _serious_case),
    Thread("CL-LC-1", _listening_manager),
)

NOTES = (
    ("HP-AS", _SURGE, "The new helpline opened, and many more referrals came in."),
    ("HP-SC", _SERIOUS_CASE, "A serious case was in the news."),
    ("CL-LC-1", _NEW_MANAGER, "The weekly hour with the whole team began."),
)
"""What leaders noted on the charts of a unit and those below it: unit, month, words."""

_USUAL = {
    "morale": 3.5,
    "workload": 3.0,
    "fair-treatment": 3.5,
    "safe-practice": 3.7,
    "staying": 3.0,
    "blame-and-safety": 3.4,
    "load-and-support": 2.9,
    "learning-and-leadership": 3.2,
    "belonging": 3.7,
}


def usual_level(construct: ConstructCode) -> float:
    """Return the mean score (scale points) that the city gives in an ordinary month."""
    return _USUAL[construct]


def pull(unit: UnitCode, construct: ConstructCode, month: Month) -> float:
    """Return how far (scale points) the story moves a team's answers in a month."""
    return sum(
        thread.pull(construct, month) for thread in THREADS if unit.startswith(thread.unit_prefix)
    )
