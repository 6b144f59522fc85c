"""Witnesses of four swaps: two exchanges that undo each other.

A crossed cell beneath a shown one has hardly any shorter witness. To move somebody out of it,
somebody elsewhere must move into the same crossed category; both moves unbalance a demographic
where they happen, and two more moves in the same places, of people of another category, make up
for that. An *exchange* is the sum of two swaps (see `witness_swaps`) that cancel in the residues
of the cell's own block, so there are few enough to list; each that takes somebody out of the cell
is then looked up among those that do not.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from analysis.disclosure.frequency_tables import Whole
from analysis.disclosure.shown_cells import Opening, ShownCells
from analysis.disclosure.witness_swaps import Swaps
from analysis.disclosure.witnesses import Witness

_Marks = npt.NDArray[np.uint64]

_PARTNERS = 12
"""Swaps with which one swap is joined to exchanges; of more, a sample."""
_ANSWERS = 4
"""Exchanges looked at that undo one exchange."""
_MOST_FOUND = 400


class _Exchanges(NamedTuple):
    """Places of the two swaps of each exchange, and what they unbalance together."""

    one: Whole
    other: Whole
    marks: _Marks


def exchanges(cells: ShownCells, opening: Opening, swaps: Swaps) -> Iterator[Witness]:
    """Yield witnesses of four swaps, the most different ones first.

    Args:
        cells: the cells that are shown.
        opening: the cell in question.
        swaps: those looked at, parted by whether they take somebody out of the cell.
    """
    own = cells.marks_of[opening.cell.block]
    leaving, staying = swaps.leaving, swaps.staying
    if len(leaving.one) == 0 or len(staying.one) == 0:
        return
    moved = own[staying.one] - own[staying.other]
    order = np.argsort(moved, kind="stable")
    order = order[moved[order] != 0]
    sorted_moves = moved[order]
    left = own[leaving.one] - own[leaving.other]
    taking = _joined(left, leaving.moves, sorted_moves, staying.moves, order)
    making_up = _joined(moved, staying.moves, sorted_moves, staying.moves, order)
    ranks = np.argsort(making_up.marks, kind="stable")
    marks = making_up.marks[ranks]
    begin = np.searchsorted(marks, -taking.marks, side="left")
    end = np.minimum(np.searchsorted(marks, -taking.marks, side="right"), begin + _ANSWERS)
    turns = np.zeros(len(leaving.one), dtype=np.int64)
    ordered = []
    for place in np.flatnonzero(begin < end).tolist():
        first = int(taking.one[place])
        for rank in ranks[begin[place] : end[place]].tolist():
            ordered.append((int(turns[first]), place, rank))
            turns[first] += 1
    for _, place, rank in sorted(ordered)[:_MOST_FOUND]:
        first = taking.one[place]
        vector = [(int(leaving.one[first]), 1), (int(leaving.other[first]), -1)]
        for swap in (taking.other[place], making_up.one[rank], making_up.other[rank]):
            vector += [(int(staying.one[swap]), 1), (int(staying.other[swap]), -1)]
        yield Witness.of((atom, value) for atom, value in vector if atom < len(cells.people))


def _joined(
    moved: _Marks, moves: _Marks, sorted_moves: _Marks, staying: _Marks, order: Whole
) -> _Exchanges:
    """Join swaps with staying ones that cancel in the cell's own block and not in all others."""
    begin = np.searchsorted(sorted_moves, -moved, side="left")
    sizes = np.searchsorted(sorted_moves, -moved, side="right") - begin
    steps = np.maximum(sizes // _PARTNERS, 1)
    sizes = np.minimum(sizes, _PARTNERS)
    one = np.repeat(np.arange(len(moved)), sizes)
    turn = np.arange(len(one)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    other = order[begin[one] + turn * steps[one]]
    marks = moves[one] + staying[other]
    kept = marks != 0
    return _Exchanges(one[kept], other[kept], marks[kept])
