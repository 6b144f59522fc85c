"""The options say clearly which column holds what."""

import pytest

from analysis.history.columns import ColumnMapping, ColumnMappingError, ItemColumn
from surveys.instruments import ItemCode


def test_the_last_equals_sign_divides_column_and_item() -> None:
    assert ItemColumn.parse(" x = y = morale ") == ItemColumn("x = y", ItemCode("morale"))


@pytest.mark.parametrize("text", ["Q1", "=morale", "Q1=", " = "])
def test_half_a_mapping_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ColumnMappingError, match="--item Q1=workload"):
        ItemColumn.parse(text)


def test_without_items_there_is_nothing_to_count() -> None:
    with pytest.raises(ColumnMappingError, match="at least one item"):
        ColumnMapping("unit", "person", "day", ())


def test_one_column_cannot_be_two_things() -> None:
    with pytest.raises(ColumnMappingError, match="column 'unit' is named twice"):
        ColumnMapping("unit", "unit", "day", (ItemColumn.parse("Q1=morale"),))


def test_one_item_cannot_come_from_two_columns() -> None:
    items = (ItemColumn.parse("Q1=morale"), ItemColumn.parse("Q2=morale"))
    with pytest.raises(ColumnMappingError, match="item 'morale' is named twice"):
        ColumnMapping("unit", "person", "day", items)
