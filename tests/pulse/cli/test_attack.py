"""`pulse attack` says for every release how often it was attacked and what was found."""

from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analysis.archive import visible_releases
from pulse.cli.main import main
from pulse.config import Settings
from pulse.keys import load_log_signer
from pulse.stores import Stores
from tests.pulse.released import FIRST, MANY, release, tally_of


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An installation with k = 5 and no release."""
    home = tmp_path / "home"
    made = pulse(home, "init", "--k", "5", "--password-stdin", given="seven quiet herons wade\n")
    assert made.exit_code == 0, made.output
    return home


def pulse(home: Path, *words: str, given: str = "") -> Result:
    return CliRunner().invoke(main, words, input=given, env={"PULSE_HOME": str(home)})


def test_without_releases_there_is_nothing_to_attack(home: Path) -> None:
    assert pulse(home, "attack").output == "0 releases attacked, 0 leaks found.\n"


def test_every_release_is_attacked_and_nothing_is_found(home: Path) -> None:
    settings = Settings.from_environ({"PULSE_HOME": str(home)})
    with closing(Stores.of(settings)) as stores, stores.archive() as session:
        tallies = [tally_of(FIRST.shifted(place), MANY, means={}) for place in range(2)]
        release(session, tallies, load_log_signer(settings))
        assert len(visible_releases(session)) == 2
    attacked = pulse(home, "attack")
    assert attacked.exit_code == 0
    first, second, end = attacked.output.splitlines()
    assert first.startswith("2025-05: ")
    assert second.endswith(" attacks under k = 5, 0 leaks")
    assert end == "2 releases attacked, 0 leaks found."
