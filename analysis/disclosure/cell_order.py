"""Units in depth-first order and atoms beside them, so that every cell is one stretch of atoms.

Cells are numbers: block * units + position of the unit in that order. Block 0 holds the unit
totals, block 1 + c the cells of category c.
"""

from collections.abc import Sequence

from analysis.disclosure.frequency_tables import NO_CATEGORY, Block, FrequencyTable


class CellOrder:
    """The cells of the unit totals and of the one demographic of a block.

    Attributes:
        units: the unit at each position.
        above: for each position that of the parent; -1 for a root.
        depths: for each position how many units stand above it.
        ends: for each position the first one after everything below it.
        people: respondents of each atom; atoms are those of one unit in one category, above 0.
        respondents: for each cell its respondents (people).
    """

    def __init__(self, table: FrequencyTable, block: Block | None) -> None:
        self.units, self.above, self.ends = _depth_first(table.parents)
        self.size = len(self.units)
        self.depths = [int(table.depths[unit]) for unit in self.units]
        self.blocks = 1 + (table.width(block) if block else 0)
        position = [0] * self.size
        for place, unit in enumerate(self.units):
            position[unit] = place
        self.people: list[int] = []
        self._take_atoms(table, block, position)
        self.respondents = self._count()

    def _take_atoms(
        self, table: FrequencyTable, block: Block | None, position: Sequence[int]
    ) -> None:
        """Sum the table's atoms by unit and category, without empty ones, in depth-first order."""
        category = (
            table.category_of_atoms(block) if block else [NO_CATEGORY] * len(table.atom_units)
        )
        merged: dict[tuple[int, int], int] = {}
        for unit, side, people in zip(
            table.atom_units.tolist(), list(category), table.atom_counts.tolist(), strict=True
        ):
            if people:
                key = position[unit], int(side)
                merged[key] = merged.get(key, 0) + people
        self.members: list[list[int]] = [[] for _ in range(self.blocks)]
        self._starts = [[0] * (self.size + 1) for _ in range(self.blocks)]
        for (place, side), people in sorted(merged.items()):
            atom = len(self.people)
            self.people.append(people)
            for number in (0,) if side == NO_CATEGORY else (0, side + 1):
                self.members[number].append(atom)
                self._starts[number][place + 1] += 1
        for starts in self._starts:
            for place in range(self.size):
                starts[place + 1] += starts[place]

    def _count(self) -> list[int]:
        respondents: list[int] = []
        for members, starts in zip(self.members, self._starts, strict=True):
            sums = [0]
            for atom in members:
                sums.append(sums[-1] + self.people[atom])
            respondents += [
                sums[starts[end]] - sums[starts[place]] for place, end in enumerate(self.ends)
            ]
        return respondents

    def top_down(self, cell: int) -> tuple[int, int, int]:
        """Return a key that sorts cells by depth, larger ones first, then by number."""
        return self.depths[cell % self.size], -self.respondents[cell], cell

    def atoms(self, cell: int) -> list[int]:
        """Return the atoms of a cell."""
        number, place = divmod(cell, self.size)
        starts = self._starts[number]
        return self.members[number][starts[place] : starts[self.ends[place]]]


def _depth_first(parents: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
    """Return units in depth-first order (siblings as given), positions of parents, and ends."""
    below: list[list[int]] = [[] for _ in parents]
    waiting: list[tuple[int, int]] = []
    for unit in range(len(parents) - 1, -1, -1):
        if parents[unit] >= 0:
            below[parents[unit]].append(unit)
        else:
            waiting.append((unit, -1))
    units: list[int] = []
    above: list[int] = []
    while waiting:
        unit, parent = waiting.pop()
        waiting += [(child, len(units)) for child in below[unit]]
        units.append(unit)
        above.append(parent)
    ends = list(range(1, len(units) + 1))
    for place in range(len(units) - 1, -1, -1):
        if above[place] >= 0:
            ends[above[place]] = max(ends[above[place]], ends[place])
    return units, above, ends
