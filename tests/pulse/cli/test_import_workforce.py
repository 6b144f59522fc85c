"""`pulse import workforce` with a mapping: from a foreign file to what would change."""

import csv
import re
from pathlib import Path

import pytest

from pulse.installation import Installation
from tests.analysis.test_workforce_layouts import MAPPING, authorities_tree
from tests.conftest import RunPulse

UNITS = "code,name,parent\ncity,City,\nteam,Team,city\n"
FOREIGN = "Level,Dept,When,Staff,Gone,Notes\nTeam,D1,201617,20,3,\nAll,X,201617,99,9,\nTeam,team,201718,21,c,\n"


@pytest.fixture
def run(installation: Installation, run_pulse: RunPulse, tmp_path: Path) -> RunPulse:
    """`pulse` in an installation that has the units."""
    assert installation.settings.home.is_dir()
    units = tmp_path / "units.csv"
    units.write_text(UNITS)
    made = run_pulse("import", "units", str(units), "--valid-from", "2016-01-01", "--yes")
    assert made.exit_code == 0, made.output
    return run_pulse


def test_a_mapping_file_tells_what_is_read_left_out_missing_and_not_used(
    run: RunPulse, tmp_path: Path
) -> None:
    foreign, mapping = tmp_path / "foreign.csv", tmp_path / "ours.toml"
    foreign.write_text(FOREIGN)
    mapping.write_text(MAPPING)
    said = run("import", "workforce", str(foreign), "--mapping", str(mapping), "--dry-run").output
    for words in (
        "2 rows, read as Our payroll.",
        "Rows that the mapping leaves out: 1",
        "Columns that are not used: Notes",
        "Missing numbers, which are not read as 0: 1 confidential (c)",
        "New: 2",
        "Nothing was stored",
    ):
        assert words in said


def test_an_unknown_mapping_is_refused_by_name(run: RunPulse, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.csv"
    foreign.write_text(FOREIGN)
    refused = run("import", "workforce", str(foreign), "--mapping", "nobodys")
    assert refused.exit_code != 0
    assert "no such mapping; write the name of a file, or one of: csww" in refused.output


def test_a_withdrawn_row_is_shown_and_goes(run: RunPulse, tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    file.write_text("unit,period,headcount,leavers\nteam,2026,20,3\n")
    run("import", "workforce", str(file), "--yes")
    file.write_text("unit,period,headcount,leavers\nteam,2026,withdrawn,\nteam,2026-03,20,1\n")
    said = run("import", "workforce", str(file), "--yes").output
    assert re.search(r"Withdrawn: 1\n  team  2026\n", said)
    again = run("import", "workforce", str(file), "--yes").output
    assert "Nothing to do" in again


@pytest.mark.shared_data
def test_the_file_of_the_dfe_is_taken_in_whole_and_once(
    shared_data: Path, installation: Installation, run_pulse: RunPulse, tmp_path: Path
) -> None:
    assert installation.settings.home.is_dir()
    real = shared_data / "workforce" / "csww_indicators_2017_to_2025.csv"
    units = tmp_path / "authorities.csv"
    with units.open("w", newline="") as written:
        writer = csv.writer(written)
        writer.writerow(("code", "name", "parent"))
        writer.writerows((u.code, u.name, u.parent or "") for u in authorities_tree(real))
    made = run_pulse("import", "units", str(units), "--valid-from", "2016-10-01", "--yes")
    assert made.exit_code == 0, made.output
    command = ("import", "workforce", str(real), "--mapping", "csww")
    dry = run_pulse(*command, "--dry-run").output
    assert "Rows that the mapping leaves out: 108" in dry
    assert "New: 1,355" in dry
    assert "This was a dry run" in dry
    assert "Stored: 1,355 rows." in run_pulse(*command, "--yes").output
    assert "Nothing to do" in run_pulse(*command, "--yes").output
