"""What an attacker holds of a table: the published counts, and what they say of disjoint groups.

In one block the shown cells of one category are nested or apart, so each minus the shown cells
beneath it is a *residue*, and every shown cell is a sum of residues. A *class* is all people who
lie in the same residues; whatever is computed from shown cells, they are counted alike. This module
shares no code with the engine: a fault there must not be repeated here.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import numpy.typing as npt

from analysis.disclosure.frequency_tables import NO_CATEGORY, Block

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NOWHERE = -1
"""In place of a residue: these people lie in no shown cell of the block."""


@dataclass(frozen=True)
class Atoms:
    """The sealed counts, which only the close itself may give: a row per atom."""

    units: Whole
    categories: Whole
    counts: Whole


@dataclass(frozen=True)
class Classes:
    """Groups of people whom no combination of shown cells can tell apart.

    `residues` has a row per class and a column per block: the residue or NOWHERE. `people` counts
    each class; without sealed counts it is -1, for nobody outside can know it.
    """

    residues: Whole
    people: Whole


@dataclass(frozen=True)
class PublishedTable:
    """The published counts of a table.

    Args:
        parents: for each unit the place of its parent, which comes before it; -1 for a root.
        categories: how many categories each demographic has.
        blocks: what the cells divide by; the first one is the unit totals.
        published: for each block a row per unit, a column per category; -1 where hidden.
        atoms: the sealed counts, or None for somebody who holds published figures only.

    Raises:
        ValueError: a block has no array, or one of another shape.
    """

    parents: tuple[int, ...]
    categories: tuple[int, ...]
    blocks: tuple[Block, ...]
    published: tuple[Whole, ...]
    atoms: Atoms | None = None

    def __post_init__(self) -> None:
        if len(self.published) != len(self.blocks):
            raise ValueError("each block needs one array of published counts")
        for place, counts in enumerate(self.published):
            if counts.shape != (len(self.parents), self.width(place)):
                raise ValueError(
                    f"block {place} needs a row per unit and a column per category, "
                    f"{len(self.parents)} x {self.width(place)}, not {counts.shape}"
                )

    def width(self, place: int) -> int:
        """Return into how many categories a block divides each unit."""
        width = 1
        for demographic in self.blocks[place].demographics:
            width *= self.categories[demographic]
        return width

    def shown(self, place: int) -> Flags:
        return self.published[place] >= 0

    def shown_beneath(self, place: int) -> Flags:
        """Return for each unit and category whether a unit below shows it."""
        shown = self.shown(place)
        beneath = np.zeros_like(shown)
        for units in reversed(self.levels[1:]):
            np.logical_or.at(beneath, self.over[units], shown[units] | beneath[units])
        return beneath

    def category(self, place: int, chosen: Whole) -> Whole:
        """Return the category in a block of people by their category in each demographic."""
        category = np.zeros(len(chosen), dtype=np.int64)
        outside = np.zeros(len(chosen), dtype=np.bool_)
        for demographic in self.blocks[place].demographics:
            own = chosen[:, demographic]
            outside |= own == NO_CATEGORY
            category = category * self.categories[demographic] + own
        category[outside] = NO_CATEGORY
        return category

    def holding(self, upper: int, lower: int) -> Whole | None:
        """Return for each category of a block the one of another that holds it, None if none do."""
        above, below = self.blocks[upper].demographics, self.blocks[lower].demographics
        if not set(above) <= set(below):
            return None
        shape = [self.categories[demographic] for demographic in below]
        each = np.unravel_index(np.arange(self.width(lower)), shape) if shape else ()
        held = np.zeros(self.width(lower), dtype=np.int64)
        for demographic in above:
            held = held * self.categories[demographic] + each[below.index(demographic)]
        return held

    @cached_property
    def depths(self) -> Whole:
        depths = np.zeros(len(self.parents), dtype=np.int64)
        for unit, parent in enumerate(self.parents):
            if parent >= 0:
                depths[unit] = depths[parent] + 1
        return depths

    @cached_property
    def over(self) -> Whole:
        """For each unit its parent; NOWHERE above a root."""
        return np.array(self.parents, dtype=np.int64)

    @cached_property
    def levels(self) -> list[Whole]:
        """The units of each depth, roots first."""
        if not self.parents:
            return []
        return [np.flatnonzero(self.depths == depth) for depth in range(self.depths.max() + 1)]

    @cached_property
    def residue_of(self) -> tuple[Whole, ...]:
        """For each block, unit and category the residue in which the unit's own people lie."""
        first, residues = 0, []
        for place in range(len(self.blocks)):
            shown = self.shown(place)
            own = np.full(shown.shape, NOWHERE, dtype=np.int64)
            own[shown] = first + np.arange(int(shown.sum()))
            first += int(shown.sum())
            for units in self.levels[1:]:
                own[units] = np.where(shown[units], own[units], own[self.over[units]])
            residues.append(own)
        return tuple(residues)

    @cached_property
    def residue_units(self) -> Whole:
        """For each residue the unit of its cell."""
        return np.concatenate([np.nonzero(self.shown(b))[0] for b in range(len(self.blocks))])

    @cached_property
    def residue_people(self) -> Whole:
        """For each residue the people in it: the cell without the shown cells beneath it."""
        cells = [
            counts[self.shown(place)].astype(np.int64)
            for place, counts in enumerate(self.published)
        ]
        people = np.concatenate(cells) if cells else np.zeros(0, dtype=np.int64)
        left = people.copy()
        for place, own in enumerate(self.residue_of):
            units, categories = np.nonzero(self.shown(place))
            beneath = self.over[units] >= 0
            units, categories = units[beneath], categories[beneath]
            holder = own[self.over[units], categories]
            held = holder != NOWHERE
            cells_held = own[units, categories][held]
            np.subtract.at(left, holder[held], people[cells_held])
        return left

    @cached_property
    def sealed_classes(self) -> Classes:
        """The classes that hold anybody, known from the sealed counts."""
        if self.atoms is None:
            raise ValueError("classes of atoms need the sealed counts")
        present = self.atoms.counts > 0
        units, chosen = self.atoms.units[present], self.atoms.categories[present]
        found = self._classes(units, chosen, range(len(self.blocks)))
        kinds, inverse = np.unique(found, axis=0, return_inverse=True)
        people = np.zeros(len(kinds), dtype=np.int64)
        np.add.at(people, inverse.reshape(-1), self.atoms.counts[present])
        inside = (kinds != NOWHERE).any(axis=1)
        return Classes(kinds[inside], people[inside])

    def possible_classes(self, places: Sequence[int], units: Whole) -> Classes:
        """Return the classes of `units` that may hold people, by the blocks at `places` alone."""
        used = sorted({d for place in places for d in self.blocks[place].demographics})
        choices = [range(NO_CATEGORY, self.categories[demographic]) for demographic in used]
        combinations = np.array(list(product(*choices)), dtype=np.int64)
        chosen = np.full((len(units) * len(combinations), len(self.categories)), NO_CATEGORY)
        chosen[:, used] = np.tile(combinations, (len(units), 1))
        found = self._classes(np.repeat(units, len(combinations)), chosen, places)
        kinds = np.unique(found, axis=0)
        kinds = kinds[(kinds != NOWHERE).any(axis=1)]
        return Classes(kinds, np.full(len(kinds), -1, dtype=np.int64))

    def _classes(self, units: Whole, chosen: Whole, places: Sequence[int]) -> Whole:
        columns = []
        for place in places:
            category = self.category(place, chosen)
            own = self.residue_of[place][units, category]
            columns.append(np.where(category == NO_CATEGORY, NOWHERE, own))
        return np.stack(columns, axis=1)

    @cached_property
    def seed(self) -> int:
        """A number for drawing samples; the same figures give the same one."""
        divided = tuple(block.demographics for block in self.blocks)
        digest = hashlib.sha256(repr((self.parents, self.categories, divided)).encode())
        for counts in self.published:
            digest.update(np.ascontiguousarray(counts, dtype="<i8").tobytes())
        return int.from_bytes(digest.digest()[:8], "big")
