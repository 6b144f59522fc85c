"""A wheel of this checkout, installed elsewhere, sets Pulse up and serves a page."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
import venv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
OUR_PACKAGES = Path(pytest.__file__).resolve().parent.parent


@dataclass(frozen=True)
class Elsewhere:
    """A virtual environment that holds our wheel, and an empty folder to work in."""

    python: Path
    folder: Path
    environment: Mapping[str, str]

    def run(self, *command: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=dict(self.environment),
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    """The wheel alone in a new environment; what it depends on is lent from ours by one path.

    A path file inside a lent folder is not followed, so this checkout cannot be imported there.
    """
    base = tmp_path_factory.mktemp("elsewhere")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(base)]
    subprocess.run([*build, str(REPOSITORY)], check=True, capture_output=True)
    (wheel,) = base.glob("*.whl")
    venv.create(base / "venv", with_pip=False)
    python = base / "venv" / "bin" / "python"
    install = ["install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check"]
    pip = [sys.executable, "-m", "pip", "--python", str(python)]
    subprocess.run([*pip, *install, str(wheel)], check=True)
    (packages,) = (base / "venv" / "lib").glob("python*/site-packages")
    (packages / "lent.pth").write_text(f"{OUR_PACKAGES}\n")
    folder = base / "work"
    folder.mkdir()
    environment = {"PATH": os.defpath, "PULSE_HOME": str(folder / "home"), "LANG": "C.UTF-8"}
    return Elsewhere(python, folder, environment)


@pytest.fixture(scope="module")
def installation(elsewhere: Elsewhere) -> Elsewhere:
    pulse = str(elsewhere.python.with_name("pulse"))
    done = elsewhere.run(
        pulse, "init", "--k", "5", "--password-stdin", given="seven quiet herons\n"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return elsewhere


@pytest.fixture(scope="module")
def address(installation: Elsewhere) -> Iterator[str]:
    """Where `pulse serve` says that it answers, on a free port."""
    told = installation.folder / "server.log"
    command = [str(installation.python.with_name("pulse")), "serve", "--port", "0"]
    with (
        told.open("w") as log,
        subprocess.Popen(
            [*command, "--workers", "1"],
            cwd=installation.folder,
            env=dict(installation.environment) | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as server,
    ):
        assert server.stdout is not None
        answers_on = re.search(r"http://127\.0\.0\.1:(\d+)", server.stdout.readline())
        assert answers_on, told.read_text()
        wait_until_it_listens(int(answers_on[1]))
        yield answers_on[0]
        server.terminate()


def wait_until_it_listens(port: int) -> None:
    """Return once somebody listens on the port of this machine, within a minute."""
    for _attempt in range(600):
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"nobody listens on port {port}")


def fetch(url: str) -> tuple[str, str]:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def test_what_runs_there_is_the_wheel_not_this_checkout(elsewhere: Elsewhere) -> None:
    found = elsewhere.run(str(elsewhere.python), "-c", "import pulse; print(pulse.__file__)")
    assert found.stdout.startswith(str(elsewhere.python.parent.parent))


def test_it_tells_its_version(elsewhere: Elsewhere) -> None:
    told = elsewhere.run(str(elsewhere.python.with_name("pulse")), "--version")
    assert re.fullmatch(r"pulse, version \d+\.\d+\.\d+\n", told.stdout), told.stderr


def test_it_serves_its_sign_in_page(address: str) -> None:
    kind, page = fetch(f"{address}/sign-in")
    assert kind.startswith("text/html")
    assert "<h1" in page
    assert 'type="password"' in page


def test_it_serves_the_style_sheets_that_the_page_asks_for(address: str) -> None:
    _kind, page = fetch(f"{address}/sign-in")
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    assert sheets
    for sheet in sheets:
        kind, text = fetch(address + sheet)
        assert kind.startswith("text/css")
        assert text
