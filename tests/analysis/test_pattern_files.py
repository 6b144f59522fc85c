"""A published pattern has a row per cell, hidden ones all alike, and can be read back."""

from pathlib import Path

import numpy as np
import pytest

from analysis.disclosure.frequency_tables import TablePattern
from analysis.frequency_table_files import Crossing, NamedTable, TableColumns, read_atoms
from analysis.pattern_files import HIDDEN_REASON, pattern_rows, read_pattern
from surveys.sheets import ImportRejected

COLUMNS = TableColumns(
    ("team",), ("role", "site"), "n", (Crossing("role", "site", frozenset({0})),)
)


@pytest.fixture
def named(tmp_path: Path) -> NamedTable:
    path = tmp_path / "atoms.csv"
    path.write_text("team,role,site,n\na,nurse,x,6\nb,nurse,y,0\nb,doctor,x,2\n")
    return read_atoms(path, COLUMNS)


def at_least(named: NamedTable, k: int) -> TablePattern:
    table = named.table
    return TablePattern(
        tuple(
            (table.cell_counts(block) >= k) & table.candidates(block)[:, None]
            for block in table.blocks
        )
    )


def test_every_cell_has_a_row_and_hidden_ones_are_all_alike(named: NamedTable) -> None:
    header, *rows = pattern_rows(named, at_least(named, 5))
    assert header == ("unit", "breakdown", "category", "shown", "n", "reason")
    assert len(rows) == 3 + 3 * 2 + 3 * 2 + 4
    assert rows[0] == ("Total", "", "", 1, 8, "")
    assert rows[:3] == [
        ("Total", "", "", 1, 8, ""),
        ("Total", "role", "doctor", 0, "", HIDDEN_REASON),
        ("Total", "role", "nurse", 1, 6, ""),
    ]
    assert {row[3:] for row in rows if row[3] == 0} == {(0, "", HIDDEN_REASON)}


def test_rows_stand_in_the_same_order_whatever_is_shown(named: NamedTable) -> None:
    orders = [[row[:3] for row in pattern_rows(named, at_least(named, k))] for k in (1, 5, 99)]
    assert orders[0] == orders[1] == orders[2]


def read(folder: Path, named: NamedTable, *rows: str, header: str) -> TablePattern:
    path = folder / "published.csv"
    path.write_text("\n".join((header, *rows)))
    return read_pattern(path, named)


def test_what_is_written_is_read_back(tmp_path: Path, named: NamedTable) -> None:
    pattern = at_least(named, 5)
    header, *rows = (",".join(str(cell) for cell in row) for row in pattern_rows(named, pattern))
    found = read(tmp_path, named, *rows, header=header)
    assert all(np.array_equal(a, b) for a, b in zip(found.shown, pattern.shown, strict=True))


def test_numbers_may_be_left_out_and_a_cell_without_row_is_hidden(
    tmp_path: Path, named: NamedTable
) -> None:
    found = read(tmp_path, named, "a,role,nurse,1", header="unit,breakdown,category,shown")
    assert [int(flags.sum()) for flags in found.shown] == [0, 1, 0, 0]
    assert found.shown[1][named.units.index("a"), 1]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("c,role,nurse,1,6", "row 2, unit: the table has no unit 'c'"),
        ("a,rank,nurse,1,6", "row 2, breakdown: 'rank' is none of the breakdowns"),
        ("a,role,clerk,1,6", "row 2, category: the table has no category 'clerk' of 'role'"),
        ("a,role/site,nurse/x,1,6", "row 2, breakdown: 'role/site' is not for units at this depth"),
        ("a,role,nurse,yes,6", "row 2, shown: 'yes' is neither 1 (shown) nor 0 (hidden)"),
        ("a,role,nurse,1,7", "row 2, n: '7' is not the number of people"),
        ("a,role,nurse,0,6", "row 2, n: this cell is said to be hidden, yet here is its number"),
        ("a,role,nurse,1,\na,role,nurse,1,", "row 3, unit: this cell stands in row 2 already"),
    ],
)
def test_what_is_wrong_in_a_row_is_named(
    tmp_path: Path, named: NamedTable, row: str, problem: str
) -> None:
    with pytest.raises(ImportRejected) as refused:
        read(tmp_path, named, row, header="unit,breakdown,category,shown,n")
    assert [str(each)[: len(problem)] for each in refused.value.problems] == [problem]
