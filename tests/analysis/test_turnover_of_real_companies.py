"""37 real companies: the association of mood and leavers is about zero, both ways.

The figures here are computed plainly from the votes, with scipy, beside ours.
"""

import csv
import gzip
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from analysis.turnover import Association
from surveys.months import Month
from surveys.units import UnitCode
from tests.analysis.turnover_rows import TurnoverRow, between_units, pooled_months

THRESHOLD = 5
Means = dict[tuple[str, str], float]
Workforce = dict[tuple[str, str], tuple[int, int]]


@pytest.fixture(scope="module")
def figures(shared_data: Path) -> tuple[Means, Workforce]:
    """Mean of each person's last vote per company and month, and people in post and leavers."""
    last: dict[tuple[str, str, str], tuple[str, int]] = {}
    with gzip.open(shared_data / "happyforce" / "votes_compact.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            key = (row["unit"], row["day"][:7], row["person"])
            if key not in last or row["day"] >= last[key][0]:
                last[key] = (row["day"], int(row["vote"]))
    votes: dict[tuple[str, str], list[int]] = defaultdict(list)
    for (unit, month, _person), (_day, vote) in last.items():
        votes[unit, month].append(vote)
    means = {key: round(np.mean(v), 1) for key, v in votes.items() if len(v) >= THRESHOLD}
    with (shared_data / "happyforce" / "workforce_monthly.csv").open(encoding="utf-8") as file:
        workforce = {
            (row["unit"], row["month"]): (int(row["headcount"]), int(row["leavers"]))
            for row in csv.DictReader(file)
        }
    return means, workforce


def rows_of(means: Means, workforce: Workforce) -> list[TurnoverRow]:
    return [
        TurnoverRow(
            UnitCode(unit), Month.parse(month), means.get((unit, month)),
            *workforce.get((unit, month), (None, None)),
        )
        for unit, month in means.keys() | workforce.keys()
    ]  # fmt: skip


@pytest.mark.shared_data
def test_between_companies_it_is_about_zero(figures: tuple[Means, Workforce]) -> None:
    means, workforce = figures
    found = between_units(rows_of(means, workforce))
    assert isinstance(found, Association)
    both = [key for key in means if key in workforce]
    units = sorted({unit for unit, _month in both})
    mood = [np.mean([means[k] for k in both if k[0] == u]) for u in units]
    rate = [
        sum(workforce[k][1] for k in both if k[0] == u)
        / sum(workforce[k][0] for k in both if k[0] == u)
        for u in units
    ]
    assert found.estimate == pytest.approx(
        stats.spearmanr(np.round(mood, 9), np.round(rate, 9)).statistic
    )
    assert found.low < 0 < found.high
    assert abs(found.estimate) < 0.2
    assert (found.units, found.units_left_out) == (35, 2)


@pytest.mark.shared_data
def test_pooled_over_months_it_is_about_zero(figures: tuple[Means, Workforce]) -> None:
    means, workforce = figures
    found = pooled_months(rows_of(means, workforce))
    assert isinstance(found, Association)
    pairs = [
        (mean, workforce[unit, after][1] / workforce[unit, after][0])
        for (unit, month), mean in means.items()
        if (unit, after := str(Month.parse(month).shifted(1))) in workforce
    ]
    assert found.estimate == pytest.approx(stats.spearmanr(*zip(*pairs, strict=True)).statistic)
    assert found.n == len(pairs)
    assert found.low < 0 < found.high
    assert abs(found.estimate) < 0.2
