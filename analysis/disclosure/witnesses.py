"""Witnesses: proofs that a further cell tells about no fewer than k people.

A *witness* of a cell is an integer vector over atoms that is orthogonal to every shown cell but
not to this one. Any linear combination of figures in which the new cell takes part must depend on
an atom of every witness, else its product with that witness would be both 0 and not 0. So if no
set of atoms with fewer than k people meets all witnesses of a pool, the cell may be shown
(docs/decisions/0111-witnesses.md). Whether such a set exists is decided by packing (witnesses
that use no atom more often than it has people) and, where packing is not enough, by branch and
bound over the atoms of one witness after the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Witness:
    """A sparse integer vector: `values` at `atoms`, all not 0, atoms rising."""

    atoms: tuple[int, ...]
    values: tuple[int, ...]

    @classmethod
    def of(cls, vector: Iterable[tuple[int, int]]) -> "Witness":
        """Return the sum of (atom, value) pairs."""
        sums: dict[int, int] = {}
        for atom, value in vector:
            sums[atom] = sums.get(atom, 0) + value
        left = sorted((atom, value) for atom, value in sums.items() if value)
        return cls(tuple(atom for atom, _ in left), tuple(value for _, value in left))


@dataclass(frozen=True, slots=True)
class Verdict:
    """`exposed` are atoms of fewer than k people that meet every witness; None if there are none.

    Then `used` holds the witnesses that prove it. `is_decided` is false where the steps ran out.
    """

    exposed: frozenset[int] | None
    used: tuple[Witness, ...]
    is_decided: bool = True


class Pool:
    """Witnesses of one cell, and the question whether fewer than k people meet them all.

    `branches` bounds the search for an answer; out of it counts as exposed.
    """

    def __init__(self, people: Sequence[int], k: int, branches: int) -> None:
        self._people = people
        self._most = k - 1
        self._branches_allowed = branches
        self._bits: dict[int, int] = {}
        self._atoms: list[int] = []
        self._masks: dict[int, Witness] = {}
        self._local: dict[int, tuple[int, ...]] = {}
        self._used: dict[int, None] = {}
        self._steps = 0
        self._room: dict[int, int] = {}
        self._packed: list[Witness] = []
        self._worth = 0

    @property
    def packed(self) -> tuple[Witness, ...] | None:
        """Witnesses that were packed k times as they came, which proves the cell; else None."""
        return tuple(self._packed) if self._worth > self._most else None

    def __len__(self) -> int:
        return len(self._masks)

    def add(self, witness: Witness) -> None:
        """Add a witness; one with the atoms of a present one adds nothing."""
        mask = 0
        places = []
        for atom in witness.atoms:
            place = self._bits.setdefault(atom, len(self._bits))
            if place == len(self._atoms):
                self._atoms.append(atom)
            places.append(place)
            mask |= 1 << place
        if mask and mask not in self._masks:
            self._masks[mask] = witness
            self._local[mask] = tuple(places)
            self._pack_further(witness)

    def judge(self) -> Verdict:
        """Decide whether fewer than k people meet every witness."""
        self._used.clear()
        self._steps = 0
        live = sorted(self._masks, key=lambda mask: (mask.bit_count(), mask))
        exposed = self._meet(0, self._most, live)
        if exposed is None:
            return Verdict(None, tuple(self._masks[mask] for mask in self._used))
        atoms = frozenset(self._atoms[place] for place in _places(exposed))
        return Verdict(atoms, (), self._steps <= self._branches_allowed)

    def _pack_further(self, witness: Witness) -> None:
        room, people = self._room, self._people
        times = min([room.get(atom, people[atom]) for atom in witness.atoms])
        if times:
            for atom in witness.atoms:
                room[atom] = room.get(atom, people[atom]) - times
            self._packed.append(witness)
            self._worth += times

    def _meet(self, chosen: int, left: int, live: list[int]) -> int | None:
        """Return `chosen` with at most `left` more people, if that meets all of `live`."""
        self._steps += 1
        if not live or self._steps > self._branches_allowed:
            return chosen
        packed, worth = self._pack(live, left)
        for mask in packed:
            self._used[mask] = None
        if worth > left:
            return None
        for place in self._local[min(packed, key=lambda mask: self._branches(mask, left))]:
            size = self._people[self._atoms[place]]
            if size <= left:
                bit = 1 << place
                beyond = [mask for mask in live if not mask & bit]
                found = self._meet(chosen | bit, left - size, beyond)
                if found is not None:
                    return found
        return None

    def _branches(self, mask: int, left: int) -> tuple[int, int]:
        atoms = self._local[mask]
        return sum(self._people[self._atoms[place]] <= left for place in atoms), mask

    def _pack(self, live: Sequence[int], enough: int) -> tuple[list[int], int]:
        """Pack witnesses greedily, and return them with how often they are used in all."""
        spent = worth = 0
        room: dict[int, int] = {}
        packed = []
        for mask in live:
            if mask & spent:
                continue
            places = self._local[mask]
            times = min(room.get(p, self._people[self._atoms[p]]) for p in places)
            for place in places:
                left = room.get(place, self._people[self._atoms[place]]) - times
                room[place] = left
                if not left:
                    spent |= 1 << place
            packed.append(mask)
            worth += times
            if worth > enough:
                break
        return packed, worth


def _places(mask: int) -> list[int]:
    return [place for place in range(mask.bit_length()) if mask >> place & 1]
