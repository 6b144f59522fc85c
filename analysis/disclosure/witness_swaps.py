"""Witnesses as sums of few swaps, found by meeting in the middle.

A *swap* is +1 at one atom and -1 at another atom of the same residue of unit totals, so every sum
of swaps keeps the totals. Each atom carries the sum of random-looking 64-bit marks of the residues
that hold it in the other blocks; the difference of two atoms' marks says which residues a swap
unbalances, and a set of swaps is balanced when its differences sum to 0. One, two or three swaps
that do so are looked up rather than searched for. A chance collision of marks is harmless: every
witness is checked in integers before it counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from analysis.disclosure.frequency_tables import Flags
from analysis.disclosure.shown_cells import GROUND, Opening, ShownCells
from analysis.disclosure.witnesses import Witness

_Atoms = npt.NDArray[np.int32]
_Marks = npt.NDArray[np.uint64]

_LARGEST_POOL = 24
"""Atoms of one residue of totals that are paired with each other; of more, a sample."""
_MOST_FOUND = 400
"""Witnesses returned at most, from each number of swaps."""
_FILTER = np.uint64((1 << 16) - 1)


class Directed(NamedTuple):
    """Swaps, each +1 at `one` and -1 at `other`; `moves` are the marks that this unbalances."""

    one: _Atoms
    other: _Atoms
    moves: _Marks


class Swaps(NamedTuple):
    """Swaps that take somebody out of a cell, and swaps that keep their number, both ways round."""

    leaving: Directed
    staying: Directed


@dataclass
class SwapSearch:
    """Swaps near a unit. `most_pairs` bounds how many are looked at; a sample beyond."""

    cells: ShownCells
    most_pairs: int
    _pairs: dict[tuple[int, int], tuple[_Atoms, _Atoms]] = field(default_factory=dict)
    _inner: Flags = field(init=False)

    def __post_init__(self) -> None:
        self._inner = np.zeros(len(self.cells.people) + 1, dtype=np.bool_)

    def near(self, opening: Opening, low: int, beyond: int) -> "Swaps":
        """Return swaps of atoms of a stretch, parted by whether they cross a cell's border."""
        one, other = self._swaps(low, beyond)
        self._inner[opening.inner] = True
        begins = self._inner[one]
        ends = self._inner[other]
        self._inner[opening.inner] = False
        moves = self.cells.marks[one] - self.cells.marks[other]
        leave, enter, kept = begins & ~ends, ends & ~begins, begins == ends
        return Swaps(
            Directed(
                np.concatenate([one[leave], other[enter]]),
                np.concatenate([other[leave], one[enter]]),
                np.concatenate([moves[leave], -moves[enter]]),
            ),
            Directed(
                np.concatenate([one[kept], other[kept]]),
                np.concatenate([other[kept], one[kept]]),
                np.concatenate([moves[kept], -moves[kept]]),
            ),
        )

    def witnesses(self, swaps: "Swaps") -> Iterator[Witness]:
        """Yield witnesses of one, two and three swaps, shortest first."""
        leaving, staying = swaps.leaving, swaps.staying
        if len(leaving.one) == 0:
            return
        for chain in _balanced(leaving.moves, staying.moves):
            vector = [(int(leaving.one[chain[0]]), 1), (int(leaving.other[chain[0]]), -1)]
            for swap in chain[1:]:
                vector += [(int(staying.one[swap]), 1), (int(staying.other[swap]), -1)]
            yield Witness.of((atom, value) for atom, value in vector if atom != self._nobody)

    @property
    def _nobody(self) -> int:
        return len(self.cells.people)

    def _swaps(self, low: int, beyond: int) -> tuple[_Atoms, _Atoms]:
        """Return the atoms of all swaps between two atoms of a stretch, in two arrays."""
        known = self._pairs.get((low, beyond))
        if known is None:
            pools: dict[int, list[int]] = {}
            labels = self.cells.residues[0].labels
            for atom in range(low, beyond):
                pools.setdefault(labels[atom], []).append(atom)
            one: list[int] = []
            other: list[int] = []
            for label, pool in pools.items():
                if len(pool) > _LARGEST_POOL:
                    pool = pool[:: -(-len(pool) // _LARGEST_POOL)]  # noqa: PLW2901 - a sample of it
                if label == GROUND:  # no total binds these: one may be swapped with nobody
                    pool.append(self._nobody)
                for place, atom in enumerate(pool):
                    one.extend([atom] * (len(pool) - place - 1))
                    other.extend(pool[place + 1 :])
            known = np.array(one, dtype=np.int32), np.array(other, dtype=np.int32)
            if len(one) > self.most_pairs:
                step = -(-len(one) // max(self.most_pairs, 1))
                known = known[0][::step].copy(), known[1][::step].copy()
            self._pairs[low, beyond] = known
        return known


def _balanced(first: _Marks, rest: _Marks) -> Iterator[tuple[int, ...]]:
    """Yield places in `first` and `rest` whose marks sum to 0: one, two, then three swaps."""
    for place in np.flatnonzero(first == 0).tolist():
        yield (place,)
    if len(rest) == 0:
        return
    order = np.argsort(rest, kind="stable")
    marks = rest[order]
    begin = np.searchsorted(marks, -first, side="left")
    end = np.searchsorted(marks, -first, side="right")
    for place in np.flatnonzero(begin < end).tolist():
        for found in order[begin[place] : end[place]][:8].tolist():
            yield (place, found)
    filled = np.zeros(int(_FILTER) + 1, dtype=np.bool_)
    filled[(-rest & _FILTER).astype(np.int64)] = True
    found_in_all = 0
    for place, mark in enumerate(first.tolist()):
        sums = rest + np.uint64(mark)
        hits = np.flatnonzero(filled[(sums & _FILTER).astype(np.int64)])
        if len(hits) == 0:
            continue
        wanted = -sums[hits]
        at = np.searchsorted(marks, wanted)
        at[at == len(marks)] = 0
        good = np.flatnonzero(marks[at] == wanted)
        for one in good[:12].tolist():
            second, third = int(hits[one]), int(order[at[one]])
            if second <= third:
                yield (place, second, third)
                found_in_all += 1
        if found_in_all > _MOST_FOUND:
            return
