"""The self-attack on tables: rebuild groups smaller than k from what a release shows of a table.

`attack_table` holds the published counts and nothing else, like everybody outside.
`attack_with_atoms` also holds the sealed counts. It is stronger: it counts every empty group as
known to the attacker, and it can weigh whom a signed combination of cells depends on.

Neither shares code with the engine. Each attack must first find a leak that was planted for it, in
a small table of its own; an attack that has gone blind stops the release instead of approving it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.disclosure import elimination_attacks as solving
from analysis.disclosure import (
    linear_bounds,
    near_cells,
    planted_leaks,
    small_cuts,
    subtraction,
)
from analysis.disclosure.attack import NOT_SEARCHED, AttackReport, ControlSilentError
from analysis.disclosure.frequency_tables import Block, FrequencyTable, TablePattern
from analysis.disclosure.published_tables import NOWHERE, Atoms, PublishedTable, Whole
from analysis.disclosure.rules import Rules


@dataclass(frozen=True, slots=True)
class Finding:
    """How often an attack was tried, what it found, and what of it was left out."""

    tried: int
    found: int
    not_searched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Attack:
    """An attack by the name that reports give it, and tables with leaks that it must find."""

    name: str
    run: Callable[[PublishedTable, int], Finding]
    plants: tuple[Callable[[int], PublishedTable], ...]


def attack_table(
    parents: Sequence[int],
    categories: Sequence[int],
    blocks: Sequence[Block],
    published: Sequence[Whole],
    rules: Rules,
) -> AttackReport:
    """Attack a table from its published counts alone.

    Args:
        parents: for each unit the place of its parent, which comes before it; -1 for a root.
        categories: how many categories each demographic has.
        blocks: what the cells divide by; the first one is the unit totals.
        published: for each block a row per unit, a column per category; -1 where hidden.
        rules: the threshold that no group found may be below.

    Raises:
        ControlSilentError: an attack missed the leak planted for it.
        ValueError: the parts do not fit each other.
    """
    table = PublishedTable(tuple(parents), tuple(categories), tuple(blocks), tuple(published))
    return attack_published(table, rules)


def attack_with_atoms(table: FrequencyTable, pattern: TablePattern, rules: Rules) -> AttackReport:
    """Attack a table from its published and its sealed counts; only for inside the close.

    Raises:
        ControlSilentError: an attack missed the leak planted for it.
        ValueError: the parts do not fit each other.
    """
    atoms = Atoms(table.atom_units, table.atom_categories, table.atom_counts)
    published = pattern.published(table)
    return attack_published(
        PublishedTable(table.parents, table.categories, table.blocks, published, atoms), rules
    )


def attack_published(table: PublishedTable, rules: Rules) -> AttackReport:
    """Attack what somebody holds of a table, with every attack that this allows.

    Raises:
        ControlSilentError: an attack missed the leak planted for it.
        ValueError: the sealed counts are those of another table.
    """
    findings = _run(_PUBLIC if table.atoms is None else _SEALED, table, rules)
    gaps = [gap for finding in findings.values() for gap in finding.not_searched]
    return _report(findings, gaps)


def attack_before_release(
    table: FrequencyTable, pattern: TablePattern, rules: Rules
) -> AttackReport:
    """Make every attack once, and report nothing that only the sealed counts tell.

    Of an attack that needs sealed counts the report says that it was made, not how often: that
    depends on them.

    Raises:
        ControlSilentError: an attack missed the leak planted for it.
        ValueError: the parts do not fit each other.
    """
    atoms = Atoms(table.atom_units, table.atom_categories, table.atom_counts)
    published = pattern.published(table)
    sealed = PublishedTable(table.parents, table.categories, table.blocks, published, atoms)
    everything = (*_PUBLIC, *(attack for attack in _SEALED if attack not in _PUBLIC))
    findings = _run(everything, sealed, rules)
    known = {attack.name for attack in _PUBLIC}
    gaps = [gap for name, each in findings.items() if name in known for gap in each.not_searched]
    if any(each.not_searched for name, each in findings.items() if name not in known):
        gaps.append(_SEALED_GAP)
    told = {
        name: each if name in known else Finding(1, each.found) for name, each in findings.items()
    }
    return _report(told, gaps)


def _run(attacks: Sequence[_Attack], table: PublishedTable, rules: Rules) -> dict[str, Finding]:
    if table.atoms is not None:
        _check_sealed(table)
    k = rules.smallest_group
    if k > 1:  # no group is smaller than one person, so nothing could be planted
        for attack in attacks:
            if any(attack.run(plant(k), k).found == 0 for plant in attack.plants):
                raise ControlSilentError(f"the attack {attack.name!r} missed a planted leak")
    return {attack.name: attack.run(table, k) for attack in attacks}


def _report(findings: Mapping[str, Finding], gaps: Sequence[str]) -> AttackReport:
    return AttackReport(
        {name: finding.tried for name, finding in findings.items()},
        {name: finding.found for name, finding in findings.items()},
        (*NOT_SEARCHED, *gaps),
    )


def _check_sealed(table: PublishedTable) -> None:
    classes = table.sealed_classes
    sums = np.zeros(len(table.residue_people), dtype=np.int64)
    for residues in classes.residues.T:
        inside = residues != NOWHERE
        np.add.at(sums, residues[inside], classes.people[inside])
    wrong = np.flatnonzero(sums != table.residue_people)
    if len(wrong):
        unit = int(table.residue_units[wrong[0]])
        raise ValueError(f"a shown count of unit {unit} is not the sum of the sealed counts")


def _plain(
    attack: Callable[[PublishedTable, int], tuple[int, int]],
) -> Callable[[PublishedTable, int], Finding]:
    return lambda table, k: Finding(*attack(table, k))


def _solve_published(table: PublishedTable, k: int) -> Finding:
    return Finding(*solving.solve_published(table, k), (_SIGNED_GAP,))


def _solve_sealed(table: PublishedTable, k: int) -> Finding:
    tried, found, left_out = solving.solve_sealed(table, k)
    gap = f"{left_out:,} of {tried + left_out:,} shown cells in the system of all shown cells"
    return Finding(tried, found, (gap,) if left_out else ())


def _compare(table: PublishedTable, k: int) -> Finding:
    residues = near_cells.compare_residues(table, k)
    cells = near_cells.compare_cells(table, k)
    return Finding(residues[0] + cells[0], residues[1] + cells[1])


def _search_at_random(table: PublishedTable, k: int) -> Finding:
    search = solving.search_at_random(table, k)
    if len(table.blocks) <= _PAIR:
        return Finding(search.tried, search.found)  # the search for small cuts is complete
    gap = (
        f"combinations of three or more kinds of cells, beyond {search.rounds} random searches in "
        f"each of {search.neighbourhoods:,} neighbourhoods of at most {solving.MOST_CELLS} shown "
        f"cells, and beyond one solution of all cells for what reaches over several of these or "
        f"holds one of {search.outside:,} shown cells above them"
    )
    return Finding(search.tried, search.found, (gap,))


def _narrow_down(table: PublishedTable, k: int) -> Finding:
    audit = linear_bounds.audit_intervals(table, k)
    if audit.hidden == 0:
        return Finding(0, 0)
    narrowest = ""
    if audit.narrowest is not None:
        narrowest = f"; the narrowest that reaches below k was {audit.narrowest:,} people wide"
    gap = (
        f"ranges of hidden cells beyond a sample of {audit.tried:,} out of {audit.hidden:,}, each "
        f"within at most {linear_bounds.MOST_UNITS} units{narrowest}"
    )
    return Finding(audit.tried, audit.found, (gap, "ranges narrowed down by head counts"))


_PAIR = 2
_SEALED_GAP = "combinations of many cells, beyond random searches with the sealed counts"
_SIGNED_GAP = (
    "differences of shown cells that count some people negatively, as no count tells of whom"
)

_TWO = _Attack(
    "subtract one shown cell from one that holds it",
    _plain(subtraction.subtract_two),
    (planted_leaks.without_a_part, planted_leaks.two_levels_above),
)
_PARTS = _Attack(
    "subtract all shown cells of one kind from the one that holds them",
    _plain(subtraction.subtract_parts),
    (planted_leaks.without_all_parts, planted_leaks.two_levels_above),
)
_KINDS = _Attack(
    "solve the shown cells of each kind and the totals as equations",
    _solve_published,
    (planted_leaks.without_all_parts, planted_leaks.two_levels_above),
)
_CUTS = _Attack(
    "search every two kinds of cells for small cuts",
    _plain(small_cuts.cut_pairs_of_blocks),
    (planted_leaks.without_all_parts, planted_leaks.across_demographics),
)
_ALL = _Attack(
    "solve all shown cells as one system of equations",
    _solve_sealed,
    (planted_leaks.without_all_parts, planted_leaks.across_demographics),
)
_COMPARE = _Attack(
    "compare shown cells that hold nearly the same people",
    _compare,
    (planted_leaks.without_a_part, planted_leaks.across_demographics),
)
_RANDOM = _Attack(
    "search neighbourhoods at random for combinations of many cells",
    _search_at_random,
    (planted_leaks.without_all_parts, planted_leaks.across_demographics),
)
_INTERVALS = _Attack(
    "narrow hidden cells down by linear programming",
    _narrow_down,
    (planted_leaks.pinned_between,),
)

_PUBLIC = (_TWO, _PARTS, _KINDS, _INTERVALS)
_SEALED = (_TWO, _PARTS, _CUTS, _ALL, _COMPARE, _RANDOM, _INTERVALS)
