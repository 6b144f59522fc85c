"""The arrows between packages hold, and each rule refuses a planted violation."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")

PLANTED = [
    ("surveys/months.py", "import analysis.errors", "Three floors, one direction"),
    ("analysis/release.py", "import pulse.config", "Three floors, one direction"),
    ("surveys/units.py", "import flask", "No Flask below the web floor"),
    ("analysis/tally.py", "import werkzeug.http", "No Flask below the web floor"),
    (
        "analysis/disclosure/rules.py",
        "import sqlalchemy",
        "The disclosure engine imports nothing of ours",
    ),
    (
        "analysis/disclosure/tree.py",
        "import surveys.units",
        "The disclosure engine imports nothing of ours",
    ),
    (
        "pulse/dashboards/words.py",
        "import pulse.office.accounts",
        "Zones of the web floor do not import each other",
    ),
    (
        "pulse/administration/views.py",
        "import pulse.audit",
        "Zones of the web floor do not import each other",
    ),
    (
        "pulse/dashboards/words.py",
        "import surveys.tables",
        "Result pages read releases, never the survey's own stores",
    ),
    (
        "pulse/dashboards/words.py",
        "import surveys.unit_registry",
        "Result pages read releases, never the survey's own stores",
    ),
    ("pulse/charts/svg.py", "import analysis.archive", "The chart room knows no store"),
    (
        "pulse/console/wave_words.py",
        "import surveys.box_reading",
        "Nothing that serves a screen can read a ballot",
    ),
    (
        "pulse/respond/texts.py",
        "import pulse.jobs.closing",
        "Nothing that serves a screen can read a ballot",
    ),
    (
        "pulse/box/app.py",
        "import sqlalchemy",
        "The box only takes in: it knows no database, no page and no person",
    ),
]


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(LINT_IMPORTS), "--no-cache"],
        cwd=root,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(root), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copied_house(tmp_path: Path) -> Path:
    """The packages and their rules, copied to where a violation may be planted."""
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    for package in ("pulse", "analysis", "surveys"):
        ignored = shutil.ignore_patterns("__pycache__", "built")
        shutil.copytree(REPOSITORY / package, tmp_path / package, ignore=ignored)
    return tmp_path


def test_the_arrows_between_packages_hold() -> None:
    checked = lint_imports(REPOSITORY)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(("module", "line", "rule"), PLANTED)
def test_a_planted_violation_is_refused(
    copied_house: Path, module: str, line: str, rule: str
) -> None:
    with (copied_house / module).open("a") as planted:
        planted.write(f"\n{line}\n")
    checked = lint_imports(copied_house)
    assert checked.returncode != 0
    assert f"{rule} BROKEN" in checked.stdout


def test_every_rule_has_a_planted_violation() -> None:
    names = {line.removeprefix('name = "').rstrip('"\n') for line in contract_names()}
    assert names == {rule for _module, _line, rule in PLANTED}


def contract_names() -> list[str]:
    text = (REPOSITORY / "pyproject.toml").read_text()
    rules = text[text.index("[[tool.importlinter.contracts]]") :]
    return [line for line in rules.splitlines() if line.startswith("name = ")]
