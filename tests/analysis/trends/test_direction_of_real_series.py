"""Direction in real figures: three NHS series by month, English local authorities by year."""

import csv
from collections import defaultdict
from datetime import date
from pathlib import Path

import numpy as np
import pymannkendall
import pytest
from scipy import stats

from analysis.trends.direction import DAYS_PER_YEAR, mann_kendall, theil_sen
from analysis.trends.multiple_tests import benjamini_hochberg

pytestmark = pytest.mark.shared_data

MONTHLY = ("ae_RJZ_breaches_decrease", "ae_total_4hr_target95", "ae_total_attendances_rebase")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def turnover_by_authority(folder: Path) -> dict[str, dict[int, float]]:
    """Return the yearly turnover of social workers of each authority, in percent."""
    found: dict[str, dict[int, float]] = defaultdict(dict)
    for row in rows_of(folder / "workforce" / "csww_indicators_2017_to_2025.csv"):
        rate = row["turnover_rate_fte"]
        if row["geographic_level"] == "Local authority" and rate.replace(".", "", 1).isdigit():
            found[row["new_la_code"]][int(row["time_period"])] = float(rate)
    return found


@pytest.mark.parametrize("name", MONTHLY)
def test_nhs_series_have_the_direction_that_pymannkendall_and_scipy_find(
    shared_data: Path, name: str
) -> None:
    rows = rows_of(shared_data / "spc" / f"spc_{name}.csv")
    values = np.array([[float(row["y"]) for row in rows]])
    years = np.array([date.fromisoformat(row["x"]).toordinal() for row in rows]) / DAYS_PER_YEAR
    test = mann_kendall(values)
    line = theil_sen(values, years, variance=test.variance)
    peer = pymannkendall.original_test(values[0])
    assert (test.s[0], test.variance[0]) == (peer.s, pytest.approx(peer.var_s))
    assert (test.z[0], test.p[0]) == pytest.approx((peer.z, peer.p))
    slopes = stats.theilslopes(values[0], years)
    # Nine digits of the values; a slope near 0 is a difference of two of them.
    near = 1e-7 * float(np.abs(values).max())
    assert line.slope[0] == pytest.approx(slopes.slope, rel=1e-6, abs=near)
    assert line.low[0] == pytest.approx(slopes.low_slope, rel=1e-6, abs=near)
    assert line.high[0] == pytest.approx(slopes.high_slope, rel=1e-6, abs=near)


def test_yearly_turnover_of_authorities_has_scipys_exact_p_where_no_year_equals_another(
    shared_data: Path,
) -> None:
    compared = 0
    for series in turnover_by_authority(shared_data).values():
        values = [series[year] for year in sorted(series)]
        if len(set(values)) < len(values) or len(values) < 5:
            continue
        ours = mann_kendall(np.array([values])).p[0]
        expected = stats.kendalltau(range(len(values)), values, method="exact").pvalue
        assert ours == pytest.approx(expected, rel=1e-9)
        compared += 1
    assert compared > 50


def test_of_thirteen_authorities_that_seem_to_move_none_is_left_once_all_are_told_together(
    shared_data: Path,
) -> None:
    p = np.array(
        [
            mann_kendall(np.array([[series[year] for year in sorted(series)]])).p[0]
            for series in turnover_by_authority(shared_data).values()
            if len(series) >= 5
        ]
    )
    assert (len(p), (p < 0.05).sum(), (benjamini_hochberg(p) <= 0.05).sum()) == (149, 13, 0)
