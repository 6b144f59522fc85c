"""`pulse analyse turnover`: from a file of figures to JSON with every number and the words."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from analysis.within_turnover import Panel, Theme, WithinAssociation, study_within
from pulse.cli.main import main
from surveys.months import Month
from tests.analysis.poisson_panels import make_panel


def write_panel(path: Path, *, units: int = 12, periods: int = 12) -> tuple[Panel, Theme]:
    exits, headcount, score = make_panel(units, periods, rate=0.05)
    score = np.round(score, 1)
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["unit", "period", "headcount", "leavers", "score"])
        for unit, period in np.ndindex(exits.shape):
            figures = (int(headcount[unit, period]), int(exits[unit, period]), score[unit, period])
            rows.writerow([f"u{unit:03}", Month(2024, 1).shifted(period), *figures])
    return Panel(exits, headcount), Theme(score)


def turnover(*words: str | Path) -> Result:
    result = CliRunner().invoke(main, ["analyse", "turnover", *(str(word) for word in words)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_prints_every_number_and_the_words(tmp_path: Path) -> None:
    panel, theme = write_panel(tmp_path / "in.csv")
    result = turnover(tmp_path / "in.csv", "--lags", "2,1", "--permutations", "99")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    study = study_within(panel, {"score": theme}, lags=(2, 1), draws=99)
    for found, expected in zip(
        told["within"] + told["placebo"], study.findings + study.placebos, strict=True
    ):
        assert isinstance(expected, WithinAssociation)
        assert found["lag"] == expected.subject.lag
        assert found["rate_ratio"] == pytest.approx(expected.rate_ratio)
        assert (found["low"], found["high"]) == pytest.approx((expected.low, expected.high))
        assert found["chances"]["by_permutation"] == expected.chances.by_permutation
        assert (found["units"], found["periods"]) == (expected.units, expected.periods)
        assert found["exits"] == expected.exits
        assert found["words"] == expected.words
    assert told["panel"] == {
        "units": 12, "periods": 12, "first_period": "2024-01", "last_period": "2024-12",
        "rows": 144, "rows_without_headcount": 0, "exits": int(panel.exits.sum()),
    }  # fmt: skip
    assert told["between"]["score"]["n"] == 12
    assert told["pooled"]["score"]["n"] == 12 * 11


def test_too_little_is_refused_in_words_and_is_no_fault(tmp_path: Path) -> None:
    write_panel(tmp_path / "in.csv", units=9, periods=8)
    result = turnover(tmp_path / "in.csv", "--lags", "1")
    assert result.exit_code == 0
    found = json.loads(result.stdout)["within"][0]
    assert not found["is_told"]
    assert "rate_ratio" not in found
    assert [need["shortage"] for need in found["needs"]] == ["units", "months"]
    assert "There are 9, so 1 more." in found["words"]


def test_writes_a_whole_file(tmp_path: Path) -> None:
    write_panel(tmp_path / "in.csv")
    out = tmp_path / "out.json"
    result = turnover(tmp_path / "in.csv", "--lags", "1", "--permutations", "99", "--out", out)
    assert (result.exit_code, result.stdout) == (0, f"Written: {out}\n")
    assert json.loads(out.read_text())["lags"] == [1]


def test_never_writes_over_the_file_it_reads(tmp_path: Path) -> None:
    write_panel(tmp_path / "in.csv")
    before = (tmp_path / "in.csv").read_bytes()
    result = turnover(tmp_path / "in.csv", "--out", tmp_path / "in.csv")
    assert result.exit_code == 2
    assert (tmp_path / "in.csv").read_bytes() == before


def test_a_fault_stops_with_row_and_column_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("unit,period,headcount,leavers,score\nA,2026-01,3,4,\n")
    result = turnover(tmp_path / "in.csv", "--out", tmp_path / "out.json")
    assert result.exit_code == 2
    assert "row 2, leavers: 4 leavers are more than the 3 people in post" in result.stderr
    assert not (tmp_path / "out.json").exists()


@pytest.mark.parametrize("lags", ["", "0", "1,1", "1;2", "-1", "x", "1.5", "1000"])
def test_lags_that_are_none_are_refused(tmp_path: Path, lags: str) -> None:
    result = turnover(tmp_path / "in.csv", "--lags", lags)
    assert result.exit_code == 2
    assert f"--lags {lags!r}" in result.stderr


def test_scores_that_name_another_column_are_refused(tmp_path: Path) -> None:
    result = turnover(tmp_path / "in.csv", "--scores", "n")
    assert result.exit_code == 2
    assert "--scores 'n': name each score column once" in result.stderr


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    result = turnover(tmp_path / "in.csv")
    assert result.exit_code == 2
    assert "there is no such file" in result.stderr


def test_years_are_told_within_alone(tmp_path: Path) -> None:
    write_panel(tmp_path / "in.csv", units=12, periods=12)
    text = (tmp_path / "in.csv").read_text()
    for month in range(12, 0, -1):
        text = text.replace(f"2024-{month:02}", str(2000 + month))
    (tmp_path / "in.csv").write_text(text)
    told = json.loads(turnover(tmp_path / "in.csv", "--lags", "1", "--permutations", "99").stdout)
    assert told["within"][0]["is_told"]
    assert told["between"] == {"words": "Told for months and whole numbers of people only."}


def test_too_few_permutations_to_tell_anything_are_refused(tmp_path: Path) -> None:
    write_panel(tmp_path / "in.csv")
    result = turnover(tmp_path / "in.csv", "--permutations", "98")
    assert result.exit_code == 2
    assert "98 is not in the range 99<=x<=100000" in result.stderr


def test_a_score_that_follows_exits_is_told_as_a_warning(tmp_path: Path) -> None:
    exits, headcount, score = make_panel(20, 16, coefficient=1.5, rate=0.05)
    lines = ["unit,period,headcount,leavers,score"]
    for unit, period in np.ndindex(20, 15):  # exits of a period go with the score one later
        people, left = int(headcount[unit, period]), int(exits[unit, period + 1])
        lines.append(f"u{unit},{period},{people},{left},{score[unit, period]:.2f}")
    (tmp_path / "before.csv").write_text("\n".join(lines))
    told = json.loads(turnover(tmp_path / "before.csv", "--lags", "1").stdout)
    assert not told["within"][0]["is_distinguishable"]
    assert told["placebo"][0]["is_distinguishable"]
    assert "the order in time says nothing" in told["placebo_words"][0]


def test_a_placebo_without_association_is_no_warning(tmp_path: Path) -> None:
    write_panel(tmp_path / "in.csv")
    told = json.loads(turnover(tmp_path / "in.csv", "--lags", "1").stdout)
    assert told["placebo_words"] == []
