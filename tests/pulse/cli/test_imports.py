"""`pulse import units | pack | workforce`: shown first, all or nothing, logged in the same step."""

import os
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.orm import Session

from analysis.tables import WorkforceRow
from pulse.cli.main import main
from pulse.config import Settings
from pulse.installation import Installation
from pulse.stores import Stores
from surveys.ledger.log import EntryKind, IntactLog, entries, verify
from surveys.months import Month
from surveys.packs import known_instruments
from surveys.unit_registry import tree_as_of
from tests.surveys.pack_text import BENCHMARKS_ALONE, PACK, PUBLISHED_CSV

RunPulse = Callable[..., Result]
UNITS = "code,name,parent\ncity,The City,\nnorth,North,city\nsouth,South,city\n"
WORKFORCE = "unit,month,headcount,leavers\nnorth,2026-03,12,1\nsouth,2026-03,20,2\n"
DAY = date(2026, 11, 22)


@pytest.fixture
def files(tmp_path: Path) -> Mapping[str, Sequence[str]]:
    """The words of each import command, with its file written."""
    contents = {"units": UNITS, "pack": PACK, "workforce": WORKFORCE}
    paths = {kind: tmp_path / f"{kind}.txt" for kind in contents}
    for kind, path in paths.items():
        path.write_text(contents[kind])
    return {
        "units": ("import", "units", str(paths["units"]), "--valid-from", "2026-01-01"),
        "pack": ("import", "pack", str(paths["pack"])),
        "workforce": ("import", "workforce", str(paths["workforce"])),
    }


Files = Mapping[str, Sequence[str]]
KINDS = {
    "units": EntryKind.UNITS,
    "pack": EntryKind.PACK,
    "workforce": EntryKind.WORKFORCE,
}


def logged(stores: Stores, kind: str) -> list[Mapping[str, object]]:
    with stores.archive() as session:
        return [entry.body for entry in entries(session, kinds=[KINDS[kind]])]


def stored(stores: Stores, kind: str) -> int:
    """How many units, packs or workforce figures there are."""
    with stores.registry() as registry, stores.archive() as archive:
        if kind == "units":
            return len(tree_as_of(registry, DAY))
        if kind == "pack":
            return len(known_instruments(registry)) - 1
        return len(archive.scalars(select(WorkforceRow)).all())


STORED = {"units": 3, "pack": 1, "workforce": 2}


@pytest.fixture(params=["units", "pack", "workforce"])
def kind(
    request: pytest.FixtureRequest, installation: Installation, run_pulse: RunPulse, files: Files
) -> str:
    """Each import command, in an installation that has the units it needs."""
    if request.param == "workforce":
        assert run_pulse(*files["units"], "--yes").exit_code == 0
    assert installation.settings.home.is_dir()
    return str(request.param)


def test_an_import_is_stored_and_logged_once(
    installation: Installation, run_pulse: RunPulse, files: Files, kind: str
) -> None:
    first = run_pulse(*files[kind], "--yes")
    assert (first.exit_code, first.output.splitlines()[-1][:7]) == (0, "Stored:")
    again = run_pulse(*files[kind], "--yes")
    assert "Nothing to do: all of this is in Pulse already." in again.output
    assert stored(installation.stores, kind) == STORED[kind]
    assert len(logged(installation.stores, kind)) == 1
    with installation.stores.archive() as session:
        assert isinstance(verify(session, installation.signer.public_key), IntactLog)


@pytest.mark.parametrize("words", [("--dry-run",), ("--dry-run", "--yes"), ()])
def test_a_dry_run_or_a_run_that_nobody_can_answer_stores_nothing(
    installation: Installation, run_pulse: RunPulse, files: Files, kind: str, words: Sequence[str]
) -> None:
    result = run_pulse(*files[kind], *words)
    assert result.exit_code == 0
    assert "othing was stored" in result.output
    assert logged(installation.stores, kind) == []
    assert "Stored" in run_pulse(*files[kind], "--yes").output


