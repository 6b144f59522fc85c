"""Protecting one table from a file: the pattern, the self-attack on it, both certificates."""

import secrets
from dataclasses import dataclass

from analysis.disclosure.attack import ControlSilentError
from analysis.disclosure.certificate import (
    SALT_BYTES,
    Attacks,
    Certificates,
    Certified,
    Names,
    certify,
)
from analysis.disclosure.engine import protect
from analysis.disclosure.frequency_tables import TablePattern
from analysis.disclosure.rules import Rules
from analysis.disclosure.table_attack import attack_table, attack_with_atoms
from analysis.errors import AnalysisError
from analysis.frequency_table_files import NamedTable


class TableUnsafeError(AnalysisError):
    """The self-attack found something in a pattern, or cannot be trusted: nothing may be shown."""


@dataclass(frozen=True, slots=True)
class ProtectedTable:
    """What may be shown of a table, and the certificates of it."""

    pattern: TablePattern
    certificates: Certificates


def protect_named_table(named: NamedTable, rules: Rules) -> ProtectedTable:
    """Protect a table, attack what would be shown of it, and certify both.

    The pattern is the same for the same table and rules; the certificates differ by their salt.

    Raises:
        TableUnsafeError: the self-attack found a group that is too small, or missed a planted one.
    """
    protected = protect(named.table, rules)
    attacks = attack_pattern(named, protected.pattern, rules)
    if attacks.leaks:
        raise TableUnsafeError(
            f"the self-attack found {attacks.leaks:,} groups that are too small in what would be "
            "shown; nothing was written. This is a fault in Pulse: please report it"
        )
    names = Names(named.units, named.breakdowns, named.categories)
    certified = Certified(named.table, names, rules, protected.pattern, protected.account)
    return ProtectedTable(
        protected.pattern, certify(certified, attacks, secrets.token_bytes(SALT_BYTES))
    )


def attack_pattern(named: NamedTable, pattern: TablePattern, rules: Rules) -> Attacks:
    """Attack a pattern as everybody could, and then with the numbers of its atoms.

    Raises:
        TableUnsafeError: an attack missed a leak that was planted for it.
    """
    table = named.table
    try:
        published = attack_table(
            table.parents, table.categories, table.blocks, pattern.published(table), rules
        )
        return Attacks(published, attack_with_atoms(table, pattern, rules))
    except ControlSilentError as error:
        raise TableUnsafeError(f"the attacks cannot be trusted: {error}") from error
