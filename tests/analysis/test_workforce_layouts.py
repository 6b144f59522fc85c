"""Mapping files: what the columns of a foreign file mean, which rows count, which codes changed."""

import csv
from collections import defaultdict
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from analysis.workforce_figures import Figure, Missing
from analysis.workforce_files import WorkforceFile, read_workforce
from analysis.workforce_layouts import layout_of, read_layout, shipped_layouts
from analysis.workforce_periods import Period
from analysis.workforce_rates import (
    absence_rate,
    agency_rate,
    caseload,
    turnover_rate,
    vacancy_rate,
)
from surveys.months import Month
from surveys.sheets import ImportRejected
from surveys.units import Unit, UnitCode, UnitTree

MAPPING = """
name = "Our payroll"
[period]
column = "When"
kind = "financial year"
[unit]
column = "Dept"
[unit.renumbered]
D1 = "team"
[rows]
Level = ["Team"]
[figures]
headcount = "Staff"
leavers = "Gone"
"""
ENGLAND = UnitCode("E92000001")
TEAMS = UnitTree.of(
    date(2015, 1, 1),
    [Unit(UnitCode("city"), "City", None), Unit(UnitCode("team"), "T", UnitCode("city"))],
)


def read(folder: Path, text: str) -> WorkforceFile:
    path = folder / "foreign.csv"
    path.write_text(text)
    return read_workforce(path, lambda _month: TEAMS, read_layout(MAPPING, name="ours.toml"))


def faults(text: str) -> list[str]:
    with pytest.raises(ImportRejected) as caught:
        read_layout(text, name="ours.toml")
    return [str(problem) for problem in caught.value.problems]


def test_a_mapping_renames_columns_filters_rows_and_follows_renumbered_units(
    tmp_path: Path,
) -> None:
    found = read(tmp_path, "Level,Dept,When,Staff,Gone\nTeam,D1,201617,20,3\nAll,X,201617,99,9\n")
    key = UnitCode("team"), Period(Month(2016, 4), 12)
    assert found.figures == {key: {Figure.HEADCOUNT: 20, Figure.LEAVERS: 3}}
    assert (found.passed_over, found.ignored) == (1, ())


def test_a_column_that_the_mapping_names_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ImportRejected, match="row 1, Gone: this column is missing"):
        read(tmp_path, "Level,Dept,When,Staff\nTeam,D1,201617,20\n")


def test_a_code_that_never_was_is_named_as_the_file_writes_it(tmp_path: Path) -> None:
    with pytest.raises(ImportRejected, match="row 2, Dept: no unit had the code 'D2' in 2017-03"):
        read(tmp_path, "Level,Dept,When,Staff,Gone\nTeam,D2,201617,20,3\n")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('name = "Our payroll"', "", "name: this key is missing"),
        ('leavers = "Gone"', 'quits = "Gone"', "figures.quits: unknown key; the keys here are head"),
        ('headcount = "Staff"', "", "figures.headcount: name the column of people in post"),
        ('leavers = "Gone"', 'leavers = "Staff"', "figures: the column 'Staff' stands for two figures"),
        ('"financial year"', '"fiscal"', "period.kind: write one of: month"),
        ('["Team"]', '"Team"', "rows.Level: this must be a list of texts"),
        ("[period]", "[period", "this is no TOML"),
    ],
)  # fmt: skip
def test_a_wrong_mapping_is_refused_by_key_and_rule(before: str, after: str, told: str) -> None:
    [fault] = faults(MAPPING.replace(before, after))
    assert fault.startswith(told)


def test_an_unknown_mapping_tells_which_there_are() -> None:
    with pytest.raises(ImportRejected, match="or one of: csww"):
        layout_of("cswww")


def test_every_mapping_that_comes_with_pulse_can_be_read() -> None:
    assert [layout_of(name).name for name in shipped_layouts()] == list(shipped_layouts().values())


@pytest.fixture(scope="module")
def real_file(shared_data: Path) -> Path:
    return shared_data / "workforce" / "csww_indicators_2017_to_2025.csv"


def authorities_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if row["geographic_level"] == "Local authority"]


