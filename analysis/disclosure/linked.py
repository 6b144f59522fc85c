"""Tables that share respondents: several demographics, and crossings of two.

Each table safe by itself is not enough; the difference of two safe ones can be one person. Cells
are inserted one by one. The unit totals come first, as the exact optimum of the tree; then all
other cells by depth, crossings last and small units first within a depth. A cell is shown if it
follows from what is shown already, or if witnesses prove that no combination with it depends on 1
to k-1 people. All else is hidden: no proof found in the steps allowed means hidden.
Proof, limits and sources: docs/decisions/0111-witnesses.md.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analysis.disclosure.frequency_tables import FrequencyTable, TablePattern
from analysis.disclosure.null_spaces import NullSpace, local_derivation
from analysis.disclosure.rules import Rules
from analysis.disclosure.shown_cells import GROUND, Cell, Opening, ShownCells
from analysis.disclosure.tree import protect_tree
from analysis.disclosure.witness_exchanges import exchanges
from analysis.disclosure.witness_paths import PathSearch
from analysis.disclosure.witness_swaps import SwapSearch
from analysis.disclosure.witnesses import Pool, Witness


@dataclass(frozen=True, slots=True)
class Budget:
    """How far proofs are searched for. Less of anything hides more and exposes nothing."""

    fan: int = 300
    """Atoms of one residue that a search for paths looks at; more of them are sampled."""
    pairs: int = 4000
    """Swaps of one neighbourhood that are looked at; more of them are sampled."""
    widenings: int = 2
    """Units above a cell near which its swaps are looked for, the parent being the first."""
    eliminated: int = 300
    """Atoms of the largest neighbourhood in which elimination finds every witness there is."""
    answers: int = 12
    """Exposed sets that are answered with a further witness, before a cell is given up."""
    branches: int = 400
    """Branches of each question whether fewer than k people meet all witnesses of a pool."""
    full_depth: int = 1
    """Down to this depth a derivation is sought through residues of any size."""


_DEFAULT_BUDGET = Budget()


class Method(StrEnum):
    """How a cell came to be shown, or why it is not."""

    TOTAL = "unit total of the exact optimum"
    FOLLOWS = "follows from what is shown"
    WITNESSED = "witnesses"
    SMALL_PART = "would leave a small part"
    EXPOSED = "would expose a small group"
    UNPROVEN = "no proof found"


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on one cell of k or more people.

    `witnesses` are those of a cell shown by them; their atoms are places in the table.
    `derivation` gives a cell that follows as a sum of cells shown before it.
    """

    cell: Cell
    method: Method
    witnesses: tuple[Witness, ...] = ()
    derivation: tuple[tuple[Cell, int], ...] = ()

    @property
    def is_shown(self) -> bool:
        return self.method in _SHOWN


_SHOWN = frozenset({Method.TOTAL, Method.FOLLOWS, Method.WITNESSED})


@dataclass(frozen=True, slots=True)
class LinkedAccount:
    """All decisions in the order in which they were made; those on shown cells are the insertion.

    Checking each in turn against the cells shown before it proves the whole pattern anew.
    """

    decisions: tuple[Decision, ...]

    @property
    def inserted(self) -> tuple[Cell, ...]:
        return tuple(decision.cell for decision in self.decisions if decision.is_shown)


def protect_linked(
    table: FrequencyTable, rules: Rules, budget: Budget = _DEFAULT_BUDGET
) -> tuple[TablePattern, LinkedAccount]:
    """Return a pattern from which no combination of figures depends on 1 to k-1 people.

    Args:
        table: unit totals and any other blocks, which may share atoms in any way.
        rules: the threshold.
        budget: how far proofs are searched for.
    """
    insertion = _Insertion(table, rules.smallest_group, budget)
    decisions = [insertion.show_total(unit) for unit in _optimal_totals(table, rules)]
    hidden: list[Decision] = []
    for cell in _candidates(table, rules.smallest_group):
        decision = insertion.decide(cell)
        (decisions if decision.is_shown else hidden).append(decision)
    hidden += _hidden_totals(table, rules.smallest_group, decisions)
    decisions.extend([insertion.follow(decision) for decision in hidden])
    return _pattern(table, decisions), LinkedAccount(tuple(decisions))


