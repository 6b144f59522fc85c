"""Rows of a Parquet file in chunks, through pyarrow, which is an optional part of Pulse."""

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from analysis.history.chunks import Chunk, Encoded
from analysis.history.columns import ColumnMapping
from analysis.history.delimited import Progress
from surveys.errors import SurveyError
from surveys.sheets import ImportRejected, Problem, Problems

if TYPE_CHECKING:
    import pyarrow as pa

_MAGIC = b"PAR1"
_ROWS_AT_ONCE = 1 << 17
_Reader = Callable[["pa.Array"], Encoded]


class ParquetSupportMissingError(SurveyError):
    """The file is Parquet, and this installation cannot read Parquet."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is a Parquet file. Install the part that reads it with "
            "pip install 'pulse-survey[parquet]', or save the table as CSV."
        )


def is_parquet(path: Path) -> bool:
    """Return whether the file says that it is Parquet; no for one that cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def parquet_chunks(
    path: Path, mapping: ColumnMapping, *, problems: Problems, progress: Progress
) -> Iterator[Chunk]:
    """Yield the rows of a Parquet file in file order; the first row is row 2, as in a CSV file.

    Raises:
        ImportRejected: the file is damaged.
        ParquetSupportMissingError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - optional: 170 MB that most installations do without
        import pyarrow.parquet as pq  # noqa: PLC0415 - likewise
    except ModuleNotFoundError as error:
        raise ParquetSupportMissingError(path.name) from error
    try:
        with pq.ParquetFile(path) as file:
            readers = _readers(file.schema_arrow, mapping, problems)
            if readers is None:
                return
            row_bytes = path.stat().st_size / max(file.metadata.num_rows, 1)
            next_row = 2
            for batch in file.iter_batches(_ROWS_AT_ONCE, columns=list(readers)):
                rows = np.arange(next_row, next_row + batch.num_rows, dtype=np.int64)
                next_row += batch.num_rows
                progress(int(batch.num_rows * row_bytes))
                yield Chunk(rows, tuple(read(batch.column(name)) for name, read in readers.items()))
    except (pa.ArrowException, OSError) as error:
        rule = "the Parquet file is damaged or cut short; write it again"
        raise ImportRejected(path.name, [Problem(None, None, rule)]) from error


def _readers(
    schema: "pa.Schema", mapping: ColumnMapping, problems: Problems
) -> dict[str, _Reader] | None:
    """Return how to read each column, by its name in the file, or None if one cannot be read."""
    readers: dict[str, _Reader] = {}
    titles = [title.strip().casefold() for title in schema.names]
    for name in mapping.names:
        found = [place for place, title in enumerate(titles) if title == name.casefold()]
        if len(found) != 1:
            rule = "this column stands twice; keep one of them" if found else _missing(schema.names)
            problems.add(1, name, rule)
            continue
        field = schema.field(found[0])
        read = _reader_of(field.type, mapping.date_format, is_date=name == mapping.date)
        if read is None:
            wanted = "text or dates" if name == mapping.date else "text or whole numbers"
            problems.add(1, name, f"this column holds {field.type}; it must hold {wanted}")
            continue
        readers[field.name] = read
    return readers if len(readers) == len(mapping.names) else None


def _missing(names: Sequence[str]) -> str:
    return f"this column is missing; the columns found are: {', '.join(names) or 'none'}"


def _reader_of(kind: "pa.DataType", date_format: str | None, *, is_date: bool) -> _Reader | None:
    import pyarrow as pa  # noqa: PLC0415 - optional, and surely there where a schema is

    types = pa.types
    if types.is_dictionary(kind):
        kind = kind.value_type
    if types.is_string(kind) or types.is_large_string(kind) or types.is_null(kind):
        return partial(_encode, kind=pa.string(), as_text=str)
    if is_date and (types.is_date(kind) or types.is_timestamp(kind)):
        return partial(_encode, kind=pa.date32(), as_text=partial(_day_text, date_format))
    if not is_date and types.is_integer(kind):
        return partial(_encode, kind=kind, as_text=str)
    if not is_date and types.is_floating(kind):
        return partial(_encode, kind=pa.float64(), as_text=_number_text)
    return None


def _encode(column: "pa.Array", *, kind: "pa.DataType", as_text: Callable[..., str]) -> Encoded:
    encoded = column.cast(kind).dictionary_encode()
    values = tuple(as_text(value).strip() for value in encoded.dictionary.to_pylist())
    codes = encoded.indices.fill_null(len(values)).to_numpy(zero_copy_only=False)
    return Encoded(codes.astype(np.intp), (*values, ""))


def _day_text(date_format: str | None, day: date) -> str:
    return day.strftime(date_format) if date_format else day.isoformat()


def _number_text(number: float) -> str:
    """Return 3 for 3.0: a whole column of numbers turns into floats where one is missing."""
    if math.isnan(number):
        return ""
    return str(int(number)) if number.is_integer() else str(number)
