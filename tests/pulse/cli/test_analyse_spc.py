"""`pulse analyse spc`: from a file of points to the same file with limits and signals."""

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analysis.trends import series_files
from pulse.cli.main import main

PUBLISHED = ("ae_RJZ_breaches_decrease", "ae_total_4hr_target95", "ae_total_attendances_rebase")
TYPES = {
    "Common Cause": ("", ""),
    "Above UCL": ("higher", "outside"),
    "Below LCL": ("lower", "outside"),
    "7 Point Trend (Increasing)": ("higher", "trend"),
    "7 Point Trend (Decreasing)": ("lower", "trend"),
    "2 in 3 Above CL": ("higher", "2-in-3"),
    "2 in 3 Below CL": ("lower", "2-in-3"),
    "7 Points Above CL": ("higher", "shift"),
    "7 Points Below CL": ("lower", "shift"),
}


def spc(folder: Path, lines: list[str] | str, *options: str) -> Result:
    """Run the command on these lines; bugs come through."""
    text = lines if isinstance(lines, str) else "\n".join(lines)
    (folder / "in.csv").write_text(text, encoding="utf-8")
    words = ["analyse", "spc", str(folder / "in.csv"), "--out", str(folder / "out.csv"), *options]
    result = CliRunner().invoke(main, words)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def charted(folder: Path, lines: list[str] | str, *options: str) -> list[dict[str, str]]:
    result = spc(folder, lines, *options)
    assert result.exit_code == 0, result.output
    with (folder / "out.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def series(*values: float | str, name: str = "a") -> list[str]:
    return ["series,x,y", *(f"{name},{x},{y}" for x, y in enumerate(values, start=1))]


def found(rows: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(row["signal"], row["rule"]) for row in rows]


# The published results of another tool


@pytest.mark.shared_data
@pytest.mark.parametrize("name", PUBLISHED)
def test_signals_and_limits_are_those_published_for_nhs_series(
    shared_data: Path, tmp_path: Path, name: str
) -> None:
    with (shared_data / "spc" / f"spc_{name}.csv").open(encoding="utf-8", newline="") as file:
        published = list(csv.DictReader(file))
    lines, group = ["series,x,y,rebase"], "0"
    for row in published:
        lines.append(f"{name},{row['x']},{row['y']},{int(row['rebase_group'] != group)}")
        group = row["rebase_group"]
    rows = charted(tmp_path, lines, "--baseline-points", "whole")
    assert found(rows) == [TYPES[row["special_cause_type"]] for row in published]
    for row, truth in zip(rows, published, strict=True):
        for ours, theirs in (("mean", "mean_col"), ("lpl", "lpl"), ("upl", "upl")):
            assert float(row[ours]) == pytest.approx(float(truth[theirs]), rel=1e-9)


# What is written


def test_the_columns_given_come_back_word_for_word_with_five_more(tmp_path: Path) -> None:
    lines = ["X;Y;note;Series;N;rebase", "2026-01;3.40;x;Team A;12;", "2026-02;3.6;;Team A;12;1"]
    assert spc(tmp_path, lines).exit_code == 0
    written = (tmp_path / "out.csv").read_text().splitlines()
    assert written[0] == "series,x,y,n,rebase,mean,lpl,upl,signal,rule"
    assert written[1] == "Team A,2026-01,3.40,12,,,,,,"
    assert charted(tmp_path, series(3, 5, 4, 4))[0] == {
        "series": "a",
        "x": "1",
        "y": "3",
        "mean": "4.0",
        "lpl": repr(4 - 2.66),
        "upl": repr(4 + 2.66),
        "signal": "",
        "rule": "",
    }


def test_series_may_stand_mixed_and_keep_the_order_of_the_file(tmp_path: Path) -> None:
    lines = ["series,x,y", "b,1,10", "a,1,1", "b,2,30", "a,2,3", "a,3,2"]
    rows = charted(tmp_path, lines)
    assert [(row["series"], row["mean"]) for row in rows] == [
        ("b", "20.0"),
        ("a", "2.0"),
        ("b", "20.0"),
        ("a", "2.0"),
        ("a", "2.0"),
    ]


def test_a_file_without_rows_gives_a_file_without_rows(tmp_path: Path) -> None:
    for header in ("series,x,y", "series,x,y,n,rebase"):
        for chart in ("xmr", "p-prime") if "n" in header.split(",") else ("xmr",):
            assert charted(tmp_path, header + "\n", "--chart", chart) == []


def test_gaps_have_limits_and_no_signal_and_break_runs(tmp_path: Path) -> None:
    ups = (1, 2, 3, 4, "", 5, 6, 7, 8)
    rows = charted(tmp_path, series(*ups))
    assert found(rows)[4] == ("", "")
    assert rows[4]["mean"] == "4.5"
    assert not {"trend", "shift"} & {row["rule"] for row in rows}


def test_signals_by_chance_are_told_once_there_are_several_series(tmp_path: Path) -> None:
    lines = ["series,x,y"]
    lines += [f"{name},{x},{(x * 7 + 3) % 5}" for name in range(100) for x in range(24)]
    output = spc(tmp_path, lines).output
    assert "of 100. By chance alone about 1.8 would be." in output
    assert "By chance" not in spc(tmp_path, series(1, 3, 2, 4)).output


def test_a_caution_is_told_where_months_are_like_the_month_before(tmp_path: Path) -> None:
    waves = [1, 1, 1, 5, 5, 5] * 3
    assert "1 stretch has points that resemble" in spc(tmp_path, series(*waves)).output
    assert "resemble" not in spc(tmp_path, series(*[1, 5] * 9)).output


def test_stretches_of_fewer_than_twelve_points_are_told_as_provisional_alone(
    tmp_path: Path,
) -> None:
    alike = [1, 1, 1, 1, 5, 5, 5, 5, 1, 1, 1]
    output = spc(tmp_path, series(*alike)).output
    assert "1 stretch has fewer than 12 points; limits are provisional there" in output
    assert "resemble the point before" not in output
    longer = spc(tmp_path, series(*alike, 1)).output
    assert "provisional" not in longer
    assert "1 stretch has points that resemble the point before" in longer


# The options


def test_screening_can_be_turned_off(tmp_path: Path) -> None:
    jump = series(0, 1, 0, 1, 0, 1, 11)
    on, off = charted(tmp_path, jump), charted(tmp_path, jump, "--no-screening")
    assert float(on[0]["upl"]) == pytest.approx(2 + 2.66)
    assert float(off[0]["upl"]) == pytest.approx(2 + 2.66 * 15 / 6)


def test_a_shift_may_be_six_points(tmp_path: Path) -> None:
    six = series(*[5, 9] * 3, *[0, 7] * 6)
    assert {row["rule"] for row in charted(tmp_path, six)[:6]} == {""}
    rows = charted(tmp_path, six, "--shift", "6")
    assert found(rows)[:6] == [("higher", "shift")] * 6


def test_a_trend_may_be_six_points(tmp_path: Path) -> None:
    six = series(5, 9, 1, 2, 3, 4, 5, 6, 1, 9, 2, 8, 3, 9)
    assert {row["rule"] for row in charted(tmp_path, six)} == {""}
    rows = charted(tmp_path, six, "--trend", "6")
    assert [x for x, row in enumerate(rows, 1) if row["rule"] == "trend"] == [3, 4, 5, 6, 7, 8]
    assert {row["signal"] for row in rows[2:8]} == {"higher"}


def test_limits_may_stay_fixed_after_the_first_points(tmp_path: Path) -> None:
    rows = charted(tmp_path, series(1, 2, 1, 2, 50, 60), "--baseline-points", "4")
    assert {row["mean"] for row in rows} == {"1.5"}
    assert found(rows)[4:] == [("higher", "outside")] * 2


def test_a_person_rebases_and_runs_begin_anew(tmp_path: Path) -> None:
    lines = [
        "series,x,y,rebase",
        *(f"a,{x},{x % 2 + 10 * (x > 6)},{int(x == 7)}" for x in range(1, 13)),
    ]
    rows = charted(tmp_path, lines)
    assert [row["mean"] for row in rows] == ["0.5"] * 6 + ["10.5"] * 6
    assert {row["rule"] for row in rows} == {""}


def test_limits_widen_where_few_answered(tmp_path: Path) -> None:
    lines = ["series,x,y,n", "a,1,3,25", "a,2,4,25", "a,3,3,25", "a,4,4,100"]
    rows = charted(tmp_path, lines)
    widths = [float(row["upl"]) - float(row["mean"]) for row in rows]
    assert widths[0] == pytest.approx(2 * widths[3])


def test_p_charts_count_events_among_n_and_write_shares(tmp_path: Path) -> None:
    lines = ["series,x,y,n", "a,1,1,10", "a,2,3,10", "a,3,0,0", "a,4,2,10", "a,5,,"]
    rows = charted(tmp_path, lines, "--chart", "p")
    assert [row["mean"] for row in rows] == ["0.2"] * 5
    assert float(rows[0]["upl"]) == pytest.approx(0.2 + 3 * (0.16 / 10) ** 0.5)
    assert rows[0]["lpl"] == "0.0"
    assert (rows[2]["upl"], rows[2]["signal"]) == ("", "")


def test_p_prime_widens_by_sigma_of_z(tmp_path: Path) -> None:
    lines = ["series,x,y,n", "a,1,100,1000", "a,2,300,1000", "a,3,200,1000"]
    rows = charted(tmp_path, lines, "--chart", "p-prime")
    # z differs by 0.2 and 0.1 over root(0.16 / 1000); the root cancels.
    assert float(rows[0]["upl"]) == pytest.approx(0.2 + 3 * 0.15 / 1.128)
    assert "Sigma of z" in spc(tmp_path, lines, "--chart", "p").output


# What is refused

REFUSED = [
    ("series,y\na,1", (), "row 1, x: this column is missing"),
    ("series,x,y\na,1,3\na,2,much", (), "row 3, y: 'much' is not a number"),
    ("series,x,y\na,1,nan", (), "row 2, y: 'nan' is not a number"),
    ('series,x,y\na,1,"3,4"', (), "row 2, y: '3,4' is not a number"),
    ("series,x,y\na,1,1e999", (), "row 2, y: '1e999' is not a number"),
    ("series,x,y\n,1,3", (), "row 2, series: this is empty"),
    ("series,x,y\na,soon,3", (), "row 2, x: 'soon' is neither a date"),
    ("series,x,y\na,2026-02-30,3", (), "row 2, x: '2026-02-30' is neither a date"),
    (
        "series,x,y\na,1,3\nb,1,3\na,1.0,4",
        (),
        "row 4, x: '1.0' repeats the x of series 'a' in row 2",
    ),
    ("series,x,y\na,2,3\na,1,4", (), "row 3, x: '1' comes before the x of series 'a' in row 2"),
    (
        "series,x,y\na,1,3\na,2026-01,4",
        (),
        "row 3, x: '2026-01' and the x of series 'a' in row 2 are",
    ),
    ("series,x,y,rebase\na,1,3,yes", (), "row 2, rebase: 'yes' is neither 1"),
    ("series,x,y,n\na,1,3,", (), "row 2, n: this is empty although y is not"),
    ("series,x,y,n\na,1,3,0", (), "row 2, n: this is 0 although y is not empty"),
    ("series,x,y,n\na,1,3,-1", (), "row 2, n: -1 is below 0"),
    ("series,x,y\na,1,3", ("--chart", "p"), "row 1, n: this column is missing"),
    ("series,x,y,n\na,1,3,2", ("--chart", "p-prime"), "row 2, y: 3 is more than n, 2"),
    ("series,x,y,n\na,1,1,0", ("--chart", "p"), "row 2, y: 1 is more than n, 0"),
    ("series,x,y,n\na,1,-1,5", ("--chart", "p"), "row 2, y: -1 is below 0"),
    ("series,x,y,n\na,1,1,", ("--chart", "p"), "row 2, n: this is empty although y is not"),
    ("series,x,y\na,1,3", ("--baseline-points", "1"), "'1' is neither 'whole' nor a number from 2"),
    ("series,x,y\na,1,3", ("--shift", "1"), "1 is not in the range x>=2"),
]


@pytest.mark.parametrize(("text", "options", "message"), REFUSED)
def test_bad_input_ends_with_code_2_its_place_and_no_file(
    tmp_path: Path, text: str, options: tuple[str, ...], message: str
) -> None:
    result = spc(tmp_path, text, *options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_a_cell_that_is_no_number_is_one_problem(tmp_path: Path) -> None:
    result = spc(tmp_path, "series,x,y,n\na,1,3,many", "--chart", "p")
    assert "in.csv: 1 problem;" in result.stderr


def test_the_file_read_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("series,x,y\na,1,3")
    words = ["analyse", "spc", str(tmp_path / "out.csv"), "--out", str(tmp_path / "out.csv")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    assert "is the file that is read" in result.stderr
    assert (tmp_path / "out.csv").read_text() == "series,x,y\na,1,3"


def test_one_long_series_among_many_short_ones_is_refused_before_memory_runs_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(series_files, "CELLS_AT_MOST", 5)
    result = spc(tmp_path, [*series(1, 2, 3), "b,1,3"])
    assert result.exit_code == 2
    assert "series: 2 series and 3 points in the longest are too many for one run" in result.stderr
    assert spc(tmp_path, series(1, 2, 3)).exit_code == 0