def authorities_tree(path: Path) -> UnitTree:
    """Every authority of the file under England, each under its newest code."""
    renumbered = layout_of("csww").renumbered
    codes = {renumbered.get(row["new_la_code"], row["new_la_code"]) for row in authorities_of(path)}
    units = [Unit(UnitCode(code), code, ENGLAND) for code in sorted(codes)]
    return UnitTree.of(date(2016, 1, 1), [Unit(ENGLAND, "England", None), *units])


@pytest.mark.shared_data
def test_the_real_file_of_the_dfe_is_read_whole(real_file: Path) -> None:
    tree = authorities_tree(real_file)
    found = read_workforce(real_file, lambda _month: tree, layout_of("csww"))
    assert (len(found.figures), found.passed_over) == (1355, 108)
    barnsley = [period for unit, period in found.figures if unit == "E08000038"]
    assert [period.start for period in sorted(barnsley)] == [
        Month(y, 10) for y in range(2016, 2025)
    ]
    northamptonshire = [period for unit, period in found.figures if unit == "E10000021"]
    assert len(northamptonshire) == 9
    kensington = found.figures[UnitCode("E09000020"), Period(Month(2024, 10), 12)]
    assert set(kensington.values()) == {Missing.NOT_AVAILABLE}
    symbols = {"x", "u", "c", "z", "low"}
    columns = set(layout_of("csww").figures.values())
    by_hand = sum(row[name] in symbols for row in authorities_of(real_file) for name in columns)
    assert sum(found.missing.values()) == by_hand > 0


@pytest.mark.shared_data
def test_only_codes_that_changed_alone_are_followed(real_file: Path) -> None:
    """The DfE's own number of an authority stays where it stayed the same authority."""
    numbers = defaultdict(set)
    for row in authorities_of(real_file):
        numbers[row["old_la_code"]].add(row["new_la_code"])
    same_number = {frozenset(codes) for codes in numbers.values() if len(codes) > 1}
    followed = {
        frozenset(pair) for pair in layout_of("csww").renumbered.items() if "/" not in pair[0]
    }
    assert followed == same_number


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("rate", "parts", "half", "most_off"),
    [
        ("turnover_rate_headcount", ("leavers_headcount", "inpost_headcount"), 0.0, 0.0501),
        ("agency_rate_headcount", ("agency_headcount", "inpost_headcount"), 0.0, 0.0501),
        ("turnover_rate_fte", ("leavers_fte", "inpost_fte"), 0.0501, 0.0501),
        ("agency_rate_fte", ("agency_fte", "inpost_fte"), 0.0501, 0.0501),
        ("vacancy_rate_fte", ("vacancy_fte", "inpost_fte"), 0.0501, 0.0501),
        ("absence_rate_fte", ("working_days_lost_fte", "inpost_fte"), 0.0501, 0.065),
        ("caseload_fte", ("cases", "case_holders_fte"), 0.0501, 0.0501),
    ],
)
def test_our_rates_are_those_that_the_dfe_prints(
    *, real_file: Path, rate: str, parts: tuple[str, str], half: float, most_off: float
) -> None:
    """FTE are printed rounded, so each rate is compared with those that unrounded parts allow."""
    texts = [
        [row[name] for name in (*parts, rate)]
        for row in authorities_of(real_file)
        if not {row[name] for name in (*parts, rate)} & {"x", "u", "c", "z", "low"}
    ]
    part, whole, printed = np.array(texts, dtype=float).T
    functions = {
        "turnover": turnover_rate,
        "agency": agency_rate,
        "vacancy": vacancy_rate,
        "absence": lambda days, posts: absence_rate(days, posts, months=12),
        "caseload": caseload,
    }
    function = functions[rate.split("_", maxsplit=1)[0]]
    known = whole > 0.1  # beneath a rounding error nothing can be compared
    low = function(np.maximum(part - half, 0), whole + half)[known]
    high = function(part + half, np.maximum(whole - half, 0))[known]
    off = np.maximum(low - printed[known], printed[known] - high)
    assert known.sum() > 1300
    assert off.max() <= most_off


def test_a_rate_without_a_base_is_no_number() -> None:
    assert np.isnan(turnover_rate(np.array([0.0]), np.array([0.0]))).all()
    assert vacancy_rate(np.array([2.0]), np.array([0.0])).tolist() == [100.0]
    assert absence_rate(np.array([253.0]), np.array([4.0]), months=3).tolist() == [100.0]
