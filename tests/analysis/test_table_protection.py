"""A table from a file is protected, attacked and certified, and the verifier agrees."""

import json

import numpy as np
import pytest

from analysis import table_protection
from analysis.disclosure import verifier
from analysis.disclosure.attack import AttackReport
from analysis.disclosure.certificate import (
    SALT_BYTES,
    Attacks,
    Certificates,
    Certified,
    Names,
    certify,
)
from analysis.disclosure.engine import Protected, protect
from analysis.disclosure.frequency_tables import TOTALS, Block, FrequencyTable, TablePattern
from analysis.disclosure.rules import Rules
from analysis.frequency_table_files import NamedTable
from analysis.table_protection import TableUnsafeError, attack_pattern, protect_named_table
from tests.analysis.disclosure.small_tables import random_table

SINGLE = (Block((0,)), Block((1,)))
NOTHING_FOUND = AttackReport({"a": 1}, {"a": 0}, ())
BLOCKS = {
    "totals": (TOTALS,),
    "one": (TOTALS, SINGLE[0]),
    "two": (TOTALS, *SINGLE),
    "crossed": (TOTALS, *SINGLE, Block((0, 1), frozenset({0, 1}))),
    "a crossing alone": (TOTALS, Block((1, 0))),
}


def make_named(table: FrequencyTable) -> NamedTable:
    return NamedTable(
        tuple(f"unit {place}" for place in range(len(table.parents))),
        tuple(f"d{place}" for place in range(len(table.categories))),
        tuple(tuple(f"c{n}" for n in range(width)) for width in table.categories),
        table,
    )


def drawn(seed: int, blocks: str, units: int = 12) -> NamedTable:
    random = np.random.default_rng(seed)
    table = random_table(random, units=units, categories=(3, 2), blocks=BLOCKS[blocks], most=9)
    return make_named(table)


def certified(named: NamedTable, rules: Rules, pattern: TablePattern | None = None) -> Certificates:
    """Return certificates without an attack, of the engine's pattern or of another one."""
    done = protect(named.table, rules)
    names = Names(named.units, named.breakdowns, named.categories)
    return certify(
        Certified(named.table, names, rules, pattern or done.pattern, done.account),
        Attacks(NOTHING_FOUND, NOTHING_FOUND),
        bytes(SALT_BYTES),
    )


def verified(made: Certificates) -> list[str]:
    return list(verifier.verify(made.public.encode(), made.sealed.encode()))


@pytest.mark.parametrize("blocks", BLOCKS)
@pytest.mark.parametrize("seed", range(12))
def test_the_verifier_accepts_what_the_engine_shows(seed: int, blocks: str) -> None:
    made = certified(drawn(seed, blocks), Rules(3 + seed % 3, seed % 2))
    assert '"shown":[[' in made.public
    assert verified(made)[-1].startswith("not checked: whether the numbers are the true ones")


@pytest.mark.parametrize("blocks", BLOCKS)
def test_what_is_attacked_and_certified_is_verified(blocks: str) -> None:
    assert verified(protect_named_table(drawn(5, blocks, units=7), Rules(5)).certificates)


@pytest.mark.parametrize("blocks", ["one", "crossed"])
def test_the_verifier_refuses_one_cell_more_wherever_it_exposes(blocks: str) -> None:
    named = drawn(1, blocks)
    done = protect(named.table, Rules(5))
    block = len(named.table.blocks) - 1
    counts = named.table.cell_counts(named.table.blocks[block])
    hidden = np.argwhere((counts > 0) & (counts < 5) & ~done.pattern.shown[block])
    unit, category = (int(place) for place in hidden[0])
    shown = [flags.copy() for flags in done.pattern.shown]
    shown[block][unit, category] = True
    made = certified(named, Rules(5), TablePattern(tuple(shown)))
    with pytest.raises(verifier.Refuted, match="is shown with"):
        verified(made)


def test_the_pattern_is_the_same_each_time_and_the_salt_is_not() -> None:
    one, other = (protect_named_table(drawn(3, "crossed", units=6), Rules(5)) for _ in range(2))
    assert all((a == b).all() for a, b in zip(one.pattern.shown, other.pattern.shown, strict=True))
    assert one.certificates.public != other.certificates.public
    first, second = (json.loads(each.certificates.sealed) for each in (one, other))
    assert first.pop("salt") != second.pop("salt")
    assert first == second


def test_the_public_certificate_holds_no_number_of_a_hidden_cell() -> None:
    named = drawn(2, "two")
    done = protect_named_table(named, Rules(5))
    public = json.loads(done.certificates.public)
    shown = {
        (place, unit, category): people
        for place, block in enumerate(public["blocks"])
        for unit, category, people in block["shown"]
    }
    cells = {
        (place, int(unit), int(category))
        for place, flags in enumerate(done.pattern.shown)
        for unit, category in np.argwhere(flags)
    }
    assert shown.keys() == cells
    assert set(public) == {
        "attack", "blocks", "demographics", "engine", "format", "parents", "residues", "rules",
        "sealed_sha256", "units",
    }  # fmt: skip


def test_small_and_empty_units_leave_the_same_public_certificate() -> None:
    def public(left: int, right: int) -> dict[str, object]:
        """Return it for a team of 9 and two that have 4 people between them."""
        counts = np.array([9, left, right])
        table = FrequencyTable(
            (-1, 0, 0, 0), (), np.array([1, 2, 3]), np.zeros((3, 0), np.int64), counts
        )
        made = protect_named_table(make_named(table), Rules(5)).certificates
        stated: dict[str, object] = json.loads(made.public)
        del stated["sealed_sha256"]
        return stated

    assert public(2, 2) == public(1, 3) == public(0, 4) == public(4, 0)


def test_what_the_attack_finds_is_never_certified(monkeypatch: pytest.MonkeyPatch) -> None:
    named = drawn(1, "one")

    def careless(table: FrequencyTable, rules: Rules) -> Protected:
        everything = TablePattern(
            tuple(table.cell_counts(block) >= rules.threshold for block in table.blocks)
        )
        return Protected(everything, protect(table, rules).account)

    monkeypatch.setattr(table_protection, "protect", careless)
    with pytest.raises(TableUnsafeError, match="groups that are too small in what would be shown"):
        protect_named_table(named, Rules(5))


def test_a_leak_in_somebodys_pattern_is_found() -> None:
    named = drawn(1, "two")
    careless = TablePattern(
        tuple(named.table.cell_counts(block) >= 5 for block in named.table.blocks)
    )
    assert attack_pattern(named, careless, Rules(5)).leaks > 0
    assert attack_pattern(named, protect(named.table, Rules(5)).pattern, Rules(5)).leaks == 0


def test_a_certificate_needs_a_whole_salt_and_an_attack_that_found_nothing() -> None:
    named = drawn(0, "totals")
    done = protect(named.table, Rules(5))
    names = Names(named.units, named.breakdowns, named.categories)
    subject = Certified(named.table, names, Rules(5), done.pattern, done.account)
    with pytest.raises(ValueError, match="32 random bytes"):
        certify(subject, Attacks(NOTHING_FOUND, NOTHING_FOUND), b"short")
    found = AttackReport({"a": 1}, {"a": 1}, ())
    with pytest.raises(ValueError, match="nothing to certify"):
        certify(subject, Attacks(NOTHING_FOUND, found), bytes(SALT_BYTES))
