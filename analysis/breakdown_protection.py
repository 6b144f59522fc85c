"""Which breakdown cells of a month may be shown beside unit totals: protect, attack, prove.

All tables of a release are protected together, because each can be safe alone and two of them
unsafe together. It fails closed: whatever goes wrong, no breakdown is shown and the unit totals are
protected by themselves.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from analysis.disclosure.attack import AttackReport, ControlSilentError
from analysis.disclosure.certificate import Certified, Names
from analysis.disclosure.engine import protect
from analysis.disclosure.frequency_tables import TOTALS, Block, FrequencyTable, TablePattern
from analysis.disclosure.rules import Rules
from analysis.disclosure.table_attack import attack_before_release
from analysis.release import CROSSING, ReleasedBreakdown
from analysis.release_proof import ReleaseProof, prove
from analysis.tally import Counts, MonthTally
from surveys.policy import AnonymityPolicy, Breakdown
from surveys.units import UnitTree

_PAIR = 2


@dataclass(frozen=True)
class ProtectedBreakdowns:
    """What may be shown of a month that asked breakdown questions, attacked and proved.

    `rows[i]` is the row of the tally that holds the respondents of the table's atom i. `blocks`
    describe the table's blocks after the unit totals.
    """

    table: FrequencyTable
    pattern: TablePattern
    rows: Counts
    blocks: tuple[ReleasedBreakdown, ...]
    attacked: AttackReport
    proof: ReleaseProof

    @property
    def totals(self) -> tuple[tuple[bool, ...], tuple[int, ...]]:
        """For each unit whether its total is shown, and its respondents with all units below it."""
        people = self.table.cell_counts(TOTALS)[:, 0]
        return tuple(self.pattern.shown[0][:, 0].tolist()), tuple(people.tolist())


def protect_breakdowns(
    tally: MonthTally, tree: UnitTree, policy: AnonymityPolicy
) -> ProtectedBreakdowns | None:
    """Return what may be shown, None if the month asked no breakdown or none can be shown safely.

    Args:
        tally: the counts; every atom is a unit of the tree.
        tree: the units of the month.
        policy: it declares every breakdown of the tally.
    """
    if not tally.breakdowns:
        return None
    order = [each for each in policy.breakdowns if each in tally.breakdowns]
    table, rows = _table(tally, tree, order, policy)
    rules = Rules(policy.threshold, policy.colluders)
    protected = protect(table, rules)
    pattern = protected.pattern
    attacked = _attack(table, pattern, rules)
    if attacked is None:
        return None
    certified = Certified(table, _names(tree, order), rules, pattern, protected.account)
    proof = prove(certified, attacked)
    if proof is None:
        return None
    blocks = _released(table, pattern, order)
    return ProtectedBreakdowns(table, pattern, rows, blocks, attacked, proof)


def _names(tree: UnitTree, order: list[Breakdown]) -> Names:
    return Names(
        units=tuple(unit.code for unit in tree),
        demographics=tuple(breakdown.code for breakdown in order),
        categories=tuple(breakdown.options for breakdown in order),
    )


def _table(
    tally: MonthTally, tree: UnitTree, order: list[Breakdown], policy: AnonymityPolicy
) -> tuple[FrequencyTable, Counts]:
    """Return the table, and the tally's row of each atom; the order of rows does not matter."""
    columns = [tally.breakdowns.index(breakdown) for breakdown in order]
    placed = sorted(
        (tree.place(unit), tuple(categories[column] for column in columns), row)
        for row, (unit, categories) in enumerate(tally.keys)
        if tally.respondents[row] > 0
    )
    rows = np.array([row for _unit, _categories, row in placed], dtype=np.int64)
    categories = np.array([categories for _unit, categories, _row in placed], dtype=np.int64)
    table = FrequencyTable(
        parents=tuple(tree.parent_places),
        categories=tuple(len(breakdown.options) for breakdown in order),
        atom_units=np.array([unit for unit, _categories, _row in placed], dtype=np.int64),
        atom_categories=categories.reshape(len(placed), len(order)),
        atom_counts=tally.respondents[rows],
        blocks=_blocks(len(order), policy),
    )
    return table, rows


def _blocks(demographics: int, policy: AnonymityPolicy) -> tuple[Block, ...]:
    single = [Block((place,)) for place in range(demographics)]
    levels = frozenset(policy.crossing_levels)
    pairs = combinations(range(demographics), _PAIR) if levels else ()
    return (TOTALS, *single, *(Block(pair, levels) for pair in pairs))


def _attack(table: FrequencyTable, pattern: TablePattern, rules: Rules) -> AttackReport | None:
    """Return what may be told of the attacks, None if one found a leak or has gone blind."""
    try:
        report = attack_before_release(table, pattern, rules)
    except ControlSilentError:
        return None
    return None if report.leaks else report


def _released(
    table: FrequencyTable, pattern: TablePattern, order: list[Breakdown]
) -> tuple[ReleasedBreakdown, ...]:
    return tuple(
        _described(
            [order[place] for place in block.demographics],
            levels=None if block.levels is None else tuple(sorted(block.levels)),
            cells=int(table.candidates(block).sum()) * table.width(block),
            shown=int(shown.sum()),
        )
        for block, shown in zip(table.blocks[1:], pattern.shown[1:], strict=True)
    )


def _described(
    divided: list[Breakdown], *, levels: tuple[int, ...] | None, cells: int, shown: int
) -> ReleasedBreakdown:
    first, *others = divided
    options = first.options
    for other in others:
        options = tuple(f"{one}, {two}" for one in options for two in other.options)
    return ReleasedBreakdown(
        code=CROSSING.join(breakdown.code for breakdown in divided),
        name=" and ".join(breakdown.name for breakdown in divided),
        options=options,
        levels=levels,
        cells=cells,
        shown=shown,
    )