@pytest.mark.parametrize(("answer", "is_stored"), [("y\n", True), ("n\n", False)])
def test_on_a_terminal_a_person_is_asked(
    *,
    installation: Installation,
    run_pulse: RunPulse,
    files: Files,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    is_stored: bool,
) -> None:
    monkeypatch.setattr("pulse.cli.imports.is_terminal", lambda: True)
    result = run_pulse(*files[kind], typed=answer)
    assert "Store this?" in result.output
    assert len(logged(installation.stores, kind)) == is_stored


def test_a_file_with_mistakes_says_where_and_stores_nothing(
    installation: Installation, run_pulse: RunPulse, files: Files, kind: str
) -> None:
    path = Path(files[kind][2])
    path.write_text(path.read_text().replace("north", "no rth").replace('licence = "Own work"', ""))
    result = run_pulse(*files[kind], "--yes")
    assert result.exit_code == 2
    assert "nothing was imported" in result.output
    assert logged(installation.stores, kind) == []


def test_the_difference_of_units_is_shown_in_words(
    installation: Installation, run_pulse: RunPulse, files: Files
) -> None:
    run_pulse(*files["units"], "--yes")
    Path(files["units"][2]).write_text(
        "code,name,parent\ncity,The City,\nnorth,North End,city\neast,East,north\n"
    )
    shown = run_pulse(*files["units"][:4], "2026-07-01", "--yes").output.splitlines()
    assert shown == [
        "3 units valid from 2026-07-01.",
        "Compared with the units valid from 2026-01-01:",
        "New: 1",
        "  east  East",
        "Moved: 0",
        "Renamed: 1",
        "  north  from 'North' to 'North End'",
        "Gone: 1",
        "  south  South",
        "Unchanged: 1",
        "Stored: 3 units valid from 2026-07-01.",
    ]
    body = logged(installation.stores, "units")[-1]
    assert {key: value for key, value in body.items() if key != "file_sha256"} == {
        "valid_from": "2026-07-01",
        "revision": 1,
        "rows": 3,
        "adds": 1,
        "moves": 0,
        "renames": 1,
        "removals": 1,
    }


def test_units_that_change_to_and_fro_are_logged_every_time(
    installation: Installation, run_pulse: RunPulse, files: Files
) -> None:
    path = Path(files["units"][2])
    for content in (UNITS, UNITS.replace("South", "Sud"), UNITS):
        path.write_text(content)
        run_pulse(*files["units"], "--yes")
    assert [body["revision"] for body in logged(installation.stores, "units")] == [1, 2, 3]


def test_overwritten_workforce_figures_are_counted_in_the_log(
    installation: Installation, run_pulse: RunPulse, files: Files
) -> None:
    run_pulse(*files["units"], "--yes")
    run_pulse(*files["workforce"], "--yes")
    path = Path(files["workforce"][2])
    path.write_text(f"{WORKFORCE.replace('20,2', '21,2')}north,2026-04,11,0\n")
    said = run_pulse(*files["workforce"], "--yes").output
    assert "  south  2026-03  people in post 21, was 20" in said
    body = logged(installation.stores, "workforce")[-1]
    assert (body["new"], body["overwritten"]) == (1, 1)
    assert (body["first_month"], body["last_month"]) == ("2026-03", "2026-04")


