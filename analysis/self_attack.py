"""From a release's coded figures to the self-attack: what everybody will be given, and no more."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analysis.coding import CodedItem
from analysis.disclosure.attack import AttackReport
from analysis.disclosure.unanimity import (
    NOT_SEARCHED,
    PublishedItem,
    UnanimityReport,
)
from analysis.release import SelfAttack

_BEYOND_ALL = 201  # half percents
_ONE_MIND = "look for groups whose answers must all be alike"


def published_item(
    coded: CodedItem,
    *,
    labels: int,
    places: Sequence[int],
    steps: Sequence[int],
    units: int,
    mean_steps: int | Sequence[int] = 1,
) -> PublishedItem:
    """Return the intervals in which one item's published numbers lie.

    Args:
        coded: the item's figures, a row per shown unit.
        labels: how many answers of the scale score.
        places: the unit of each row.
        steps: percentage points between neighbouring shares, per row.
        units: how many units there are.
        mean_steps: tenths of a scale point between neighbouring means, per row or of all.
    """
    step = np.array(steps, dtype=np.int64)[:, np.newaxis]
    mean_step = np.array(mean_steps, dtype=np.int64)
    share, share_bound = coded.bands.values, coded.bands.bounds
    mean, mean_bound = coded.means.values, coded.means.bounds
    shown = np.zeros(units, dtype=np.bool_)
    share_low, share_high = (np.zeros((units, 3), dtype=np.int64) for _ in range(2))
    mean_low, mean_high = (np.zeros(units, dtype=np.int64) for _ in range(2))
    rows = list(places)
    shown[rows] = coded.shown
    least, most = -(-share // step) * step, share // step * step  # a bound may lie between steps
    share_low[rows] = np.where(share_bound < 0, 0, np.maximum(2 * least - step, 0))
    share_high[rows] = np.where(
        share_bound > 0, _BEYOND_ALL, np.minimum(2 * most + step, _BEYOND_ALL)
    )
    mean_low[rows] = np.where(mean_bound < 0, 20, 2 * mean - mean_step)
    mean_high[rows] = np.where(mean_bound > 0, 20 * labels + 1, 2 * mean + mean_step)
    return PublishedItem(labels, shown, share_low, share_high, mean_low, mean_high)


def published_means(
    coded: CodedItem,
    *,
    labels: int,
    places: Sequence[int],
    cells: int,
    mean_steps: int | Sequence[int] = 1,
) -> PublishedItem:
    """Return the intervals in which one item's means lie, where its shares are not published."""
    known = published_item(
        coded,
        labels=labels,
        places=places,
        steps=[1] * len(places),
        units=cells,
        mean_steps=mean_steps,
    )
    return replace(
        known,
        share_low=np.zeros_like(known.share_low),
        share_high=np.full_like(known.share_high, _BEYOND_ALL),
    )


def joined_report(
    tree: AttackReport,
    one_mind: UnanimityReport,
    tables: AttackReport | None = None,
    one_mind_in_tables: int = 0,
) -> SelfAttack:
    """Return what was tried, found and not searched by all attacks together.

    Args:
        tree: of the attack on unit totals.
        one_mind: of the search in them.
        tables: of the attack on all tables, where there are breakdowns.
        one_mind_in_tables: how many further groups were searched in them; none was found.
    """
    of_tables = tables or AttackReport({}, {}, ())
    gaps = (*tree.not_searched, *of_tables.not_searched, *NOT_SEARCHED)
    return SelfAttack(
        tried={**tree.tried, **of_tables.tried, _ONE_MIND: one_mind.tried + one_mind_in_tables},
        found={**tree.found, **of_tables.found, _ONE_MIND: sum(one_mind.found)},
        not_searched=tuple(dict.fromkeys(gaps)),
    )
