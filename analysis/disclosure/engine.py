"""One entry point for every table: which cells may be shown, and an account of how that was found.

Guarantees, for the k of the rules: no shown cell has fewer than k respondents (G0), no hidden cell
below k follows from shown ones (G1), no linear combination of shown counts and sums depends on 1
to k-1 people (G2), empty cells and small ones look the same (Z), only counts of respondents are
looked at (H), and the same counts give the same pattern (D).
"""

from dataclasses import dataclass

from analysis.disclosure.accounts import Account, BlockAccount, Decision, Method
from analysis.disclosure.frequency_tables import FrequencyTable, TablePattern
from analysis.disclosure.linked import LinkedAccount, protect_linked
from analysis.disclosure.linked import Method as LinkedMethod
from analysis.disclosure.one_demographic import protect_one_demographic
from analysis.disclosure.rules import Rules
from analysis.disclosure.totals import protect_totals

ENGINE_VERSION = "tables/2"
"""Changes whenever the same counts could give another pattern."""


@dataclass(frozen=True, slots=True)
class Protected:
    """What may be shown, and the account of it, which holds more than may be shown."""

    pattern: TablePattern
    account: Account


def protect(table: FrequencyTable, rules: Rules) -> Protected:
    """Return which cells of a table may be shown; the same table gives the same answer."""
    divided = table.blocks[1:]
    if not divided:
        pattern, blocks, decisions = protect_totals(table, rules)
    elif len(divided) == 1 and len(divided[0].demographics) == 1:
        pattern, blocks, decisions = protect_one_demographic(table, rules)
    else:
        pattern, linked = protect_linked(table, rules)
        blocks = tuple(_numbers_of(linked, place) for place in range(len(table.blocks)))
        shown = [decision for decision in linked.decisions if decision.is_shown]
        decisions = tuple(
            Decision(*each.cell, _METHODS[each.method], each.witnesses, each.derivation)
            for each in shown
        )
    return Protected(pattern, Account(ENGINE_VERSION, blocks, decisions))


_METHODS = {
    LinkedMethod.TOTAL: Method.TREE,
    LinkedMethod.FOLLOWS: Method.CLOSURE,
    LinkedMethod.WITNESSED: Method.WITNESSES,
}


def _numbers_of(linked: LinkedAccount, place: int) -> BlockAccount:
    decided = [each.method for each in linked.decisions if each.cell.block == place]
    closed = decided.count(LinkedMethod.FOLLOWS)
    shown = sum(method in _METHODS for method in decided)
    return BlockAccount(len(decided), shown - closed, closed)