def test_what_changes_between_the_question_and_the_answer_is_not_stored(
    *,
    installation: Installation,
    run_pulse: RunPulse,
    files: Files,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = Path(files[kind][2])

    def think_it_over() -> bool:
        path.write_text(
            path.read_text().replace("South", "Sud").replace("20,2", "20,3").replace("hard", "bad")
        )
        return True

    monkeypatch.setattr("pulse.cli.imports.is_terminal", think_it_over)
    result = run_pulse(*files[kind], typed="y\n")
    assert result.exit_code == 2
    assert "changed after the difference was shown" in result.output
    assert logged(installation.stores, kind) == []


@contextmanager
def every_connection(pragma: str) -> Iterator[None]:
    """Give every SQLite connection that begins a transaction this pragma first."""

    def begin(connection: Connection) -> None:
        connection.connection.cursor().execute(f"PRAGMA {pragma}")

    event.listen(Engine, "begin", begin)
    try:
        yield
    finally:
        event.remove(Engine, "begin", begin)


@pytest.mark.parametrize("store", ["registry", "archive"])
def test_a_locked_database_is_one_clear_message_and_nothing_is_lost(
    *, installation: Installation, run_pulse: RunPulse, files: Files, kind: str, store: str
) -> None:
    if (kind, store) == ("workforce", "registry"):
        pytest.skip("workforce figures write nothing to the registry")
    other = sqlite3.connect(installation.settings.home / f"{store}.sqlite")
    other.execute("BEGIN IMMEDIATE")
    with every_connection("busy_timeout = 1"):
        result = run_pulse(*files[kind], "--yes")
    other.close()
    assert result.exit_code == 2
    assert "writing to the database and did not finish in time" in result.output
    assert logged(installation.stores, kind) == []
    assert "Stored" in run_pulse(*files[kind], "--yes").output
    assert len(logged(installation.stores, kind)) == 1


def test_a_full_disk_is_one_clear_message_and_nothing_is_lost(
    installation: Installation, run_pulse: RunPulse, files: Files, kind: str
) -> None:
    path = Path(files[kind][2])
    months = [Month(1990, 1).shifted(number) for number in range(2000)]
    more = {
        "units": "".join(f"u{number},A team,city\n" for number in range(2000)),
        "workforce": "".join(f"north,{month},12,1\n" for month in months if month.year > 2026),
        "pack": "".join(
            f'[[items]]\ncode = "x{number}"\nconstruct = "mood"\nscale = "mood"\n'
            f'wording = "{"How was it? " * 40}"\n'
            for number in range(100)
        ),
    }
    path.write_text(path.read_text() + more[kind])
    with every_connection("max_page_count = 1"):  # SQLite takes the present size for it
        result = run_pulse(*files[kind], "--yes")
    assert result.exit_code == 2
    assert "The disk is full" in result.output
    assert logged(installation.stores, kind) == []
    assert "Stored" in run_pulse(*files[kind], "--yes").output
    assert len(logged(installation.stores, kind)) == 1


def killed_at(step: int, words: Sequence[str], home: Path) -> bool:
    """Run the command in a child that dies at the step; False if it ended before.

    Steps are every statement that writes, every commit about to happen and every commit done.
    """
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    left = step

    def count(*_arguments: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def count_writes(*arguments: object) -> None:
        if str(arguments[2]).startswith(("INSERT", "UPDATE", "DELETE")):
            count()

    event.listen(Engine, "before_cursor_execute", count_writes)
    event.listen(Session, "before_commit", count)
    event.listen(Session, "after_commit", count)
    CliRunner().invoke(main, words, env={"PULSE_HOME": str(home)})
    os._exit(0)


def test_killed_at_any_step_and_run_again_it_ends_right(
    *, settings: Settings, initialised_home: Path, run_pulse: RunPulse, files: Files, kind: str
) -> None:
    steps = 0
    was_killed = True
    while was_killed:
        steps += 1
        shutil.rmtree(settings.home)
        shutil.copytree(initialised_home, settings.home)
        if kind == "workforce":
            run_pulse(*files["units"], "--yes")
        words = [*files[kind], "--yes"]
        was_killed = killed_at(steps, words, settings.home)
        stores = Stores.of(settings)
        assert len(logged(stores, kind)) <= 1
        assert run_pulse(*words).exit_code == 0
        assert stored(stores, kind) == STORED[kind]
        assert len(logged(stores, kind)) == 1
        stores.close()
    assert steps > 6


def test_the_dry_run_of_figures_of_others_shows_each_beside_what_was_asked(
    installation: Installation, run_pulse: RunPulse, tmp_path: Path
) -> None:
    (tmp_path / "published.csv").write_text(PUBLISHED_CSV)
    path = tmp_path / "others.toml"
    path.write_text(BENCHMARKS_ALONE)
    shown = run_pulse("import", "pack", str(path), "--dry-run")
    assert (
        "Figures of others, for context: Survey of moods 2024, national services." in shown.output
    )
    assert "Median of organisations: 1" in shown.output
    assert "workload: 65.657% agree (I have an acceptable workload)" in shown.output
    assert stored(installation.stores, "pack") == 0

    assert run_pulse("import", "pack", str(path), "--yes").exit_code == 0
    assert stored(installation.stores, "pack") == 1
