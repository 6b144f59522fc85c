"""The same points flagged and the same limits as NHSRplotthedots 0.2.2 on NHS England's series."""

import csv
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from analysis.trends.xmr import RuleCode, XmrOptions, judge, process_limits

SERIES = ("ae_RJZ_breaches_decrease", "ae_total_4hr_target95", "ae_total_attendances_rebase")
TYPES = {
    "Common Cause": (RuleCode.ORDINARY, 0),
    "Above UCL": (RuleCode.OUTSIDE, 1),
    "Below LCL": (RuleCode.OUTSIDE, -1),
    "7 Point Trend (Increasing)": (RuleCode.TREND, 1),
    "7 Point Trend (Decreasing)": (RuleCode.TREND, -1),
    "2 in 3 Above CL": (RuleCode.TWO_IN_THREE, 1),
    "2 in 3 Below CL": (RuleCode.TWO_IN_THREE, -1),
    "7 Points Above CL": (RuleCode.SHIFT, 1),
    "7 Points Below CL": (RuleCode.SHIFT, -1),
}
OPTIONS = XmrOptions(baseline_points=None)


def rebase_groups(folder: Path, name: str) -> list[list[dict[str, str]]]:
    with (folder / "spc" / f"spc_{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [list(group) for _key, group in groupby(rows, key=lambda row: row["rebase_group"])]


@pytest.mark.shared_data
@pytest.mark.parametrize("name", SERIES)
def test_point_types_are_equal(shared_data: Path, name: str) -> None:
    for rows in rebase_groups(shared_data, name):
        values = np.array([[float(row["y"]) for row in rows]])
        signals = judge(values, process_limits(values, options=OPTIONS), options=OPTIONS)
        got = list(zip(signals.rule[0].tolist(), signals.direction[0].tolist(), strict=True))
        assert got == [TYPES[row["special_cause_type"]] for row in rows]


@pytest.mark.shared_data
@pytest.mark.parametrize("name", SERIES)
def test_limits_are_equal_to_a_billionth(shared_data: Path, name: str) -> None:
    for rows in rebase_groups(shared_data, name):
        values = np.array([[float(row["y"]) for row in rows]])
        limits = process_limits(values, options=OPTIONS)
        for row, lower, upper in zip(rows, limits.lower[0], limits.upper[0], strict=True):
            assert limits.centre[0] == pytest.approx(float(row["mean_col"]), rel=1e-9)
            assert lower == pytest.approx(float(row["lpl"]), rel=1e-9)
            assert upper == pytest.approx(float(row["upl"]), rel=1e-9)
