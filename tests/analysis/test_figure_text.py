"""The compact text of a cell's figures."""

import json

import numpy as np

from analysis.coding import CodedItem, CodedNumbers
from analysis.figure_text import CellFigures, cell_texts
from analysis.release import Bound, CodedNumber, Published, Reason, Suppressed
from surveys.instruments import ItemCode

FIRST, SECOND = ItemCode("first"), ItemCode('se"cond')


def numbers(rows: list[object], signs: list[object]) -> CodedNumbers:
    return CodedNumbers(np.array(rows, dtype=np.int64), np.array(signs, dtype=np.int64))


def two_cells(*, shown: tuple[bool, bool], full: tuple[bool, bool]) -> CodedItem:
    return CodedItem(
        shown=np.array(shown),
        has_options=np.array(full),
        means=numbers([38, 46], [0, 1]),
        bands=numbers([[10, 20, 65], [20, 20, 80]], [[-1, 0, 0], [-1, -1, 1]]),
        options=numbers([[10, 25, 65], [30, 30, 40]], [[-1, 0, 0], [0, 0, 0]]),
    )


def test_figures_come_back_as_they_were_coded() -> None:
    texts = cell_texts({FIRST: two_cells(shown=(True, True), full=(True, False))}, 2)
    assert CellFigures(31, texts[0])[FIRST] == Published(
        respondents=31,
        mean=CodedNumber(3.8),
        bands=(CodedNumber(10.0, Bound.AT_MOST), CodedNumber(20.0), CodedNumber(65.0)),
        options=(CodedNumber(10.0, Bound.AT_MOST), CodedNumber(25.0), CodedNumber(65.0)),
    )
    assert CellFigures(7, texts[1])[FIRST] == Published(
        respondents=7,
        mean=CodedNumber(4.6, Bound.AT_LEAST),
        bands=(
            CodedNumber(20.0, Bound.AT_MOST),
            CodedNumber(20.0, Bound.AT_MOST),
            CodedNumber(80.0, Bound.AT_LEAST),
        ),
    )


def test_a_hidden_figure_leaves_no_number_behind() -> None:
    (text, _) = cell_texts({FIRST: two_cells(shown=(False, True), full=(False, True))}, 2)
    assert json.loads(text) == {"first": None}
    assert CellFigures(31, text)[FIRST] == Suppressed(Reason.TOO_FEW_FOR_ITEM)


def test_the_order_in_which_items_come_does_not_matter() -> None:
    item = two_cells(shown=(True, True), full=(True, True))
    forwards = cell_texts({FIRST: item, SECOND: item}, 2)
    assert forwards == cell_texts({SECOND: item, FIRST: item}, 2)
    assert set(CellFigures(31, forwards[0])) == {FIRST, SECOND}


def test_a_month_without_items_has_empty_figures() -> None:
    assert cell_texts({}, 2) == ["{}", "{}"]
    assert len(CellFigures(31, "{}")) == 0
