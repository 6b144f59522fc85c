"""The self-attack again, on visible releases, from nothing but what they publish."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from analysis.disclosure.attack import AttackReport, attack_tree
from analysis.disclosure.frequency_tables import TOTALS, Block
from analysis.disclosure.rules import Rules
from analysis.disclosure.table_attack import attack_table
from analysis.release import Cell, ReleaseHead, ShownCell, UnitBreakdown, UnitMonth
from surveys.units import UnitCode

_HIDDEN = -1


def attack_again(
    head: ReleaseHead,
    cells: Mapping[UnitCode, UnitMonth],
    divided: Mapping[UnitCode, Sequence[UnitBreakdown]],
) -> AttackReport:
    """Attack the respondents that a release shows, in its own tree and under its own threshold.

    Args:
        head: the release.
        cells: each unit's cell in it, as screens read them.
        divided: each unit's breakdown cells; not read where the release has none.

    Raises:
        ControlSilentError: an attack missed the leak planted for it.
    """
    place = {unit.code: number for number, unit in enumerate(head.tree)}
    parents = [-1 if unit.parent is None else place[unit.parent] for unit in head.tree]
    totals = [_shown_respondents(cells[unit.code].cell) for unit in head.tree]
    rules = Rules(head.threshold)
    report = attack_tree(parents, totals, rules)
    if not head.breakdowns.divided:
        return report
    categories, blocks = _blocks(head)
    published = [
        _array([[people] for people in totals]),
        *(
            _array([list(map(_shown_respondents, divided[u.code][n].cells)) for u in head.tree])
            for n in range(len(head.breakdowns.divided))
        ),
    ]
    of_tables = attack_table(parents, categories, blocks, published, rules)
    return AttackReport(
        {**report.tried, **of_tables.tried},
        {**report.found, **of_tables.found},
        tuple(dict.fromkeys((*report.not_searched, *of_tables.not_searched))),
    )


def _blocks(head: ReleaseHead) -> tuple[list[int], list[Block]]:
    """Return how many categories each demographic has, and by which ones each block divides."""
    single = [each for each in head.breakdowns.divided if len(each.breakdowns) == 1]
    places = {each.code: place for place, each in enumerate(single)}
    blocks = [
        Block(
            tuple(places[code] for code in each.breakdowns),
            None if each.levels is None else frozenset(each.levels),
        )
        for each in head.breakdowns.divided
    ]
    return [len(each.options) for each in single], [TOTALS, *blocks]


def _array(rows: list[list[int | None]]) -> npt.NDArray[np.int64]:
    return np.array(
        [[_HIDDEN if people is None else people for people in row] for row in rows], dtype=np.int64
    )


def _shown_respondents(cell: Cell) -> int | None:
    return cell.respondents if isinstance(cell, ShownCell) else None
