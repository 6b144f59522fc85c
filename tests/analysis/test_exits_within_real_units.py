"""Real companies and local authorities: the within-unit fit beside statsmodels, and what is told.

37 companies with votes on mood (2015 to 2017), and the children's social work workforce of English
local authorities by year, where the score is the vacancy rate in percent.
"""

import csv
import gzip
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from analysis.fixed_effects import Sample, WithinFit, fit_within, take_part
from analysis.turnover_panels import PanelFile, read_panel
from analysis.within_turnover import WithinAssociation, WithinRefused, study_within
from tests.analysis.poisson_panels import scipy_coefficients, statsmodels_fit

THRESHOLD = 5
Line = tuple[str, str, str, str, str]


def panel_of(path: Path, lines: list[Line]) -> PanelFile:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["unit", "period", "headcount", "leavers", "score"])
        writer.writerows(lines)
    return read_panel(path)


@pytest.fixture(scope="module")
def companies(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> PanelFile:
    last: dict[tuple[str, str, str], tuple[str, int]] = {}
    with gzip.open(shared_data / "happyforce" / "votes_compact.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            key = (row["unit"], row["day"][:7], row["person"])
            if key not in last or row["day"] >= last[key][0]:
                last[key] = (row["day"], int(row["vote"]))
    votes: dict[tuple[str, str], list[int]] = defaultdict(list)
    for (unit, month, _person), (_day, vote) in last.items():
        votes[unit, month].append(vote)
    means = {key: f"{np.mean(v):.1f}" for key, v in votes.items() if len(v) >= THRESHOLD}
    with (shared_data / "happyforce" / "workforce_monthly.csv").open(encoding="utf-8") as file:
        lines = [
            (r["unit"], r["month"], r["headcount"], r["leavers"], means.get((r["unit"], r["month"]), ""))
            for r in csv.DictReader(file)
        ]  # fmt: skip
    return panel_of(tmp_path_factory.mktemp("companies") / "panel.csv", lines)


def number_or_none(written: str) -> str:
    return written if written.replace(".", "", 1).isdigit() else ""


@pytest.fixture(scope="module")
def authorities(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> PanelFile:
    path = shared_data / "workforce" / "csww_indicators_2017_to_2025.csv"
    lines: list[Line] = []
    with path.open(encoding="utf-8-sig") as file:
        for r in csv.DictReader(file):
            people = number_or_none(r["inpost_headcount"])
            left = number_or_none(r["leavers_headcount"])
            if r["geographic_level"] == "Local authority" and people and left:
                vacancies = number_or_none(r["vacancy_rate_fte"])
                lines.append((r["new_la_code"], r["time_period"], people, left, vacancies))
    return panel_of(tmp_path_factory.mktemp("authorities") / "panel.csv", lines)


def lagged(read: PanelFile, lag: int) -> Sample:
    score, panel = read.themes["score"].score, read.panel
    return take_part(panel.exits[:, lag:], panel.headcount[:, lag:], score[None, :, :-lag])


def assert_equal_to_statsmodels(sample: Sample) -> None:
    fit = fit_within(sample)
    assert isinstance(fit, WithinFit)
    coefficients, errors = statsmodels_fit(sample)
    assert fit.coefficients == pytest.approx(coefficients, rel=1e-6)
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(errors, rel=1e-6)


@pytest.mark.shared_data
@pytest.mark.parametrize("lag", [1, 2, 3])
def test_companies_are_fitted_as_statsmodels_fits_them(companies: PanelFile, lag: int) -> None:
    assert_equal_to_statsmodels(lagged(companies, lag))


@pytest.mark.shared_data
def test_companies_are_fitted_as_scipy_fits_them_by_hand(companies: PanelFile) -> None:
    sample = lagged(companies, 2)
    fit = fit_within(sample)
    assert isinstance(fit, WithinFit)
    assert fit.coefficients == pytest.approx(scipy_coefficients(sample), rel=1e-3)


@pytest.mark.shared_data
def test_authorities_are_fitted_as_statsmodels_fits_them(authorities: PanelFile) -> None:
    assert_equal_to_statsmodels(lagged(authorities, 1))


@pytest.mark.shared_data
def test_within_companies_mood_is_not_told_to_move_with_leavers(companies: PanelFile) -> None:
    study = study_within(companies.panel, companies.themes)
    for finding in study.findings:
        assert isinstance(finding, WithinAssociation)
        assert finding.words == "Not distinguishable from no association."
        assert finding.units >= 17
    # The formula alone would have told lag 3; whole series of other companies do as much.
    third = study.findings[2]
    assert isinstance(third, WithinAssociation)
    assert third.chances.by_unit_adjusted < 0.05 < third.chances.by_permutation_adjusted


@pytest.mark.shared_data
def test_within_authorities_the_placebo_warns_and_longer_lags_are_refused(
    authorities: PanelFile,
) -> None:
    study = study_within(authorities.panel, authorities.themes)
    first, second, third = study.findings
    assert isinstance(first, WithinAssociation)
    assert isinstance(second, WithinRefused)
    assert isinstance(third, WithinRefused)
    assert "There are 7, so 1 more." in second.words
    # Half a percentage point of vacancies goes with less than 1 % of leavers either way.
    assert 0.99 < first.low < first.high < 1.01
    placebo = study.placebos[0]
    assert isinstance(placebo, WithinAssociation)
    assert placebo.is_distinguishable
