"""`pulse analyse`: every command under it is found and explains itself."""

import pytest
from click.testing import CliRunner

from pulse.cli.analyse import _COMMANDS
from pulse.cli.main import main


@pytest.mark.parametrize("name", sorted(_COMMANDS))
def test_every_command_explains_itself(name: str) -> None:
    result = CliRunner().invoke(main, ["analyse", name, "--help"])
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: main analyse {name} ")


def test_an_unknown_command_is_refused() -> None:
    result = CliRunner().invoke(main, ["analyse", "rank"])
    assert result.exit_code == 2
    assert "No such command 'rank'" in result.stderr
