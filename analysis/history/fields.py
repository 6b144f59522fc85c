"""Fields of delimited text found and compared with NumPy, a whole block at once.

This is the quick way for blocks without quotes in which every row has the same number of
fields; whatever does not fit gets None, and the caller reads it with the csv module.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.history.chunks import Codes, Encoded

_NEWLINE, _RETURN = 10, 13
_WORD = 8  # bytes
_LONGEST_FIELD = 16 * _WORD
_TABLE_BITS = 16
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio: odd, its bits well mixed

_Bytes = npt.NDArray[np.uint8]
_Places = npt.NDArray[np.intp]
_Words = npt.NDArray[np.uint64]

_KEPT_BYTES = np.array(
    [(1 << (8 * kept)) - 1 for kept in range(_WORD + 1)], dtype=np.uint64
)  # a mask that keeps the first so many bytes of a little-endian word


@dataclass(frozen=True, slots=True)
class Layout:
    """How lines are written: an encoding that keeps ASCII, a one-byte delimiter, their fields."""

    encoding: str
    delimiter: str
    width: int


def split_block(block: bytes, layout: Layout, wanted: Sequence[int]) -> tuple[Encoded, ...] | None:
    """Return the wanted columns of a block of lines, or None if the block is not plain.

    Args:
        block: whole lines, each ended by a newline.
        layout: how the lines are written.
        wanted: which fields, from 0.

    Raises:
        UnicodeError: a field is not written in the layout's encoding.
    """
    if b'"' in block or b"\0" in block:
        return None
    padded = np.frombuffer(block + bytes(_LONGEST_FIELD), dtype=np.uint8)
    grid = _field_ends(padded[: len(block)], ord(layout.delimiter), layout.width)
    if grid is None:
        return None
    row_ends = grid[:, -1]
    row_starts = np.concatenate(([0], row_ends[:-1] + 1))
    columns = []
    for place in wanted:
        starts = row_starts if place == 0 else grid[:, place - 1] + 1
        ends = grid[:, place]
        if place == layout.width - 1:
            ends = ends - ((padded[ends - 1] == _RETURN) & (ends > starts))
        grouped = _group_fields(padded, starts, ends)
        if grouped is None:
            return None
        codes, firsts = grouped
        spans = zip(starts[firsts].tolist(), ends[firsts].tolist(), strict=True)
        texts = (block[first:end].decode(layout.encoding) for first, end in spans)
        columns.append(Encoded(codes, tuple(text.strip() for text in texts)))
    return tuple(columns)


def _field_ends(buffer: _Bytes, delimiter: int, width: int) -> _Places | None:
    is_newline = buffer == _NEWLINE
    ends = np.flatnonzero(is_newline | (buffer == delimiter))
    rows = np.count_nonzero(is_newline)
    if len(ends) != rows * width:
        return None
    grid = ends.reshape(rows, width)
    if not is_newline[grid[:, -1]].all():
        return None
    returns = np.flatnonzero(buffer == _RETURN)
    if len(returns) and not is_newline[np.minimum(returns + 1, len(buffer) - 1)].all():
        return None
    row_starts = np.concatenate(([0], grid[:-1, -1] + 1))
    if width == 1 and ((grid[:, 0] == row_starts) | (buffer[row_starts] == _RETURN)).any():
        return None  # with one column a blank line cannot be told from a blank field
    return grid


def _group_fields(padded: _Bytes, starts: _Places, ends: _Places) -> tuple[Codes, _Places] | None:
    lengths = ends - starts
    longest = int(lengths.max(initial=0))
    if longest > _LONGEST_FIELD:
        return None
    if longest <= 1:
        return _group_bytes(padded[starts] * (lengths > 0))
    return _group(_words(padded, starts, lengths, longest))


def _words(padded: _Bytes, starts: _Places, lengths: _Places, longest: int) -> list[_Words]:
    """Return the fields as columns of 8-byte words, zeros behind their ends."""
    every_word: _Words = np.ndarray(
        (len(padded) - _WORD + 1,), dtype="<u8", buffer=padded, strides=(1,)
    )
    return [
        every_word[starts + offset] & _KEPT_BYTES[np.clip(lengths - offset, 0, _WORD)]
        for offset in range(0, longest, _WORD)
    ]


def _group_bytes(values: _Bytes) -> tuple[Codes, _Places]:
    last_seen = np.full(256, -1, dtype=np.intp)
    last_seen[values] = np.arange(len(values))
    return _numbered(values.astype(np.intp), last_seen)


def _group(words: Sequence[_Words]) -> tuple[Codes, _Places]:
    """Return a code per row and for each code one row that has it; exact whatever collides."""
    mixed = words[0]
    for word in words[1:]:
        mixed = (mixed ^ (mixed >> np.uint64(29))) * _SPREAD + word
    slots = ((mixed ^ (mixed >> np.uint64(32))) * _SPREAD >> np.uint64(64 - _TABLE_BITS)).astype(
        np.intp
    )
    last_seen = np.full(1 << _TABLE_BITS, -1, dtype=np.intp)
    last_seen[slots] = np.arange(len(slots))
    if _is_same(words, last_seen[slots]):
        return _numbered(slots, last_seen)
    _, firsts, codes = np.unique(mixed, return_index=True, return_inverse=True)
    if _is_same(words, firsts[codes]):
        return codes, firsts
    _, firsts, codes = np.unique(
        np.column_stack(words), axis=0, return_index=True, return_inverse=True
    )
    return codes, firsts


def _is_same(words: Sequence[_Words], leaders: _Places) -> bool:
    return all(bool((word[leaders] == word).all()) for word in words)


def _numbered(slots: _Places, last_seen: _Places) -> tuple[Codes, _Places]:
    used = np.flatnonzero(last_seen >= 0)
    numbers = np.empty(len(last_seen), dtype=np.intp)
    numbers[used] = np.arange(len(used))
    return numbers[slots], last_seen[used]
