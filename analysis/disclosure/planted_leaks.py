"""Small tables with a leak of fewer than k people each, which attacks must find before they count.

All need k of at least 2.
"""

from collections.abc import Mapping

import numpy as np

from analysis.disclosure.frequency_tables import TOTALS, Block
from analysis.disclosure.published_tables import Atoms, PublishedTable

_Cells = Mapping[tuple[int, int, int], int]  # block, unit, category -> the shown count


def without_a_part(k: int) -> PublishedTable:
    """A total and one category are shown; all but k - 1 people are in the category."""
    return _planted(
        (-1,), (2,), {(0, 0, 0): 2 * k - 1, (1, 0, 0): k}, ((0, (0,), k), (0, (1,), k - 1))
    )


def two_levels_above(k: int) -> PublishedTable:
    """Between two shown totals is a hidden one; k - 1 people are in the upper alone."""
    shown = {(0, 0, 0): 3 * k - 1, (0, 2, 0): 2 * k}
    return _planted((-1, 0, 1), (1,), shown, ((1, (0,), k - 1), (2, (0,), 2 * k)))


def without_all_parts(k: int) -> PublishedTable:
    """Two of three categories are shown; only both together leave k - 1 people."""
    shown = {(0, 0, 0): 3 * k - 1, (1, 0, 0): k, (1, 0, 1): k}
    return _planted((-1,), (3,), shown, ((0, (0,), k), (0, (1,), k), (0, (2,), k - 1)))


def across_demographics(k: int) -> PublishedTable:
    """One person is in a shown category of one demographic and not in one of another."""
    shown = {(1, 0, 0): k + 1, (2, 0, 0): k}
    atoms = ((0, (0, 0), k), (0, (0, 1), 1), (0, (1, 1), k))
    return _planted((-1,), (2, 2), shown, atoms)


def pinned_between(k: int) -> PublishedTable:
    """Two totals leave nobody else, so a category of both and of one tells that of the other."""
    shown = {(0, 0, 0): 6 * k, (0, 1, 0): 3 * k, (0, 2, 0): 3 * k}
    shown |= {(1, 0, 0): 2 * k - 1, (1, 1, 0): k}
    atoms = ((1, (0,), k), (1, (-1,), 2 * k), (2, (0,), k - 1), (2, (-1,), 2 * k + 1))
    return _planted((-1, 0, 0), (1,), shown, atoms)


def _planted(
    parents: tuple[int, ...],
    categories: tuple[int, ...],
    shown: _Cells,
    atoms: tuple[tuple[int, tuple[int, ...], int], ...],
) -> PublishedTable:
    blocks = (TOTALS, *(Block((demographic,)) for demographic in range(len(categories))))
    published = [np.full((len(parents), width), -1) for width in (1, *categories)]
    for (place, unit, category), people in shown.items():
        published[place][unit, category] = people
    units, chosen, counts = zip(*atoms, strict=True)
    sealed = Atoms(np.array(units), np.array(chosen), np.array(counts))
    return PublishedTable(parents, categories, blocks, tuple(published), sealed)
