"""The attack on unanimous groups: is there a group of whom a release proves one answer of all?

The groups are the residues: each shown unit without the shown units beneath it. From the published
figures alone the attack bounds, for every residue and question, how many people answered in each
band and how many points their answers lie below the highest and above the lowest score. Nobody is
assumed to have answered: a shown unit of n people holds from k to n answers. A residue is found if
nobody in it can stand in two of the three bands, if all of it must stand in one, or if its answers
must all be the highest or all be the lowest score.

The bounds are exact for each quantity alone: intervals on a tree, sharpened once from the leaves
to the root and once back. How quantities limit each other is used within one unit only, through
the number of answers; `NOT_SEARCHED` says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.disclosure.attack import ControlSilentError
from analysis.disclosure.rules import Rules

NOT_SEARCHED = (
    "groups of one mind, by someone who knows who skipped a question",
    "groups of one mind, from single options or from several figures of several units at once",
)

_Whole = npt.NDArray[np.int64]
_Flags = npt.NDArray[np.bool_]

_LARGEST_ENUMERATED = 200
"""Up to here every possible number of answers is tried; above, only the fewest and the most."""

_NEVER = np.int64(1 << 40)
_BANDS = 3
_QUANTITIES = 5  # people in each band, points below the highest score, points above the lowest


class ContradictionError(Exception):
    """Published figures that no set of answers could have given."""


@dataclass(frozen=True, slots=True)
class PublishedItem:
    """What is published about one question, as intervals; a row per unit.

    `share_low` (included) and `share_high` (excluded) are half percents in three columns, the
    scale's bands; `mean_low` and `mean_high` likewise are twentieths of a scale point. Rows in
    which `shown` is false are not read.
    """

    labels: int
    shown: _Flags
    share_low: _Whole
    share_high: _Whole
    mean_low: _Whole
    mean_high: _Whole


@dataclass(frozen=True, slots=True)
class UnanimityReport:
    """How many residues were tried, and per item how many are provably of one mind."""

    tried: int
    found: tuple[int, ...]


def find_unanimous(
    parents: Sequence[int],
    published: Sequence[int | None],
    items: Sequence[PublishedItem],
    rules: Rules,
    judged: Sequence[bool] | None = None,
) -> UnanimityReport:
    """Search every residue for an answer that all of it must have given.

    Args:
        parents: for each unit the index of its parent, which comes before it; -1 for a root. Any
            cells that are nested or apart will do in place of units (`unanimous_cells`).
        published: for each unit the respondents shown, None where it is hidden.
        items: the questions; an item shown in a unit rests on at least k answers there.
        rules: the threshold.
        judged: whose residues to search; by default all.

    Raises:
        ControlSilentError: the attack missed a group of one mind planted for it.
        ContradictionError: no set of answers fits the figures.
    """
    for control in _planted():
        if _search((-1, 0), (10, 5), [control], 5).found != (2,):
            raise ControlSilentError("the attack on unanimous groups missed a planted one")
    return _search(parents, published, items, rules.smallest_group, judged)


def _search(
    parents: Sequence[int],
    published: Sequence[int | None],
    items: Sequence[PublishedItem],
    k: int,
    judged: Sequence[bool] | None = None,
) -> UnanimityReport:
    shown = [unit for unit, people in enumerate(published) if people is not None]
    if not shown or not items:
        return UnanimityReport(0, (0,) * len(items))
    above = _nearest_shown(parents, published, shown)
    people = np.array([published[unit] for unit in shown], dtype=np.int64)
    residue = people.copy()
    has_parent = above >= 0
    np.subtract.at(residue, above[has_parent], people[has_parent])
    known = np.stack([item.shown[shown] for item in items], axis=1)
    if judged is not None:
        known &= np.array([judged[unit] for unit in shown])[:, np.newaxis]
    low, high = _bounds_of_units(people, [rows_of(item, shown) for item in items], k)
    reach = np.array([[1, 1, 1, i.labels - 1, i.labels - 1] for i in items], dtype=np.int64)
    low, high = _bounds_of_residues(low, high, residue[:, None, None] * reach, above)
    if bool((high < 0).any()):
        raise ContradictionError("a group would have fewer than no people in a band")
    alike = _of_one_mind(low, high, residue) & known & (residue > 0)[:, None]
    tried = int((known & (residue > 0)[:, None]).sum())
    return UnanimityReport(tried, tuple(alike.sum(axis=0).tolist()))


def _nearest_shown(
    parents: Sequence[int], published: Sequence[int | None], shown: Sequence[int]
) -> _Whole:
    """Return for each shown unit the index, among the shown, of the nearest shown one above."""
    index = {unit: place for place, unit in enumerate(shown)}
    nearest = [-1] * len(parents)
    for unit, parent in enumerate(parents):
        if parent >= 0:
            nearest[unit] = nearest[parent] if published[parent] is None else index[parent]
    return np.array([nearest[unit] for unit in shown], dtype=np.int64)


def rows_of(item: PublishedItem, shown: Sequence[int]) -> PublishedItem:
    """Return some rows of an item."""
    return PublishedItem(
        item.labels,
        item.shown[shown],
        item.share_low[shown],
        item.share_high[shown],
        item.mean_low[shown],
        item.mean_high[shown],
    )


def _bounds_of_units(
    people: _Whole, items: Sequence[PublishedItem], k: int
) -> tuple[_Whole, _Whole]:
    """Return the least and the most of each quantity per unit and item."""
    shape = (len(people), len(items), _QUANTITIES)
    low = np.zeros(shape, dtype=np.int64)
    high = np.zeros(shape, dtype=np.int64)
    for place, item in enumerate(items):
        points = [item.labels - 1] * (_QUANTITIES - _BANDS)
        high[:, place, :] = (k - 1) * np.array(
            [1] * _BANDS + points
        )  # hidden: fewer than k answers
        for size in np.unique(people[item.shown]).tolist():
            rows = np.flatnonzero(item.shown & (people == size))
            low[rows, place], high[rows, place] = _bounds_at_size(size, item, rows, k)
    return low, high


def _bounds_at_size(size: int, item: PublishedItem, rows: _Whole, k: int) -> tuple[_Whole, _Whole]:
    """Return the bounds of units of `size` people, over every number of answers that fits."""
    enumerated = size <= _LARGEST_ENUMERATED
    answers = np.arange(k, size + 1, dtype=np.int64) if enumerated else np.array([k, size])
    each = answers[None, :, None]
    low = -(-each * item.share_low[rows][:, None, :] // 200)
    high = np.minimum((each * item.share_high[rows][:, None, :] - 1) // 200, each)
    flat = answers[None, :]
    points_low = -(-flat * item.mean_low[rows][:, None] // 20)
    points_high = (flat * item.mean_high[rows][:, None] - 1) // 20
    all_low, all_high = low.sum(axis=2), high.sum(axis=2)
    fits: _Flags = (low <= high).all(axis=2) & (all_low <= flat) & (flat <= all_high)
    fits[points_low > points_high] = False
    if not enumerated:
        fits[:] = True  # between the two ends some number fits; ends alone must not exclude it
    elif not bool(fits.any(axis=1).all()):
        raise ContradictionError("the shares and the mean of a unit fit no number of answers")
    else:
        low, high = (
            np.maximum(low, each - (all_high[:, :, None] - high)),
            np.minimum(high, each - (all_low[:, :, None] - low)),
        )
    top = item.labels * flat
    low = np.concatenate([low, (top - points_high)[..., None], (points_low - flat)[..., None]], 2)
    high = np.concatenate([high, (top - points_low)[..., None], (points_high - flat)[..., None]], 2)
    least = np.where(fits[..., None], low, _NEVER).min(axis=1)
    most = np.where(fits[..., None], high, -_NEVER).max(axis=1)
    return np.maximum(least, 0), most


def _bounds_of_residues(
    low: _Whole, high: _Whole, reach: _Whole, above: _Whole
) -> tuple[_Whole, _Whole]:
    """Return the bounds of each unit's residue; `reach` is the most it can hold by its size."""
    low, high = low.copy(), high.copy()
    low_below, high_below = np.zeros_like(low), np.zeros_like(high)
    levels = _levels(above)
    for places in reversed(levels):
        low[places] = np.maximum(low[places], low_below[places])
        high[places] = np.minimum(high[places], high_below[places] + reach[places])
        beneath = places[above[places] >= 0]
        np.add.at(low_below, above[beneath], low[beneath])
        np.add.at(high_below, above[beneath], high[beneath])
    in_all_low, in_all_high = low.copy(), high.copy()
    for places in levels[1:]:
        over = above[places]
        others_low = low_below[over] - low[places]
        others_high = high_below[over] - high[places] + reach[over]
        in_all_high[places] = np.minimum(high[places], in_all_high[over] - others_low)
        in_all_low[places] = np.maximum(low[places], in_all_low[over] - others_high)
    return in_all_low - high_below, np.minimum(in_all_high - low_below, reach)


