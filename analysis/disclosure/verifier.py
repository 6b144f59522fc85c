"""Verifies certificates of a protected table, alone: `python -I verifier.py PUBLIC [SEALED]`.

This file needs Python's standard library only and shares no code with the engine; copy it anywhere.
It checks what published figures give away and, with the sealed certificate, that no combination of
them depends on 1 to k-1 people. Atoms without respondents are left out, as if everybody knew them.

- Unit totals and one breakdown are a graph: nodes are what is left of shown cells, edges the atoms.
  Every cut has to weigh k or more. Nodes that k people join are merged, found by maximum adjacency
  orders (Nagamochi and Ibaraki 1992), until nothing is left to merge or a lighter cut is found.
- More breakdowns are followed in the order of the certificate. A *witness* of a cell is a vector
  orthogonal to every cell before it but not to it; a combination in which the cell takes part
  depends on an atom of each witness. So fewer than k people must not meet all of them.
"""

import hashlib
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from math import inf, prod
from pathlib import Path
from typing import Any, NamedTuple

PUBLIC_FORMAT = "pulse public disclosure certificate 1"
SEALED_FORMAT = "pulse sealed disclosure certificate 1"
_SALT_BYTES = 32
_BAD_FORM = (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError)
_UNSEALED = "not checked: combinations that need the numbers of atoms, which are sealed"
_NEVER = "not checked: whether the numbers are the true ones; what people know from elsewhere"

Graph = dict[int, Counter[int]]  # for each node the weights of the edges to its neighbours
Json = Any  # whatever a file holds; what is not of the form expected ends in one of _BAD_FORM


class Refuted(Exception):  # noqa: N818 - it says what became of the certificate
    """A check found a certificate wrong; the text says where."""


class Cell(NamedTuple):
    """A cell, by places: a block, a unit with all below it, a category of the block."""

    block: int
    unit: int
    category: int


class Statement:
    """What a public certificate states: k, the tree, the blocks, the respondents of shown cells."""

    def __init__(self, public: Json) -> None:
        if public["format"] != PUBLIC_FORMAT:
            raise ValueError("it is of another format")
        rules = public["rules"]
        self.k = whole(rules["threshold"], 1) + whole(rules["colluders"], 0)
        self.parents = [whole(p, -1, unit) for unit, p in enumerate(public["parents"])]
        self.units = [str(name) for name in public["units"]]
        if not len(self.parents) == len(self.units) == len(set(self.units)):
            raise ValueError("each unit needs a parent and a name of its own")
        self.widths = [len(each["categories"]) for each in public["demographics"]]
        self.blocks = [tuple(each["demographics"]) for each in public["blocks"]]
        if self.blocks[0] != () or len(set(self.blocks)) != len(self.blocks):
            raise ValueError("unit totals come first, and no block stands twice")
        listed = [
            self._cell(place, each["levels"], row)
            for place, each in enumerate(public["blocks"])
            for row in each["shown"]
        ]
        self.shown = dict(listed)
        if [cell for cell, _ in listed] != sorted(self.shown):
            raise ValueError("shown cells are not listed once, by block, unit and category")

    def above(self, unit: int) -> Iterator[int]:
        """Yield the units above a unit, the next one first."""
        unit = self.parents[unit]
        while unit >= 0:
            yield unit
            unit = self.parents[unit]

    def category(self, block: int, chosen: Sequence[int]) -> int:
        """Return the category in a block of people by theirs in each demographic; -1 for none."""
        category = 0
        for demographic in self.blocks[block]:
            if chosen[demographic] < 0:
                return -1
            category = category * self.widths[demographic] + chosen[demographic]
        return category

    def coarser(self, fine: int, category: int, coarse: int) -> int:
        """Return the category of a coarser block that holds one of a finer block."""
        chosen = [-1] * len(self.widths)
        for demographic in reversed(self.blocks[fine]):
            category, chosen[demographic] = divmod(category, self.widths[demographic])
        return self.category(coarse, chosen)

    def name(self, cell: Cell) -> str:
        return f"{self.units[cell.unit]!r} (block {cell.block}, category {cell.category})"

    def _cell(self, place: int, levels: Json, row: Json) -> tuple[Cell, int]:
        unit, category, respondents = row
        width = prod(self.widths[whole(each, 0)] for each in self.blocks[place])
        cell = Cell(place, whole(unit, 0, len(self.units)), whole(category, 0, width))
        if levels is not None and len(list(self.above(unit))) not in levels:
            raise ValueError(f"{self.name(cell)} is at a depth where its block is not shown")
        return cell, whole(respondents, 0)


