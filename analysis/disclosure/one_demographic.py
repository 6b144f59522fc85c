"""Which cells of a tree and of one demographic are shown: insertion one by one, then a search.

Unit totals come first, the best there are on their own, then the other cells from the top down
and larger ones first, each shown if the cut graph says that nothing about 1 to k-1 people can be
learned then; then a local search. What it arrives at is inserted once more into an empty graph:
only what is accepted there leaves the engine, and in that order it can be followed.
"""

import numpy as np

from analysis.disclosure.accounts import BlockAccount, Decision, Method
from analysis.disclosure.cell_order import CellOrder
from analysis.disclosure.cut_graph import CutGraph
from analysis.disclosure.frequency_tables import FrequencyTable, TablePattern
from analysis.disclosure.local_search import LocalSearch
from analysis.disclosure.rules import Rules
from analysis.disclosure.totals import best_totals


def protect_one_demographic(
    table: FrequencyTable, rules: Rules
) -> tuple[TablePattern, tuple[BlockAccount, ...], tuple[Decision, ...]]:
    """Protect the unit totals and the one other block of a table, jointly."""
    order = CellOrder(table, table.blocks[1])
    candidates = _candidates(table, order, rules)
    graph = CutGraph(order, rules.smallest_group)
    search = LocalSearch(graph)
    best = best_totals(table, rules)
    totals = {place for place, unit in enumerate(order.units) if best[unit]}
    for cell in [cell for cell in candidates if cell in totals]:
        search.offer(cell)
    for cell in [cell for cell in candidates if cell not in totals]:
        search.offer(cell)
    search.improve()
    decisions = _replay(order, rules, [cell for cell in candidates if graph.shown[cell]])
    return _pattern(table, decisions), _count(order, candidates, decisions), decisions


def _candidates(table: FrequencyTable, order: CellOrder, rules: Rules) -> list[int]:
    """Return the cells that might be shown, top down: enough respondents, at a depth allowed."""
    allowed = [table.candidates(block).tolist() for block in table.blocks]
    candidates = [
        cell
        for cell, respondents in enumerate(order.respondents)
        if respondents >= rules.smallest_group
        and allowed[min(cell // order.size, 1)][order.units[cell % order.size]]
    ]
    return sorted(candidates, key=order.top_down)


def _replay(order: CellOrder, rules: Rules, cells: list[int]) -> tuple[Decision, ...]:
    """Show cells one by one in a new graph, unit totals first; what it refuses is left out."""
    graph = CutGraph(order, rules.smallest_group)
    decisions: list[Decision] = []
    for cell in sorted(cells, key=lambda cell: cell >= order.size):
        tested = graph.insert(cell)
        if tested.is_shown:
            block, place = divmod(cell, order.size)
            method = Method.FLOW if tested.flow else Method.CLOSURE
            decisions.append(Decision(min(block, 1), order.units[place], max(block - 1, 0), method))
    return tuple(decisions)


def _pattern(table: FrequencyTable, decisions: tuple[Decision, ...]) -> TablePattern:
    shown = tuple(
        np.zeros((len(table.parents), table.width(block)), dtype=np.bool_) for block in table.blocks
    )
    for decision in decisions:
        shown[decision.block][decision.unit, decision.category] = True
    return TablePattern(shown)


def _count(
    order: CellOrder, candidates: list[int], decisions: tuple[Decision, ...]
) -> tuple[BlockAccount, ...]:
    accounts: list[BlockAccount] = []
    for block in (0, 1):
        methods = [decision.method for decision in decisions if decision.block == block]
        closed = methods.count(Method.CLOSURE)
        possible = sum(min(cell // order.size, 1) == block for cell in candidates)
        accounts.append(BlockAccount(possible, len(methods) - closed, closed))
    return tuple(accounts)