class _Insertion:
    """Decides cell after cell; what it shows binds what comes after."""

    def __init__(self, table: FrequencyTable, k: int, budget: Budget) -> None:
        self._table = table
        self._k = k
        self._budget = budget
        self._cells = ShownCells(table)
        self._places: list[int] = self._cells.places.tolist()  # shared by all witnesses
        self._swaps = SwapSearch(self._cells, budget.pairs)

    def show_total(self, unit: int) -> Decision:
        cell = Cell(0, unit, 0)
        self._cells.show(self._cells.open(cell))
        return Decision(cell, Method.TOTAL)

    def decide(self, cell: Cell) -> Decision:
        """Decide on a cell, and show it if it may be."""
        opening = self._cells.open(cell)
        decision = self._by_residues(opening) or self._by_pairs(opening)
        if decision is None:
            paths = PathSearch(
                self._cells, opening, self._cells.classes[cell.block], self._budget.fan
            )
            if paths.flow(self._k) >= self._k:
                decision = self._witnessed(opening, paths.witnesses())
            else:
                decision = self._by_pool(opening, paths)
        if decision.is_shown:
            self._cells.show(opening)
        return decision

    def follow(self, decision: Decision) -> Decision:
        """Show a cell without proof after all, if by now it follows from what is shown.

        A cell that would have exposed a small group still would, so it cannot follow.
        """
        if decision.method != Method.UNPROVEN:
            return decision
        opening = self._cells.open(decision.cell)
        late = self._by_residues(opening) or self._by_pairs(opening)
        if late is None or not late.is_shown:
            return decision
        self._cells.show(opening)
        return late

    def _by_residues(self, opening: Opening) -> Decision | None:
        """Decide by the two parts of the one residue that the cell would split."""
        if opening.people == 0:
            return self._follows(opening, {})
        if opening.node != GROUND and opening.rest == 0:
            return self._follows(opening, self._cells.residue_in_cells(opening.node))
        rest = self._k if opening.node == GROUND else opening.rest
        if min(opening.people, rest) < self._k:
            return Decision(opening.cell, Method.SMALL_PART)
        return None

    def _by_pairs(self, opening: Opening) -> Decision | None:
        """Decide beside each other block alone, where that decides."""
        for block, side in enumerate(self._cells.residues):
            if block == opening.cell.block:
                continue
            paths = PathSearch(self._cells, opening, side, self._budget.fan)
            people = paths.flow(self._k)
            is_near_roots = self._table.depths[opening.cell.unit] <= self._budget.full_depth
            if people < self._k and paths.is_partial and is_near_roots:
                paths = PathSearch(self._cells, opening, side, len(self._cells.people))
                people = paths.flow(self._k)
            if people < self._k and not paths.is_partial:
                if people:
                    return Decision(opening.cell, Method.EXPOSED)
                residues = paths.reached_residues()
                if not paths.is_partial:
                    return self._follows(opening, residues)
        return None

    def _by_pool(self, opening: Opening, paths: PathSearch) -> Decision:
        """Gather witnesses from paths and swaps until they prove the cell, or give it up."""
        pool = Pool(self._cells.people, self._k, self._budget.branches)
        for witness in paths.witnesses():
            pool.add(witness)
        for found in self._found_near(opening):
            for witness in found:
                pool.add(witness)
                if pool.packed:
                    return self._witnessed(opening, pool.packed)
            verdict = pool.judge()
            if verdict.exposed is None:
                return self._witnessed(opening, verdict.used)
        return self._by_avoiding(opening, paths, pool)

    def _found_near(self, opening: Opening) -> Iterator[Iterator[Witness]]:
        """Yield the witnesses of few swaps near a cell, neighbourhood by neighbourhood."""
        for unit in self._neighbourhoods(opening.cell):
            yield self._swaps.witnesses(self._swaps.near(opening, *self._cells.atoms_between(unit)))
        if self._is_crossed(opening.cell):
            around = self._surroundings(opening.cell.unit)
            yield exchanges(self._cells, opening, self._swaps.near(opening, *around))

    def _by_avoiding(self, opening: Opening, paths: PathSearch, pool: Pool) -> Decision:
        """Answer each exposed set with a witness that avoids it, as long as there is one."""
        low, beyond = self._eliminated(opening.cell)
        null: NullSpace | None = None
        for _ in range(self._budget.answers):
            verdict = pool.judge()
            if verdict.exposed is None:
                return self._witnessed(opening, verdict.used)
            if not verdict.is_decided:
                break
            further = paths.avoiding(verdict.exposed)
            if further is None and beyond - low <= self._budget.eliminated:
                null = null or NullSpace(self._cells, low, beyond)
                further = null.avoiding(verdict.exposed, opening)
            if further is None:
                break
            pool.add(further)
        if null is not None and len(pool) == 0:
            residues = local_derivation(self._cells, opening, low, beyond)
            if residues is not None:
                return self._follows(opening, residues)
        return Decision(opening.cell, Method.UNPROVEN)

    def _eliminated(self, cell: Cell) -> tuple[int, int]:
        """Return the atoms of the largest neighbourhood of a unit that elimination may take on."""
        low, beyond = self._cells.atoms_between(next(self._neighbourhoods(cell)))
        unit = cell.unit
        while unit >= 0:
            wider = self._cells.atoms_between(unit)
            if wider[1] - wider[0] > self._budget.eliminated:
                break
            low, beyond = wider
            unit = self._table.parents[unit]
        return low, beyond

    def _surroundings(self, unit: int) -> tuple[int, int]:
        """Return the atoms of a unit and as many on each side, within its parent."""
        low, beyond = self._cells.atoms_between(unit)
        parent = self._table.parents[unit]
        first, last = self._cells.atoms_between(parent if parent >= 0 else unit)
        return max(first, 2 * low - beyond), min(last, 2 * beyond - low)

    def _neighbourhoods(self, cell: Cell) -> Iterator[int]:
        """Yield a cell's parent unit, then units further up; before it a crossed cell's own unit.

        A root has only itself.
        """
        above = self._table.parents[cell.unit]
        if above < 0 or self._is_crossed(cell):
            yield cell.unit
        for _ in range(self._budget.widenings):
            if above >= 0:
                yield above
                above = self._table.parents[above]

    def _is_crossed(self, cell: Cell) -> bool:
        return len(self._table.blocks[cell.block].demographics) > 1

    def _witnessed(self, opening: Opening, witnesses: Iterable[Witness]) -> Decision:
        """Return the decision to show a cell, if its witnesses hold in integers as well."""
        inner = frozenset(opening.inner)
        kept = []
        for witness in witnesses:
            vector = list(zip(witness.atoms, witness.values, strict=True))
            met = sum(value for atom, value in vector if atom in inner)
            if met == 0 or not self._cells.balances(vector):
                return Decision(opening.cell, Method.UNPROVEN)  # two marks collided by chance
            places = [self._places[atom] for atom in witness.atoms]
            kept.append(Witness.of(zip(places, witness.values, strict=True)))
        return Decision(opening.cell, Method.WITNESSED, tuple(kept))

    def _follows(self, opening: Opening, residues: dict[Cell, int]) -> Decision:
        """Return the decision to show a cell that is a sum of residues and of what lies in it."""
        sums = dict(residues)
        for cell in self._cells.highest_beneath(opening):
            sums[cell] = sums.get(cell, 0) + 1
        left = tuple((cell, factor) for cell, factor in sums.items() if factor)
        return Decision(opening.cell, Method.FOLLOWS, derivation=left)


