"""Whether a month resembles the month before: limits from moving ranges are then too narrow."""

import numpy as np

from analysis.trends.xmr import FloatArray

AUTOCORRELATION_CAUTION = 0.3
"""Above this lag-1 autocorrelation a reader is told that the limits are too narrow."""


def lag_one(values: FloatArray) -> FloatArray:
    """Return the lag-1 autocorrelation of each row over neighbouring shown points.

    Args:
        values: series by months; NaN is a missing month. 0 for a constant or empty row.
    """
    shown = ~np.isnan(values)
    count = np.maximum(shown.sum(axis=1), 1)
    mean = np.where(shown, values, 0.0).sum(axis=1) / count
    deviations = np.where(shown, values - mean[:, None], 0.0)
    total = np.einsum("ij,ij->i", deviations, deviations)
    products = np.einsum("ij,ij->i", deviations[:, 1:], deviations[:, :-1])
    # What a sum in floating point leaves over a constant row is no variation.
    varies = total > count * (_ROUNDING * np.maximum(1.0, np.abs(mean))) ** 2
    return np.where(varies, products / np.where(varies, total, 1.0), 0.0)


_ROUNDING = 1e-12
