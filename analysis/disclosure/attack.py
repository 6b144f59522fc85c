"""The self-attack: rebuild groups smaller than k from what a release publishes, and nothing else.

It shares no code with the engine. It never sees counts of hidden cells; what it is given is what
everybody will be given. Each attack also runs on a small release with a planted leak, so that an
attack that has gone blind stops the release instead of approving it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from analysis.disclosure.rules import Rules

PRIME = (1 << 61) - 1
"""Elimination is exact modulo this prime; floats would round a leak away."""

NOT_SEARCHED = (
    "what people know of each other from outside Pulse",
    "answers that a person repeats from month to month",
    "texts and figures published outside Pulse",
)

_Published = Sequence[int | None]
_Attack = Callable[[Sequence[int], _Published, int], tuple[int, int]]  # -> tried, found


class ControlSilentError(Exception):
    """An attack did not find a leak that was planted for it; its silence means nothing."""


@dataclass(frozen=True, slots=True)
class AttackReport:
    """Per attack, how often it was tried and how many groups of 1 to k-1 people it isolated."""

    tried: Mapping[str, int]
    found: Mapping[str, int]
    not_searched: tuple[str, ...]

    @property
    def leaks(self) -> int:
        return sum(self.found.values())


def attack_tree(parents: Sequence[int], published: _Published, rules: Rules) -> AttackReport:
    """Attack the published respondent counts of a unit tree.

    Args:
        parents: for each unit the index of its parent, which comes before it; -1 for a root.
        published: for each unit the number of respondents shown, None where it is hidden.
        rules: the threshold that no group found may be below.

    Raises:
        ControlSilentError: an attack missed the leak planted for it.
    """
    k = rules.smallest_group
    tried: dict[str, int] = {}
    found: dict[str, int] = {}
    for name, attack in _ATTACKS.items():
        for control in _planted_leaks(k):
            if attack(*control, k)[1] == 0:
                raise ControlSilentError(f"the attack {name!r} missed a planted leak")
        tried[name], found[name] = attack(parents, published, k)
    return AttackReport(tried, found, NOT_SEARCHED)


def _planted_leaks(k: int) -> tuple[tuple[tuple[int, ...], tuple[int | None, ...]], ...]:
    if k == 1:
        return ()  # no group is smaller than one person, so nothing can leak
    return (((-1, 0, 0), (2 * k - 1, k, None)), ((-1, 0, 1), (3 * k - 1, None, 2 * k)))


def _is_leak(people: int, k: int) -> bool:
    return people != 0 and not k <= people  # a negative number contradicts itself: stop as well


def _subtract_two(parents: Sequence[int], published: _Published, k: int) -> tuple[int, int]:
    """Take one shown unit from one shown unit above it, for every such pair."""
    tried = found = 0
    for unit, people in enumerate(published):
        if people is None:
            continue
        tried += 1
        found += people < k
        above = parents[unit]
        while above >= 0:
            total = published[above]
            if total is not None:
                tried += 1
                found += _is_leak(total - people, k)
            above = parents[above]
    return tried, found


def _subtract_children(parents: Sequence[int], published: _Published, k: int) -> tuple[int, int]:
    """Take from each shown unit everything shown beneath it that is not beneath another."""
    left = [0 if people is None else people for people in published]
    for unit, people in enumerate(published):
        above = parents[unit]
        while people is not None and above >= 0:
            if published[above] is not None:
                left[above] -= people
                break
            above = parents[above]
    shown = [unit for unit, people in enumerate(published) if people is not None]
    return len(shown), sum(_is_leak(left[unit], k) for unit in shown)


def _eliminate(parents: Sequence[int], published: _Published, k: int) -> tuple[int, int]:
    """Solve all shown counts as one system of equations, knowing nothing of trees.

    The unknowns are the people on each unit itself. Reduced row echelon form over the integers
    modulo a prime gives what can be derived at all; each reduced row carries its count of people.
    """
    contradictions = 0
    solved: dict[int, dict[int, int]] = {}
    holders: dict[int, set[int]] = {}  # unknown -> pivots of the solved rows that contain it
    counts: dict[int, int] = {}
    for row, people in _equations(parents, published):
        for pivot in [unknown for unknown in row if unknown in solved]:
            factor = row.get(pivot, 0)
            if factor:
                _subtract_row(row, solved[pivot], factor)
                people -= _signed(factor) * counts[pivot]  # noqa: PLW2901 - the row's other side
        if not row:
            contradictions += people != 0
            continue
        pivot = min(row)
        inverse = pow(row[pivot], -1, PRIME)
        scaled = {unknown: value * inverse % PRIME for unknown, value in row.items()}
        people *= _signed(inverse)  # noqa: PLW2901 - likewise
        for other in sorted(holders.get(pivot, set())):
            factor = solved[other][pivot]
            _subtract_row(solved[other], scaled, factor)
            counts[other] -= _signed(factor) * people
            for unknown in scaled:
                _note_holder(holders, unknown, other, solved[other])
        solved[pivot], counts[pivot] = scaled, people
        for unknown in scaled:
            holders.setdefault(unknown, set()).add(pivot)
    leaks = sum(_is_leak(people, k) for people in counts.values())
    return len(counts), leaks + contradictions


def _equations(parents: Sequence[int], published: _Published) -> list[tuple[dict[int, int], int]]:
    """Return for each shown unit the unknowns that it sums, and its count."""
    members: dict[int, dict[int, int]] = {
        unit: {} for unit, people in enumerate(published) if people is not None
    }
    for atom in range(len(parents)):
        unit = atom
        while unit >= 0:
            if unit in members:
                members[unit][atom] = 1
            unit = parents[unit]
    return [
        (row, people) for unit, row in members.items() if (people := published[unit]) is not None
    ]


def _subtract_row(row: dict[int, int], other: Mapping[int, int], factor: int) -> None:
    for unknown, value in other.items():
        left = (row.get(unknown, 0) - factor * value) % PRIME
        if left:
            row[unknown] = left
        else:
            row.pop(unknown, None)


def _note_holder(
    holders: dict[int, set[int]], unknown: int, pivot: int, row: Mapping[int, int]
) -> None:
    known = holders.setdefault(unknown, set())
    if unknown in row:
        known.add(pivot)
    else:
        known.discard(pivot)


def _signed(value: int) -> int:
    """Return the small integer, below or above 0, that a residue of the prime stands for."""
    return value - PRIME if value > PRIME // 2 else value


_ATTACKS: Mapping[str, _Attack] = {
    "subtract one shown unit from one above it": _subtract_two,
    "subtract all shown units from the one above them": _subtract_children,
    "solve all shown counts as one system of equations": _eliminate,
}
