"""The example in the guide for statisticians gives what the guide says."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from analysis.disclosure import verifier
from pulse.cli.main import main

GUIDE = Path(__file__).resolve().parents[3] / "docs/statistics/protecting-your-own-tables.md"


def blocks(language: str) -> list[str]:
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    return [text for name, text in fenced if name == language]


def run(command: str) -> str:
    program, *words = shlex.split(command.replace("\\\n", " "))
    assert program == "pulse"
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_example_of_the_guide_gives_its_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given, shown = blocks("csv")
    protect, _, attack = blocks("")
    Path("staff.csv").write_text(given)
    run(protect)
    assert Path("shown.csv").read_text() == shown
    certificates = (Path("proof/public.json"), Path("proof/sealed.json"))
    assert list(verifier.verify(*(path.read_bytes() for path in certificates)))
    Path("shown.csv").rename("published.csv")
    assert run(attack).endswith("0 groups of 1 to 4 people found.\n")
