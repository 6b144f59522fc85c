"""`pulse box`: a real process that has its folder and nothing else."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from pulse.cli.box import box as box_command
from pulse.cli.frame import CommandFailed
from surveys.ballot_format import BallotKind
from surveys.box import box_path, shut_box
from surveys.box_reading import ballot_ids
from tests.surveys.box_factories import WAVE, ballot, opened_box

PROGRAM = "from pulse.cli.box import box; box()"
StartBox = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def boxes(tmp_path: Path) -> Path:
    folder = tmp_path / "boxes"
    folder.mkdir(mode=0o700)
    opened_box(box_path(folder, wave=WAVE, part="all"))
    return folder


@pytest.fixture
def start_box(boxes: Path) -> Iterator[StartBox]:
    started: list[subprocess.Popen[str]] = []

    def start(*words: str) -> subprocess.Popen[str]:
        # No home: the user of the boxes has no other folder.
        environ = {"PATH": os.environ["PATH"], "PULSE_BOXES": str(boxes), "PULSE_HOME": "/nowhere"}
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *words],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def stop(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    return output


def post(connection: http.client.HTTPConnection, body: bytes) -> int:
    connection.request("POST", f"/{WAVE}/all", body=body, headers={"X-Mark": "leaves-no-trace"})
    answer = connection.getresponse()
    assert answer.read() == b""
    return answer.status


def test_it_takes_ballots_over_a_port_and_writes_no_line_about_them(
    start_box: StartBox, boxes: Path
) -> None:
    process = start_box("--port", "0")
    address = first_line(process).split("//")[1].split()[0]
    connection = http.client.HTTPConnection(address, timeout=30)
    statuses = [post(connection, ballot(kind, 0)) for kind in BallotKind] + [post(connection, b"x")]
    assert statuses == [204, 204, 400]
    connection.close()
    shut_box(boxes / f"{WAVE}.all.box")
    assert len(ballot_ids(boxes / f"{WAVE}.all.box")) == 2
    assert stop(process) == ""


def test_a_request_that_no_server_can_read_leaves_no_address_in_the_log(
    start_box: StartBox,
) -> None:
    process = start_box("--port", "0")
    host, port = first_line(process).split("//")[1].split()[0].split(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nbad header leaves-no-trace\r\n\r\n")
        assert line.recv(12) == b"HTTP/1.1 400"
    assert stop(process) == ""


def test_it_takes_ballots_over_a_unix_socket(start_box: StartBox, tmp_path: Path) -> None:
    path = tmp_path / "box.sock"
    process = start_box("--socket", str(path), "--workers", "1")
    assert str(path) in first_line(process)
    connection = http.client.HTTPConnection("localhost")
    connection.sock = connected(path, process)
    assert post(connection, ballot(BallotKind.SCORES, 0)) == 204
    connection.close()
    assert stop(process) == ""


def connected(path: Path, process: subprocess.Popen[str]) -> socket.socket:
    """Return a connection as soon as the server, which is starting, listens."""
    while process.poll() is None:
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(30)
        try:
            line.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            line.close()
        else:
            return line
    raise AssertionError(process.communicate()[0])


@pytest.mark.parametrize(
    ("mode", "says"),
    [(None, "There is no folder"), (0o755, "chmod o-rwx"), (0o701, "chmod o-rwx")],
)
def test_it_does_not_start_over_a_folder_that_is_missing_or_open_to_all(
    tmp_path: Path, mode: int | None, says: str
) -> None:
    folder = tmp_path / "boxes"
    if mode is not None:
        folder.mkdir()
        folder.chmod(mode)
    result = CliRunner().invoke(box_command, ["--port", "0"], env={"PULSE_BOXES": str(folder)})
    assert result.exit_code == CommandFailed.exit_code
    assert says in result.stderr


def test_a_port_in_use_is_told(boxes: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        words = ["--port", str(taken.getsockname()[1])]
        result = CliRunner().invoke(box_command, words, env={"PULSE_BOXES": str(boxes)})
    assert "is in use. Choose one with --port." in result.stderr
