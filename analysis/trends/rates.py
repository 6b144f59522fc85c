"""Shares of people per month as a process: p' charts (Laney), for leaver rates.

A plain p chart takes every month for a draw from one urn. Turnover varies more than that, so its
limits would raise an alarm nearly every month. Laney's p' scales them by how much neighbouring
months really differ, in standard deviations that depend on the number of people.

Source: D. B. Laney, Improved control charts for attributes, Quality Engineering 14 (2002).
"""

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
from analysis.trends.xmr import Limits, RuleCode, Signals, XmrOptions, judge, process_limits
from surveys.months import Month

_PERCENT = 100.0
_OPTIONS = XmrOptions(baseline_points=BASELINE_POINTS)


@dataclass(frozen=True, slots=True)
class RateMonth:
    """`events` among `people` in a month; both are None where they are hidden or not known."""

    month: Month
    people: int | None
    events: int | None

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

    The limits of `process_limits` with numbers of people as sizes are Laney's: the standard
    deviation of a share, root of p (1 - p) / n, is a constant times 1 / root n, and the constant
    cancels.

    Args:
        months: in order; a month without a rate is a gap and breaks runs.
    """
    rates = [each.rate for each in months]
    values = np.array([[np.nan if rate is None else rate for rate in rates]])
    sizes = np.array(
        [[np.nan if each.rate is None else float(each.people or 0) for each in months]]
    )
    shown = [each.month for each in months if each.rate is not None]
    limits = process_limits(values, sizes=sizes, options=_OPTIONS)
    if len(shown) < FEWEST_POINTS:
        limits.centre[:] = np.nan
    return RateBehaviour(
        months=_judged(months, limits, judge(values, limits, options=_OPTIONS)),
        centre=None if np.isnan(limits.centre[0]) else float(limits.centre[0]),
        fixed_at=shown[BASELINE_POINTS - 1] if len(shown) >= BASELINE_POINTS else None,
    )


def _judged(
    months: Sequence[RateMonth], limits: Limits, signals: Signals
) -> tuple[JudgedRate, ...]:
    centre = float(limits.centre[0])
    has_limits = not np.isnan(centre)
    return tuple(
        JudgedRate(
            rate_month=each,
            lower_limit=max(0.0, centre - half) if has_limits else None,
            upper_limit=min(_PERCENT, centre + half) if has_limits else None,
            rule=RULE_OF[RuleCode(code)],
            direction=Direction(way),
        )
        for each, half, code, way in zip(
            months,
            limits.half_width[0].tolist(),
            signals.rule[0].tolist(),
            signals.direction[0].tolist(),
            strict=True,
        )
    )
