"""The most cells that any safe pattern can show, by integer programming (HiGHS through SciPy).

Whether a set of cells may be shown together is not written down beforehand: the solver proposes a
pattern, a judge that shares no code with the engine looks for combinations that depend on 1 to k-1
people, and for each the rule "not all of these cells" is added, until nothing is found. A rule is
true of every safe pattern (the combination exists wherever its cells are shown, whatever else
is), so the last proposal is safe and no safe pattern shows more.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from analysis.disclosure.frequency_tables import FrequencyTable, TablePattern
from tests.analysis.disclosure.brute_force import (
    Cell,
    cells_of,
    exposed_sets,
    members,
    pattern_of,
    rank_over,
)
from tests.analysis.disclosure.cut_check import small_cuts

INFEASIBLE = 2  # status of scipy.optimize.milp
Rule = frozenset[Cell]


@dataclass(frozen=True, slots=True)
class Optimum:
    """No safe pattern shows more than `bound` cells, unit totals counted as well.

    The pattern is safe and shows exactly that many; it is None where the time was over before.
    """

    pattern: TablePattern | None
    bound: int
    rules: int
    rounds: int


def optimum(
    table: FrequencyTable, k: int, *, totals: Sequence[bool] | None = None, seconds: float = 60.0
) -> Optimum:
    """Return a safe pattern with as many cells as possible.

    Args:
        table: unit totals and one demographic for up to thousands of teams; several demographics
            or crossings only where every set of atoms can be tried.
        k: the fewest people that a combination may depend on.
        totals: for each unit whether its total is shown; by default the optimum chooses.
        seconds: what all proposals together may take; then the last one is the bound.

    Raises:
        ValueError: the given totals alone are unsafe.
    """
    end = time.monotonic() + seconds
    fixed = {Cell(0, unit, 0): is_shown for unit, is_shown in enumerate(totals or ())}
    cells = _eligible(table, k)
    program = _Program(cells, fixed, _identities(table, set(cells)))
    rules: set[Rule] = set()
    bound = len(cells)
    for rounds in count(1):
        proposal = program.proposal(rules, end - time.monotonic())
        if proposal is None:
            break
        bound, pattern = len(proposal), pattern_of(table, proposal)
        found = _broken_rules(table, pattern, k)
        if not found:
            return Optimum(pattern, bound, len(rules), rounds)
        rules |= found
    return Optimum(None, bound, len(rules), rounds)


def _eligible(table: FrequencyTable, k: int) -> list[Cell]:
    return [
        Cell(place, int(unit), int(category))
        for place, block in enumerate(table.blocks)
        for unit, category in np.argwhere(
            (table.cell_counts(block) >= k) & table.candidates(block)[:, None]
        )
    ]


def _identities(table: FrequencyTable, eligible: set[Cell]) -> list[Rule]:
    """Return sets of eligible cells of which each follows from the others.

    A cell of a unit and those of the units below it, and a unit's total and its categories in a
    demographic, where they hold the same people. Where all but one are shown, showing that one
    as well changes nothing, so some optimum does; without this the solver would hide it and be
    told in as many ways as there are identities that this hides nothing.
    """
    counts = [table.cell_counts(block) for block in table.blocks]
    children: list[list[int]] = [[] for _ in table.parents]
    for unit, parent in enumerate(table.parents):
        if parent >= 0:
            children[parent].append(unit)
    families = []
    for unit, below in enumerate(children):
        for block, own in enumerate(counts):
            categories = range(own.shape[1])
            families += [
                (Cell(block, unit, one), [Cell(block, child, one) for child in below])
                for one in categories
            ]
            if block:
                families.append((Cell(0, unit, 0), [Cell(block, unit, one) for one in categories]))
    identities = []
    for whole, parts in families:
        held = {part: int(counts[part.block][part.unit, part.category]) for part in parts}
        identity = {whole, *(part for part, people in held.items() if people)}
        is_whole = sum(held.values()) == counts[whole.block][whole.unit, whole.category]
        if is_whole and identity <= eligible:
            identities.append(frozenset(identity))
    return identities


@dataclass(frozen=True)
class _Program:
    """The integer program: a variable per cell that is 1 where it is hidden."""

    cells: list[Cell]
    fixed: Mapping[Cell, bool]
    identities: Sequence[Rule]

    def proposal(self, rules: set[Rule], seconds: float) -> list[Cell] | None:
        """Return the most cells that keep the rules known so far, None if time was over."""
        if not self.cells:
            return []
        constraints = [
            *(dict.fromkeys(rule, 1.0) for rule in sorted(rules, key=sorted)),
            *(
                {**dict.fromkeys(identity, 1.0), cell: -1.0}
                for identity in self.identities
                for cell in sorted(identity - set(self.fixed))
            ),
        ]
        least = [1.0] * len(rules) + [0.0] * (len(constraints) - len(rules))
        is_hidden = [
            (0.0, 1.0) if cell not in self.fixed else (1.0 - self.fixed[cell],) * 2
            for cell in self.cells
        ]
        solved = milp(
            np.ones(len(self.cells)),
            constraints=[LinearConstraint(self._matrix(constraints), least, np.inf)],
            bounds=Bounds(*zip(*is_hidden, strict=True)),
            integrality=np.ones(len(self.cells)),
            options={"mip_rel_gap": 0.0, "time_limit": max(seconds, 0.0)},
        )
        if solved.status == INFEASIBLE:
            raise ValueError("the given totals cannot be shown together")
        if solved.status != 0:  # out of time
            return None
        pairs = zip(self.cells, solved.x, strict=True)
        return [cell for cell, hidden in pairs if hidden < 0.5]

    def _matrix(self, constraints: Sequence[Mapping[Cell, float]]) -> csr_array:
        places = {cell: place for place, cell in enumerate(self.cells)}
        entries = [
            (row, places[cell], value)
            for row, constraint in enumerate(constraints)
            for cell, value in constraint.items()
        ]
        rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
        shape = (len(constraints), len(self.cells))
        return csr_array((values, (rows, columns)), shape=shape)


def _broken_rules(table: FrequencyTable, pattern: TablePattern, k: int) -> set[Rule]:
    if len(table.blocks) == 2 and len(table.blocks[1].demographics) == 1:
        return {cut.cells for cut in small_cuts(table, pattern, k)}
    cells = cells_of(pattern)
    return {_fewest_cells(table, cells, exposed) for exposed in exposed_sets(table, cells, k)}


def _fewest_cells(table: FrequencyTable, cells: Sequence[Cell], exposed: Sequence[int]) -> Rule:
    """Return cells that expose these atoms and of which none can be left out."""
    held = {cell: members(table, cell) for cell in cells}
    everybody = [atom for atom, count in enumerate(table.atom_counts) if count > 0]
    others = [atom for atom in everybody if atom not in set(exposed)]
    needed = list(cells)
    for cell in cells:
        fewer = [one for one in needed if one != cell]
        rows = [held[one] for one in fewer]
        if rank_over(rows, everybody) > rank_over(rows, others):
            needed = fewer
    return frozenset(needed)
