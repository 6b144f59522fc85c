"""Keys that a phone accepts: only those under the root that the descriptor holds."""

from collections.abc import Sequence

import pytest

from surveys.ballot_format import BallotKind
from surveys.descriptors import PassKeyLeaf, PassKeyTree
from surveys.units import UnitCode
from tests.browser.crypto_bench import CryptoBench
from tests.browser.crypto_bench import bench as bench  # noqa: PLC0414 - a fixture found here
from tests.browser.crypto_bench import bench_page as bench_page  # noqa: PLC0414 - likewise

WAVE = "2026-11"
REFUSED = "The key is not among those of this wave."
CHECK_ALL = """
async (asked) => {
  const taken = [];
  for (const {given, kind, descriptor} of asked.each)
    taken.push(hex((await passes.checkedKey(given, kind, descriptor)).modulus));
  return taken;
}
"""
CHECK = (
    "async ({given, kind, descriptor}) => (await passes.checkedKey(given, kind, descriptor)).box"
)
Given = dict[str, dict[str, object]]


def leaf(place: int, *, wave: str = WAVE, length: int = 256, start: int = 0x80) -> PassKeyLeaf:
    modulus = bytes([start + place]) + b"\x01" * (length - 1)
    kind = list(BallotKind)[place % 2]
    return PassKeyLeaf(wave, UnitCode(f"unit-{place // 2}"), kind, "north", modulus)


def given_for(tree: PassKeyTree, place: int) -> Given:
    """Return what a phone gets from the server for a leaf, and what it knows of the wave."""
    return {
        "given": {
            "leaf": tree.leaves[place].text,
            "place": place,
            "proof": [part.hex() for part in tree.proof(place)],
        },
        "descriptor": {"code": WAVE, "keys": len(tree.leaves), "keys_root": tree.root.hex()},
    }


def refusal(bench: CryptoBench, given: Given, kind: BallotKind = BallotKind.SCORES) -> str:
    return bench.error_of(CHECK, kind=kind.value, **given)


def test_every_key_of_waves_of_every_size_is_accepted(bench: CryptoBench) -> None:
    for count in range(1, 18):
        tree = PassKeyTree([leaf(place) for place in range(count)])
        asked = [
            {**given_for(tree, place), "kind": each.kind.value}
            for place, each in enumerate(tree.leaves)
        ]
        assert bench.run(CHECK_ALL, each=asked) == [each.modulus.hex() for each in tree.leaves]


def test_the_box_of_the_group_comes_with_its_key(bench: CryptoBench) -> None:
    tree = PassKeyTree([leaf(place) for place in range(4)])
    assert bench.run(CHECK, kind="scores", **given_for(tree, 2)) == "north"


@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_nobody_can_be_given_a_key_of_their_own(bench: CryptoBench, count: int) -> None:
    tree = PassKeyTree([leaf(place) for place in range(count)])
    given = given_for(tree, 0)
    given["given"]["leaf"] = leaf(0, start=0xE0).text
    assert REFUSED in refusal(bench, given)


def test_a_key_of_the_other_kind_is_refused(bench: CryptoBench) -> None:
    tree = PassKeyTree([leaf(place) for place in range(4)])
    assert REFUSED in refusal(bench, given_for(tree, 1), BallotKind.SCORES)


def test_a_key_of_another_wave_is_refused_even_under_the_right_root(bench: CryptoBench) -> None:
    tree = PassKeyTree([leaf(0, wave="2026-12"), leaf(1)])
    assert REFUSED in refusal(bench, given_for(tree, 0))


def test_a_tree_of_another_wave_is_refused(bench: CryptoBench) -> None:
    tree = PassKeyTree([leaf(place) for place in range(4)])
    given = given_for(tree, 0)
    given["descriptor"]["keys_root"] = PassKeyTree([leaf(5)]).root.hex()
    assert REFUSED in refusal(bench, given)


@pytest.mark.parametrize("place", [1, 2, 3, 4, 400, -1, -2])
def test_a_key_at_another_place_than_its_own_is_refused(bench: CryptoBench, place: int) -> None:
    tree = PassKeyTree([leaf(place) for place in range(4)])
    given = given_for(tree, 0)
    given["given"]["place"] = place
    assert REFUSED in refusal(bench, given)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda proof: proof[:-1], REFUSED),
        (lambda _proof: [], REFUSED),
        (lambda proof: proof[::-1], REFUSED),
        (lambda proof: [*proof, "00" * 32], "The proof of the key is too long."),
    ],
    ids=["too short", "nothing", "turned round", "too long"],
)
def test_a_proof_that_does_not_lead_to_the_root_is_refused(
    bench: CryptoBench, change: object, said: str
) -> None:
    tree = PassKeyTree([leaf(place) for place in range(4)])
    given = given_for(tree, 0)
    proof = given["given"]["proof"]
    assert isinstance(proof, Sequence)
    given["given"]["proof"] = change(proof)  # type: ignore[operator]  # a table of functions
    assert said in refusal(bench, given)


@pytest.mark.parametrize(("length", "start"), [(128, 0x80), (255, 0x80), (257, 0x80), (256, 0x40)])
def test_a_modulus_of_another_size_than_2048_bits_is_refused(
    bench: CryptoBench, length: int, start: int
) -> None:
    tree = PassKeyTree([leaf(0, length=length, start=start)])
    assert REFUSED in refusal(bench, given_for(tree, 0))
