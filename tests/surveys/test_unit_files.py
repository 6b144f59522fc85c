"""A file of units: which tree it describes, and every way in which it describes none."""

from collections.abc import Callable
from pathlib import Path

import pytest

from surveys.sheets import ImportRejected
from surveys.unit_files import read_units

WriteFile = Callable[..., Path]
GOOD = "code,name,parent\ncity,The City,\nnorth,North,city\nn-1,Team 1,north\n"


def problems_of(path: Path) -> list[tuple[int | None, str | None, str]]:
    with pytest.raises(ImportRejected) as caught:
        read_units(path)
    return [(problem.row, problem.column, problem.rule) for problem in caught.value.problems]


def test_a_good_file_gives_its_units_with_their_rows(write_file: WriteFile) -> None:
    file = read_units(write_file("units.csv", GOOD))
    assert [(unit.code, unit.name, unit.parent) for unit in file.units] == [
        ("city", "The City", None),
        ("north", "North", "city"),
        ("n-1", "Team 1", "north"),
    ]
    assert file.rows == {"city": 2, "north": 3, "n-1": 4}


@pytest.mark.parametrize(
    "header", ["Unit;Unit name;Parent unit", "unit_code;unit_name;parent_code"]
)
def test_other_usual_titles_are_understood(write_file: WriteFile, header: str) -> None:
    assert len(read_units(write_file("units.csv", f"{header}\ncity;The City;\n")).units) == 1


def test_children_may_stand_before_their_parents(write_file: WriteFile) -> None:
    path = write_file(
        "units.csv", "code,name,parent\nn-1,Team,north\nnorth,North,city\ncity,City,\n"
    )
    assert len(read_units(path).units) == 3


def test_names_are_composed_and_hold_single_plain_spaces(write_file: WriteFile) -> None:
    path = write_file("units.csv", "code,name,parent\ncity,Cafe\u0301\u00a0 North,\n")
    assert read_units(path).units[0].name == "Caf\u00e9 North"


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("n-1,Twice,city", "code", "'n-1' stands already in row 4"),
        ("N-1,Same but for case,city", "code", "differs from 'n-1' in row 4 only by"),
        (",No code,city", "code", "this cell is empty"),
        ("x,,city", "name", "this cell is empty"),
        ("x y,Space,city", "code", "cannot stand in a web address"),
        ("a/b,Slash,city", "code", "cannot stand in a web address"),
        ("..,Dots,city", "code", "cannot stand in a web address"),
        ("käthe,Umlaut,city", "code", "cannot stand in a web address"),
        ("x\x00,NUL,city", "code", "cannot stand in a web address"),
        (f"{'x' * 65},Long code,city", "code", "65 characters"),
        (f"x,{'x' * 201},city", "name", "201 characters"),
        ("x,Bell\x07,city", "name", "cannot be seen"),
        ("x,Turned \u202eround,city", "name", "cannot be seen"),
        ("x,Orphan,nowhere", "parent", "no row has the code 'nowhere'; add the unit"),
        ("x,Orphan,CITY", "parent", "no row has the code 'CITY'; write 'city'"),
        ("x,Second root,", "parent", "'x' has no parent, nor has 'city' in row 2"),
        ("x,Own parent,x", "parent", "'x' is its own parent"),
    ],
)
def test_a_row_that_breaks_a_rule_is_named_by_row_and_column(
    write_file: WriteFile, row: str, column: str, words: str
) -> None:
    found = problems_of(write_file("units.csv", f"{GOOD}{row}\n"))
    assert [(problem[0], problem[1]) for problem in found] == [(5, column)]
    assert words in found[0][2]


def test_a_circle_is_named_once_and_not_the_units_below_it(write_file: WriteFile) -> None:
    path = write_file("units.csv", f"{GOOD}a,A,c\nb,B,a\nc,C,b\nd,D,c\n")
    assert problems_of(path) == [
        (
            5,
            "parent",
            "units in a circle, each below the next: 'a', 'c', 'b'; one needs another parent",
        )
    ]


def test_units_that_all_have_a_parent_lack_their_top(write_file: WriteFile) -> None:
    found = problems_of(write_file("units.csv", "code,name,parent\na,A,b\nb,B,a\n"))
    assert "leave it empty for the one that stands for the whole" in found[0][2]


def test_a_file_of_titles_alone_holds_no_unit(write_file: WriteFile) -> None:
    found = problems_of(write_file("units.csv", "code,name,parent\n"))
    assert found == [(None, None, "the file holds no unit; write one row for each unit")]


def test_all_problems_of_a_file_are_found_in_one_run(write_file: WriteFile) -> None:
    path = write_file("units.csv", "code,name,parent\na b,,\nx,X,nowhere\nx,X,\n")
    assert [(row, column) for row, column, _rule in problems_of(path)] == [
        (2, "code"),
        (2, "name"),
        (3, "parent"),
        (4, "code"),
    ]


def test_a_chain_of_ten_thousand_levels_is_read(write_file: WriteFile) -> None:
    chain = "".join(f"u{level},Level {level},u{level - 1}\n" for level in range(1, 10_000))
    path = write_file("units.csv", f"code,name,parent\nu0,Top,\n{chain}")
    assert len(read_units(path).units) == 10_000
