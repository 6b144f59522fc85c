"""Reading the tables that people export from spreadsheets, and saying where they are wrong.

Files are read as a stream, so their size does not matter. Encoding, delimiter and compression are
found out, never asked for. Row numbers are those that a spreadsheet shows: a record with a line
break inside quotation marks is one row, an empty line is one row, the header is row 1.
"""

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from surveys.errors import SurveyError

DELIMITERS = (",", ";", "\t")
PROBLEMS_KEPT = 200
PROBLEMS_LISTED = 20
_CHUNK_BYTES = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"
_ZIP_MAGIC = b"PK\x03\x04"
_OLD_EXCEL_MAGIC = b"\xd0\xcf\x11\xe0"
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_BAD_CONTENT = (OSError, EOFError, zlib.error, UnicodeError)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right: where it is (as far as that is known) and the rule it breaks."""

    row: int | None
    column: str | None
    rule: str

    def __str__(self) -> str:
        place = [f"row {self.row}"] if self.row is not None else []
        place += [self.column] if self.column is not None else []
        return f"{', '.join(place)}: {self.rule}" if place else self.rule


class ImportRejected(SurveyError):  # noqa: N818 - it says what became of the file
    """A file cannot be imported as it is; nothing of it was taken over.

    `problems` are the first ones found; `more` counts those found but not kept.
    """

    def __init__(self, name: str, problems: Sequence[Problem], *, more: int = 0) -> None:
        self.problems = tuple(problems)
        self.more = more
        total = len(self.problems) + more
        listed = self.problems[:PROBLEMS_LISTED]
        lines = [f"{name}: {_count_of(total)}; nothing was imported."]
        lines += [f"  {problem}" for problem in listed]
        if total > len(listed):
            lines.append(f"  and {total - len(listed):,} more")
        super().__init__("\n".join(lines))


@dataclass(slots=True)
class Problems:
    """Problems of one file, kept up to a limit and counted beyond it."""

    name: str
    kept: list[Problem] = field(default_factory=list)
    more: int = 0

    def add(self, row: int | None, column: str | None, rule: str) -> None:
        if len(self.kept) < PROBLEMS_KEPT:
            self.kept.append(Problem(row, column, rule))
        else:
            self.more += 1

    def raise_if_any(self) -> None:
        """Raise ImportRejected with all problems, in the order of the file, if there is one."""
        if self.kept:
            in_order = sorted(self.kept, key=lambda problem: problem.row or 0)
            raise ImportRejected(self.name, in_order, more=self.more)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table whose header was read and whose rows can be streamed, as often as wanted.

    `columns` are the names asked for, required ones first; `places` their positions in the file,
    None where an optional column is absent; `sha256` is of the file as it lies on disk.
    """

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    columns: tuple[str, ...]
    places: tuple[int | None, ...]
    sha256: str

    def rows(self, problems: Problems) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield the row number and the cells of `columns`, without white space around them.

        Empty rows are passed over; cells missing at the end of a row are "". Rows that cannot be
        right (more cells than the header) are added to the problems and not yielded.

        Raises:
            ImportRejected: the file cannot be read to its end.
        """
        width = len(self.header)
        places = [width if place is None else place for place in self.places]
        for number, record in self._records():
            if any(cell.strip() for cell in record[width:]):
                problems.add(number, None, _too_wide(len(record), width))
                continue
            record[width:] = [""]
            record.extend([""] * (width + 1 - len(record)))
            cells = tuple([record[place].strip() for place in places])
            if any(cells) or any(cell.strip() for cell in record):
                yield number, cells

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        number = 1
        with _text(self.path, self.encoding) as stream:
            records = csv.reader(stream, delimiter=self.delimiter, strict=True)
            try:
                next(records)
                for number, record in enumerate(records, start=2):
                    yield number, record
            except csv.Error as error:
                raise _rejected(self.path, _bad_quotes(error), row=number + 1) from error
            except _BAD_CONTENT as error:
                raise _rejected(self.path, _unreadable(error), row=number + 1) from error


def read_sheet(
    path: Path,
    *,
    required: Sequence[str],
    optional: Sequence[str] = (),
    aliases: Mapping[str, str] | None = None,
) -> Sheet:
    """Return the sheet of a CSV file, plain or gzip, once its header holds the columns wanted.

    Upper and lower case do not matter in the header. `aliases` maps other header names to the
    columns wanted.

    Raises:
        ImportRejected: the file is missing, empty, no text, or lacks or repeats a column.
    """
    encoding, sha256 = _inspect(path)
    line = _first_line(path, encoding)
    wanted = (*required, *optional)
    known = {name.casefold(): name for name in wanted}
    known |= {other.casefold(): name for other, name in (aliases or {}).items()}
    delimiter = _delimiter_of(line, known)
    header = _header(path, encoding, delimiter)
    places = _places_of(path, header, known=known, required=required)
    return Sheet(
        path=path,
        encoding=encoding,
        delimiter=delimiter,
        header=header,
        columns=wanted,
        places=tuple(places.get(name) for name in wanted),
        sha256=sha256,
    )


def _places_of(
    path: Path, header: Sequence[str], *, known: Mapping[str, str], required: Sequence[str]
) -> dict[str, int]:
    problems = Problems(path.name)
    places: dict[str, int] = {}
    for place, title in enumerate(header):
        name = known.get(title.strip().casefold())
        if name is None:
            continue
        if name in places:
            problems.add(1, name, "this column stands twice; keep one of them")
        places.setdefault(name, place)
    found = ", ".join(title.strip() for title in header if title.strip()) or "none"
    for name in required:
        if name not in places:
            problems.add(1, name, f"this column is missing; the columns found are: {found}")
    problems.raise_if_any()
    return places


def _inspect(path: Path) -> tuple[str, str]:
    """Return the text encoding and the SHA-256 of the file as it lies on disk."""
    try:
        with path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        with _content(path) as content:
            start = content.read(_CHUNK_BYTES)
            _refuse_workbook(path, start)
            for mark, encoding in _BYTE_ORDER_MARKS.items():
                if start.startswith(mark):
                    return encoding, sha256
            if start[1:2] == b"\0":
                return "utf-16-le", sha256
            if start[:1] == b"\0":
                return "utf-16-be", sha256
            return _eight_bit_encoding(start, lambda: content.read(_CHUNK_BYTES)), sha256
    except _BAD_CONTENT as error:
        raise _rejected(path, _unreadable(error)) from error


def _eight_bit_encoding(start: bytes, read_on: Callable[[], bytes]) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    chunk = start
    try:
        while chunk:
            decoder.decode(chunk)
            chunk = read_on()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _header(path: Path, encoding: str, delimiter: str) -> tuple[str, ...]:
    """Return the first record, which goes over several lines if a title holds a line break."""
    with _text(path, encoding) as stream:
        try:
            return tuple(next(csv.reader(stream, delimiter=delimiter, strict=True)))
        except csv.Error as error:
            raise _rejected(path, _bad_quotes(error), row=1) from error


def _first_line(path: Path, encoding: str) -> str:
    try:
        with _text(path, encoding) as stream:
            line = stream.readline(_CHUNK_BYTES).rstrip("\r\n")
            is_alone = not line.strip() and not stream.read(_CHUNK_BYTES).strip()
    except _BAD_CONTENT as error:
        raise _rejected(path, _unreadable(error)) from error
    if is_alone:
        raise _rejected(path, "the file is empty")
    if not line.strip():
        raise _rejected(path, "the first row is empty; it must hold the column names", row=1)
    if "\0" in line:
        raise _rejected(path, "this is not a text file; save the table as CSV UTF-8", row=1)
    return line


def _delimiter_of(line: str, known: Mapping[str, str]) -> str:
    """Return the delimiter that finds most of the columns wanted, then most columns."""

    def columns(delimiter: str) -> tuple[int, int]:
        header = next(csv.reader([line], delimiter=delimiter))
        return sum(title.strip().casefold() in known for title in header), len(header)

    return max(DELIMITERS, key=columns)


def _content(path: Path) -> io.BufferedReader | gzip.GzipFile:
    """Open the bytes of the table, unpacked where the file is gzip whatever its name."""
    stream = path.open("rb")
    is_gzip = stream.read(2) == _GZIP_MAGIC
    stream.seek(0)
    if not is_gzip:
        return stream
    stream.close()
    return gzip.open(path, "rb")


def _text(path: Path, encoding: str) -> closing[io.TextIOWrapper]:
    return closing(io.TextIOWrapper(_content(path), encoding=encoding, newline=""))


def _refuse_workbook(path: Path, start: bytes) -> None:
    if start.startswith((_ZIP_MAGIC, _OLD_EXCEL_MAGIC)):
        raise _rejected(path, "this is a workbook, not a CSV file; save it as CSV UTF-8 first")


def _rejected(path: Path, rule: str, *, row: int | None = None) -> ImportRejected:
    return ImportRejected(path.name, [Problem(row, None, rule)])


def _unreadable(error: BaseException) -> str:
    if isinstance(error, UnicodeError):
        return "a character cannot be read; save the table as CSV UTF-8"
    if isinstance(error, EOFError | zlib.error | gzip.BadGzipFile):
        return "the compressed file is damaged or cut short; pack it again"
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "this is a folder, not a file"
    if isinstance(error, PermissionError):
        return "Pulse may not read this file; change its permissions"
    return f"the file cannot be read: {error}"


def _bad_quotes(error: csv.Error) -> str:
    if "field larger" in str(error):
        return "a cell is longer than 131,072 characters; is a quotation mark not closed?"
    return "quotation marks do not pair up; each one inside a cell is written twice"


def _too_wide(cells: int, width: int) -> str:
    return (
        f"{cells} cells where the header has {width}; "
        "a cell that holds the delimiter must stand in quotation marks"
    )


def _count_of(problems: int) -> str:
    return "1 problem" if problems == 1 else f"{problems:,} problems"