def _optimal_totals(table: FrequencyTable, rules: Rules) -> list[int]:
    """Return the units whose totals are shown, those above first."""
    own = np.zeros(len(table.parents), dtype=np.int64)
    np.add.at(own, table.atom_units, table.atom_counts)
    shown = protect_tree(table.parents, own.tolist(), rules).shown
    return sorted(np.flatnonzero(shown).tolist(), key=lambda unit: (table.depths[unit], unit))


def _candidates(table: FrequencyTable, k: int) -> list[Cell]:
    """Return the cells of k or more people apart from totals, in the order of insertion.

    Upper levels first, and at each the crossings last, because they bind most; then unit by unit,
    those of few people first, because they have the fewest neighbours to hide among;
    within a unit the most concentrated block first.
    """
    totals = table.cell_counts(table.blocks[0])[:, 0]
    found = []
    for place, block in enumerate(table.blocks[1:], start=1):
        counts = table.cell_counts(block)
        spread = -int(((counts**2).sum(axis=1) // np.maximum(totals, 1)).sum())
        allowed = table.candidates(block)[:, None]
        for unit, category in np.argwhere((counts >= k) & allowed).tolist():
            depth, people = int(table.depths[unit]), int(totals[unit])
            of_unit = (depth, len(block.demographics), people, unit)
            found.append(
                (of_unit, spread, int(counts[unit, category]), Cell(place, unit, category))
            )
    return [cell for *_, cell in sorted(found)]


def _hidden_totals(table: FrequencyTable, k: int, decisions: Iterable[Decision]) -> list[Decision]:
    shown = {decision.cell for decision in decisions}
    counts = table.cell_counts(table.blocks[0])[:, 0]
    cells = [Cell(0, unit, 0) for unit in np.flatnonzero(counts >= k).tolist()]
    return [Decision(cell, Method.SMALL_PART) for cell in cells if cell not in shown]


def _pattern(table: FrequencyTable, decisions: Iterable[Decision]) -> TablePattern:
    shown = [
        np.zeros((len(table.parents), table.width(block)), dtype=np.bool_) for block in table.blocks
    ]
    for decision in decisions:
        if decision.is_shown:
            shown[decision.cell.block][decision.cell.unit, decision.cell.category] = True
    return TablePattern(tuple(shown))
