"""Parquet files give the same counts as CSV files, or say what is wrong with them."""

import builtins
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.history.columns import ColumnMapping
from analysis.history.parquet import ParquetSupportMissingError
from surveys.instruments import ItemCode
from surveys.months import Month
from surveys.sheets import ImportRejected
from tests.analysis.history.history_files import MAPPING, count

MARCH = Month(2025, 3)
LATE = datetime(2025, 3, 31, 23, 59, 59)  # noqa: DTZ001 - files often hold no zone
MARCH_IN_AUCKLAND = datetime(2025, 2, 28, 23, 59, 59, tzinfo=UTC)


def write(tmp_path: Path, **columns: pa.Array) -> Path:
    given = {
        "unit": pa.array(["a", "a", "b"]),
        "person": pa.array(["P1", "P2", "P1"]),
        "day": pa.array(["2025-03-05", "2025-03-06", "2025-03-07"]),
        "Q1": pa.array([1, None, 5], pa.int8()),
        "Q2": pa.array([1, 2, 3]),
    }
    path = tmp_path / "answers.parquet"
    pq.write_table(pa.table(given | columns), path)
    return path


def counts(path: Path, home: Path, mapping: ColumnMapping = MAPPING) -> dict[str, list[int]]:
    tally = count(path, home, mapping=mapping).tally(MARCH)
    return dict(zip(tally.atoms, tally.items[ItemCode("morale")].counts.tolist(), strict=True))


EXPECTED = {"a": [1, 0, 0, 0, 0, 1], "b": [0, 0, 0, 0, 1, 0]}


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"Q1": pa.array(["Very low", None, "very high"])},
        {"Q1": pa.array([1.0, float("nan"), 5.0])},
        {"unit": pa.array(["a", "a", "b"]).dictionary_encode()},
        {"person": pa.array([1, 2, 1], pa.int64())},
        {"day": pa.array([date(2025, 3, 5), date(2025, 3, 6), date(2025, 3, 7)])},
        {"day": pa.array([LATE] * 3, pa.timestamp("ns"))},
        {"day": pa.array([MARCH_IN_AUCKLAND] * 3, pa.timestamp("us", "Pacific/Auckland"))},
        {"Q2": pa.array([None, None, None], pa.null())},
    ],
    ids=[
        "numbers",
        "labels",
        "floats",
        "dictionary",
        "whole ids",
        "dates",
        "times",
        "times with a zone",
        "all skipped",
    ],
)
def test_every_sensible_type_is_read(tmp_path: Path, columns: dict[str, pa.Array]) -> None:
    assert counts(write(tmp_path, **columns), tmp_path) == EXPECTED


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ({"Q1": pa.array([True, False, True])}, "Q1: this column holds bool"),
        ({"Q1": pa.array([[1], [2], [3]])}, "Q1: this column holds list"),
        ({"person": pa.array([b"1", b"2", b"3"])}, "person: this column holds binary"),
        ({"day": pa.array([20250305, 20250306, 20250307])}, "day: this column holds int64; it must hold text or dates"),
        ({"unit": pa.array([date(2025, 1, 1)] * 3)}, "unit: this column holds date32"),
    ],
)  # fmt: skip
def test_a_column_of_the_wrong_type_is_named(
    tmp_path: Path, columns: dict[str, pa.Array], problem: str
) -> None:
    with pytest.raises(ImportRejected) as rejected:
        count(write(tmp_path, **columns), tmp_path)
    assert problem in str(rejected.value)


def test_missing_columns_are_all_named(tmp_path: Path) -> None:
    path = tmp_path / "answers.parquet"
    pq.write_table(pa.table({"unit": ["a"], "person": ["P1"]}), path)
    with pytest.raises(ImportRejected) as rejected:
        count(path, tmp_path)
    assert [problem.column for problem in rejected.value.problems] == ["day", "Q1", "Q2"]


def test_a_wrong_value_names_its_row(tmp_path: Path) -> None:
    path = write(tmp_path, Q1=pa.array([1, 2, 9]))
    with pytest.raises(ImportRejected, match="row 4, Q1"):
        count(path, tmp_path)


def test_typed_dates_need_no_format(tmp_path: Path) -> None:
    mapping = ColumnMapping("unit", "person", "day", MAPPING.items, "%d/%m/%Y")
    days = pa.array([date(2025, 3, day) for day in (5, 6, 7)])
    assert counts(write(tmp_path, day=days), tmp_path, mapping) == EXPECTED


@pytest.mark.parametrize(
    "spoil", [lambda b: b[:-20], lambda b: b[:4] + b"x" * 200, lambda b: b[:4]]
)
def test_a_damaged_file_is_one_clear_message(
    tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    path = write(tmp_path)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(ImportRejected, match="damaged or cut short"):
        count(path, tmp_path)


def test_without_pyarrow_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path)
    really_import = builtins.__import__

    def without_pyarrow(name: str, *arguments: object, **options: object) -> object:
        if name.startswith("pyarrow"):
            raise ModuleNotFoundError(name)
        return really_import(name, *arguments, **options)  # type: ignore[arg-type] # passed through

    monkeypatch.setattr(builtins, "__import__", without_pyarrow)
    with pytest.raises(ParquetSupportMissingError, match=r"pulse-survey\[parquet\]"):
        count(path, tmp_path)
