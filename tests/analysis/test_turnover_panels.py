"""Reading a panel: what is taken from a file, and where each fault of it stands."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from analysis import turnover_panels
from analysis.turnover_panels import read_panel
from surveys.sheets import ImportRejected

HEADER = "unit,period,headcount,leavers,score,n"
ROWS = (
    "North,2026-01,20,1,3.5,12",
    "North,2026-03,21,0,,",
    "South,2026-02-28,40.5,2,4.1,30",
)


def file_of(tmp_path: Path, rows: Sequence[str], *, header: str = HEADER) -> Path:
    path = tmp_path / "panel.csv"
    path.write_text("\n".join((header, *rows)))
    return path


def faults(path: Path, **options: Sequence[str]) -> list[str]:
    with pytest.raises(ImportRejected) as caught:
        read_panel(path, **options)
    return [str(problem) for problem in caught.value.problems]


def test_rows_become_grids_with_every_month_between_the_first_and_the_last(tmp_path: Path) -> None:
    read = read_panel(file_of(tmp_path, ROWS))
    assert read.units == ("North", "South")
    assert read.periods == ("2026-01", "2026-02", "2026-03")
    assert read.rows == 3
    nan = np.nan
    assert np.array_equal(read.panel.exits, [[1, nan, 0], [nan, 2, nan]], equal_nan=True)
    assert np.array_equal(read.panel.headcount, [[20, nan, 21], [nan, 40.5, nan]], equal_nan=True)
    score = read.themes["score"].score
    assert np.array_equal(score, [[3.5, nan, nan], [nan, 4.1, nan]], equal_nan=True)
    assert read.respondents is not None
    assert np.array_equal(read.respondents, [[12, nan, nan], [nan, 30, nan]], equal_nan=True)


def test_years_are_periods_too(tmp_path: Path) -> None:
    rows = ["A,2019,10,1,3", "A,2021,10,1,3"]
    read = read_panel(file_of(tmp_path, rows, header="unit,period,headcount,leavers,score"))
    assert read.periods == ("2019", "2020", "2021")
    assert read.respondents is None


def test_years_over_two_calendar_years_follow_each_other(tmp_path: Path) -> None:
    rows = ["A,201617,10,1,3", "A,2018/19,10,1,3"]
    read = read_panel(file_of(tmp_path, rows, header="unit,period,headcount,leavers,score"))
    assert read.periods == ("2016/17", "2017/18", "2018/19")
    assert not read.is_monthly


def test_six_digits_that_are_no_year_and_the_next_are_no_period(tmp_path: Path) -> None:
    assert "'201619' is no period" in faults(file_of(tmp_path, ["A,201619,9,1,3,5"]))[0]


def test_several_scores_are_several_themes(tmp_path: Path) -> None:
    path = file_of(tmp_path, ["A,2019,10,1,3,4"], header="unit,period,headcount,leavers,trust,load")
    read = read_panel(path, scores=("load", "trust"))
    assert [(name, theme.score.item()) for name, theme in read.themes.items()] == [
        ("load", 4.0),
        ("trust", 3.0),
    ]


def test_bands_in_percent_become_a_spread(tmp_path: Path) -> None:
    header = "unit,period,headcount,leavers,score,lowest_band,highest_band"
    read = read_panel(file_of(tmp_path, ["A,1,9,1,3,50,50", "A,2,9,1,3,,"], header=header))
    spread = read.themes["score"].spread
    assert spread is not None
    assert np.array_equal(spread, [[1.0, np.nan]], equal_nan=True)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("A,2026-01,5,6,3,5", "row 2, leavers: 6 leavers are more than the 5 people in post"),
        ("A,2026-01,0,1,3,5", "row 2, leavers: 1 leavers are more than the 0 people in post"),
        ("A,2026-01,ten,1,3,5", "row 2, headcount: 'ten' is no number in plain digits, like 12 or 3.5"),
        ("A,2026-01,nan,1,3,5", "row 2, headcount: 'nan' is no number in plain digits, like 12 or 3.5"),
        ("A,2026-01,9,,3,5", "row 2, leavers: an empty cell is no number in plain digits, like 12 or 3.5"),
        ("A,2026-01,-9,0,3,5", "row 2, headcount: -9 is negative; write 0 or more"),
        ("A,2026-01,9,-1,3,5", "row 2, leavers: -1 is negative; write 0 or more"),
        ("A,2026-01,9,1,-3,5", "row 2, score: -3 is negative; write 0 or more"),
        ("A,2026-01,9,1,3,0", "row 2, n: a score of 0 respondents cannot be; leave it out"),
        ("A,2026-13,9,1,3,5", "row 2, period: '2026-13' is no period; write a month like 2026-03, a date, a year like 2026, or two years that follow each other like 201617"),
        (",2026-01,9,1,3,5", "row 2, unit: this cell is empty; write the name of a unit"),
        (
            "A,2026-01,9,1,NA,5",
            "row 2, score: 'NA' is no number in plain digits, like 12 or 3.5; leave the cell empty where it is not known",
        ),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_row_column_and_rule(tmp_path: Path, row: str, fault: str) -> None:
    assert faults(file_of(tmp_path, [row])) == [fault]


def test_a_unit_has_one_row_for_a_month_however_it_is_written(tmp_path: Path) -> None:
    rows = ["A,2026-01,9,1,3,5", "B,2026-01,9,1,3,5", "A,2026-01-31,9,0,3,5"]
    assert faults(file_of(tmp_path, rows)) == [
        "row 4, period: 'A' has a row for 2026-01-31 already, row 2; keep one"
    ]


def test_months_and_years_are_not_mixed(tmp_path: Path) -> None:
    rows = ["A,2026-01,9,1,3,5", "A,2026,9,1,3,5"]
    assert faults(file_of(tmp_path, rows)) == [
        "row 3, period: '2026' is a whole number, and the rows before have a month; use one kind"
    ]


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    rows = ["A,2026-01,5,6,x,5", "A,2026-01,5,1,3,5"]
    assert len(faults(file_of(tmp_path, rows))) == 3


def test_bands_come_in_pairs_and_with_one_score(tmp_path: Path) -> None:
    header = "unit,period,headcount,leavers,a,b,lowest_band"
    path = file_of(tmp_path, ["A,1,9,1,3,3,60"], header=header)
    assert faults(path, scores=("a", "b")) == [
        "row 1, highest_band: this column is missing; spread needs it beside lowest_band",
        "row 1, lowest_band: bands belong to one score; name one score column only",
    ]


def test_bands_over_all_answers_are_refused(tmp_path: Path) -> None:
    header = "unit,period,headcount,leavers,score,lowest_band,highest_band"
    path = file_of(tmp_path, ["A,1,9,1,3,60,42", "A,2,9,1,3,60,41"], header=header)
    assert faults(path) == ["row 2, highest_band: 60 and 42 percent are more than all answers"]


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    assert faults(file_of(tmp_path, [])) == [
        "the file holds no rows; write one per unit and period"
    ]


def test_periods_far_apart_do_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turnover_panels, "_LARGEST_GRID", 10)
    rows = ["A,2026-01,9,1,3,5", "B,2026-06,9,1,3,5"]
    assert faults(file_of(tmp_path, rows)) == [
        "period: 2 units over 6 periods are too many; split the file"
    ]


@pytest.mark.parametrize("scores", [(), ("",), ("a", "A"), ("n",), ("Leavers",)])
def test_a_score_column_is_named_once_and_is_no_other(
    tmp_path: Path, scores: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match="name each score column once"):
        read_panel(file_of(tmp_path, ROWS), scores=scores)
