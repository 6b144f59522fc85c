"""The linear programming attack: how far can a hidden count be narrowed down, given counts alone?

Unknown are each unit's own respondents in each category, and crossed where a block crosses. They
are not negative, add up to the shown cells, and each demographic divides the same respondents. The
least and the most that a hidden cell can then be are the attacker's interval. Cells are drawn from
all hidden ones, never by their counts, so that what is reported tells nothing of these.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csr_array

from analysis.disclosure.frequency_tables import NO_CATEGORY
from analysis.disclosure.published_tables import PublishedTable, Whole

Real = npt.NDArray[np.float64]

MOST_CELLS = 60
"""Hidden cells drawn."""

MOST_UNITS = 120
"""Units of the part of the tree within which a cell is bounded; shown cells above are left out."""

_MOST_ITERATIONS = 20_000
_SOLVED, _INFEASIBLE, _UNBOUNDED = 0, 2, 3
_ROUNDING = 1e-6


@dataclass(frozen=True)
class IntervalAudit:
    """How many hidden cells were bounded, how many there are, and how many were pinned below k.

    `narrowest` is the width in people of the narrowest interval that holds a count of 1 to k-1,
    None if there is none that ends.
    """

    tried: int
    hidden: int
    found: int
    narrowest: int | None


def audit_intervals(table: PublishedTable, k: int) -> IntervalAudit:
    """Bound a sample of the hidden cells from the published counts."""
    hidden = [np.flatnonzero(counts.reshape(-1) < 0) for counts in table.published]
    cells = [(place, int(cell)) for place, each in enumerate(hidden) for cell in each]
    random = Random(table.seed)  # noqa: S311 - a sample that everybody can draw again
    drawn = sorted(random.sample(cells, min(MOST_CELLS, len(cells))))
    tried = found = 0
    widths = []
    for place, cell in drawn:
        unit, category = divmod(cell, table.width(place))
        bounds = _bounds(table, place, unit, category)
        if bounds is None:
            continue
        tried += 1
        least, most = bounds
        if most is None:
            continue
        if most >= 1 and least < k:
            widths.append(most - least)
        found += most < least or 1 <= least == most < k
    return IntervalAudit(tried, len(cells), found, min(widths, default=None))


def _bounds(
    table: PublishedTable, place: int, unit: int, category: int
) -> tuple[int, int | None] | None:
    """Return the least and the most that a cell can be; most < least if nothing fits.

    None if the solver gave up; a most of None if there is no bound.
    """
    system = _System(table, _neighbourhood(table, unit))
    if not system.amounts:
        return 0, None
    target = system.cell(place, unit, category)
    ends = []
    for sign in (1.0, -1.0):
        result = linprog(  # type: ignore[call-overload] # its stubs do not know sparse matrices
            sign * target,
            A_eq=system.matrix(),
            b_eq=system.amounts,
            bounds=(0, None),
            method="highs",
            options={"maxiter": _MOST_ITERATIONS},
        )
        if result.status == _INFEASIBLE:
            return 1, 0
        if result.status == _UNBOUNDED:
            return 0, None
        if result.status != _SOLVED:
            return None
        ends.append(sign * float(result.fun))
    return int(np.ceil(ends[0] - _ROUNDING)), int(np.floor(ends[1] + _ROUNDING))


def _neighbourhood(table: PublishedTable, unit: int) -> Whole:
    """Return the units beneath the highest unit above, or `unit`, that has few enough of them."""
    while True:
        top = table.parents[unit]
        if top < 0 or len(_part_beneath(table, top)) > MOST_UNITS:
            return _part_beneath(table, unit)
        unit = top


def _part_beneath(table: PublishedTable, top: int) -> Whole:
    inside = np.zeros(len(table.parents), dtype=np.bool_)
    inside[top] = True
    for units in table.levels[int(table.depths[top]) + 1 :]:
        inside[units] = inside[table.over[units]]
    return np.flatnonzero(inside)


class _System:
    """The equations of a part of the tree: columns are what a unit itself has in each part.

    A part is a category of a demographic or none of them, or a pair of those where a block crosses.
    """

    def __init__(self, table: PublishedTable, units: Whole) -> None:
        self._table = table
        self._beneath: dict[int, list[int]] = {unit: [] for unit in units.tolist()}
        for place, unit in enumerate(units.tolist()):
            holder = unit
            while holder in self._beneath:
                self._beneath[holder].append(place)
                holder = table.parents[holder]
        self._first: dict[tuple[int, ...], int] = {}
        self._width = 0
        self._rows: list[tuple[Whole, Real]] = []
        self.amounts: list[int] = []
        divided = {block.demographics for block in table.blocks}
        single = {(demographic,) for each in divided for demographic in each}
        for demographics in sorted({()} | divided | single, key=lambda each: (len(each), each)):
            self._first[demographics] = self._width
            self._width += len(units) * int(np.prod(self._shape(demographics)))
            self._divide(demographics, len(units))
        for place, counts in enumerate(table.published):
            for unit in units.tolist():
                for category in np.flatnonzero(counts[unit] >= 0).tolist():
                    columns = self._columns(place, unit, category)
                    self._add(columns, np.ones(len(columns)), int(counts[unit, category]))

    def cell(self, place: int, unit: int, category: int) -> Real:
        """Return the coefficients of a cell."""
        target = np.zeros(self._width)
        target[self._columns(place, unit, category)] = 1.0
        return target

    def matrix(self) -> csr_array:
        ends = np.cumsum([0, *(len(columns) for columns, _ in self._rows)])
        columns = np.concatenate([columns for columns, _ in self._rows])
        values = np.concatenate([values for _, values in self._rows])
        return csr_array((values, columns, ends), shape=(len(self._rows), self._width))

    def _shape(self, demographics: Sequence[int]) -> tuple[int, ...]:
        return tuple(self._table.categories[demographic] + 1 for demographic in demographics)

    def _divide(self, demographics: tuple[int, ...], units: int) -> None:
        """Say that the parts of each unit add up to those that divide by one demographic less."""
        shape = self._shape(demographics)
        parts = np.arange(int(np.prod(shape))).reshape(shape)
        for axis in range(len(demographics)):
            coarse = demographics[:axis] + demographics[axis + 1 :]
            sums = np.moveaxis(parts, axis, -1).reshape(-1, shape[axis])
            for unit in range(units):
                for part, finer in enumerate(sums):
                    whole = self._first[coarse] + unit * len(sums) + part
                    columns = np.append(
                        self._first[demographics] + unit * parts.size + finer, whole
                    )
                    self._add(columns, np.append(np.ones(len(finer)), -1.0), 0)

    def _columns(self, place: int, unit: int, category: int) -> Whole:
        demographics = self._table.blocks[place].demographics
        shape = self._shape(demographics)
        part = 0
        if demographics:
            bare = [width - 1 for width in shape]
            chosen = np.unravel_index(category, bare)
            part = int(np.ravel_multi_index([each - NO_CATEGORY for each in chosen], shape))
        places = np.array(self._beneath[unit], dtype=np.int64)
        return self._first[demographics] + places * int(np.prod(shape)) + part

    def _add(self, columns: Whole, values: Real, amount: int) -> None:
        self._rows.append((columns, values))
        self.amounts.append(amount)