def whole(value: Json, least: float, beyond: float = inf) -> int:
    """Return a value that is a whole number within bounds; raise ValueError if it is not."""
    if type(value) is not int or not least <= value < beyond:
        raise ValueError(f"{value!r} is not a whole number within its bounds")
    return value


def once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """Return an object of JSON; raise ValueError if readers could differ on what it says."""
    if len(found := dict(pairs)) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def check_figures(statement: Statement, public: Json) -> str:
    """Check that a shown cell has k people and, less all shown cells of a kind in it, 0 or k.

    What is left without some of these only is a sum of such numbers, so it is 0 or k as well.
    """
    for cell, respondents in statement.shown.items():
        if respondents < statement.k:
            raise Refuted(f"{statement.name(cell)} is shown with {respondents} people")
    residues: list[list[int]] = []
    for place, own in enumerate(statement.blocks):
        for finer, other in enumerate(statement.blocks):
            left = differences(statement, place, finer) if set(own) <= set(other) else {}
            for cell, people in left.items():
                if people != 0 and people < statement.k:
                    raise Refuted(f"{statement.name(cell)} less block {finer} leaves {people}")
            residues += [[*cell, people] for cell, people in left.items() if place == finer]
    if public["residues"] != residues:
        raise Refuted("the residues listed are not those of the shown cells")
    return f"{len(statement.shown):,} shown cells leave {statement.k} people or none of each other"


def differences(statement: Statement, place: int, finer: int) -> dict[Cell, int]:
    """Return each shown cell of a block less the largest shown cells of a finer block in it."""
    left = {cell: n for cell, n in statement.shown.items() if cell.block == place}
    for cell, respondents in [each for each in statement.shown.items() if each[0].block == finer]:
        category = statement.coarser(finer, cell.category, place)
        if place != finer and (own := Cell(place, cell.unit, category)) in left:
            left[own] -= respondents
        for unit in statement.above(cell.unit):
            is_within = cell._replace(unit=unit) in statement.shown
            if (place == finer or not is_within) and (
                holder := Cell(place, unit, category)
            ) in left:
                left[holder] -= respondents
            if is_within:
                break
    return left


