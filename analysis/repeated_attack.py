"""The self-attack again, on visible releases, from nothing but what they publish."""

from collections.abc import Mapping

from analysis.disclosure.attack import AttackReport, attack_tree
from analysis.disclosure.rules import Rules
from analysis.release import ReleaseHead, ShownCell, UnitMonth
from surveys.units import UnitCode


def attack_again(head: ReleaseHead, cells: Mapping[UnitCode, UnitMonth]) -> AttackReport:
    """Attack the respondents that a release shows, in its own tree and under its own threshold.

    Args:
        head: the release.
        cells: each unit's cell in it, as screens read them.

    Raises:
        ControlSilentError: an attack missed the leak planted for it.
    """
    place = {unit.code: number for number, unit in enumerate(head.tree)}
    parents = [-1 if unit.parent is None else place[unit.parent] for unit in head.tree]
    published = [_shown_respondents(cells[unit.code]) for unit in head.tree]
    return attack_tree(parents, published, Rules(head.threshold))


def _shown_respondents(month: UnitMonth) -> int | None:
    return month.cell.respondents if isinstance(month.cell, ShownCell) else None
