"""Small cuts: the exact attack on any two blocks taken together, with the sealed counts.

The residues of two blocks are the nodes of a graph, with one more node, the ground, for people in
no shown cell; every class of people is an edge between its two residues and weighs its people. What
can be computed from the shown cells of two blocks are the cuts of this graph, so some combination
depends on 1 to k-1 people if and only if a connected part has a cut that weighs less than k.

The search contracts edges between nodes that k or more people hold together, found by scanning
in maximum adjacency order with priorities capped at k (Nagamochi and Ibaraki 1992; Nagamochi, Ono
and Ibaraki 1994), until a node with fewer is left over or nothing is.
"""

from itertools import combinations

import numpy as np

from analysis.disclosure.published_tables import PublishedTable, Whole

_Edges = tuple[Whole, Whole, Whole]  # two ends and the people, without loops or doubles


def cut_pairs_of_blocks(table: PublishedTable, k: int) -> tuple[int, int]:
    """Search every two blocks; tried are the edges searched, found the small cuts met.

    Unit totals alone are searched against the ground.
    """
    classes = table.sealed_classes
    ground = len(table.residue_people)
    tried = found = 0
    ends = np.where(classes.residues < 0, ground, classes.residues)
    if len(table.blocks) == 1:
        ends = np.column_stack([ends, np.full(len(ends), ground)])
    for one, other in combinations(range(ends.shape[1]), 2):
        edges = _joined(ends[:, one], ends[:, other], classes.people)
        tried += len(edges[0])
        found += count_small_cuts(edges, k)
    return tried, found


def count_small_cuts(edges: _Edges, k: int) -> int:
    """Return how many nodes, after contraction, fewer than k people hold; 0 only if none can be."""
    found = 0
    first, second, people = edges
    while len(first):
        nodes = int(max(first.max(), second.max())) + 1
        degrees = np.bincount(first, people, nodes) + np.bincount(second, people, nodes)
        weak = (degrees > 0) & (degrees < k)
        found += int(weak.sum())
        label = _Labels(nodes)
        for a, b in zip(first.tolist(), second.tolist(), strict=True):
            if weak[a] or weak[b]:
                label.join(a, b)  # noted; the search goes on without it
        _join_strong(edges, nodes, k, label)
        names = np.array([label.of(node) for node in range(nodes)], dtype=np.int64)
        edges = _joined(names[first], names[second], people)
        first, second, people = edges
    return found


def _joined(first: Whole, second: Whole, people: Whole) -> _Edges:
    """Number the nodes anew, drop loops and add up edges between the same two nodes."""
    apart = first != second
    low, high = np.minimum(first, second)[apart], np.maximum(first, second)[apart]
    names, ends = np.unique(np.concatenate([low, high]), return_inverse=True)
    low, high = np.split(ends.reshape(-1), 2)
    keys, inverse = np.unique(low * max(len(names), 1) + high, return_inverse=True)
    sums = np.zeros(len(keys), dtype=np.int64)
    np.add.at(sums, inverse.reshape(-1), people[apart])
    return keys // max(len(names), 1), keys % max(len(names), 1), sums


def _join_strong(edges: _Edges, nodes: int, k: int, label: "_Labels") -> None:
    """Scan all nodes in maximum adjacency order and join those held together by k or more."""
    beside: list[list[tuple[int, int]]] = [[] for _ in range(nodes)]
    for a, b, weight in zip(*(column.tolist() for column in edges), strict=True):
        beside[a].append((b, weight))
        beside[b].append((a, weight))
    held = [0] * nodes
    done = [False] * nodes
    waiting: list[list[int]] = [[] for _ in range(k + 1)]  # by how many people hold the node
    waiting[0] = list(range(nodes - 1, -1, -1))
    fullest = 0
    while fullest >= 0:
        if not waiting[fullest]:
            fullest -= 1
            continue
        node = waiting[fullest].pop()
        if done[node] or held[node] != fullest:
            continue
        done[node] = True
        for neighbour, weight in beside[node]:
            if done[neighbour]:
                continue
            now = min(held[neighbour] + weight, k)
            if now == k:
                label.join(node, neighbour)
            if now != held[neighbour]:
                held[neighbour] = now
                waiting[now].append(neighbour)
                fullest = max(fullest, now)


class _Labels:
    """Which nodes have become one."""

    def __init__(self, nodes: int) -> None:
        self._over = list(range(nodes))

    def of(self, node: int) -> int:
        while self._over[node] != node:
            self._over[node] = self._over[self._over[node]]
            node = self._over[node]
        return node

    def join(self, one: int, other: int) -> None:
        self._over[self.of(one)] = self.of(other)
