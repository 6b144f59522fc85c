"""Opening a file of historic responses, whatever kind of table it is."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analysis.history.chunks import Chunk
from analysis.history.columns import ColumnMapping
from analysis.history.delimited import Progress, delimited_chunks
from analysis.history.parquet import is_parquet, parquet_chunks
from surveys.sheets import Problems, Sheet, read_sheet


@dataclass(frozen=True, slots=True)
class ResponseFile:
    """A file whose headings were found; `sha256` is of the file as it lies on disk."""

    path: Path
    sha256: str
    size: int  # bytes on disk
    mapping: ColumnMapping
    sheet: Sheet | None  # None: Parquet

    def chunks(self, problems: Problems, progress: Progress) -> Iterator[Chunk]:
        """Yield all rows in file order, the columns as `mapping.names` has them.

        Raises:
            ImportRejected: the file cannot be read to its end.
            ParquetSupportMissingError: pyarrow is needed and not installed.
        """
        if self.sheet is None:
            return parquet_chunks(self.path, self.mapping, problems=problems, progress=progress)
        return delimited_chunks(self.sheet, problems, progress)


def open_responses(path: Path, mapping: ColumnMapping) -> ResponseFile:
    """Return the file, ready to be read.

    Raises:
        ImportRejected: there is no such file, it is no table, or a column is missing.
    """
    if is_parquet(path):
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return ResponseFile(path, sha256, path.stat().st_size, mapping, None)
    sheet = read_sheet(path, required=mapping.names)
    return ResponseFile(path, sheet.sha256, path.stat().st_size, mapping, sheet)
