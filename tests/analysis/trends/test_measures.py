"""Which questions make one series, and what a month of it says."""

from collections.abc import Callable

import pytest

from analysis.release import (
    Bound,
    Cell,
    Published,
    Reason,
    ReleasedItem,
    ReleaseHead,
    ShownCell,
    Suppressed,
    UnitMonth,
)
from analysis.trends.measures import (
    HiddenPoint,
    SeriesPoint,
    is_small,
    measures_of,
    series_of,
)
from surveys.months import Month
from surveys.units import UnitCode

JANUARY, FEBRUARY, MARCH = (Month(2025, number) for number in (1, 2, 3))
Items = Callable[..., ReleasedItem]
Heads = Callable[..., ReleaseHead]
Figures = Callable[..., Published]
Cells = Callable[..., ShownCell]


def month_of(month: Month, cell: Cell) -> UnitMonth:
    return UnitMonth(UnitCode("north"), month, cell)


def test_items_of_a_construct_that_are_asked_together_are_one_measure(
    item: Items, head: Heads
) -> None:
    items = [item("a", construct="safety"), item("b", construct="safety"), item("morale")]
    found = measures_of([head(JANUARY, items=items), head(FEBRUARY, items=items)])
    assert [(m.code, m.items) for m in found] == [("safety", ("a", "b")), ("morale", ("morale",))]


def test_an_anchor_and_rotating_items_of_its_construct_are_different_measures(
    item: Items, head: Heads
) -> None:
    anchor, rotating = item("anchor", construct="safety"), item("turn", construct="safety")
    heads = [head(JANUARY, items=[rotating, anchor]), head(FEBRUARY, items=[anchor])]
    found = measures_of(heads)
    assert [(m.name, m.items) for m in found] == [
        ("Safety", ("anchor",)),
        ("Safety, other questions", ("turn",)),
    ]
    assert len({m.code for m in found}) == 2


def test_a_reworded_item_starts_a_series_of_its_own(
    item: Items, head: Heads, cell: Cells, figure: Figures
) -> None:
    heads = [head(JANUARY), head(FEBRUARY, items=[item(version=2)])]
    history = [month_of(h.month, cell({"morale": figure(3.0)})) for h in heads]
    found = measures_of(heads)
    assert [m.versions for m in found] == [(2,), (1,)]  # asked equally often: the newer leads
    assert [p.month for m in found for p in series_of(m, heads, history)] == [FEBRUARY, JANUARY]


def test_labels_of_reverse_keyed_items_are_mirrored_so_that_higher_is_what_staff_want(
    item: Items, head: Heads
) -> None:
    (measure,) = measures_of([head(items=[item(reverse_keyed=True)])])
    assert (measure.low_label, measure.high_label) == ("very high", "very low")


def test_a_measure_keyed_both_ways_names_no_labels(item: Items, head: Heads) -> None:
    plain, turned = item(code="plain"), item(code="turned", reverse_keyed=True)
    (measure,) = measures_of([head(items=[plain, turned])])
    assert (measure.low_label, measure.high_label) == ("", "")


def test_the_mean_of_a_measure_is_the_mean_of_its_item_means_to_one_decimal(
    item: Items, head: Heads, cell: Cells, figure: Figures
) -> None:
    heads = [head(items=[item("a", construct="s"), item("b", construct="s")])]
    shown = cell({"a": figure(3.0), "b": figure(3.5)}, respondents=14)
    (point,) = series_of(measures_of(heads)[0], heads, [month_of(JANUARY, shown)])
    assert isinstance(point, SeriesPoint)
    assert (point.mean, point.respondents, point.bound) == (3.2, 14, Bound.EXACT)


def test_months_in_which_it_was_not_asked_are_absent(
    item: Items, head: Heads, cell: Cells, figure: Figures
) -> None:
    heads = [head(JANUARY), head(FEBRUARY, items=[item("other", construct="o")]), head(MARCH)]
    history = [
        month_of(JANUARY, cell({"morale": figure(3.0)})),
        month_of(FEBRUARY, cell({"other": figure(3.0)})),
        month_of(MARCH, cell({"morale": figure(3.1)})),
    ]
    points = series_of(measures_of(heads)[0], heads, history)
    assert [p.month for p in points] == [JANUARY, MARCH]


