"""A stretch of a file's rows, each column as its different texts and a code per row.

Everything that has to be read, checked or translated is then done once per different text
instead of once per row, which is what makes plain Python and NumPy quick enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.intp]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Encoded:
    """One column of a chunk: row i holds `values[codes[i]]`, trimmed; "" is a blank."""

    codes: Codes
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a file, in file order. `rows` are their numbers; the headings are row 1."""

    rows: Rows
    columns: tuple[Encoded, ...]


def encode_texts(texts: Sequence[str]) -> Encoded:
    """Return the column of the texts."""
    places: dict[str, int] = {}
    codes = np.fromiter(
        (places.setdefault(text, len(places)) for text in texts), np.intp, len(texts)
    )
    return Encoded(codes, tuple(value.strip() for value in places))
