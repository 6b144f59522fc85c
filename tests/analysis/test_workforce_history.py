"""What is held, period by period, against the sums that the DfE prints for the whole country."""

import csv
from datetime import date
from pathlib import Path

import pytest

from analysis.workforce import store_workforce
from analysis.workforce_figures import Figure
from analysis.workforce_held import all_figures, figures_held
from analysis.workforce_history import overview_of, units_held, workforce_imports
from analysis.workforce_layouts import layout_of
from analysis.workforce_plans import plan_workforce
from analysis.workforce_series import RateCode
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from tests.analysis.test_workforce_figures_import import put
from tests.analysis.test_workforce_layouts import authorities_tree

PRINTED = {
    RateCode.LEAVERS: "turnover_rate_headcount",
    RateCode.VACANCIES: "vacancy_rate_fte",
    RateCode.AGENCY: "agency_rate_headcount",
    RateCode.ABSENCE: "absence_rate_fte",
    None: "caseload_fte",
}


def test_rates_are_over_the_units_that_have_both_figures(
    any_stores: Stores, tmp_path: Path
) -> None:
    put(
        any_stores,
        tmp_path,
        "unit,period,headcount,leavers\nteam,2026-03,20,2\nsouth,2026-03,80,x\n",
    )
    with any_stores.archive() as session:
        [march] = overview_of(session)
        assert units_held(session) == 2
        assert figures_held(session) == {Figure.HEADCOUNT, Figure.LEAVERS}
    assert (march.units, march.headcount, march.in_post_fte) == (2, 100, None)
    assert march.rates == {RateCode.LEAVERS: 10.0}


def test_periods_are_told_newest_first_and_imports_by_their_entry(
    any_stores: Stores, tmp_path: Path
) -> None:
    put(any_stores, tmp_path, "unit,period,headcount\nteam,2026-03,20\nsouth,2026-Q2,9\n")
    put(any_stores, tmp_path, "unit,period,headcount\nteam,2026-04,20\n")
    with any_stores.archive() as session:
        assert [str(each.period) for each in overview_of(session)] == [
            "2026-Q2", "2026-04", "2026-03",
        ]  # fmt: skip
        assert [each.rows for each in workforce_imports(session).values()] == [2, 1]


@pytest.mark.shared_data
def test_the_country_has_the_rates_that_the_dfe_prints(
    shared_data: Path, stores: Stores, signer: LogSigner
) -> None:
    """Where every authority has the figures of a rate, the country's is theirs together."""
    path = shared_data / "workforce" / "csww_indicators_2017_to_2025.csv"
    tree = authorities_tree(path)
    with stores.archive(writing=True) as session:
        plan = plan_workforce(session, path, lambda _month: tree, layout_of("csww"))
        store_workforce(session, plan, signer=signer, day=date(2026, 11, 28))
    with stores.archive() as session:
        ours = {each.period.last: each for each in overview_of(session)}
        lacking = {
            (period.last, figure)
            for _unit, period, figures in all_figures(session)
            for figure, value in figures.items()
            if isinstance(value, str)
        }
    with path.open(encoding="utf-8-sig", newline="") as file:
        country = [row for row in csv.DictReader(file) if row["geographic_level"] == "National"]
    whole = {
        RateCode.LEAVERS: (Figure.LEAVERS, Figure.HEADCOUNT),
        RateCode.VACANCIES: (Figure.VACANCIES_FTE, Figure.IN_POST_FTE),
        RateCode.AGENCY: (Figure.AGENCY, Figure.HEADCOUNT),
        RateCode.ABSENCE: (Figure.DAYS_LOST, Figure.IN_POST_FTE),
        None: (Figure.CASES, Figure.CASE_HOLDERS_FTE),
    }
    compared = 0
    for row in country:
        month = Month(int(row["time_period"]), 9)
        for rate, column in PRINTED.items():
            if any((month, figure) in lacking for figure in whole[rate]):
                continue
            compared += 1
            assert ours[month].rates[rate] == pytest.approx(float(row[column]), abs=0.0601)
    assert compared >= 25
