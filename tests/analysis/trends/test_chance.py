"""How many latest points signal in pure noise, as the command line tells it and as it is."""

import numpy as np
import pytest

from analysis.trends.chance import expected_by_chance, latest_signals
from analysis.trends.process_charts import ChartKind, SeriesArrays, process_charts
from analysis.trends.xmr import RuleCode, XmrOptions

NAN = float("nan")
SERIES = 12_000
WHOLE = XmrOptions(baseline_points=None)
TWELVE = XmrOptions()


def noise(months: int, *, seed: int, sizes: np.ndarray | None = None) -> SeriesArrays:
    values = 3.4 + np.random.default_rng(seed).normal(size=(SERIES, months))
    if sizes is not None:
        values = 3.4 + (values - 3.4) * 0.9 / np.sqrt(sizes)
    return SeriesArrays(values, sizes)


def unequal(months: int, *, seed: int) -> np.ndarray:
    sizes = np.random.default_rng(seed).integers(5, 41, size=(SERIES, months))
    return sizes.astype(np.float64)


def latest_share(
    series: SeriesArrays, options: XmrOptions, kind: ChartKind = ChartKind.XMR
) -> float:
    charts = process_charts(series, kind=kind, options=options)
    judged, moved = latest_signals(series, charts)
    return moved / judged


def rule_shares(series: SeriesArrays, options: XmrOptions) -> dict[RuleCode, float]:
    """Return the share of all points that each rule flags."""
    rule = process_charts(series, kind=ChartKind.XMR, options=options).signals.rule
    return {code: float((rule == code).mean()) for code in RuleCode if code}


# What the share is (docs/statistics/trends.md states these figures)


@pytest.mark.parametrize(
    ("options", "share"),
    [
        (WHOLE, 0.018),
        (XmrOptions(baseline_points=None, screen_ranges=False), 0.015),
        (XmrOptions(baseline_points=None, shift_points=6), 0.030),
        (XmrOptions(baseline_points=None, trend_points=6), 0.020),
        (TWELVE, 0.065),
    ],
)
def test_the_stated_share_of_latest_points_signals_in_noise(
    options: XmrOptions, share: float
) -> None:
    assert latest_share(noise(24, seed=1), options) == pytest.approx(share, abs=0.004)


@pytest.mark.parametrize("options", [WHOLE, TWELVE])
def test_unequal_sizes_do_not_change_it_because_limits_widen(options: XmrOptions) -> None:
    sizes = unequal(24, seed=2)
    told = noise(24, seed=3, sizes=sizes)
    equal = latest_share(noise(24, seed=1), options)
    assert latest_share(told, options) == pytest.approx(equal, abs=0.006)


def test_without_the_sizes_points_of_few_answers_fall_outside_more_often() -> None:
    told = noise(24, seed=3, sizes=unequal(24, seed=2))
    with_sizes = rule_shares(told, WHOLE)[RuleCode.OUTSIDE]
    without = rule_shares(SeriesArrays(told.values), WHOLE)[RuleCode.OUTSIDE]
    assert without > 1.5 * with_sizes


def test_each_rule_has_its_stated_share_of_all_points() -> None:
    shares = rule_shares(noise(24, seed=4), WHOLE)
    assert shares[RuleCode.OUTSIDE] == pytest.approx(0.0045, abs=0.0005)
    assert shares[RuleCode.TREND] == pytest.approx(0.0018, abs=0.0005)
    assert shares[RuleCode.TWO_IN_THREE] == pytest.approx(0.0043, abs=0.0005)
    assert shares[RuleCode.SHIFT] == pytest.approx(0.028, abs=0.002)


def test_with_unequal_sizes_plain_limits_cry_out_in_a_third_of_quiet_series_and_ours_in_a_fifth() -> (
    None
):
    told = noise(24, seed=3, sizes=unequal(24, seed=2))
    some = {
        name: float(
            (process_charts(series, kind=ChartKind.XMR, options=WHOLE).signals.rule > 0)
            .any(axis=1)
            .mean()
        )
        for name, series in (("ours", told), ("plain", SeriesArrays(told.values)))
    }
    assert some == {"ours": pytest.approx(0.20, abs=0.015), "plain": pytest.approx(0.32, abs=0.015)}


# What is told


@pytest.mark.parametrize("options", [WHOLE, TWELVE])
def test_the_expected_number_is_what_noise_gives(options: XmrOptions) -> None:
    series = SeriesArrays(noise(24, seed=5).values[:40])
    charts = process_charts(series, kind=ChartKind.XMR, options=options)
    told = expected_by_chance(series, charts, kind=ChartKind.XMR, options=options)
    assert told == pytest.approx(40 * latest_share(noise(24, seed=6), options), rel=0.2)


def test_the_expected_number_is_of_noise_that_is_wider_where_few_answered() -> None:
    many = noise(24, seed=3, sizes=unequal(24, seed=2))
    some = many.rows(slice(0, 60))
    charts = process_charts(some, kind=ChartKind.XMR, options=WHOLE)
    told = expected_by_chance(some, charts, kind=ChartKind.XMR, options=WHOLE)
    assert told == pytest.approx(60 * latest_share(many, WHOLE), rel=0.15)


def test_the_expected_number_is_of_noise_with_the_same_gaps() -> None:
    values = noise(24, seed=5).values[:40].copy()
    values[:, 12:] = NAN  # twelve shown points lie within their own limits more easily
    series = SeriesArrays(values)
    charts = process_charts(series, kind=ChartKind.XMR, options=TWELVE)
    told = expected_by_chance(series, charts, kind=ChartKind.XMR, options=TWELVE)
    assert told == pytest.approx(40 * latest_share(noise(12, seed=6), TWELVE), rel=0.2)


@pytest.mark.parametrize("kind", [ChartKind.P, ChartKind.P_PRIME])
def test_the_expected_number_of_proportions_is_that_of_binomial_noise(kind: ChartKind) -> None:
    random = np.random.default_rng(7)
    people = np.full((SERIES, 24), 80.0)
    many = SeriesArrays(random.binomial(80, 0.1, size=people.shape).astype(np.float64), people)
    some = many.rows(slice(0, 50))
    told = expected_by_chance(
        some, process_charts(some, kind=kind, options=WHOLE), kind=kind, options=WHOLE
    )
    assert told == pytest.approx(50 * latest_share(many, WHOLE, kind), rel=0.25)


def test_the_expected_number_is_the_same_on_every_run() -> None:
    series = SeriesArrays(noise(24, seed=5).values[:7])
    charts = process_charts(series, kind=ChartKind.XMR, options=WHOLE)
    told = [expected_by_chance(series, charts, kind=ChartKind.XMR, options=WHOLE) for _ in range(2)]
    assert told[0] == told[1]


def test_the_latest_point_is_the_last_one_shown_and_series_without_limits_do_not_count() -> None:
    values = np.array(
        [
            [0, 1, 0, 1, 0, 1, 0, 1, 9.0, NAN],
            [0, 1, 0, 1, 0, 1, 0, 1, 9.0, 1],
            [NAN] * 9 + [3],
        ]
    )
    series = SeriesArrays(values)
    assert latest_signals(series, process_charts(series, kind=ChartKind.XMR, options=WHOLE)) == (
        2,
        1,
    )
