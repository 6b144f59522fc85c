"""The quick way of reading finds the same fields as the csv module, or says that it cannot."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.history.chunks import Encoded
from analysis.history.fields import Layout, _group, split_block

FIELDS = st.text(st.sampled_from("ab1 é\N{EURO SIGN}-_."), max_size=40)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(FIELDS, min_size=width, max_size=width), min_size=1, max_size=30
    )
)


def decoded(column: Encoded) -> list[str]:
    return [column.values[code] for code in column.codes]


def read(block: bytes, *, width: int, encoding: str = "utf-8") -> list[list[str]] | None:
    columns = split_block(block, Layout(encoding, ",", width), range(width))
    return None if columns is None else [decoded(column) for column in columns]


@given(TABLES, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["utf-8", "cp1252"]))
def test_it_reads_what_the_csv_module_reads(
    table: list[list[str]], line_end: str, encoding: str
) -> None:
    text = "".join(",".join(row) + line_end for row in table)
    found = read(text.encode(encoding), width=len(table[0]), encoding=encoding)
    if found is None:
        assert len(table[0]) == 1  # an empty line or an empty field: nobody can tell
        return
    records = csv.reader(io.StringIO(text, newline=""))
    expected = [[cell.strip() for cell in column] for column in zip(*records, strict=True)]
    assert found == expected


@pytest.mark.parametrize(
    "block",
    [
        b'1,"2"\n',  # quotation marks
        b"1,2,3\n",  # too many cells
        b"1\n",  # too few
        b"1,2\n\n3,4\n",  # an empty line
        b"1,2,3\n4\n",  # too many, then too few: the right sum
        b"1,2\r3,4\n",  # line ends of old Macs
        b"1,\x00\n",  # not text
        b"1," + b"x" * 129 + b"\n",  # longer than any answer
    ],
)
def test_what_is_not_plain_is_left_to_the_careful_way(block: bytes) -> None:
    assert read(block, width=2) is None


def test_long_fields_that_differ_in_the_last_byte_stay_apart() -> None:
    first, second = "x" * 127 + "a", "x" * 127 + "b"
    block = f"{first},1\n{second},1\n{first},1\n".encode()
    assert read(block, width=2) == [[first, second, first], ["1", "1", "1"]]


def test_many_different_fields_keep_their_rows() -> None:
    ids = [f"person-{number * 7919 % 200_003}" for number in range(100_000)]
    block = "".join(f"{text},x\n" for text in ids).encode()
    found = read(block, width=2)
    assert found is not None
    assert found[0] == ids


def test_fields_are_told_apart_even_where_their_mixed_words_collide() -> None:
    # Words 0 and 1 are chosen so that mixing them gives one number for two different fields.
    spread = 0x9E3779B97F4A7C15
    words = [
        np.array([0, 1, 0], dtype=np.uint64),
        np.array([spread, 0, spread], dtype=np.uint64),
    ]
    codes, firsts = _group(words)
    assert codes[0] == codes[2] != codes[1]
    assert [int(words[0][firsts[code]]) for code in codes] == [0, 1, 0]
