"""Limits for shares of people or cases per month: p charts, and Laney's p' where they vary more.

A plain p chart takes every month for a draw from one urn. Turnover, absence and response rates vary
more than that, so its limits would raise an alarm nearly every month. p' widens (or narrows) them
by sigma of z, how much neighbouring months really differ in binomial standard deviations.

Source: D. B. Laney, Improved control charts for attributes, Quality Engineering 14 (2002).
"""

from dataclasses import dataclass

import numpy as np

from analysis.trends.xmr import (
    NEAR_SHARE,
    FloatArray,
    Limits,
    XmrOptions,
    average_moving_range,
    baseline,
)

SIGMAS = 3.0
RANGE_OF_PAIRS = 1.128
"""Expected moving range of independent normal values in standard deviations (d2 for pairs)."""


@dataclass(frozen=True, slots=True)
class ProportionLimits:
    """Limits in shares and sigma of z, one per series: 1 is one urn, above it overdispersion.

    `limits` are not yet cut to 0 and 1, which judging does not need. Their widths are NaN where the
    baseline has no event at all or nothing but events: a binomial then has no spread, and the
    first event of all is not outside of anything (docs/decisions/0131-laneys-p-charts.md).
    `sigma_z` is NaN without two neighbouring months in the baseline.
    """

    limits: Limits
    sigma_z: FloatArray

    @property
    def lower(self) -> FloatArray:
        """Lower limits, no lower than 0."""
        return np.maximum(0.0, self.limits.centre[:, None] - self._drawn_width)

    @property
    def upper(self) -> FloatArray:
        """Upper limits, no higher than 1."""
        return np.minimum(1.0, self.limits.centre[:, None] + self._drawn_width)

    @property
    def _drawn_width(self) -> FloatArray:
        centre = self.limits.centre[:, None]
        return np.where((centre == 0) | (centre == 1), 0.0, self.limits.half_width)


def shares(events: FloatArray, sizes: FloatArray) -> FloatArray:
    """Return events / sizes; NaN where either is missing or nobody was there (size 0)."""
    there = sizes > 0
    return np.where(there, events / np.where(there, sizes, 1.0), np.nan)


def proportion_limits(
    events: FloatArray, sizes: FloatArray, *, is_laney: bool, options: XmrOptions
) -> ProportionLimits:
    """Return p ± 3 sqrt(p (1 - p) / n), the root times sigma of z with `is_laney`.

    Args:
        events: series by months, 0 to `sizes` each; NaN is a missing month.
        sizes: people or cases among which they were counted; 0 makes the month missing.
        is_laney: p' instead of p.
        options: screening and baseline; see `XmrOptions`. A display step is not used.
    """
    values = shares(events, sizes)
    base = baseline(values, options=options)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = np.where(base, events, 0.0).sum(axis=1) / np.where(base, sizes, 0.0).sum(axis=1)
        spread = np.sqrt(centre * (1 - centre))[:, None] / np.sqrt(sizes)
        spread[(sizes == 0) | (spread == 0)] = np.nan  # nobody there, or no variation to expect
    # Without spread all of the baseline equals the centre: z is 0 there.
    z = np.where(np.isnan(spread), 0.0, (values - centre[:, None]) / spread)
    sigma_z = average_moving_range(z, base, screen=options.screen_ranges) / RANGE_OF_PAIRS
    half_width = SIGMAS * spread
    if is_laney:
        half_width = half_width * sigma_z[:, None]
        centre = np.where(np.isnan(sigma_z), np.nan, centre)
    return ProportionLimits(Limits(centre, half_width, NEAR_SHARE * half_width), sigma_z)
