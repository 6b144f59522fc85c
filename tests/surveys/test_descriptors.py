"""The descriptor: one text with one hash, and keys that nobody can be given alone."""

import hashlib
import json
from dataclasses import replace
from datetime import date

import pytest

from surveys.ballot_format import BallotKind
from surveys.descriptors import (
    Descriptor,
    Group,
    PassKeyLeaf,
    PassKeyTree,
    read_descriptor,
)
from surveys.ledger.merkle import is_included, leaf_hash
from surveys.library_bank import default_instrument
from surveys.months import Month
from surveys.policy import AnonymityPolicy, Breakdown
from surveys.units import Unit, UnitCode, UnitTree
from surveys.wave_states import WaveKind
from surveys.wave_tables import WaveRow

ROOT, NORTH, SOUTH = UnitCode("city"), UnitCode("north"), UnitCode("south")
GROUPS = (Group(NORTH, 12, "all"), Group(SOUTH, 11, "south"))


BREAKDOWNS = (
    Breakdown("role", "Role family", ("Social work", "Support")),
    Breakdown("tenure", "Years here", ("Up to 2", "More")),
)


def leaf(unit: UnitCode, kind: BallotKind, *, first_byte: int = 0xC1) -> PassKeyLeaf:
    part = next(group.box_part for group in GROUPS if group.unit == unit)
    return PassKeyLeaf("2026-11", unit, kind, part, bytes([first_byte]) + b"\x01" * 255)


LEAVES = tuple(
    leaf(group.unit, kind, first_byte=0x80 + number)
    for number, (group, kind) in enumerate((g, k) for g in GROUPS for k in BallotKind)
)


def make_descriptor() -> Descriptor:
    units = (Unit(ROOT, "City", None), Unit(NORTH, "North", ROOT), Unit(SOUTH, "Süd – é", ROOT))
    return Descriptor(
        code="2026-11",
        kind=WaveKind.MONTHLY,
        month=Month.parse("2026-11"),
        title="November 2026",
        instrument=default_instrument(),
        policy=AnonymityPolicy(),
        tree=UnitTree.of(date(2026, 1, 1), units),
        groups=GROUPS,
        opening_point=b"\x04" + b"\x02" * 64,
        keys=len(LEAVES),
        keys_root=PassKeyTree(LEAVES).root,
        engine="1",
    )


def test_a_descriptor_is_read_back_as_it_was() -> None:
    made = make_descriptor()
    again = read_descriptor(made.text, made.annex)
    assert again == made
    assert (again.text, again.annex, again.sha256) == (made.text, made.annex, made.sha256)


def test_a_wave_without_breakdown_questions_is_described_as_before_they_existed() -> None:
    assert "breakdowns" not in json.loads(make_descriptor().text)


def test_a_wave_without_figures_of_its_questionnaire_is_described_as_before_they_existed() -> None:
    assert "questionnaire_figures" not in json.loads(make_descriptor().text)


def test_it_names_the_breakdown_questions_asked_in_the_order_of_ballots() -> None:
    made = replace(make_descriptor(), policy=AnonymityPolicy(breakdowns=BREAKDOWNS))
    asked = replace(made, breakdowns=("tenure", "role"))
    again = read_descriptor(asked.text, asked.annex)
    assert again == asked
    assert [each.code for each in again.breakdown_questions] == ["tenure", "role"]
    assert asked.sha256 != made.sha256


def test_its_hash_is_that_of_the_very_bytes_that_phones_get() -> None:
    made = make_descriptor()
    assert hashlib.sha256(made.text.encode()).hexdigest() == made.sha256
    assert json.dumps(
        json.loads(made.text), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ) == made.text  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"code": "2026-12"},
        {"kind": WaveKind.ONE_OFF},
        {"month": Month.parse("2026-12")},
        {"title": "Another title"},
        {"instrument": replace(default_instrument(), items=default_instrument().items[:-1])},
        {"policy": AnonymityPolicy(threshold=11)},
        {"tree": UnitTree.of(date(2026, 1, 1), [Unit(ROOT, "City", None)])},
        {"tree": replace(make_descriptor().tree, valid_from=date(2026, 2, 1))},
        {"groups": (Group(NORTH, 13, "all"), GROUPS[1])},
        {"groups": (Group(NORTH, 12, "south"), GROUPS[1])},
        {"opening_point": b"\x04" + b"\x03" * 64},
        {"keys": 5},
        {"keys_root": bytes(32)},
        {"engine": "2"},
        {"comments": True},
        {"questionnaire_figures": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_is_frozen_changes_the_hash(change: dict[str, object]) -> None:
    made = make_descriptor()
    changed = replace(made, **change)  # type: ignore[arg-type]  # a table of single fields
    assert changed.sha256 != made.sha256
    assert read_descriptor(changed.text, changed.annex) == changed


def test_dates_are_no_part_of_it_because_a_wave_can_be_extended() -> None:
    fields = set(json.loads(make_descriptor().text))
    dates = {column for column in WaveRow.__table__.columns.keys() if column.endswith("_on")}  # noqa: SIM118 - not a dict
    assert dates >= {"opens_on", "closes_on"}
    assert not fields & dates


def test_it_names_every_kind_of_ballot_that_everybody_sends() -> None:
    assert json.loads(make_descriptor().text)["kinds"] == ["scores", "comment"]


def test_a_leaf_is_canonical_json_with_key_kind_group_box_and_wave() -> None:
    made = PassKeyLeaf("2026-11", SOUTH, BallotKind.COMMENT, "south", b"\xff\xfe\xfd")
    assert made.text == (
        '{"box":"south","group":"south","key":"__79","kind":"comment","wave":"2026-11"}'
    )


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_every_key_of_a_wave_has_a_proof_to_the_root(count: int) -> None:
    tree = PassKeyTree(LEAVES[:count])
    for place, each in enumerate(tree.leaves):
        hashed = leaf_hash(each.text.encode())
        proof = tree.proof(place)
        assert is_included(hashed, place, size=count, root=tree.root, proof=proof)


@pytest.mark.parametrize(
    "foreign",
    [
        replace(LEAVES[1], modulus=b"\xee" * 256),
        replace(LEAVES[1], wave="2026-12"),
        replace(LEAVES[1], unit=SOUTH),
        replace(LEAVES[1], kind=BallotKind.SCORES),
        replace(LEAVES[1], box_part="south"),
    ],
    ids=["a key of one's own", "another wave", "another group", "another kind", "another box"],
)
def test_a_key_that_is_not_of_the_wave_has_no_proof(foreign: PassKeyLeaf) -> None:
    tree = PassKeyTree(LEAVES)
    hashed = leaf_hash(foreign.text.encode())
    assert not any(
        is_included(hashed, place, size=4, root=tree.root, proof=tree.proof(from_place))
        for place in range(4)
        for from_place in range(4)
    )


def test_everybody_invited_is_counted_once() -> None:
    assert make_descriptor().invited == 23