def _levels(above: _Whole) -> list[_Whole]:
    depths = np.zeros(len(above), dtype=np.int64)
    for place, over in enumerate(above.tolist()):
        if over >= 0:
            depths[place] = depths[over] + 1
    return [np.flatnonzero(depths == depth) for depth in range(int(depths.max()) + 1)]


def _of_one_mind(low: _Whole, high: _Whole, residue: _Whole) -> _Flags:
    nobody = high == 0
    one_band_left: _Flags = nobody[..., :_BANDS].sum(axis=2) >= _BANDS - 1
    all_in_one: _Flags = np.any(low[..., :_BANDS] >= residue[:, None, None], axis=2)
    extreme: _Flags = nobody[..., _BANDS:].any(axis=2)
    alike: _Flags = one_band_left | all_in_one | extreme
    return alike


def _planted() -> tuple[PublishedItem, PublishedItem]:
    """Return figures of ten people and, beneath them, five, both groups of five being of one mind.

    One question has exact shares and an unknown mean, the other an exact mean and unknown shares.
    """
    both = np.array([True, True])
    anything = np.zeros((2, _BANDS), dtype=np.int64), np.full((2, _BANDS), 201, dtype=np.int64)
    halves = np.array([[100, 0, 100], [0, 0, 200]], dtype=np.int64)
    by_share = PublishedItem(5, both, halves, halves + 1, np.array([20, 20]), np.array([101, 101]))
    means = np.array([60, 20], dtype=np.int64)  # 3.0 of all, 1.0 of the unit beneath
    by_mean = PublishedItem(5, both, *anything, means, means + 1)
    return by_share, by_mean
