"""The console script: every command is found, and none is loaded before it is asked for."""

import subprocess
import sys

import pytest

from pulse.cli.main import _COMMANDS
from tests.conftest import RunPulse


@pytest.mark.parametrize("name", sorted(_COMMANDS))
def test_every_command_explains_itself(run_pulse: RunPulse, name: str) -> None:
    result = run_pulse(name, "--help")
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: main {name} ")


def test_the_help_lists_every_command(run_pulse: RunPulse) -> None:
    output = run_pulse("--help").output
    assert all(f"\n  {name} " in output for name in _COMMANDS)


def test_an_unknown_command_is_refused(run_pulse: RunPulse) -> None:
    result = run_pulse("rank-the-teams")
    assert result.exit_code == 2
    assert "No such command 'rank-the-teams'" in result.stderr


def test_the_version_is_told(run_pulse: RunPulse) -> None:
    assert run_pulse("--version").output.startswith("pulse, version ")


def test_a_command_does_not_load_what_others_need() -> None:
    code = "import sys; from pulse.cli.main import main; main(['log', '--help'], standalone_mode=False); print('gunicorn' in sys.modules, 'scipy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.endswith("False False\n")
