"""`pulse serve`: real processes behind a real port."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulse.cli.serve import server_options
from pulse.installation import Installation
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from tests.conftest import RunPulse

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


@pytest.fixture
def served(installation: Installation) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of a running server, and its process."""
    environ = {**os.environ, "PULSE_HOME": str(installation.settings.home)}
    command = [
        sys.executable,
        "-c",
        "from pulse.cli.main import main; main()",
        "serve",
        "--port",
        "0",
        "--workers",
        "2",
    ]
    process = subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    found = ADDRESS.search(process.stdout.readline())
    assert found is not None
    yield found.group(), process
    if process.poll() is None:
        process.terminate()
    process.communicate(timeout=30)


def test_it_answers_at_the_address_that_it_prints_and_stops_when_told(
    served: tuple[str, subprocess.Popen[str]], installation: Installation
) -> None:
    address, process = served
    with urllib.request.urlopen(f"{address}/sign-in?mark=leaves-no-trace", timeout=30) as answer:
        assert answer.status == 200
        assert "Sign in" in answer.read().decode()
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "leaves-no-trace" not in output
    assert "127.0.0.1" not in output
    assert not [
        path
        for path in Path(installation.settings.home).rglob("*")
        if path.suffix in {".log", ".ctl", ".sock"}
    ]


@pytest.mark.usefixtures("installation")
def test_a_port_in_use_is_told(run_pulse: RunPulse) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run_pulse("serve", "--port", str(port))
    assert (result.exit_code, result.stderr) == (
        2,
        f"Error: Port {port} is in use, perhaps by another Pulse. Choose one with --port.\n",
    )


@pytest.mark.usefixtures("installation")
def test_an_address_of_another_machine_is_told(run_pulse: RunPulse) -> None:
    result = run_pulse("serve", "--host", "192.0.2.1", "--port", "0")
    assert result.exit_code == 2
    assert "Cannot listen on 192.0.2.1" in result.stderr


def options(stores: Stores, installation: Installation) -> dict[str, object]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        chosen = Installation(installation.settings, stores, installation.signer)
        return server_options(chosen, listener, workers=3)


def test_sqlite_is_served_by_processes_alone(installation: Installation) -> None:
    chosen = options(installation.stores, installation)
    assert (chosen["worker_class"], chosen["workers"], chosen["threads"]) == ("sync", 3, 1)


@pytest.mark.postgresql
def test_postgresql_is_served_by_threads_too(
    installation: Installation, postgresql_stores: Stores, signer: LogSigner
) -> None:
    assert signer.public_key != installation.signer.public_key
    chosen = options(postgresql_stores, installation)
    assert (chosen["worker_class"], chosen["workers"], chosen["threads"]) == ("gthread", 3, 4)


def test_no_access_is_logged_and_nothing_else_can_be_told_to_the_server(
    installation: Installation,
) -> None:
    chosen = options(installation.stores, installation)
    assert chosen["accesslog"] is None
    assert chosen["control_socket_disable"] is True
