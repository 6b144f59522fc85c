"""Small tables with every shown cell proved by brute force, for tests of certificates."""

import json
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import lcm

from analysis.disclosure.accounts import Account, BlockAccount, Decision, Method
from analysis.disclosure.attack import AttackReport
from analysis.disclosure.certificate import (
    SALT_BYTES,
    Attacks,
    Certificates,
    Certified,
    Names,
    certify,
)
from analysis.disclosure.frequency_tables import FrequencyTable
from analysis.disclosure.rules import Rules
from analysis.disclosure.witnesses import Witness
from tests.analysis.disclosure.brute_force import Cell, members, pattern_of

_REPORT = AttackReport({"subtract": 3}, {"subtract": 0}, ("outside",))
NOTHING_FOUND = Attacks(_REPORT, _REPORT)


def make_certificates(
    table: FrequencyTable,
    order: Sequence[Cell],
    *,
    k: int = 5,
    proofs: Sequence[Sequence[Witness]] | None = None,
    sums: Mapping[Cell, Sequence[tuple[Cell, int]]] | None = None,
    attacks: Attacks = NOTHING_FOUND,
) -> Certificates:
    """Return certificates of the cells in this order, whether they are safe or not."""
    given = proofs if proofs is not None else [()] * len(order)
    decisions = tuple(
        Decision(
            cell.block,
            cell.unit,
            cell.category,
            Method.WITNESSES,
            tuple(own),
            tuple(
                ((term.block, term.unit, term.category), n)
                for term, n in (sums or {}).get(cell, ())
            ),
        )
        for cell, own in zip(order, given, strict=True)
    )
    account = Account("by hand/1", (BlockAccount(0, 0, 0),) * len(table.blocks), decisions)
    units = tuple(f"unit {place}" for place in range(len(table.parents)))
    categories = tuple(tuple(f"c{i}" for i in range(width)) for width in table.categories)
    names = Names(units, tuple(f"d{i}" for i in range(len(categories))), categories)
    certified = Certified(table, names, Rules(k), pattern_of(table, order), account)
    return certify(certified, attacks, bytes(range(SALT_BYTES)))


def witnesses_of(table: FrequencyTable, shown: Sequence[Cell], cell: Cell) -> list[Witness]:
    """Return all shortest vectors orthogonal to shown cells but not to a further one."""
    present = [atom for atom, count in enumerate(table.atom_counts) if count > 0]
    rows = [members(table, each) for each in shown]
    own = members(table, cell)
    found: list[Witness] = []
    for size in range(1, len(present) + 1):
        for atoms in combinations(present, size):
            if any(set(smaller.atoms) <= set(atoms) for smaller in found):
                continue
            for vector in null_space([[row[atom] for atom in atoms] for row in rows], size):
                if sum(value for atom, value in zip(atoms, vector, strict=True) if own[atom]):
                    found.append(Witness.of(zip(atoms, vector, strict=True)))
                    break
    return found


def null_space(rows: Sequence[Sequence[bool]], width: int) -> Iterator[tuple[int, ...]]:
    """Yield whole vectors that span what is orthogonal to some rows."""
    left = [[Fraction(int(value)) for value in row] for row in rows]
    pivots: list[int] = []
    for column in range(width):
        at = next((n for n in range(len(pivots), len(left)) if left[n][column]), None)
        if at is None:
            continue
        place = len(pivots)
        left[place], left[at] = left[at], left[place]
        left[place] = [value / left[place][column] for value in left[place]]
        for other in range(len(left)):
            if other != place and left[other][column]:
                factor = left[other][column]
                left[other] = [
                    a - factor * b for a, b in zip(left[other], left[place], strict=True)
                ]
        pivots.append(column)
    for free in set(range(width)) - set(pivots):
        vector = [Fraction(0)] * width
        vector[free] = Fraction(1)
        for place, column in enumerate(pivots):
            vector[column] = -left[place][free]
        scale = lcm(*(value.denominator for value in vector))
        yield tuple(int(value * scale) for value in vector)


def changed(text: str, **values: object) -> str:
    """Return a certificate with some values replaced, in the same canonical form."""
    return json.dumps(
        json.loads(text) | values, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
