"""`pulse protect` and `pulse attack FILE FILE`: from a file to a file, whole or not at all."""

import csv
import json
import os
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analysis import table_protection
from analysis.disclosure import verifier
from analysis.pattern_files import HIDDEN_REASON
from analysis.table_protection import TableUnsafeError
from pulse.cli.main import main

REPOSITORY = str(Path(__file__).resolve().parents[3])
HEADER = "area,team,role,tenure,n"
ROWS = (
    "North,A,nurse,new,6",
    "North,A,nurse,old,5",
    "North,A,doctor,new,1",
    "North,B,nurse,new,2",
    "North,B,doctor,,3",
    "South,C,doctor,old,9",
    "South,D,nurse,new,0",
)
OPTIONS = ("--tree", "area,team", "--breakdowns", "role,tenure", "--count", "n", "--k", "5")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in.csv").write_text("\n".join((HEADER, *ROWS)))
    return tmp_path


def pulse(*words: str | Path) -> Result:
    """Run a command that needs no installation; bugs come through."""
    result = CliRunner().invoke(main, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def protect(folder: Path, *more: str | Path, options: Sequence[str] = OPTIONS) -> Result:
    return pulse("protect", folder / "in.csv", *options, "--out", folder / "out.csv", *more)


def process(folder: Path, *more: str, **environ: str) -> subprocess.Popen[bytes]:
    """Start `pulse protect` as a process of its own."""
    begin = [sys.executable, "-c", "from pulse.cli.main import main; main()", "protect", "in.csv"]
    return subprocess.Popen(
        [*begin, *OPTIONS, *more],
        cwd=folder,
        env={"PATH": os.defpath, "PYTHONPATH": REPOSITORY, **environ},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def certificates(folder: Path) -> list[str]:
    public, sealed = folder / "proof" / "public.json", folder / "proof" / "sealed.json"
    return list(verifier.verify(public.read_bytes(), sealed.read_bytes()))


def left_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# What is written


def test_every_unit_has_a_row_for_every_category_and_hidden_ones_are_alike(folder: Path) -> None:
    assert protect(folder).exit_code == 0
    rows = rows_of(folder / "out.csv")
    units = ["Total", "North", "North/A", "North/B", "South", "South/C", "South/D"]
    cells = [("", ""), ("role", "doctor"), ("role", "nurse"), ("tenure", "new"), ("tenure", "old")]
    assert [(row["unit"], row["breakdown"], row["category"]) for row in rows] == [
        (unit, *cell) for unit in units for cell in cells
    ]
    for row in rows:
        hidden = {"shown": "0", "n": "", "reason": HIDDEN_REASON}
        told = {name: row[name] for name in hidden}
        assert told == hidden or (told["shown"] == "1" and int(told["n"]) >= 5)
    assert {row["unit"] for row in rows if row["shown"] == "1"} >= {"Total", "North", "South"}


def test_a_team_of_none_and_a_team_of_one_leave_the_same_file(folder: Path) -> None:
    written = []
    for people in (0, 1, 4):
        rows = ("N,A,nurse,new,9", f"N,B,nurse,new,{people}", f"N,C,nurse,new,{4 - people}")
        (folder / "in.csv").write_text("\n".join((HEADER, *rows)))
        assert protect(folder).exit_code == 0
        written.append((folder / "out.csv").read_bytes())
    assert written[0] == written[1] == written[2]


def test_the_file_is_the_same_on_every_run_and_for_every_order_of_rows(folder: Path) -> None:
    found = set()
    for seed, rows in (("0", ROWS), ("1", ROWS), ("2", ROWS[::-1])):
        (folder / "in.csv").write_text("\n".join((HEADER, *rows)))
        job = process(folder, "--out", "out.csv", PYTHONHASHSEED=seed)
        assert job.wait() == 0
        found.add((folder / "out.csv").read_bytes())
    assert len(found) == 1


def test_an_empty_organisation_has_one_hidden_row(folder: Path) -> None:
    (folder / "in.csv").write_text(HEADER)
    assert protect(folder, "--certificate", folder / "proof").exit_code == 0
    (row,) = rows_of(folder / "out.csv")
    assert (row["unit"], row["shown"], row["n"]) == ("Total", "0", "")
    assert certificates(folder)


@pytest.mark.parametrize(
    "options",
    [
        ("--tree", "area,team", "--count", "n", "--k", "5"),
        ("--tree", "area,team", "--breakdowns", "role", "--count", "n", "--k", "5"),
        OPTIONS,
        (*OPTIONS, "--crossing", "role,tenure@0,1", "--colluders", "1"),
    ],
)
def test_the_certificates_are_verified(folder: Path, options: tuple[str, ...]) -> None:
    # Not every category is needed to tell atoms apart without tenure, so those are added up here.
    totals: dict[str, int] = {}
    kept = 3 if "role" in options else 2
    names = 4 if "role,tenure" in options else kept
    for row in ROWS:
        cells = row.split(",")
        key = ",".join(cells[:names])
        totals[key] = totals.get(key, 0) + int(cells[4])
    header = ",".join([*HEADER.split(",")[:names], "n"])
    (folder / "in.csv").write_text(
        "\n".join((header, *(f"{key},{people}" for key, people in totals.items())))
    )
    done = protect(folder, "--certificate", folder / "proof", options=options)
    assert done.exit_code == 0
    assert certificates(folder)[-1].startswith("not checked: ")
    public = json.loads((folder / "proof" / "public.json").read_text())
    assert public["rules"]["smallest_group"] == 5 + public["rules"]["colluders"]


def test_the_sealed_certificate_is_for_its_owner_and_says_what_it_holds(folder: Path) -> None:
    done = protect(folder, "--certificate", folder / "proof")
    assert "holds numbers of respondents, also of groups that must not be known" in done.output
    sealed = folder / "proof" / "sealed.json"
    assert stat.S_IMODE(sealed.stat().st_mode) == 0o600
    assert stat.S_IMODE(sealed.parent.stat().st_mode) == 0o700
    assert json.loads(sealed.read_text())["warning"].startswith("This file holds numbers")


# What is refused


def test_a_wrong_row_is_named_and_nothing_is_written(folder: Path) -> None:
    (folder / "in.csv").write_text(f"{HEADER}\nNorth,A,nurse,new,few\n")
    done = protect(folder, "--certificate", folder / "proof")
    assert done.exit_code == 2
    assert "row 2, n: 'few' is not a whole number of people" in done.stderr
    assert left_in(folder) == {"in.csv"}


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        (("--count", "n", "--k", "5"), "Missing option '--tree'"),
        (("--tree", "area,team", "--k", "5"), "Missing option '--count'"),
        (("--tree", "area,team", "--count", "n"), "Missing option '--k'"),
        (("--tree", "area,team", "--count", "n", "--k", "0"), "Invalid value for '--k'"),
        (("--tree", "area,area", "--count", "n", "--k", "5"), "'area' is named twice"),
        (("--tree", "area,post", "--count", "n", "--k", "5"), "post: this column is missing"),
        ((*OPTIONS, "--crossing", "role,tenure"), "is not written like role,tenure@0,1"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    folder: Path, options: tuple[str, ...], rule: str
) -> None:
    done = protect(folder, options=options)
    assert done.exit_code == 2
    assert rule in done.stderr
    assert left_in(folder) == {"in.csv"}


@pytest.mark.parametrize("link", [False, True])
def test_the_file_that_is_read_is_never_written_over(folder: Path, link: bool) -> None:  # noqa: FBT001 - a case of the test
    target = folder / "in.csv"
    if link:
        target = folder / "other.csv"
        target.symlink_to(folder / "in.csv")
    done = pulse("protect", folder / "in.csv", *OPTIONS, "--out", target)
    assert done.exit_code == 2
    assert "is the file that is read" in done.stderr
    assert (folder / "in.csv").read_text() == "\n".join((HEADER, *ROWS))


def test_a_folder_with_something_in_it_gets_no_certificate(folder: Path) -> None:
    assert protect(folder, "--certificate", folder / "proof").exit_code == 0
    before = (folder / "proof" / "sealed.json").read_bytes()
    done = protect(folder, "--certificate", folder / "proof")
    assert done.exit_code == 2
    assert "is not empty; certificates are never written over" in done.stderr
    assert (folder / "proof" / "sealed.json").read_bytes() == before


@pytest.mark.parametrize(
    ("out", "certificate", "rule"),
    [
        ("gone/out.csv", "proof", "its folder is missing"),
        (".", "proof", "it is a folder"),
        ("out.csv", "gone/proof", "name one in a folder that exists"),
        ("out.csv", "in.csv", "cannot be a folder"),
        ("proof/out.csv", "proof", "is for certificates alone"),
    ],
)
def test_places_that_cannot_be_written_are_refused_first(
    folder: Path, out: str, certificate: str, rule: str
) -> None:
    if out.startswith("proof"):
        (folder / "proof").mkdir()
    words = (*OPTIONS, "--out", folder / out, "--certificate", folder / certificate)
    done = pulse("protect", folder / "in.csv", *words)
    assert done.exit_code == 2
    assert rule in done.stderr


def test_a_failed_self_attack_writes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise TableUnsafeError("the self-attack found 2 groups")

    monkeypatch.setattr(table_protection, "attack_pattern", fail)
    done = protect(folder, "--certificate", folder / "proof")
    assert done.exit_code == 2
    assert "the self-attack found 2 groups" in done.stderr
    assert left_in(folder) == {"in.csv"}


def test_two_jobs_at_once_leave_one_whole_file_and_one_whole_certificate(folder: Path) -> None:
    words = ("--out", "out.csv", "--certificate", "proof")
    jobs = [process(folder, *words) for _ in range(3)]
    ends = [job.wait() for job in jobs]
    assert sorted(ends) == [0, 2, 2]
    assert left_in(folder) == {"in.csv", "out.csv", "proof"}
    assert certificates(folder)
    assert len(rows_of(folder / "out.csv")) == 7 * 5


# Attacking what anybody has published


def attack(folder: Path, *options: str) -> Result:
    return pulse("attack", folder / "out.csv", folder / "in.csv", *(options or OPTIONS))


def test_what_we_show_is_attacked_in_vain(folder: Path) -> None:
    protect(folder)
    done = attack(folder)
    assert done.exit_code == 0
    assert done.output.endswith("0 groups of 1 to 4 people found.\n")


def test_what_a_threshold_alone_shows_is_broken(folder: Path) -> None:
    rows = ["Total,,", "North,,", "North/A,,", "North/A,role,nurse"]
    shown = [f"{row},1" for row in rows]
    (folder / "out.csv").write_text("\n".join(("unit,breakdown,category,shown", *shown)))
    done = attack(folder)
    assert done.exit_code == 1
    assert not done.output.endswith("\n0 groups of 1 to 4 people found.\n")


def test_a_published_file_that_does_not_fit_is_refused_by_row(folder: Path) -> None:
    (folder / "out.csv").write_text("unit,breakdown,category,shown\nWest,,,1\n")
    done = attack(folder)
    assert done.exit_code == 2
    assert "row 2, unit: the table has no unit 'West'" in done.stderr


@pytest.mark.parametrize("words", [("only.csv",), ("--k", "5"), ("--tree", "a", "--count", "n")])
def test_attacking_a_table_needs_both_files(words: tuple[str, ...]) -> None:
    done = pulse("attack", *words)
    assert done.exit_code == 2
    assert "Name two files: the published cells, then the atoms" in done.stderr
