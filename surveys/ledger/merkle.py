"""Merkle tree hashing with inclusion and consistency proofs.

Source: RFC 6962 section 2.1 (tree and proofs) and RFC 9162 sections 2.1.3.2 and 2.1.4.2
(checking proofs). Every hash is 32 bytes of SHA-256; `leaves` are leaf hashes, oldest first.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

# Leaves and inner nodes start with different bytes, so that no leaf can pose as a subtree.
_LEAF = b"\x00"
_NODE = b"\x01"


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(_LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()


@dataclass(slots=True)
class GrowingTree:
    """A tree that grows leaf by leaf and keeps only the roots of its full subtrees."""

    size: int = 0
    _full: list[bytes] = field(default_factory=list)  # widest subtree first

    def add(self, leaf: bytes) -> None:
        self._full.append(leaf)
        self.size += 1
        # Every trailing zero bit of the new size is one pair of equal subtrees that now joins.
        for _ in range((self.size & -self.size).bit_length() - 1):
            right = self._full.pop()
            self._full.append(node_hash(self._full.pop(), right))

    def root(self) -> bytes:
        """Return the root over all leaves so far; of no leaves, the hash of nothing."""
        if not self._full:
            return hashlib.sha256(b"").digest()
        root = self._full[-1]
        for left in reversed(self._full[:-1]):
            root = node_hash(left, root)
        return root


def root_of(leaves: Sequence[bytes]) -> bytes:
    tree = GrowingTree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


class StandingTree:
    """A tree that is kept whole, for many proofs: each takes no more steps than the tree is high.

    A node without a neighbour moves up unchanged, which gives the tree of RFC 6962.
    """

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._levels = [list(leaves)]
        while len(level := self._levels[-1]) > 1:
            above = [
                node_hash(level[left], level[left + 1]) for left in range(0, len(level) - 1, 2)
            ]
            self._levels.append(above + level[len(above) * 2 :])

    @property
    def root(self) -> bytes:
        return self._levels[-1][0] if self._levels[-1] else root_of(())

    def inclusion_proof(self, place: int) -> tuple[bytes, ...]:
        """Return what the function `inclusion_proof` returns for these leaves.

        Raises:
            ValueError: there is no such leaf.
        """
        leaves = len(self._levels[0])
        if not 0 <= place < leaves:
            raise ValueError(f"place {place} is outside a tree of {leaves} entries")
        beside = ((level, (place >> height) ^ 1) for height, level in enumerate(self._levels))
        return tuple(level[sibling] for level, sibling in beside if sibling < len(level))


def inclusion_proof(leaves: Sequence[bytes], place: int) -> tuple[bytes, ...]:
    """Return the hashes that lead from the leaf at `place` (from 0) to the root, nearest first.

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= place < len(leaves):
        raise ValueError(f"place {place} is outside a tree of {len(leaves)} entries")
    if len(leaves) == 1:
        return ()
    split = _split(len(leaves))
    if place < split:
        return (*inclusion_proof(leaves[:split], place), root_of(leaves[split:]))
    return (*inclusion_proof(leaves[split:], place - split), root_of(leaves[:split]))


def consistency_proof(leaves: Sequence[bytes], earlier_size: int) -> tuple[bytes, ...]:
    """Return the hashes that show the first `earlier_size` leaves unchanged in the whole tree.

    Raises:
        ValueError: the earlier tree is empty or larger than this one.
    """
    if not 0 < earlier_size <= len(leaves):
        raise ValueError(f"a tree of {len(leaves)} entries never had {earlier_size}")
    return _subproof(leaves, earlier_size, is_whole=True)


def _subproof(leaves: Sequence[bytes], earlier_size: int, *, is_whole: bool) -> tuple[bytes, ...]:
    if earlier_size == len(leaves):
        # The checker already holds the root of the whole earlier tree, so it is left out.
        return () if is_whole else (root_of(leaves),)
    split = _split(len(leaves))
    if earlier_size <= split:
        kept = _subproof(leaves[:split], earlier_size, is_whole=is_whole)
        return (*kept, root_of(leaves[split:]))
    kept = _subproof(leaves[split:], earlier_size - split, is_whole=False)
    return (*kept, root_of(leaves[:split]))


def is_included(leaf: bytes, place: int, *, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether the proof shows the leaf at `place` (from 0) of the tree with this root."""
    if not 0 <= place < size:
        return False
    node, last, computed = place, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            computed = node_hash(sibling, computed)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and computed == root


def is_extension(
    earlier_size: int,
    earlier_root: bytes,
    *,
    size: int,
    root: bytes,
    proof: Sequence[bytes],
) -> bool:
    """Return whether the proof shows that the later tree only adds leaves to the earlier one."""
    if not 0 < earlier_size <= size:
        return False
    if earlier_size == size:
        return not proof and earlier_root == root
    # A whole power of two is a subtree of the later tree, so its root is left out of the proof.
    path = list(proof)
    if earlier_size & (earlier_size - 1) == 0:
        path.insert(0, earlier_root)
    if not path:
        return False
    node, last = earlier_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    return _both_roots(path, node, last) == (earlier_root, root)


def _both_roots(path: Sequence[bytes], node: int, last: int) -> tuple[bytes, bytes] | None:
    """Return the earlier and the later root that the path leads to; None if it does not end."""
    earlier = later = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            earlier, later = node_hash(sibling, earlier), node_hash(sibling, later)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            later = node_hash(later, sibling)
        node, last = node >> 1, last >> 1
    return (earlier, later) if last == 0 else None


def _split(size: int) -> int:
    """Return the largest power of two below `size` (RFC 6962: k < n <= 2k)."""
    return 1 << ((size - 1).bit_length() - 1)
