"""The verifier as somebody else runs it: one file, copied, with no package of ours beside it."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.disclosure import verifier
from analysis.disclosure.certificate import PUBLIC_FORMAT, SEALED_FORMAT, Certificates
from tests.analysis.disclosure.brute_force import Cell
from tests.analysis.disclosure.certified_tables import changed, make_certificates
from tests.analysis.disclosure.small_tables import make_table


@pytest.fixture
def made() -> Certificates:
    table = make_table([-1, 0, 0], [(1, (), 7), (2, (), 8)], ())
    return make_certificates(table, [Cell(0, 0, 0), Cell(0, 1, 0), Cell(0, 2, 0)])


def run_elsewhere(folder: Path, *names: str) -> subprocess.CompletedProcess[str]:
    """Run a copy of the one file by a Python that finds no package but its own."""
    shutil.copy(verifier.__file__, folder / "verifier.py")
    return subprocess.run(
        [sys.executable, "-I", "-S", "verifier.py", *names],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_copy_of_the_one_file_runs_by_itself(tmp_path: Path, made: Certificates) -> None:
    (tmp_path / "public.json").write_text(made.public)
    (tmp_path / "sealed.json").write_text(made.sealed)
    alone = run_elsewhere(tmp_path, "public.json")
    assert (alone.returncode, alone.stderr) == (0, "")
    assert "checked: 3 shown cells leave 5 people or none of each other\n" in alone.stdout
    assert "not checked: combinations that need the numbers of atoms" in alone.stdout
    both = run_elsewhere(tmp_path, "public.json", "sealed.json")
    assert (both.returncode, both.stderr) == (0, "")
    assert "checked: 3 cells hold by cuts" in both.stdout
    assert "which are sealed" not in both.stdout


def test_a_wrong_certificate_ends_with_1(tmp_path: Path, made: Certificates) -> None:
    (tmp_path / "public.json").write_text(changed(made.public, residues=[]))
    refused = run_elsewhere(tmp_path, "public.json")
    assert refused.returncode == 1
    assert "FAILED: the residues listed are not those of the shown cells\n" in refused.stdout


@pytest.mark.parametrize("names", [[], ["absent.json"], ["a", "b", "c"]])
def test_files_that_cannot_be_read_end_with_2(tmp_path: Path, names: list[str]) -> None:
    ran = run_elsewhere(tmp_path, *names)
    assert ran.returncode == 2
    assert ran.stderr.startswith("usage: verifier.py PUBLIC.json [SEALED.json]")
    assert "Traceback" not in ran.stderr


def test_it_imports_nothing_but_the_standard_library() -> None:
    tree = ast.parse(Path(verifier.__file__).read_text())
    modules = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    }
    assert modules <= sys.stdlib_module_names


def test_it_reads_the_form_that_certificates_are_written_in() -> None:
    assert (verifier.PUBLIC_FORMAT, verifier.SEALED_FORMAT) == (PUBLIC_FORMAT, SEALED_FORMAT)
