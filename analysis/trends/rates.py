"""Shares of people per month as a process, in percent: p' charts (Laney), for leaver rates."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.trends.behaviour import (
    BASELINE_POINTS,
    FEWEST_POINTS,
    RULE_OF,
    Direction,
    Rule,
)
from analysis.trends.proportions import ProportionLimits, proportion_limits, shares
from analysis.trends.xmr import RuleCode, Signals, XmrOptions, judge
from surveys.months import Month

_PERCENT = 100.0
_OPTIONS = XmrOptions(baseline_points=BASELINE_POINTS)


@dataclass(frozen=True, slots=True)
class RateMonth:
    """`events` among `people` in a month; both are None where they are hidden or not known.

    Both are heads, FTE or days. A longer period stands as its last month.
    """

    month: Month
    people: float | None
    events: float | None

    @property
    def rate(self) -> float | None:
        """Events in percent of people; None where hidden, or where nobody was there."""
        if not self.people or self.events is None:
            return None
        return _PERCENT * self.events / self.people


@dataclass(frozen=True, slots=True)
class JudgedRate:
    """A month with its limits in percent; they are None while there are too few months."""

    rate_month: RateMonth
    lower_limit: float | None
    upper_limit: float | None
    rule: Rule
    direction: Direction


@dataclass(frozen=True, slots=True)
class RateBehaviour:
    """Months oldest first with their own average in percent; `fixed_at` is None before it is."""

    months: tuple[JudgedRate, ...]
    centre: float | None
    fixed_at: Month | None


def rate_behaviour(months: Sequence[RateMonth]) -> RateBehaviour:
    """Return the months judged by the rules of process behaviour charts on p' limits.

    Args:
        months: in order; a month without a rate is a gap and breaks runs.
    """
    known = [each if each.rate is not None else None for each in months]
    events = np.array([[np.nan if each is None else float(each.events or 0) for each in known]])
    people = np.array([[np.nan if each is None else float(each.people or 0) for each in known]])
    shown = [each.month for each in known if each is not None]
    found = proportion_limits(events, people, is_laney=True, options=_OPTIONS)
    if len(shown) < FEWEST_POINTS:
        found.limits.centre[:] = np.nan
    signals = judge(shares(events, people), found.limits, options=_OPTIONS)
    centre = float(found.limits.centre[0])
    return RateBehaviour(
        months=_judged(months, found, signals),
        centre=None if np.isnan(centre) else _PERCENT * centre,
        fixed_at=shown[BASELINE_POINTS - 1] if len(shown) >= BASELINE_POINTS else None,
    )


def _judged(
    months: Sequence[RateMonth], found: ProportionLimits, signals: Signals
) -> tuple[JudgedRate, ...]:
    return tuple(
        JudgedRate(
            rate_month=each,
            lower_limit=None if np.isnan(lower) else _PERCENT * lower,
            upper_limit=None if np.isnan(upper) else _PERCENT * upper,
            rule=RULE_OF[RuleCode(code)],
            direction=Direction(way),
        )
        for each, lower, upper, code, way in zip(
            months,
            found.lower[0].tolist(),
            found.upper[0].tolist(),
            signals.rule[0].tolist(),
            signals.direction[0].tolist(),
            strict=True,
        )
    )
