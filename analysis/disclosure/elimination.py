"""Sparse elimination modulo a prime: what can be computed from shown cells, in its leanest form.

Each shown cell is a row over classes of people. In reduced row echelon form every row is a
combination of shown cells in which as few classes as possible are left: a leak lies open if one of
its classes is a pivot and the others are not. Which classes become pivots is the order of the
columns. Classes of k or more people come first: no leak holds one, so rows with such a pivot are
needed by none, and rows without hold no such class at all.
"""

from collections.abc import Iterable, Mapping

PRIME = (1 << 61) - 1
"""Elimination is exact modulo this prime; floats would round a leak away."""


def signed(value: int) -> int:
    """Return the small integer, below or above 0, that a residue of the prime stands for."""
    return value - PRIME if value > PRIME // 2 else value


class Echelon:
    """Rows in reduced row echelon form. Columns are numbered in the order of their preference.

    `steps` counts the entries touched, the measure by which searches are limited: unlike time it
    is the same on every machine.
    """

    def __init__(self) -> None:
        self.rows: dict[int, dict[int, int]] = {}
        self.counts: dict[int, int] = {}
        self.steps = 0
        self._holders: dict[int, set[int]] = {}  # column -> pivots of the rows that contain it

    def insert(self, entries: Mapping[int, int], count: int = 0) -> int:
        """Add a row with its count; return what is left of the count if nothing of the row is.

        That remainder is 0 unless the counts contradict each other.
        """
        row = dict(entries)
        for pivot in [column for column in row if column in self.rows]:
            factor = row[pivot]
            self._subtract(row, self.rows[pivot], factor)
            count -= factor * self.counts[pivot]
        count %= PRIME
        if not row:
            return signed(count)
        self._solve(row, count)
        return 0

    def _solve(self, row: dict[int, int], count: int) -> None:
        pivot = min(row)
        inverse = pow(row[pivot], -1, PRIME)
        if inverse != 1:
            row = {column: value * inverse % PRIME for column, value in row.items()}
            count = count * inverse % PRIME
        for other in sorted(self._holders.get(pivot, ())):
            target = self.rows[other]
            factor = target[pivot]
            self._subtract(target, row, factor)
            self.counts[other] = (self.counts[other] - factor * count) % PRIME
            self._note(other, target, row)
        self.rows[pivot], self.counts[pivot] = row, count
        for column in row:
            self._holders.setdefault(column, set()).add(pivot)

    def _subtract(self, row: dict[int, int], other: Mapping[int, int], factor: int) -> None:
        self.steps += len(other)
        for column, value in other.items():
            left = (row.get(column, 0) - factor * value) % PRIME
            if left:
                row[column] = left
            else:
                del row[column]

    def _note(self, pivot: int, row: Mapping[int, int], changed: Iterable[int]) -> None:
        for column in changed:
            holders = self._holders.setdefault(column, set())
            if column in row:
                holders.add(pivot)
            else:
                holders.discard(pivot)
