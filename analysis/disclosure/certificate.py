"""The two certificates of a protected table: one for everybody, one that holds numbers.

The *public* one states the pattern with its figures, the rules, the residues that follow from
published figures and what the self-attack did with them. It names the *sealed* one by its hash.
The sealed one holds the respondents of all atoms and the order and witnesses in which the pattern
can be followed; only the stand-alone verifier reads it (`analysis/disclosure/verifier.py`), and it
is to be destroyed after that. A random salt in it keeps anybody from finding the numbers by trying
which ones have the hash. The form of both: docs/decisions/0113-two-certificates.md.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.disclosure.accounts import Account, Decision
from analysis.disclosure.attack import AttackReport
from analysis.disclosure.frequency_tables import FrequencyTable, TablePattern, Whole
from analysis.disclosure.rules import Rules

PUBLIC_FORMAT = "pulse public disclosure certificate 1"
SEALED_FORMAT = "pulse sealed disclosure certificate 1"
SALT_BYTES = 32
WARNING = (
    "This file holds numbers of respondents, also of groups that must not be known. "
    "Verify it, then destroy it."
)

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Names:
    """What the places of a table stand for; units have names of their own."""

    units: tuple[str, ...]
    demographics: tuple[str, ...] = ()
    categories: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Certified:
    """What is certified: a pattern of a table under rules, and how the engine came to it."""

    table: FrequencyTable
    names: Names
    rules: Rules
    pattern: TablePattern
    account: Account


@dataclass(frozen=True, slots=True)
class Attacks:
    """The self-attack from published figures alone, and with the sealed counts."""

    published: AttackReport
    sealed: AttackReport

    @property
    def leaks(self) -> int:
        return self.published.leaks + self.sealed.leaks


@dataclass(frozen=True, slots=True)
class Certificates:
    """The texts of both certificates, each in UTF-8 exactly as it is to be kept."""

    public: str
    sealed: str


def certify(certified: Certified, attacks: Attacks, salt: bytes) -> Certificates:
    """Return the certificates; the same input and salt give the same bytes.

    Raises:
        ValueError: the salt is not 32 bytes, or the self-attack found something.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"the salt needs {SALT_BYTES} random bytes")
    if attacks.leaks:
        raise ValueError("the self-attack found a group that is too small: nothing to certify")
    statement = _statement(certified, attacks)
    sealed = _canonical(
        {
            "format": SEALED_FORMAT,
            "warning": WARNING,
            "salt": salt.hex(),
            "statement_sha256": _sha256(_canonical(statement)),
            "atoms": {
                "units": certified.table.atom_units.tolist(),
                "categories": certified.table.atom_categories.tolist(),
                "respondents": certified.table.atom_counts.tolist(),
            },
            "order": [_step(decision) for decision in certified.account.decisions],
            "methods": [decision.method.value for decision in certified.account.decisions],
            "cells": [
                {"candidates": each.candidates, "inserted": each.inserted, "closed": each.closed}
                for each in certified.account.blocks
            ],
            "attack": _report(attacks.sealed),
        }
    )
    return Certificates(_canonical(statement | {"sealed_sha256": _sha256(sealed)}), sealed)


def _statement(certified: Certified, attacks: Attacks) -> Json:
    table, names = certified.table, certified.names
    published = certified.pattern.published(table)
    return {
        "format": PUBLIC_FORMAT,
        "engine": certified.account.engine,
        "rules": {
            "threshold": certified.rules.threshold,
            "colluders": certified.rules.colluders,
            "smallest_group": certified.rules.smallest_group,
        },
        "units": list(names.units),
        "parents": list(table.parents),
        "demographics": [
            {"name": name, "categories": list(categories)}
            for name, categories in zip(names.demographics, names.categories, strict=True)
        ],
        "blocks": [
            {
                "demographics": list(block.demographics),
                "levels": None if block.levels is None else sorted(block.levels),
                "shown": _cells(counts, counts),
            }
            for block, counts in zip(table.blocks, published, strict=True)
        ],
        "residues": [
            [place, *cell]
            for place, counts in enumerate(published)
            for cell in _cells(counts, _residues(table.parents, counts))
        ],
        # How often an attack with the sealed counts was tried would tell something about them.
        "attack": _report(attacks.published) | {"with_sealed_counts": sorted(attacks.sealed.found)},
    }


def _step(decision: Decision) -> list[object]:
    proof: Json = {}
    if decision.witnesses:
        proof["witnesses"] = [[each.atoms, each.values] for each in decision.witnesses]
    elif decision.derivation:
        proof["sum"] = decision.derivation
    return [[decision.block, decision.unit, decision.category], proof]


def _report(report: AttackReport) -> Json:
    return {
        "tried": dict(report.tried),
        "found": dict(report.found),
        "not_searched": list(report.not_searched),
    }


def _cells(published: Whole, values: Whole) -> list[list[int]]:
    """Return unit, category and value of the shown cells, in their order."""
    places = np.argwhere(published >= 0)
    return [
        [*place, value]
        for place, value in zip(places.tolist(), values[published >= 0].tolist(), strict=True)
    ]


def _residues(parents: Sequence[int], published: Whole) -> Whole:
    """Return each shown cell without the largest shown cells beneath it."""
    left = published.copy()
    lowest = np.full(published.shape, -1, dtype=np.int64)  # the lowest shown unit at or above each
    columns = np.arange(published.shape[1])
    for unit, parent in enumerate(parents):
        shown = published[unit] >= 0
        if parent >= 0:
            lowest[unit] = lowest[parent]
            held = shown & (lowest[parent] >= 0)
            left[lowest[parent][held], columns[held]] -= published[unit][held]
        lowest[unit][shown] = unit
    return left


def _canonical(value: Json) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
