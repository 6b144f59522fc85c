"""How much people within one unit differ on an item: the pooled within-unit standard deviation.

It is computed for the organisation as a whole and travels with the release, because charts need it
to say what is ordinary variation in a small unit (ANALYSIS: one of three figures made from answers
and not from shown cells).
"""

import math
from collections.abc import Iterable, Mapping

import numpy as np

from analysis.release import ReleasedItem, SpreadBasis
from analysis.tally import ItemTally
from surveys.instruments import ItemCode

EarlierSpread = Mapping[tuple[ItemCode, int], float]
"""Item code and version -> standard deviation in scale points, from earlier releases."""

_SMALLEST = 0.1
"""Smaller values are published as this one: 0.00 would say that every unit was of one mind."""


def pooled_earlier(releases: Iterable[Iterable[ReleasedItem]]) -> EarlierSpread:
    """Pool what earlier releases measured themselves: the root mean square of their values.

    Every release counts alike, because the number of answers behind a value is not published.

    Args:
        releases: the items of each earlier release, in any order.
    """
    variances: dict[tuple[ItemCode, int], list[float]] = {}
    for items in releases:
        for item in items:
            if item.within_sd_basis is SpreadBasis.THIS_RELEASE:
                variances.setdefault((item.code, item.version), []).append(item.within_sd**2)
    return {key: _two_decimals(math.sqrt(math.fsum(v) / len(v))) for key, v in variances.items()}


def within_spread(
    tally: ItemTally, *, fewest_answers: int, earlier: EarlierSpread
) -> tuple[float, SpreadBasis]:
    """Return the item's standard deviation within atoms in scale points, and what it rests on.

    It divides by the scored answers less the atoms that have any. Below `fewest_answers` scored
    answers the earlier releases speak, and before there are any, a quarter of the scale's range.
    """
    labels = len(tally.scale.labels)
    scored = tally.counts[:, :labels]
    scored = scored[scored.sum(axis=1) > 0]
    answers = scored.sum(axis=1)
    freedom = int(answers.sum()) - len(answers)
    if int(answers.sum()) >= fewest_answers and freedom > 0:
        scores = np.arange(1, labels + 1, dtype=np.int64)
        first, second = scored @ scores, scored @ (scores * scores)
        squares = math.fsum(((answers * second - first * first) / answers).tolist())
        return _two_decimals(math.sqrt(squares / freedom)), SpreadBasis.THIS_RELEASE
    known = earlier.get((tally.item.code, tally.item.version))
    if known is not None:
        return known, SpreadBasis.EARLIER_RELEASES
    return _two_decimals((labels - 1) / 4), SpreadBasis.QUARTER_OF_RANGE


def _two_decimals(value: float) -> float:
    return max(math.floor(value * 100 + 0.5) / 100, _SMALLEST)
