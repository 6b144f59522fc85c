"""`pulse analyse trend`: from a file to a file, whole or not at all."""

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pulse.cli.main import main

ROWS = [f"a,2024-{month:02d},{3 + month / 10:.1f}" for month in range(1, 13)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in.csv").write_text("\n".join(("series,x,y", *ROWS)))
    return tmp_path


def trend(folder: Path, out: str = "out.csv") -> Result:
    """Run the command, which needs no installation; bugs come through."""
    result = CliRunner().invoke(
        main, ["analyse", "trend", str(folder / "in.csv"), "--out", str(folder / out)]
    )
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_every_series_has_a_row_with_its_direction(folder: Path) -> None:
    result = trend(folder)
    assert result.exit_code == 0
    assert "1 series. Rising: 1; falling: 0;" in result.output
    with (folder / "out.csv").open() as stream:
        (row,) = csv.DictReader(stream)
    assert (row["series"], row["n"], row["s"]) == ("a", "12", "66")
    assert float(row["slope_per_year"]) == pytest.approx(1.2, rel=0.02)
    assert row["words"].startswith("rising by about 1.2 a year")


def test_a_wrong_cell_ends_with_two_and_writes_nothing(folder: Path) -> None:
    with (folder / "in.csv").open("a") as stream:
        stream.write("\na,2025-01,high\n")
    (folder / "out.csv").write_text("from before")
    result = trend(folder)
    assert result.exit_code == 2
    assert "row 14, y: 'high' is not a number" in result.stderr
    assert (folder / "out.csv").read_text() == "from before"
    assert sorted(path.name for path in folder.iterdir()) == ["in.csv", "out.csv"]


@pytest.mark.parametrize("out", ["in.csv", ".", "nowhere/out.csv"])
def test_a_place_that_must_not_be_written_is_refused(folder: Path, out: str) -> None:
    before = (folder / "in.csv").read_text()
    assert trend(folder, out).exit_code == 2
    assert (folder / "in.csv").read_text() == before
