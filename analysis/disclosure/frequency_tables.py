"""What the engine protects: a tree of units, atoms of respondents, and the cells that may be shown.

An *atom* is the respondents of one unit itself in one combination of categories. A *cell* is a
set of atoms: a unit with all units below it, in one category of a block. A *block* is a family of
cells that divides by the same demographics: none (unit totals), one, or two that are crossed.
Everything is numbers of places, so that any hierarchical frequency table can be given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NO_CATEGORY = -1
"""An atom outside every category of a demographic: no cell of that demographic holds it."""


@dataclass(frozen=True, slots=True)
class Block:
    """Cells of one kind. `demographics` are places in `FrequencyTable.categories`, at most two.

    `levels` are the depths (0 is a root) at which its cells may be shown; None means all.
    """

    demographics: tuple[int, ...]
    levels: frozenset[int] | None = None


TOTALS = Block(())


@dataclass(frozen=True)
class FrequencyTable:
    """Respondents of an organisation by unit and demographics.

    Args:
        parents: for each unit the place of its parent, which comes before it; -1 for a root.
        categories: how many categories each demographic has.
        atom_units: for each atom the unit whose own respondents it holds.
        atom_categories: a row per atom, a column per demographic: the category or NO_CATEGORY.
        atom_counts: respondents (people) of each atom; 0 is allowed.
        blocks: what may be shown; the first one is always the unit totals.

    Raises:
        ValueError: parts differ in length, a parent does not come first, a place or category does
            not exist, a count is below 0, or a block stands twice or crosses more than two.
    """

    parents: tuple[int, ...]
    categories: tuple[int, ...]
    atom_units: Whole
    atom_categories: Whole
    atom_counts: Whole
    blocks: tuple[Block, ...] = (TOTALS,)

    def __post_init__(self) -> None:
        self._check_parents()
        self._check_atoms()
        self._check_blocks()

    @cached_property
    def depths(self) -> Whole:
        """For each unit how many units stand above it."""
        depths = np.zeros(len(self.parents), dtype=np.int64)
        for unit, parent in enumerate(self.parents):
            if parent >= 0:
                depths[unit] = depths[parent] + 1
        return depths

    def width(self, block: Block) -> int:
        """Return into how many categories a block divides each unit."""
        width = 1
        for demographic in block.demographics:
            width *= self.categories[demographic]
        return width

    def category_of_atoms(self, block: Block) -> Whole:
        """Return for each atom its category in a block (row-major in a crossing) or NO_CATEGORY."""
        category = np.zeros(len(self.atom_units), dtype=np.int64)
        outside = np.zeros(len(self.atom_units), dtype=np.bool_)
        for demographic in block.demographics:
            own = self.atom_categories[:, demographic]
            outside |= own == NO_CATEGORY
            category = category * self.categories[demographic] + own
        category[outside] = NO_CATEGORY
        return category

    def cell_counts(self, block: Block) -> Whole:
        """Return respondents per unit (rows, with all units below) and category (columns)."""
        counts = np.zeros((len(self.parents), self.width(block)), dtype=np.int64)
        category = self.category_of_atoms(block)
        inside = category != NO_CATEGORY
        np.add.at(counts, (self.atom_units[inside], category[inside]), self.atom_counts[inside])
        for unit in range(len(self.parents) - 1, -1, -1):
            if self.parents[unit] >= 0:
                counts[self.parents[unit]] += counts[unit]
        return counts

    def candidates(self, block: Block) -> Flags:
        """Return which units' cells of a block may be shown at all."""
        if block.levels is None:
            return np.ones(len(self.parents), dtype=np.bool_)
        return np.isin(self.depths, sorted(block.levels))

    def _check_parents(self) -> None:
        for unit, parent in enumerate(self.parents):
            if not -1 <= parent < unit:
                raise ValueError(f"unit {unit} does not come after its parent {parent}")

    def _check_atoms(self) -> None:
        atoms = len(self.atom_units)
        if self.atom_counts.shape != (atoms,):
            raise ValueError("atom_units and atom_counts differ in length")
        if self.atom_categories.shape != (atoms, len(self.categories)):
            raise ValueError("atom_categories needs a row per atom, a column per demographic")
        if not _all_within(self.atom_units, 0, len(self.parents)):
            raise ValueError("an atom's unit does not exist")
        for demographic, width in enumerate(self.categories):
            if not _all_within(self.atom_categories[:, demographic], NO_CATEGORY, width):
                raise ValueError(f"a category of demographic {demographic} does not exist")
        if not bool((self.atom_counts >= 0).all()):
            raise ValueError("an atom has fewer than no respondents")

    def _check_blocks(self) -> None:
        divided = [block.demographics for block in self.blocks]
        if not divided or divided[0] != ():
            raise ValueError("the first block is the unit totals")
        if len(set(divided)) != len(divided):
            raise ValueError("a block stands twice")
        for demographics in divided:
            if len(demographics) > 2 or len(set(demographics)) != len(demographics):  # noqa: PLR2004
                raise ValueError("a block divides by at most two different demographics")
            if any(not 0 <= place < len(self.categories) for place in demographics):
                raise ValueError("a block divides by a demographic that does not exist")


@dataclass(frozen=True, slots=True)
class TablePattern:
    """Which cells are shown: for each block an array, a row per unit, a column per category."""

    shown: tuple[Flags, ...]

    def published(self, table: FrequencyTable) -> tuple[Whole, ...]:
        """Return for each block the counts that are shown, and -1 where a cell is hidden."""
        return tuple(
            np.where(shown, table.cell_counts(block), -1)
            for shown, block in zip(self.shown, table.blocks, strict=True)
        )


def _all_within(values: Sequence[int] | Whole, least: int, beyond: int) -> bool:
    array = np.asarray(values)
    return bool(((array >= least) & (array < beyond)).all())
