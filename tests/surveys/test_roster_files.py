"""A list of staff: who stands in it, and everything that can be wrong with it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from surveys.roster_files import StaffEntry, StaffFile, read_mapping, read_staff
from surveys.sheets import ImportRejected, Problem
from surveys.units import Unit, UnitCode, UnitTree

WriteFile = Callable[..., Path]
HEADER = "reference,name,email,unit,agency,card"
CITY, NORTH, SOUTH = UnitCode("city"), UnitCode("north"), UnitCode("south")
TREE = UnitTree.of(
    date(2026, 11, 1),
    [Unit(CITY, "City", None), Unit(NORTH, "North", CITY), Unit(SOUTH, "South", CITY)],
)


@pytest.fixture
def read(write_file: WriteFile) -> Callable[..., StaffFile]:
    def read_text(*lines: str, header: str = HEADER) -> StaffFile:
        return read_staff(write_file("staff.csv", "\n".join([header, *lines])), tree=TREE)

    return read_text


Read = Callable[..., StaffFile]


def refused(read: Read, *lines: str, header: str = HEADER) -> list[Problem]:
    with pytest.raises(ImportRejected) as caught:
        read(*lines, header=header)
    return list(caught.value.problems)


def test_each_row_is_somebody_with_a_unit_and_flags(read: Read) -> None:
    file = read("17,Ada Okoro,ada@example.org,north,no,", "18,Ben Lu,,city,YES,yes")

    assert file.entries == (
        StaffEntry(
            2, "17", "Ada Okoro", "ada@example.org", NORTH, is_agency=False, needs_card=False
        ),
        StaffEntry(3, "18", "Ben Lu", None, CITY, is_agency=True, needs_card=True),
    )


def test_without_staff_numbers_the_email_in_lower_case_is_the_reference(read: Read) -> None:
    file = read("Ada Okoro,Ada@Example.org,north", header="name,email,unit")

    assert [(e.reference, e.email) for e in file.entries] == [
        ("ada@example.org", "Ada@Example.org")
    ]


def test_other_titles_and_semicolons_are_understood(read: Read) -> None:
    file = read(
        "17;Ada;ada@example.org;north;1;0",
        header="Staff number;Full name;E-mail address;Unit code;Agency worker;Needs card",
    )

    assert file.entries[0].is_agency
    assert not file.entries[0].needs_card


@pytest.mark.parametrize("word", ["yes", "Yes", "y", "TRUE", "1"])
def test_a_flag_can_be_said_in_several_ways(read: Read, word: str) -> None:
    assert read(f"17,Ada,ada@example.org,north,{word},").entries[0].is_agency


@pytest.mark.parametrize("word", ["", "no", "N", "false", "0"])
def test_a_flag_can_be_denied_in_several_ways(read: Read, word: str) -> None:
    assert not read(f"17,Ada,ada@example.org,north,{word},").entries[0].is_agency


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (",Ada,ada@example.org,north,,", "reference", "everybody needs a staff number"),
        (f"{'9' * 65},Ada,ada@example.org,north,,", "reference", "has at most 64"),
        ("1\u200b7,Ada,ada@example.org,north,,", "reference", "cannot be seen"),
        ("17,,ada@example.org,north,,", "name", "everybody needs a name"),
        (f"17,{'n' * 201},ada@example.org,north,,", "name", "has at most 200"),
        ("17,A\u202eda,ada@example.org,north,,", "name", "cannot be seen"),
        ("17,Ada,,north,,", "email", "or yes under card"),
        (f"17,Ada,{'a' * 250}@example.org,north,,", "email", "has at most 254"),
        ("17,Ada,ada@example.org,,,", "unit", "write the code of a unit"),
        ("17,Ada,ada@example.org,North,,", "unit", "write 'north'"),
        ("17,Ada,ada@example.org,west,,", "unit", "import the units first"),
        ("17,Ada,ada@example.org,north,maybe,", "agency", "write yes or no"),
        ("17,Ada,ada@example.org,north,,2", "card", "write yes or no"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named_with_its_row_column_and_rule(
    read: Read, row: str, column: str, words: str
) -> None:
    (problem,) = refused(read, "1,First,first@example.org,city,,", row)

    assert (problem.row, problem.column) == (3, column)
    assert words in problem.rule


@pytest.mark.parametrize(
    "email",
    [
        "ada", "ada@", "@example.org", "ada@example", "a da@example.org", "ada@exa mple.org",
        "ada@example..org", "ada..o@example.org", ".ada@example.org", "ada@-example.org",
        "ada@example.org; ben@example.org", "Ada <ada@example.org>", "ada@bücher.example",
        "ada@example.org\x00", "ada@127.0.0.1",
    ],
)  # fmt: skip
def test_what_is_no_email_address_is_refused(read: Read, email: str) -> None:
    (problem,) = refused(read, f"17,Ada,{email},north,,")

    assert problem.column == "email"


@pytest.mark.parametrize(
    "email", ["o'brien@example.org", "a.b+pulse@mail.example.co.uk", "x@a-b.example", "1@2.example"]
)
def test_usual_email_addresses_are_taken(read: Read, email: str) -> None:
    assert read(f"17,Ada,{email},north,,").entries[0].email == email


def test_a_staff_number_that_stands_twice_names_both_rows(read: Read) -> None:
    (problem,) = refused(read, "a1,Ada,ada@example.org,north,,", "A1,Ben,ben@example.org,north,,")

    assert problem == Problem(3, "reference", "'A1' stands already in row 2; keep one of the rows")


def test_an_email_that_stands_twice_names_both_rows_whatever_its_case(read: Read) -> None:
    problems = refused(
        read, "Ada,team@example.org,north", "Ben,Team@example.org,north", header="name,email,unit"
    )

    assert [(p.row, p.column) for p in problems] == [(3, "email")]
    assert "'Team@example.org' stands already in row 2" in problems[0].rule


def test_every_problem_is_listed_at_once_in_the_order_of_the_file(read: Read) -> None:
    problems = refused(
        read,
        "17,Ada,nowhere,west,,",
        "18,,ben@example.org,north,perhaps,",
        "17,Cy,c@example.org,city,,",
    )

    assert [(p.row, p.column) for p in problems] == [
        (2, "email"), (2, "unit"), (3, "agency"), (3, "name"), (4, "reference"),
    ]  # fmt: skip


def test_a_file_without_staff_number_and_email_is_refused_at_its_header(read: Read) -> None:
    (problem,) = refused(read, "Ada,north", header="name,unit")

    assert problem.row == 1
    assert "to know people again by" in problem.rule


def test_an_empty_email_is_refused_where_it_is_the_reference(read: Read) -> None:
    (problem,) = refused(read, "Ada,,north,yes", header="name,email,unit,card")

    assert "without a column 'reference' everybody needs an e-mail" in problem.rule


def test_a_file_that_holds_nobody_is_refused(read: Read) -> None:
    (problem,) = refused(read)

    assert "the file holds nobody" in problem.rule


KNOWN = frozenset({CITY, NORTH, SOUTH, UnitCode("n-1"), UnitCode("n-2")})


def test_a_mapping_tells_merged_and_split_units(write_file: WriteFile) -> None:
    path = write_file("mapping.csv", "Old unit,New unit\nn-1,north\nn-2,north\nn-2,south\n")

    mapping = read_mapping(path, known=KNOWN, tree=TREE)

    assert mapping.leads(UnitCode("n-1"), NORTH)
    assert mapping.leads(UnitCode("n-2"), NORTH)
    assert mapping.leads(UnitCode("n-2"), SOUTH)
    assert not mapping.leads(UnitCode("n-1"), SOUTH)


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("n-9,north", "old", "there never was a unit with the code 'n-9'"),
        (",north", "old", "write the code that the unit had"),
        ("n-1,n-2", "new", "no unit has the code 'n-2' on that day"),
        ("n-1,", "new", "write the code of a unit"),
    ],
)
def test_a_wrong_cell_of_a_mapping_is_named(
    write_file: WriteFile, line: str, column: str, words: str
) -> None:
    with pytest.raises(ImportRejected) as caught:
        read_mapping(write_file("mapping.csv", f"old,new\n{line}\n"), known=KNOWN, tree=TREE)

    (problem,) = caught.value.problems
    assert (problem.row, problem.column) == (2, column)
    assert words in problem.rule


def test_an_empty_mapping_is_refused(write_file: WriteFile) -> None:
    with pytest.raises(ImportRejected, match="or leave it out"):
        read_mapping(write_file("mapping.csv", "old,new\n"), known=KNOWN, tree=TREE)