def test_months_before_the_unit_existed_are_absent(
    head: Heads, cell: Cells, figure: Figures
) -> None:
    heads = [head(JANUARY), head(FEBRUARY)]
    history = [month_of(FEBRUARY, cell({"morale": figure(3.0)}))]
    points = series_of(measures_of(heads)[0], heads, history)
    assert [p.month for p in points] == [FEBRUARY]


def test_a_hidden_cell_is_a_hidden_point_with_its_reason(head: Heads) -> None:
    heads = [head()]
    history = [month_of(JANUARY, Suppressed(Reason.TOO_FEW))]
    points = series_of(measures_of(heads)[0], heads, history)
    assert points == (HiddenPoint(JANUARY, (Reason.TOO_FEW,)),)


def test_one_hidden_item_hides_the_month_because_a_mean_of_the_others_is_another_measure(
    item: Items, head: Heads, cell: Cells, figure: Figures
) -> None:
    heads = [head(items=[item("a", construct="s"), item("b", construct="s")])]
    shown = cell({"a": figure(3.0), "b": Suppressed(Reason.TOO_FEW_FOR_ITEM)})
    points = series_of(measures_of(heads)[0], heads, [month_of(JANUARY, shown)])
    assert points == (HiddenPoint(JANUARY, (Reason.TOO_FEW_FOR_ITEM,)),)


@pytest.mark.parametrize(
    ("bounds", "expected", "has_interval"),
    [
        ((Bound.AT_LEAST, Bound.EXACT), Bound.AT_LEAST, True),
        ((Bound.AT_MOST, Bound.AT_MOST), Bound.AT_MOST, True),
        ((Bound.AT_MOST, Bound.AT_LEAST), Bound.EXACT, False),
    ],
)
def test_a_coded_mean_carries_its_bound_and_a_mixed_one_has_no_interval(
    bounds: tuple[Bound, Bound],
    expected: Bound,
    has_interval: bool,  # noqa: FBT001 - a column of the table above
    item: Items,
    head: Heads,
    cell: Cells,
    figure: Figures,
) -> None:
    heads = [head(items=[item("a", construct="s"), item("b", construct="s")])]
    shown = cell({"a": figure(3.0, bound=bounds[0]), "b": figure(3.0, bound=bounds[1])})
    (point,) = series_of(measures_of(heads)[0], heads, [month_of(JANUARY, shown)])
    assert isinstance(point, SeriesPoint)
    assert point.bound is expected
    assert (point.interval is not None) is has_interval


def test_few_answers_are_k_to_one_and_a_half_k_less_one() -> None:
    assert [n for n in range(10, 20) if is_small(n, 10)] == [10, 11, 12, 13, 14]
    assert [n for n in range(5, 12) if is_small(n, 5)] == [5, 6]


def test_a_coarse_mean_of_several_questions_is_in_half_points_with_a_wider_interval(
    item: Items, head: Heads, figure: Figures, cell: Cells
) -> None:
    items = [item("a", construct="safety"), item("b", construct="safety")]
    heads = [head(JANUARY, items=items)]
    (measure,) = measures_of(heads)
    figures = {"a": figure(3.5), "b": figure(3.0)}
    (coarse,) = series_of(measure, heads, [month_of(JANUARY, cell(figures, is_coarse=True))])
    (usual,) = series_of(measure, heads, [month_of(JANUARY, cell(figures))])
    assert isinstance(coarse, SeriesPoint)
    assert isinstance(usual, SeriesPoint)
    assert (coarse.mean, coarse.is_coarse) == (3.5, True)  # 3.25, halves up
    assert (usual.mean, usual.is_coarse) == (3.2, False)
    assert coarse.interval is not None
    assert usual.interval is not None
    assert coarse.interval[1] - coarse.interval[0] > usual.interval[1] - usual.interval[0]
