"""Rules of the house that no linter knows: sizes, titles, settings, the lock, what is committed."""

import ast
import json
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from pulse.answering_settings import AnsweringSettings
from pulse.config import VARIABLES, Settings

REPOSITORY = Path(__file__).resolve().parents[2]
CHECK_SIZES = REPOSITORY / "scripts" / "check_sizes.py"
SETTINGS_PAGE = REPOSITORY / "docs" / "operations" / "settings.md"
PACKAGES = ("pulse", "analysis", "surveys")


def committed_files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    return [name for name in listed.stdout.split("\0") if name]


def own_modules(root: Path = REPOSITORY) -> list[Path]:
    return sorted(path for package in PACKAGES for path in (root / package).rglob("*.py"))


# Sizes


def sizes(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(CHECK_SIZES), str(root)], capture_output=True, text=True, check=False
    )


def test_every_file_and_function_is_short_enough_to_read() -> None:
    checked = sizes(REPOSITORY)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("surveys/long_file.py", "x = 1\n" * 401),
        ("analysis/long_function.py", "def f() -> None:\n" + "    pass\n" * 40),
        ("templates/long.html", "<p>\n" * 401),
    ],
)
def test_what_is_too_long_is_refused(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.parent.mkdir()
    path.write_text(text)
    checked = sizes(tmp_path)
    assert checked.returncode == 1
    assert name in checked.stdout


def test_what_is_just_short_enough_passes(tmp_path: Path) -> None:
    folder = tmp_path / "surveys"
    folder.mkdir()
    body = "def f() -> None:\n" + "    pass\n" * 39
    (folder / "full.py").write_text(body + "x = 1\n" * 360)
    assert sizes(tmp_path).returncode == 0


# Templates


def pages_without_title(folder: Path) -> list[str]:
    """Return the pages (not macros, not the layout, not text) that do not set the title block."""
    return [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*.html"))
        if not path.name.startswith("_")
        and not re.search(r"\{%-?\s*block title\b[^%]*%\}\s*\S", path.read_text())
    ]


def test_every_page_sets_its_title() -> None:
    assert pages_without_title(REPOSITORY / "templates") == []


def test_a_page_without_title_is_found(tmp_path: Path) -> None:
    (tmp_path / "bare.html").write_text(
        '{% extends "_layout.html" %}{% block main %}x{% endblock %}'
    )
    (tmp_path / "good.html").write_text("{% block title %}Units{% endblock %}")
    (tmp_path / "_macro.html").write_text("{% macro a() %}{% endmacro %}")
    assert pages_without_title(tmp_path) == ["bare.html"]


@pytest.mark.parametrize("forbidden", ["|safe", "| safe", "autoescape false", ' style="'])
def test_no_template_switches_escaping_off_or_carries_an_inline_style(forbidden: str) -> None:
    found = [
        path.name
        for path in (REPOSITORY / "templates").rglob("*.html")
        if forbidden in path.read_text()
    ]
    assert found == []


# Settings


def test_every_setting_is_documented() -> None:
    page = SETTINGS_PAGE.read_text()
    assert [name for name in VARIABLES if f"| `{name}` |" not in page] == []


def test_every_field_of_the_settings_comes_from_a_variable_of_its_name() -> None:
    own = {field.name for field in fields(Settings)} - {"answering"}
    answering = {field.name for field in fields(AnsweringSettings)} - {"box_place", "box_url"}
    named = own | answering | {"box", "mail_from"}  # two parts of one variable, one of another
    assert {f"PULSE_{name.upper()}" for name in named} == set(VARIABLES)


def test_the_page_of_settings_names_no_variable_that_nothing_reads() -> None:
    assert set(re.findall(r"`(PULSE_[A-Z_]+)`", SETTINGS_PAGE.read_text())) <= set(VARIABLES)


def reads_of_the_environment(path: Path) -> list[int]:
    """Return the lines that take the environment, other than to hand it whole to the settings."""
    tree = ast.parse(path.read_text())
    handed_over = {
        argument
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "Settings.from_environ"
        for argument in call.args
    }
    return [
        node.lineno
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and is_environment(node) and node not in handed_over)
        or (isinstance(node, ast.ImportFrom) and node.module == "os" and names_environment(node))
    ]