def check_seal(public: Json, raw: bytes, sealed: Json) -> str:
    """Check that the two certificates name each other, and that the sealed one has a salt."""
    stated = {name: value for name, value in public.items() if name != "sealed_sha256"}
    text = json.dumps(stated, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    hashes = [hashlib.sha256(each).hexdigest() for each in (raw, text.encode())]
    if [public["sealed_sha256"], sealed["statement_sha256"]] != hashes:
        raise Refuted("the public and the sealed certificate do not belong together")
    if sealed["format"] != SEALED_FORMAT or len(bytes.fromhex(sealed["salt"])) < _SALT_BYTES:
        raise Refuted("the sealed certificate is of another format or has no salt")
    return "the two certificates belong together"


class Atoms:
    """Atoms with respondents. `labels` are, by block and atom, the lowest shown cell or -1."""

    def __init__(self, statement: Statement, sealed: Json) -> None:
        self.statement = statement
        given = sealed["atoms"]
        rows = zip(given["units"], given["categories"], given["respondents"], strict=True)
        kept = [(place, *row) for place, row in enumerate(rows) if whole(row[2], 0)]
        self.local = {row[0]: atom for atom, row in enumerate(kept)}
        self.people = [row[3] for row in kept]
        self.labels = [[-1] * len(kept) for _ in statement.blocks]
        self._depths = [[-1] * len(kept) for _ in statement.blocks]
        self._beneath: list[list[int]] = [[] for _ in statement.units]
        self.shown: dict[Cell, None] = {}
        chosen = []
        for atom, (_, unit, categories, _) in enumerate(kept):
            bounds = zip(categories, statement.widths, strict=True)
            chosen.append([whole(category, -1, width) for category, width in bounds])
            for holder in (whole(unit, 0), *statement.above(unit)):
                self._beneath[holder].append(atom)
        blocks = range(len(statement.blocks))
        self._categories = [[statement.category(b, each) for each in chosen] for b in blocks]

    def of(self, cell: Cell) -> list[int]:
        """Return the atoms of a cell."""
        categories = self._categories[cell.block]
        return [atom for atom in self._beneath[cell.unit] if categories[atom] == cell.category]

    def show(self, cell: Cell) -> None:
        """Take a cell as shown."""
        labels, depths = self.labels[cell.block], self._depths[cell.block]
        depth = len(list(self.statement.above(cell.unit)))
        for atom in self.of(cell):
            if depths[atom] < depth:
                labels[atom], depths[atom] = len(self.shown), depth
        self.shown[cell] = None


def check_counts(statement: Statement, atoms: Atoms) -> str:
    """Check that each published number is the sum of the atoms in its cell."""
    for cell, published in statement.shown.items():
        if sum(atoms.people[atom] for atom in atoms.of(cell)) != published:
            raise Refuted(f"{statement.name(cell)} holds other people than published")
    return f"published numbers are the sums of {len(atoms.people):,} atoms with respondents"


def check_order(statement: Statement, atoms: Atoms, sealed: Json) -> str:
    """Check cells in their order; the first ones, of unit totals and one block, all at once."""
    steps = [(Cell(*place), proof) for place, proof in sealed["order"]]
    if sorted(cell for cell, _ in steps) != list(statement.shown):
        raise Refuted("the order does not name each shown cell once")
    block = next((cell.block for cell, _ in steps if cell.block), 0)
    begun = next(
        (n for n, (cell, _) in enumerate(steps) if cell.block not in {0, block}), len(steps)
    )
    for cell, _ in steps[:begun]:
        atoms.show(cell)
    check_cuts(statement, atoms, block)
    for cell, proof in steps[begun:]:
        if proof.keys() == {"sum"}:
            check_sum(statement, atoms, cell, proof["sum"])
        else:
            check_witnesses(statement, atoms, cell, proof.get("witnesses", []))
        atoms.show(cell)
    return f"{begun:,} cells hold by cuts, {len(steps) - begun:,} more each by its own proof"


def check_sum(statement: Statement, atoms: Atoms, cell: Cell, terms: Json) -> None:
    """Check that a cell is the sum of cells shown before it, each taken a whole number of times."""
    sums = Counter(dict.fromkeys(atoms.of(cell), -1))
    for place, times in terms:
        if (term := Cell(*place)) not in atoms.shown:
            raise Refuted(f"{statement.name(cell)} is said to follow from a cell not yet shown")
        for atom in atoms.of(term):
            sums[atom] += whole(times, -inf)
    if any(sums.values()):
        raise Refuted(f"{statement.name(cell)} is not the sum that it is said to be")


def check_cuts(statement: Statement, atoms: Atoms, block: int) -> None:
    """Check all cuts between what is left of the shown unit totals and of another block."""
    graph: Graph = defaultdict(Counter)
    other = atoms.labels[block] if block else [-1] * len(atoms.people)
    for one, far, people in zip(atoms.labels[0], other, atoms.people, strict=True):
        if one != far:
            graph[one][far] += people
            graph[far][one] += people
    weight = light_cut(graph, statement.k)
    if weight is not None:
        raise Refuted(f"unit totals and block {block} tell about a group of {weight} people")


def light_cut(graph: Graph, k: int) -> int | None:
    """Return the weight of a cut of a graph that is above 0 and below k; None if there is none."""
    while graph:
        lightest = min(sum(ends.values()) for ends in graph.values())
        if lightest < k:
            return lightest
        joined = joined_by(graph, k)
        merged: Graph = defaultdict(Counter)
        for node, ends in graph.items():
            own = top_of(joined, node)
            for far, weight in ends.items():
                if (end := top_of(joined, far)) != own:
                    merged[own][end] += weight
        graph = merged
    return None


def joined_by(graph: Graph, k: int) -> dict[int, int]:
    """Return for nodes another one that no cut below k parts them from: at least one such pair.

    In a maximum adjacency order no cut lighter than the edges to the nodes before it parts a node
    from the last of these. That more than k counts as k keeps this true for cuts below k.
    """
    joined: dict[int, int] = {}
    bound = dict.fromkeys(graph, 0)
    queues: list[list[int]] = [list(graph), *([] for _ in range(k))]
    at = 0
    while at >= 0:
        if not queues[at]:
            at -= 1
            continue
        node = queues[at].pop()
        if bound.pop(node, -1) < 0:
            continue
        for other, weight in graph[node].items():
            if (before := bound.get(other, -1)) < 0:
                continue
            bound[other] = after = min(k, before + weight)
            if after > before:
                queues[after].append(other)
                at = max(at, after)
            if after == k and (end := top_of(joined, other)) != (own := top_of(joined, node)):
                joined[end] = own
    return joined


def top_of(joined: dict[int, int], node: int) -> int:
    while node in joined:
        node = joined[node]
    return node


def check_witnesses(statement: Statement, atoms: Atoms, cell: Cell, given: Json) -> None:
    """Check that the witnesses of a cell are such, and that fewer than k people do not meet all."""
    inside, met = set(atoms.of(cell)), []
    for places, values in given:
        chosen = [atoms.local[place] for place in places]  # KeyError: an empty atom proves nothing
        sums = Counter[int]()
        touched = 0
        for atom, value in zip(chosen, values, strict=True):
            touched += whole(value, -inf) if atom in inside else 0
            for labels in atoms.labels:
                sums[labels[atom]] += whole(value, -inf)
        del sums[-1]  # atoms that no shown cell holds
        if not touched or any(sums.values()):
            raise Refuted(f"a witness of {statement.name(cell)} proves nothing")
        met.append(chosen)
    if can_meet(met, statement.k - 1, atoms.people):
        raise Refuted(f"fewer than k people meet the witnesses of {statement.name(cell)}")


def can_meet(witnesses: Sequence[Sequence[int]], left: int, people: Sequence[int]) -> bool:
    """Return whether atoms of at most `left` people hold an atom of every witness."""
    room: dict[int, int] = {}
    packed = 0
    for chosen in witnesses:
        times = min(room.get(atom, people[atom]) for atom in chosen)
        packed += times
        if packed > left:
            return False
        for atom in chosen:
            room[atom] = room.get(atom, people[atom]) - times
    return not witnesses or any(
        can_meet([each for each in witnesses if atom not in each], left - people[atom], people)
        for atom in min(witnesses, key=len)
        if people[atom] <= left
    )


def verify(public_raw: bytes, sealed_raw: bytes | None = None) -> Iterator[str]:
    """Yield a line for each check that holds, then what cannot be checked.

    Raises:
        Refuted: a check does not hold, or a certificate is not of its form.
    """
    try:
        public = json.loads(public_raw, object_pairs_hook=once)
        statement = Statement(public)
        yield f"checked: {check_figures(statement, public)}"
        tried, found = public["attack"]["tried"], public["attack"]["found"]
        if not tried or tried.keys() != found.keys() or any(found.values()):
            raise Refuted("the self-attack that is reported was not made, or found something")
        if sealed_raw is not None:
            sealed = json.loads(sealed_raw, object_pairs_hook=once)
            yield f"checked: {check_seal(public, sealed_raw, sealed)}"
            atoms = Atoms(statement, sealed)
            yield f"checked: {check_counts(statement, atoms)}"
            yield f"checked: {check_order(statement, atoms, sealed)}"
    except _BAD_FORM as error:
        raise Refuted(f"a certificate has another form: {error!r}") from error
    yield from (_UNSEALED, _NEVER) if sealed_raw is None else (_NEVER,)


def main(names: Sequence[str]) -> int:
    """Verify the files of these names; return 0, 1 if a check fails or 2 if one cannot be read."""
    try:
        for line in verify(*[Path(name).read_bytes() for name in names]):
            sys.stdout.write(f"{line}\n")
    except Refuted as error:
        sys.stdout.write(f"FAILED: {error}\n")
        return 1
    except (OSError, TypeError, ValueError) as error:
        sys.stderr.write(f"usage: verifier.py PUBLIC.json [SEALED.json]: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
