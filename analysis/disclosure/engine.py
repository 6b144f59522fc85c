"""One entry point for every table: which cells may be shown, and an account of how that was found.

Guarantees, for the k of the rules: no shown cell has fewer than k respondents (G0), no hidden cell
below k follows from shown ones (G1), no linear combination of shown counts and sums depends on 1
to k-1 people (G2), empty cells and small ones look the same (Z), only counts of respondents are
looked at (H), and the same counts give the same pattern (D).
"""

from dataclasses import dataclass

from analysis.disclosure.accounts import Account
from analysis.disclosure.frequency_tables import FrequencyTable, TablePattern
from analysis.disclosure.one_demographic import protect_one_demographic
from analysis.disclosure.rules import Rules
from analysis.disclosure.totals import protect_totals

ENGINE_VERSION = "tree/1"
"""Changes whenever the same counts could give another pattern."""


@dataclass(frozen=True, slots=True)
class Protected:
    """What may be shown, and the account of it, which holds more than may be shown."""

    pattern: TablePattern
    account: Account


def protect(table: FrequencyTable, rules: Rules) -> Protected:
    """Return which cells of a table may be shown; the same table gives the same answer.

    Raises:
        NotImplementedError: the table has several demographics or a crossing.
    """
    divided = table.blocks[1:]
    if not divided:
        pattern, blocks, decisions = protect_totals(table, rules)
    elif len(divided) == 1 and len(divided[0].demographics) == 1:
        pattern, blocks, decisions = protect_one_demographic(table, rules)
    else:
        # The only place where tables of several demographics and of crossings are turned away.
        raise NotImplementedError("several demographics or a crossing in one table")
    return Protected(pattern, Account(ENGINE_VERSION, blocks, decisions))
