"""Rows of a CSV file in chunks: the quick way while blocks are plain, the careful way after.

What a CSV file is (encoding, delimiter, quotation marks, row numbers) is decided in one place,
`surveys.sheets`; the quick way only ever reads what both would read alike.
"""

import gzip
import io
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from analysis.history.chunks import Chunk, encode_texts
from analysis.history.fields import Layout, split_block
from surveys.sheets import ImportRejected, Problem, Problems, Sheet

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Progress = Callable[[int], None]
"""Told how many more bytes of the file, as it lies on disk, have been read."""

_BLOCK_BYTES = 1 << 22
_ROWS_AT_ONCE = 1 << 16
_QUICK_ENCODINGS = {"utf-8": "utf-8", "utf-8-sig": "utf-8", "cp1252": "cp1252"}
_GZIP_MAGIC = b"\x1f\x8b"
_IDENTITY_COLUMNS = 3  # unit, respondent, date: never blank in a row that can be right


class _Watched(io.RawIOBase):
    """A file of bytes that tells how far it has been read."""

    def __init__(self, path: Path, progress: Progress) -> None:
        super().__init__()
        self._file = path.open("rb", buffering=0)
        self._progress = progress

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        count = self._file.readinto(buffer)
        self._progress(count)
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


def delimited_chunks(sheet: Sheet, problems: Problems, progress: Progress) -> Iterator[Chunk]:
    """Yield the sheet's rows in file order; rows that cannot be right go to the problems.

    Raises:
        ImportRejected: the file cannot be read to its end.
    """
    first_row: int | None = 2
    if sheet.encoding in _QUICK_ENCODINGS:
        first_row = yield from _quick_chunks(sheet, progress)
    if first_row is not None:
        yield from _careful_chunks(sheet, problems, progress, first_row=first_row)


def _quick_chunks(sheet: Sheet, progress: Progress) -> Generator[Chunk, None, int | None]:
    """Yield chunks up to the first block that is not plain; return its first row or None."""
    layout = Layout(_QUICK_ENCODINGS[sheet.encoding], sheet.delimiter, len(sheet.header))
    wanted = [place for place in sheet.places if place is not None]
    next_row = 2
    for block in _blocks_without_header(sheet.path, progress):
        if not block:
            return next_row
        try:
            columns = split_block(block, layout, wanted)
        except UnicodeError:
            return next_row  # the careful way says in which row
        if columns is None or any("" in column.values for column in columns[:_IDENTITY_COLUMNS]):
            return next_row
        rows = np.arange(next_row, next_row + len(columns[0].codes), dtype=np.int64)
        next_row += len(rows)
        yield Chunk(rows, columns)
    return None


def _blocks_without_header(path: Path, progress: Progress) -> Iterator[bytes]:
    """Yield blocks of whole lines, an empty one where what follows is not plain."""
    blocks = _line_blocks(path, progress)
    header, _, rest = next(blocks).partition(b"\n")
    if header.count(b'"') % 2 or b"\r" in header[:-1]:
        yield b""  # a title with a line break in it, or lines that end as on old Macs
    if rest:
        yield rest
    yield from blocks


def _line_blocks(path: Path, progress: Progress) -> Iterator[bytes]:
    try:
        with _opened(path, progress) as stream:
            rest = b""
            while raw := stream.read(_BLOCK_BYTES):
                rest += raw
                cut = rest.rfind(b"\n") + 1
                if not cut:
                    yield b""  # no line ends in a whole block
                    return
                yield rest[:cut]
                rest = rest[cut:]
            if rest:
                yield rest + b"\n"
    except (OSError, EOFError, zlib.error) as error:
        rule = "the file cannot be read to its end; it is damaged or cut short"
        raise ImportRejected(path.name, [Problem(None, None, rule)]) from error


@contextmanager
def _opened(path: Path, progress: Progress) -> Iterator[io.BufferedIOBase]:
    with io.BufferedReader(_Watched(path, progress), _BLOCK_BYTES) as watched:
        if watched.peek(2).startswith(_GZIP_MAGIC):
            yield gzip.GzipFile(fileobj=watched)
        else:
            yield watched


def _careful_chunks(
    sheet: Sheet, problems: Problems, progress: Progress, *, first_row: int
) -> Iterator[Chunk]:
    rows = (row for row in sheet.rows(problems) if row[0] >= first_row)
    while batch := list(islice(rows, _ROWS_AT_ONCE)):
        numbers, cells = zip(*batch, strict=True)
        columns = list(zip(*cells, strict=True))
        progress(sum(len(text) + 1 for texts in columns for text in texts))  # near enough
        yield Chunk(
            np.array(numbers, dtype=np.int64), tuple(encode_texts(texts) for texts in columns)
        )