def is_environment(node: ast.Attribute) -> bool:
    return ast.unparse(node) in {"os.environ", "os.getenv", "os.environb"}


def names_environment(node: ast.ImportFrom) -> bool:
    return any(name.name in {"environ", "getenv", "environb"} for name in node.names)


def test_nobody_reads_the_environment_but_the_settings() -> None:
    modules = [*own_modules(), REPOSITORY / "wsgi.py"]
    assert [str(path) for path in modules if reads_of_the_environment(path)] == []


@pytest.mark.parametrize(
    "line",
    ["import os\nx = os.getenv('A')", "from os import environ", "import os\nx = os.environ['A']"],
)
def test_a_reader_of_the_environment_is_found(tmp_path: Path, line: str) -> None:
    path = tmp_path / "planted.py"
    path.write_text(line)
    assert reads_of_the_environment(path)


def test_handing_the_environment_to_the_settings_is_no_reading(tmp_path: Path) -> None:
    path = tmp_path / "edge.py"
    path.write_text("import os\nsettings = Settings.from_environ(os.environ)")
    assert reads_of_the_environment(path) == []


# The lock, and what is committed


def lock_faults(text: str) -> list[str]:
    """Return requirements without a hash, and every address or index in the lock."""
    faults = [
        line for line in text.splitlines() if "://" in line or line.startswith(("-i", "--index"))
    ]
    requirements = re.split(r"\n(?=\S)", text.strip())
    return faults + [each for each in requirements if "--hash=sha256:" not in each]


def test_the_lock_has_a_hash_for_every_package_and_no_address() -> None:
    assert lock_faults((REPOSITORY / "requirements.lock").read_text()) == []


@pytest.mark.parametrize(
    "planted",
    [
        "flask==3.1.3",
        "--index-url https://example.org/simple\nflask==3.1.3 \\\n    --hash=sha256:aa",
        "flask @ https://example.org/flask.whl \\\n    --hash=sha256:aa",
    ],
)
def test_a_lock_without_hash_or_with_an_address_is_refused(planted: str) -> None:
    assert lock_faults(planted)


def test_the_lock_pins_every_direct_requirement() -> None:
    pyproject = (REPOSITORY / "pyproject.toml").read_text()
    named = set(re.findall(r'^\s+"([a-z0-9-]+)(?:\[[a-z]+\])?>=', pyproject, re.MULTILINE))
    locked = set(
        re.findall(
            r"^([a-z0-9-]+)(?:\[[a-z]+\])?==",
            (REPOSITORY / "requirements.lock").read_text(),
            re.MULTILINE,
        )
    )
    assert named - locked == set()


def test_the_npm_lock_has_an_integrity_for_every_package_and_no_address() -> None:
    text = (REPOSITORY / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    assert "resolved" not in text
    assert "://" not in text
    assert all(entry["integrity"] for name, entry in packages.items() if name)


def test_no_code_of_others_is_committed() -> None:
    theirs = [
        name
        for name in committed_files()
        if re.search(
            r"(^|/)(node_modules|vendor|site-packages|built)/|\.min\.(js|css)$|\.(woff2?|ttf|otf|whl)$",
            name,
        )
    ]
    assert theirs == []


def test_no_text_names_the_state_transport_font() -> None:
    sheets = [
        *(REPOSITORY / "pulse" / "static" / "src").glob("*.css"),
        *(REPOSITORY / "templates").rglob("*.html"),
    ]
    assert [path.name for path in sheets if "gds transport" in path.read_text().lower()] == []
