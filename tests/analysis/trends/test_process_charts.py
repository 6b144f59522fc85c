"""Many series at once: stretches that a person started anew, gaps, sizes and every kind of chart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.trends.autocorrelation import lag_one
from analysis.trends.process_charts import ChartKind, Charts, SeriesArrays, process_charts
from analysis.trends.xmr import RuleCode, XmrOptions, judge, process_limits

NAN = float("nan")
WHOLE = XmrOptions(baseline_points=None)
TWELVE = XmrOptions()


def arrays(
    *values: float, sizes: list[float] | None = None, starts: tuple[int, ...] = ()
) -> SeriesArrays:
    begins = np.zeros((1, len(values)), dtype=np.bool_)
    begins[0, list(starts)] = True
    weights = None if sizes is None else np.array([sizes])
    return SeriesArrays(np.array([values], dtype=np.float64), weights, begins)


def charts(
    series: SeriesArrays, options: XmrOptions = WHOLE, kind: ChartKind = ChartKind.XMR
) -> Charts:
    return process_charts(series, kind=kind, options=options)


def rules(found: Charts) -> list[int]:
    return found.signals.rule[0].tolist()


# Stretches


def test_each_stretch_has_an_average_and_limits_of_its_own() -> None:
    found = charts(arrays(1, 2, 1, 10, 14, 10, starts=(3,)))
    assert found.centre[0].tolist() == pytest.approx([4 / 3] * 3 + [34 / 3] * 3)
    assert found.upper[0].tolist() == pytest.approx([4 / 3 + 2.66] * 3 + [34 / 3 + 2.66 * 4] * 3)


def test_the_range_and_the_runs_across_a_start_do_not_count() -> None:
    rising = [float(each) for each in range(7)]
    assert rules(charts(arrays(*rising)))[1:6] == [RuleCode.TREND] * 5
    assert rules(charts(arrays(*rising, starts=(3,)))) == [RuleCode.ORDINARY] * 7


def test_a_start_at_the_first_point_or_none_changes_nothing() -> None:
    plain = charts(arrays(1, 2, 1, 10, 14, 10))
    started = charts(arrays(1, 2, 1, 10, 14, 10, starts=(0,)))
    assert started.upper.tolist() == plain.upper.tolist()
    assert len(started.shown_points) == 1


def test_each_stretch_has_a_baseline_of_its_own_first_points() -> None:
    options = XmrOptions(baseline_points=2)
    found = charts(arrays(1, 3, 9, 5, 7, 90, starts=(3,)), options)
    assert found.centre[0].tolist() == [2.0] * 3 + [6.0] * 3
    assert rules(found)[2:6:3] == [RuleCode.OUTSIDE] * 2


def test_a_stretch_may_start_in_a_gap() -> None:
    found = charts(arrays(1, 2, NAN, 10, 14, starts=(2,)))
    assert found.centre[0].tolist() == [1.5, 1.5, 12, 12, 12]
    assert found.shown_points.tolist() == [2, 2]


def test_a_stretch_of_one_point_has_no_limits() -> None:
    found = charts(arrays(1, 2, 1, 9, starts=(3,)))
    assert np.isnan(found.centre[0, 3])
    assert np.isnan(found.upper[0, 3])
    assert rules(found) == [RuleCode.ORDINARY] * 4


def test_nothing_rebases_by_itself_however_clear_the_shift() -> None:
    found = charts(arrays(*[1.0, 2.0] * 6, *[50.0, 51.0] * 12), TWELVE)
    assert set(found.centre[0]) == {1.5}
    assert rules(found)[12:] == [RuleCode.OUTSIDE] * 24


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=40))
def test_a_series_with_starts_is_the_same_as_its_stretches_one_by_one(
    points: list[tuple[int, bool]],
) -> None:
    values = [NAN if each == 5 else float(each) for each, _start in points]
    starts = [place for place, (_each, start) in enumerate(points) if start and place]
    together = charts(arrays(*values, starts=tuple(starts)), XmrOptions(baseline_points=4))
    for first, last in zip([0, *starts], [*starts, len(points)], strict=True):
        alone = charts(arrays(*values[first:last]), XmrOptions(baseline_points=4))
        assert together.signals.rule[0, first:last].tolist() == rules(alone)
        np.testing.assert_array_equal(together.lower[0, first:last], alone.lower[0])


# Many at once


@pytest.mark.parametrize("kind", list(ChartKind))
def test_each_of_many_series_is_charted_as_if_alone(kind: ChartKind) -> None:
    random = np.random.default_rng(3)
    sizes = random.integers(0, 30, size=(2100, 20)).astype(np.float64)
    values = random.binomial(sizes.astype(np.int64), 0.4).astype(np.float64)
    values[random.random(values.shape) < 0.1] = NAN
    starts = random.random(values.shape) < 0.05
    many = charts(SeriesArrays(values, sizes, starts), TWELVE, kind)
    for place in (0, 1, 2047, 2048, 2099):
        some = slice(place, place + 1)
        one = charts(SeriesArrays(values[some], sizes[some], starts[some]), TWELVE, kind)
        np.testing.assert_array_equal(many.upper[some], one.upper)
        np.testing.assert_array_equal(many.signals.rule[some], one.signals.rule)
        first = many.stretch[place, 0]
        assert (many.stretch[some] - first).tolist() == one.stretch.tolist()
        own = slice(first, first + len(one.shown_points))
        np.testing.assert_array_equal(many.shown_points[own], one.shown_points)
        np.testing.assert_array_equal(many.sigma_z[own], one.sigma_z)
        np.testing.assert_allclose(many.autocorrelation[own], one.autocorrelation)


def test_a_shorter_series_may_be_filled_up_with_gaps() -> None:
    padded = charts(arrays(3, 5, 4, 4, NAN, NAN))
    assert padded.upper[0, :4].tolist() == charts(arrays(3, 5, 4, 4)).upper[0].tolist()


def test_no_series_and_no_points_are_charted_as_nothing() -> None:
    for shape in ((0, 0), (0, 5), (2, 0)):
        for kind in ChartKind:
            nothing = SeriesArrays(
                np.empty(shape), np.empty(shape), np.empty(shape, dtype=np.bool_)
            )
            assert charts(nothing, TWELVE, kind).upper.shape == shape


def test_shapes_that_differ_and_proportions_without_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="differ"):
        SeriesArrays(np.empty((1, 2)), np.empty((1, 3)))
    with pytest.raises(ValueError, match="needs sizes"):
        charts(SeriesArrays(np.empty((1, 2))), WHOLE, ChartKind.P)


# Sizes, ties, constants


def test_sizes_widen_limits_as_process_limits_does_and_a_size_of_0_is_a_gap() -> None:
    values, sizes = [3.0, 4.0, 9.0, 3.0, 4.0], [25.0, 25.0, 0.0, 25.0, 100.0]
    found = charts(arrays(*values, sizes=sizes))
    gap = np.array([[3.0, 4.0, NAN, 3.0, 4.0]])
    limits = process_limits(gap, sizes=np.array([[25, 25, NAN, 25, 100]]), options=WHOLE)
    np.testing.assert_array_equal(found.upper, limits.upper)
    assert np.isnan(found.upper[0, 2])


@pytest.mark.parametrize("kind", list(ChartKind))
def test_a_constant_series_has_its_mean_as_limits_and_no_signal(kind: ChartKind) -> None:
    found = charts(arrays(*[3.0] * 20, sizes=[30.0] * 20), TWELVE, kind)
    assert rules(found) == [RuleCode.ORDINARY] * 20
    if kind is not ChartKind.P:  # one urn expects some variation even where there is none
        assert found.upper[0].tolist() == pytest.approx(found.centre[0].tolist())
        assert found.lower[0].tolist() == pytest.approx(found.centre[0].tolist())


@pytest.mark.parametrize("length", [6, 7])
def test_a_point_on_the_average_breaks_a_shift_and_a_tie_a_trend_of_either_length(
    length: int,
) -> None:
    options = XmrOptions(shift_points=length, trend_points=length, baseline_points=None)
    steady = process_limits(np.array([[-50.0, 50.0]]), options=options)

    def judged(*values: float) -> set[int]:
        row = np.array([values])
        widths = np.full(row.shape, steady.half_width[0, 0])
        limits = type(steady)(steady.centre, widths, widths)
        return set(judge(row, limits, options=options).rule[0].tolist())

    side = [1.0, 2.0] * length
    assert judged(*side[:length]) == {RuleCode.SHIFT}
    assert judged(*side[: length - 1]) == {RuleCode.ORDINARY}
    assert judged(*side[: length - 1], 0.0, *side[: length - 1]) == {RuleCode.ORDINARY}
    rise = [each - length / 2 - 0.25 for each in range(length)]
    assert judged(*rise) == {RuleCode.TREND}
    assert judged(*rise[:-1], rise[-2]) == {RuleCode.ORDINARY}


def test_of_two_trends_of_six_the_later_takes_the_turning_point() -> None:
    options = XmrOptions(trend_points=6, shift_points=12, baseline_points=None)
    wide = [NAN, *[0, 6] * 4]  # so that no point is outside
    found = charts(arrays(0, 1, 2, 3, 4, 5, 4, 3, 2, 1, 0, *wide), options)
    assert rules(found)[:11] == [RuleCode.TREND] * 11
    assert found.signals.direction[0, :11].tolist() == [1] * 5 + [-1] * 6


# Months that resemble the month before


def test_lag_one_autocorrelation_is_that_of_neighbouring_shown_points() -> None:
    # Deviations -1, 0, 1: products of neighbours 0 and 0.
    assert lag_one(np.array([[1.0, 2.0, 3.0]]))[0] == 0
    # Deviations -1, -1, 1, 1: (1 - 1 + 1) / 4; with a gap in the middle (1 + 1) / 4.
    assert lag_one(np.array([[0.0, 0.0, 2.0, 2.0]]))[0] == 0.25
    assert lag_one(np.array([[0.0, 0.0, NAN, 2.0, 2.0]]))[0] == 0.5


def test_a_constant_or_empty_row_resembles_nothing() -> None:
    assert lag_one(np.array([[0.1] * 7, [NAN] * 7, [NAN] * 6 + [2.0]])).tolist() == [0, 0, 0]
    assert lag_one(np.array([[1e9 + 0.1] * 7])).tolist() == [0]


def test_a_later_shift_is_no_autocorrelation_of_the_baseline() -> None:
    values = [1.0, 2.0] * 6 + [8.0] * 12
    assert charts(arrays(*values), TWELVE).autocorrelation[0] < 0
    assert charts(arrays(*values), WHOLE).autocorrelation[0] > 0.3


def test_with_sizes_it_is_that_of_z_and_not_of_the_figures() -> None:
    values, sizes = [3.0, 4.0, 3.0, 5.0, 5.0, 3.5], [4.0, 25.0, 100.0, 9.0, 16.0, 4.0]
    found = charts(arrays(*values, sizes=sizes))
    z = (np.array([values]) - found.centre) * np.sqrt(sizes)
    assert found.autocorrelation[0] == pytest.approx(lag_one(z)[0])
    assert abs(lag_one(z)[0] - lag_one(np.array([values]))[0]) > 0.05
