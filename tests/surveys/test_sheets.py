"""Tables as people export them: what is understood without asking, and what is refused."""

import csv
import gzip
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.sheets import ImportRejected, Problem, Problems, read_sheet

Rows = list[tuple[int, tuple[str, ...]]]
WriteFile = Callable[..., Path]


def rows_of(path: Path, *, optional: tuple[str, ...] = ()) -> Rows:
    problems = Problems(path.name)
    rows = list(read_sheet(path, required=("code", "name"), optional=optional).rows(problems))
    problems.raise_if_any()
    return rows


def rejected(path: Path) -> ImportRejected:
    with pytest.raises(ImportRejected) as caught:
        rows_of(path)
    return caught.value


EXPECTED: Rows = [(2, ("a", "Café")), (3, ("b", "Büro"))]
TABLE = "code,name\na,Café\nb,Büro\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_the_encoding_is_found_out(write_file: WriteFile, encoding: str) -> None:
    assert rows_of(write_file("t.csv", TABLE, encoding=encoding)) == EXPECTED


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_out(write_file: WriteFile, delimiter: str) -> None:
    assert rows_of(write_file("t.csv", TABLE.replace(",", delimiter))) == EXPECTED


def test_a_comma_in_another_column_title_does_not_win_over_semicolons(
    write_file: WriteFile,
) -> None:
    path = write_file("t.csv", "code;name;where, when, why, how\na;Café;x\nb;Büro;y\n")
    assert rows_of(path) == EXPECTED


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
def test_every_line_ending_is_read(write_file: WriteFile, ending: str) -> None:
    assert rows_of(write_file("t.csv", TABLE.replace("\n", ending))) == EXPECTED


def test_a_gzip_file_is_unpacked_whatever_its_name(write_file: WriteFile) -> None:
    assert rows_of(write_file("t.csv", gzip.compress(TABLE.encode()))) == EXPECTED


def test_a_letter_far_down_that_is_no_utf_8_makes_the_file_windows_1252(
    write_file: WriteFile,
) -> None:
    filler = "x,ordinary\n" * 200_000
    rows = rows_of(write_file("t.csv", f"code,name\n{filler}z,Café\n", encoding="cp1252"))
    assert rows[-1] == (200_002, ("z", "Café"))


def test_rows_are_counted_as_a_spreadsheet_shows_them(write_file: WriteFile) -> None:
    path = write_file("t.csv", 'code,name\n"a","two\nlines"\n\n,\nb,Büro\n')
    assert rows_of(path) == [(2, ("a", "two\nlines")), (5, ("b", "Büro"))]


def test_a_title_may_hold_a_line_break(write_file: WriteFile) -> None:
    path = write_file("t.csv", 'code,"long\ntitle",name\na,x,Café\nb,y,Büro\n')
    assert rows_of(path) == EXPECTED


def test_columns_come_in_the_order_asked_whatever_their_order_and_case(
    write_file: WriteFile,
) -> None:
    assert rows_of(write_file("t.csv", " NAME ,extra,Code\nCafé,1,a\nBüro,2,b\n")) == EXPECTED


def test_an_optional_column_that_is_absent_is_empty(write_file: WriteFile) -> None:
    path = write_file("t.csv", "code,name\na,Café\n")
    assert rows_of(path, optional=("note",)) == [(2, ("a", "Café", ""))]


def test_cells_missing_at_the_end_of_a_row_are_empty(write_file: WriteFile) -> None:
    assert rows_of(write_file("t.csv", "code,name\na\n")) == [(2, ("a", ""))]


def test_delimiters_left_over_at_the_end_of_a_row_do_not_matter(write_file: WriteFile) -> None:
    assert rows_of(write_file("t.csv", "code,name\na,Café,,\nb,Büro\n")) == EXPECTED


def test_a_row_wider_than_the_header_is_a_problem_of_that_row(write_file: WriteFile) -> None:
    error = rejected(write_file("t.csv", "code,name\na,Assessment, North\n"))
    assert error.problems[0].row == 2
    assert "3 cells where the header has 2" in error.problems[0].rule


def test_every_missing_column_is_named_with_the_columns_found(write_file: WriteFile) -> None:
    error = rejected(write_file("t.csv", "id,title\na,b\n"))
    assert [problem.column for problem in error.problems] == ["code", "name"]
    assert "the columns found are: id, title" in error.problems[0].rule


def test_a_column_that_stands_twice_is_refused(write_file: WriteFile) -> None:
    error = rejected(write_file("t.csv", "code,name,Name\na,b,c\n"))
    assert error.problems[0].column == "name"
    assert "twice" in error.problems[0].rule


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"\n \n", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"\ncode,name\na,b\n", "the first row is empty"),
        (b"PK\x03\x04rest of a workbook", "save it as CSV UTF-8 first"),
        (b"\xd0\xcf\x11\xe0rest of an old workbook", "save it as CSV UTF-8 first"),
        (b"code,name\na,\x81\n", "a character cannot be read"),
        (gzip.compress(b"code,name\n" + b"a,b\n" * 5000, mtime=0)[:-20], "damaged or cut short"),
        (b"\x1f\x8b but no gzip", "damaged or cut short"),
        (b'code,name\na,"open\nb,c\n', "quotation marks do not pair up"),
        (b'code,name\na,"b"c\n', "quotation marks do not pair up"),
        (b'code,name\na,"' + b"x" * 140_000 + b'"\n', "longer than 131,072 characters"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(
    write_file: WriteFile, content: bytes, words: str
) -> None:
    assert words in str(rejected(write_file("t.csv", content)))


def test_a_missing_file_and_a_folder_are_refused_by_name(tmp_path: Path) -> None:
    assert "missing.csv: 1 problem" in str(rejected(tmp_path / "missing.csv"))
    assert "this is a folder" in str(rejected(tmp_path))


def test_at_most_twenty_problems_are_listed_and_the_rest_counted() -> None:
    problems = Problems("t.csv")
    for row in range(500, 1, -1):
        problems.add(row, "code", "wrong")
    with pytest.raises(ImportRejected) as caught:
        problems.raise_if_any()
    lines = str(caught.value).splitlines()
    assert lines[0] == "t.csv: 499 problems; nothing was imported."
    assert len(lines) == 22
    assert lines[-1] == "  and 479 more"


def test_problems_are_listed_in_the_order_of_the_file() -> None:
    problems = Problems("t.csv")
    problems.add(9, "code", "late")
    problems.add(3, "code", "early")
    with pytest.raises(ImportRejected) as caught:
        problems.raise_if_any()
    assert caught.value.problems == (Problem(3, "code", "early"), Problem(9, "code", "late"))


CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n,;\"'"))


@given(
    table=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8),
    delimiter=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    is_packed=st.booleans(),
)
def test_whatever_a_spreadsheet_writes_is_read_back(
    *,
    tmp_path_factory: pytest.TempPathFactory,
    table: list[tuple[str, str]],
    delimiter: str,
    encoding: str,
    is_packed: bool,
) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows([("code", "name"), *table])
    content = written.getvalue().encode(encoding)
    path = tmp_path_factory.mktemp("sheets") / "t.csv"
    path.write_bytes(gzip.compress(content) if is_packed else content)
    expected = [
        (row, (code.strip(), name.strip()))
        for row, (code, name) in enumerate(table, start=2)
        if code.strip() or name.strip()
    ]
    assert rows_of(path) == expected
