"""The sealed certificate of a release: made, read by the verifier and forgotten, in memory alone.

It holds the respondents of every atom, so it goes into no file, no table and no message, and
neither does what the verifier has against it. What is left is its hash; a random salt in it keeps
anybody from finding the numbers by trying which ones have the hash (docs/decisions/0119).
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.coding import Whole
from analysis.disclosure import verifier
from analysis.disclosure.accounts import Account, BlockAccount, Decision, Method
from analysis.disclosure.attack import AttackReport
from analysis.disclosure.certificate import SALT_BYTES, Attacks, Certified, Names, certify
from analysis.disclosure.engine import ENGINE_VERSION
from analysis.disclosure.frequency_tables import FrequencyTable, TablePattern
from analysis.disclosure.rules import Rules
from analysis.unit_coding import ShownUnits
from surveys.canonical import sha256_hex
from surveys.units import UnitTree

_IN_PUBLISHED_ALREADY = AttackReport({}, {}, ())


@dataclass(frozen=True, slots=True)
class ReleaseProof:
    """What is left of a sealed certificate in which the verifier found nothing wrong.

    `verifier_sha256` is the hash of the file `analysis/disclosure/verifier.py` that read it.
    """

    sealed_sha256: str
    verifier_sha256: str


def new_salt() -> bytes:
    """Return a random salt; the only thing in a release that equal counts do not make equal."""
    return secrets.token_bytes(SALT_BYTES)


def prove(certified: Certified, attacked: AttackReport) -> ReleaseProof | None:
    """Seal what may be shown and let the verifier read it; return None if it objects.

    What it objects to is kept nowhere, not even in an error, because it names numbers of people.

    Args:
        certified: the pattern, and how the engine came to it.
        attacked: the self-attack on it, which found nothing.
    """
    written = certify(certified, Attacks(attacked, _IN_PUBLISHED_ALREADY), new_salt())
    try:
        for _check in verifier.verify(written.public.encode(), written.sealed.encode()):
            pass
    except verifier.Refuted:
        return None
    source = Path(verifier.__file__).read_text(encoding="utf-8")
    return ReleaseProof(sha256_hex(written.sealed), sha256_hex(source))


def prove_totals(
    tree: UnitTree, own: Whole, shown: ShownUnits, rules: Rules, attacked: AttackReport
) -> ReleaseProof | None:
    """Prove unit totals by themselves; return None if the verifier objects.

    Args:
        tree: the units.
        own: respondents of each unit itself, in the tree's order.
        shown: which unit totals are shown.
        rules: what they are judged under.
        attacked: the self-attack on them, which found nothing.
    """
    atoms = np.flatnonzero(own)
    table = FrequencyTable(
        parents=tuple(tree.parent_places),
        categories=(),
        atom_units=atoms,
        atom_categories=np.zeros((len(atoms), 0), dtype=np.int64),
        atom_counts=own[atoms],
    )
    is_shown = np.zeros((len(tree), 1), dtype=np.bool_)
    is_shown[list(shown.places)] = True
    decisions = tuple(Decision(0, place, 0, Method.TREE) for place in shown.places)
    large_enough = sum(people >= rules.smallest_group for people in _with_below(table))
    account = Account(ENGINE_VERSION, (BlockAccount(large_enough, len(decisions), 0),), decisions)
    names = Names(tuple(unit.code for unit in tree))
    return prove(Certified(table, names, rules, TablePattern((is_shown,)), account), attacked)


def _with_below(table: FrequencyTable) -> list[int]:
    people: list[int] = table.cell_counts(table.blocks[0])[:, 0].tolist()
    return people
