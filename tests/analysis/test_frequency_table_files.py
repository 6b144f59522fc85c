"""A file with a row per atom becomes a table in an order of names; what is wrong is named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.frequency_table_files import (
    Crossing,
    NamedTable,
    TableColumns,
    TableColumnsError,
    read_atoms,
)
from surveys.sheets import ImportRejected

COLUMNS = TableColumns(("area", "team"), ("role", "tenure"), "n")
HEADER = "area,team,role,tenure,n"


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "atoms.csv"
    path.write_bytes(text.encode(encoding))
    return path


def read(folder: Path, *rows: str, columns: TableColumns = COLUMNS) -> NamedTable:
    return read_atoms(written(folder, "\n".join((HEADER, *rows))), columns)


def problems(folder: Path, *rows: str, header: str = HEADER) -> list[str]:
    with pytest.raises(ImportRejected) as refused:
        read_atoms(written(folder, "\n".join((header, *rows))), COLUMNS)
    return [str(problem) for problem in refused.value.problems]


def test_units_stand_in_the_order_of_their_names_each_below_its_parent(tmp_path: Path) -> None:
    named = read(tmp_path, "South,B,nurse,new,1", "North,C,nurse,new,2", "North,A,nurse,old,3")
    assert named.units == ("Total", "North", "North/A", "North/C", "South", "South/B")
    assert named.table.parents == (-1, 0, 1, 1, 0, 4)
    assert named.categories == (("nurse",), ("new", "old"))
    assert named.table.atom_units.tolist() == [2, 3, 5]
    assert named.table.atom_counts.tolist() == [3, 2, 1]


def test_names_that_begin_alike_do_not_part_a_unit_from_what_is_below_it(tmp_path: Path) -> None:
    named = read(tmp_path, "A,x,,,1", "A b,x,,,1", "A,z,,,1", "A-b,x,,,1")
    assert named.units == ("Total", "A", "A/x", "A/z", "A b", "A b/x", "A-b", "A-b/x")


@given(st.permutations(["N,a,nurse,new,4", "N,b,,new,0", "S,a,,,7", "S,b,doctor,old,2"]))
def test_the_order_of_rows_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    one, other = read(folder, *sorted(rows)), read(folder, *rows)
    assert (one.units, one.categories) == (other.units, other.categories)
    assert one.table.atom_categories.tolist() == other.table.atom_categories.tolist()
    assert one.table.atom_counts.tolist() == other.table.atom_counts.tolist()


def test_an_empty_breakdown_is_outside_its_categories(tmp_path: Path) -> None:
    named = read(tmp_path, "N,a,,new,4", "N,a,nurse,,5")
    assert named.table.atom_categories.tolist() == [[-1, 0], [0, -1]]


def test_a_category_or_team_of_nobody_is_there_all_the_same(tmp_path: Path) -> None:
    named = read(tmp_path, "N,a,nurse,new,0")
    assert named.units == ("Total", "N", "N/a")
    assert named.categories == (("nurse",), ("new",))


def test_a_file_with_a_header_alone_is_an_empty_organisation(tmp_path: Path) -> None:
    named = read(tmp_path)
    assert named.units == ("Total",)
    assert [named.name_of(cell) for cell in named.cells()] == [("Total", "", "")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_what_spreadsheets_write_is_read(tmp_path: Path, encoding: str, separator: str) -> None:
    text = f"{HEADER}\r\nNørre,Été,nurse,new,4\r\n".replace(",", separator)
    named = read_atoms(written(tmp_path, text, encoding), COLUMNS)
    assert named.units == ("Total", "Nørre", "Nørre/Été")


def test_other_columns_and_empty_rows_are_passed_over(tmp_path: Path) -> None:
    text = "note,n,tenure,role,team,area\n,,,,,\nx,4,new,nurse,a,N\n"
    assert read_atoms(written(tmp_path, text), COLUMNS).table.atom_counts.tolist() == [4]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("N,a,nurse,new,", "row 2, n: '' is not a whole number of people"),
        ("N,a,nurse,new,-1", "row 2, n: '-1' is not a whole number of people"),
        ("N,a,nurse,new,1.5", "row 2, n: '1.5' is not a whole number of people"),
        ('N,a,nurse,new,"1,000"', "row 2, n: '1,000' is not a whole number of people"),
        ("N,a,nurse,new,٣", "row 2, n: '٣' is not a whole number of people"),
        ("N,a,nurse,new,1000000000", "row 2, n: '1000000000' is not a whole number of people"),
        (",a,nurse,new,1", "row 2, area: this cell is empty"),
        ("N,,nurse,new,1", "row 2, team: this cell is empty"),
        ("N/S,a,nurse,new,1", "row 2, area: 'N/S' holds a slash"),
        ("N,a/b,nurse,new,1", "row 2, team: 'a/b' holds a slash"),
        ("N,a,nurse/doctor,new,1", "row 2, role: 'nurse/doctor' holds a slash"),
        ("Total,a,nurse,new,1", "row 2, area: 'Total' is the name of the whole"),
        ("N,a,nurse,new,1,2", "row 2: 6 cells where the header has 5"),
    ],
)
def test_what_is_wrong_in_a_row_is_named(tmp_path: Path, row: str, problem: str) -> None:
    assert [found[: len(problem)] for found in problems(tmp_path, row)] == [problem]


def test_the_same_atom_twice_is_refused_and_never_added_up(tmp_path: Path) -> None:
    rows = ["N,a,nurse,new,1", "N,b,nurse,new,1", "N,a,nurse,new,1"]
    assert problems(tmp_path, *rows) == [
        "row 4, team: the same unit and categories stand in row 2 already; add them up first"
    ]


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    assert len(problems(tmp_path, "N,,nurse,new,x", "N,a,n/d,new,1")) == 3


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, header="area,team,role,n")
    assert problem.startswith("row 1, tenure: this column is missing")


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        (((), (), "n"), "at least one column of the tree"),
        ((("a", "A"), (), "n"), "'A' is named twice"),
        ((("a",), ("a",), "n"), "'a' is named twice"),
        ((("a",), ("b",), "b"), "'b' is named twice"),
        ((("a", ""), (), "n"), "is empty or holds a slash"),
        ((("a",), ("b/c",), "n"), "is empty or holds a slash"),
        ((("a",), ("b", "c"), "n", (Crossing("b", "d", frozenset({0})),)), "'d', which is no"),
        ((("a",), ("b", "c"), "n", (Crossing("b", "b", frozenset({0})),)), "cannot be crossed"),
        (
            (("a",), ("b", "c"), "n", (Crossing("b", "c", frozenset({0})), Crossing("c", "b", frozenset({1})))),
            "cannot be crossed",
        ),
        ((("a",), ("b", "c"), "n", (Crossing("b", "c", frozenset({2})),)), "depths 0 to 1, not 2"),
    ],
)  # fmt: skip
def test_columns_that_contradict_each_other_are_refused(
    columns: tuple[object, ...], rule: str
) -> None:
    with pytest.raises(TableColumnsError, match=rule):
        TableColumns(*columns)  # type: ignore[arg-type] # one case leaves out what has a default


@pytest.mark.parametrize("text", ["role,tenure", "role@0", "role,tenure@", "role,tenure@x", ""])
def test_a_crossing_that_names_no_depth_is_refused(text: str) -> None:
    with pytest.raises(TableColumnsError, match="is not written like role,tenure@0,1"):
        Crossing.parse(text)


def test_a_crossing_has_cells_at_its_depths_only(tmp_path: Path) -> None:
    crossed = TableColumns(
        COLUMNS.tree, COLUMNS.breakdowns, "n", (Crossing.parse("tenure,role@0,1"),)
    )
    named = read(tmp_path, "N,a,nurse,new,4", "N,a,doctor,old,4", columns=crossed)
    cells = [named.name_of(cell) for cell in named.cells()]
    own = [(unit, category) for unit, block, category in cells if block == "tenure/role"]
    assert own[:4] == [
        ("Total", "new/doctor"),
        ("Total", "new/nurse"),
        ("Total", "old/doctor"),
        ("Total", "old/nurse"),
    ]
    assert {unit for unit, _ in own} == {"Total", "N"}
