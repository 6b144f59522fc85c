"""How often pure noise signals. Seeded; the bounds leave room around what docs state."""

import numpy as np
import pytest

from analysis.trends.behaviour import BehaviourOptions
from analysis.trends.findings import FIXED_FALSE_ALARM_SHARE, PROVISIONAL_FALSE_ALARM_SHARE
from analysis.trends.xmr import FloatArray, Signals, XmrOptions, judge, process_limits

SERIES = 6000
OURS = BehaviourOptions().xmr


def noise(months: int, answers: FloatArray, *, seed: int) -> FloatArray:
    """Return rounded means of answers with a standard deviation of 0.9 and no change at all."""
    random = np.random.default_rng(seed)
    level = random.uniform(2.9, 3.9, size=(SERIES, 1))
    means = level + 0.9 / np.sqrt(answers) * random.normal(size=(SERIES, months))
    return np.round(means.clip(1, 5), 1)


def unequal(months: int, *, seed: int) -> FloatArray:
    return np.random.default_rng(seed).integers(5, 41, size=(SERIES, months)).astype(np.float64)


def signals_of(values: FloatArray, sizes: FloatArray | None, options: XmrOptions) -> Signals:
    return judge(values, process_limits(values, sizes=sizes, options=options), options=options)


@pytest.mark.parametrize("answers", [5.0, 20.0, 50.0])
def test_the_stated_share_of_latest_points_signals_once_limits_are_fixed(answers: float) -> None:
    sizes = np.full((SERIES, 24), answers)
    share = (signals_of(noise(24, sizes, seed=1), sizes, OURS).rule[:, -1] > 0).mean()
    assert share == pytest.approx(FIXED_FALSE_ALARM_SHARE, abs=0.02)


def test_the_stated_share_signals_while_limits_are_provisional() -> None:
    sizes = np.full((SERIES, 10), 20.0)
    share = (signals_of(noise(10, sizes, seed=2), sizes, OURS).rule[:, -1] > 0).mean()
    assert share == pytest.approx(PROVISIONAL_FALSE_ALARM_SHARE, abs=0.007)


def test_with_unequal_answers_limits_that_widen_keep_the_share_and_plain_ones_do_not() -> None:
    sizes = unequal(24, seed=3)
    values = noise(24, sizes, seed=4)
    widening = (signals_of(values, sizes, OURS).rule == 1).any(axis=1).mean()
    plain = (signals_of(values, None, OURS).rule == 1).any(axis=1).mean()
    assert widening == pytest.approx(0.20, abs=0.03)
    assert plain > widening + 0.06


def test_rounding_alone_makes_no_signals_in_large_units() -> None:
    sizes = np.full((SERIES, 24), 400.0)
    values = noise(24, sizes, seed=5)
    blind = XmrOptions()
    assert (signals_of(values, sizes, OURS).rule[:, -1] > 0).mean() < 0.02
    assert (signals_of(values, sizes, blind).rule[:, -1] > 0).mean() > 0.2
