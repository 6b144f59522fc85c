"""Merkle hashing: the published tree of eight entries, and what must hold for every tree."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.ledger.merkle import (
    StandingTree,
    consistency_proof,
    inclusion_proof,
    is_extension,
    is_included,
    leaf_hash,
    node_hash,
    root_of,
)

# The reference tree of Certificate Transparency (RFC 6962): its entries and its roots by size.
ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B1 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
B2 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
C1 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
E5 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
G1 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"

TREES = st.lists(st.binary(max_size=8), min_size=1, max_size=40, unique=True).map(
    lambda entries: [leaf_hash(entry) for entry in entries]
)


def hexes(proof: tuple[bytes, ...]) -> list[str]:
    return [node.hex() for node in proof]


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_the_published_ones(size: int) -> None:
    assert root_of(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("place", "size", "proof"),
    [
        (0, 1, []),
        (0, 8, [A1, B1, C1]),
        (5, 8, [E5, G1, ROOTS[4]]),
        (2, 3, [ROOTS[2]]),
    ],
)
def test_inclusion_proofs_are_the_published_ones(place: int, size: int, proof: list[str]) -> None:
    assert hexes(inclusion_proof(LEAVES[:size], place)) == proof


@pytest.mark.parametrize(
    ("earlier", "size", "proof"),
    [
        (1, 1, []),
        (1, 8, [A1, B1, C1]),
        (2, 5, [B1, E5]),
        (6, 8, [B2, G1, ROOTS[4]]),
    ],
)
def test_consistency_proofs_are_the_published_ones(
    earlier: int, size: int, proof: list[str]
) -> None:
    assert hexes(consistency_proof(LEAVES[:size], earlier)) == proof


def plain_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while 2 * split < len(leaves):
        split *= 2
    return node_hash(plain_root(leaves[:split]), plain_root(leaves[split:]))


@given(TREES)
def test_growing_leaf_by_leaf_gives_the_root_of_the_definition(leaves: list[bytes]) -> None:
    assert root_of(leaves) == plain_root(leaves)


@given(TREES, st.data())
def test_every_inclusion_proof_holds_at_its_own_place_only(
    leaves: list[bytes], data: st.DataObject
) -> None:
    leaves = list(dict.fromkeys(leaves))  # equal leaves may stand for each other
    place, other = (
        data.draw(st.integers(0, len(leaves) - 1)),
        data.draw(st.integers(-1, len(leaves))),
    )
    proof, root = inclusion_proof(leaves, place), root_of(leaves)
    leaf, size = leaves[place], len(leaves)
    assert is_included(leaf, place, size=size, root=root, proof=proof)
    assert is_included(leaf, other, size=size, root=root, proof=proof) == (other == place)


@given(leaves=st.lists(st.binary(min_size=32, max_size=32), max_size=40))
def test_a_tree_that_is_kept_whole_has_the_same_root_and_the_same_proofs(
    leaves: list[bytes],
) -> None:
    kept = StandingTree(leaves)
    assert kept.root == root_of(leaves)
    for place in range(len(leaves)):
        assert kept.inclusion_proof(place) == inclusion_proof(leaves, place)


@pytest.mark.parametrize("place", [-1, 3])
def test_a_tree_that_is_kept_whole_proves_no_place_outside_it(place: int) -> None:
    with pytest.raises(ValueError, match="outside a tree of 3 entries"):
        StandingTree(LEAVES[:3]).inclusion_proof(place)


@given(TREES, st.data())
def test_every_consistency_proof_holds_for_its_own_size(
    leaves: list[bytes], data: st.DataObject
) -> None:
    earlier = data.draw(st.integers(1, len(leaves)))
    proof = consistency_proof(leaves, earlier)
    assert is_extension(
        earlier, root_of(leaves[:earlier]), size=len(leaves), root=root_of(leaves), proof=proof
    )


@given(TREES, st.data())
def test_a_changed_hash_in_a_proof_proves_nothing(leaves: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(leaves) - 1))
    proof = list(inclusion_proof(leaves, place))
    where = data.draw(st.integers(0, len(proof)))
    if where == len(proof):
        proof.append(bytes(32))
    else:
        proof[where] = bytes(31) + b"\x01"
    assert not is_included(
        leaves[place], place, size=len(leaves), root=root_of(leaves), proof=proof
    )


@given(TREES, st.data())
def test_a_rewritten_past_has_no_consistency_proof(
    leaves: list[bytes], data: st.DataObject
) -> None:
    earlier = data.draw(st.integers(1, len(leaves)))
    kept = root_of(leaves[:earlier])
    changed = data.draw(st.integers(0, earlier - 1))
    rewritten = [
        *leaves[:changed],
        leaf_hash(b"another past, longer than eight"),
        *leaves[changed + 1 :],
    ]
    for proof in (consistency_proof(rewritten, earlier), consistency_proof(leaves, earlier)):
        assert not is_extension(
            earlier, kept, size=len(rewritten), root=root_of(rewritten), proof=proof
        )


@pytest.mark.parametrize("place", [-1, 3])
def test_there_is_no_proof_of_an_entry_outside_the_tree(place: int) -> None:
    with pytest.raises(ValueError, match="outside a tree of 3"):
        inclusion_proof(LEAVES[:3], place)


@pytest.mark.parametrize("earlier", [0, 4])
def test_there_is_no_proof_from_a_tree_that_never_was(earlier: int) -> None:
    with pytest.raises(ValueError, match=f"never had {earlier}"):
        consistency_proof(LEAVES[:3], earlier)
    assert not is_extension(earlier, root_of([]), size=3, root=root_of(LEAVES[:3]), proof=[])


def test_an_empty_proof_extends_nothing() -> None:
    assert not is_extension(3, root_of(LEAVES[:3]), size=5, root=root_of(LEAVES[:5]), proof=[])
