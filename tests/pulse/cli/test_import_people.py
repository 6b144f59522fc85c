"""`pulse import people`: the difference shown first, all or nothing, logged without names."""

import json
import os
import shutil
import signal
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from pulse.cli.frame import today
from pulse.cli.main import main
from pulse.installation import Installation
from surveys.ledger.log import EntryKind, IntactLog, entries, verify
from surveys.roster import newest_import, staff_on

RunPulse = Callable[..., Result]
UNITS = "code,name,parent\ncity,The City,\nnorth,North,city\nsouth,South,city\n"
HEADER = "reference,name,email,unit"
PEOPLE = ("1,Ada,ada@example.org,north", "2,Ben,ben@example.org,north", "3,Cy,cy@example.org,south")
DAY = "2026-11-01"


class Console:
    """An installation with units, and a person who types `pulse import people`."""

    def __init__(self, installation: Installation, run_pulse: RunPulse, folder: Path) -> None:
        self.installation = installation
        self.stores = installation.stores
        self.folder = folder
        self.run_pulse = run_pulse
        units = folder / "units.csv"
        units.write_text(UNITS)
        done = run_pulse("import", "units", str(units), "--valid-from", "2026-01-01", "--yes")
        assert done.exit_code == 0, done.output

    def type(self, *people: str, day: str = DAY, options: tuple[str, ...] = ("--yes",)) -> Result:
        path = self.folder / "staff.csv"
        path.write_text("\n".join([HEADER, *people]))
        return self.run_pulse("import", "people", str(path), "--day", day, *options)

    def staff(self) -> dict[str, str]:
        with self.stores.registry() as session:
            newest = newest_import(session)
            if newest is None:
                return {}
            return {member.name: member.unit for member in staff_on(session, newest.day)}

    def logged(self) -> list[Mapping[str, object]]:
        with self.stores.archive() as session:
            return [entry.body for entry in entries(session, kinds=[EntryKind.ROSTER])]


@pytest.fixture
def console(installation: Installation, run_pulse: RunPulse, tmp_path: Path) -> Console:
    return Console(installation, run_pulse, tmp_path)


def test_the_difference_is_shown_by_row_and_stored(console: Console) -> None:
    console.type(*PEOPLE)
    said = console.type(
        "1,Ada Okoro,ada@example.org,south", "2,Ben,ben@example.org,north", "4,Eve,eve@example.org,city",
        day="2026-11-15",
    ).output  # fmt: skip

    assert "3 people on 2026-11-15; 3 until then." in said
    assert "New: 1\n  row 4  Eve, city\n" in said
    assert "Moved: 1\n  row 2  Ada Okoro, from north to south\n" in said
    assert "New details: 1\n  row 2  Ada Okoro: name\n" in said
    assert "Left: 1\n  Cy (3), south\n" in said
    assert "Unchanged: 1\n" in said
    assert console.staff() == {"Ada Okoro": "south", "Ben": "north", "Eve": "city"}


def test_a_dry_run_stores_nothing(console: Console) -> None:
    said = console.type(*PEOPLE, options=("--dry-run",))

    assert said.exit_code == 0
    assert "This was a dry run." in said.output
    assert console.staff() == {}
    assert console.logged() == []


def test_where_nobody_can_be_asked_nothing_is_stored(console: Console) -> None:
    assert "Run the same command with --yes" in console.type(*PEOPLE, options=()).output
    assert console.staff() == {}


def test_the_log_holds_numbers_and_the_fingerprints_and_no_name(console: Console) -> None:
    console.type(*PEOPLE)

    (body,) = console.logged()
    assert {name: value for name, value in body.items() if name != "file_sha256"} == {
        "day": DAY, "revision": 1, "people": 3,
        "adds": 3, "moves": 0, "restructured": 0, "changes": 0, "leavers": 0,
    }  # fmt: skip
    assert len(str(body["file_sha256"])) == 64
    with console.stores.archive() as session:
        assert isinstance(verify(session, console.installation.signer.public_key), IntactLog)
        assert not any(
            name in json.dumps([e.body for e in entries(session)]) for name in ("Ada", "@")
        )


def test_every_list_is_logged_even_when_it_takes_the_last_one_back(console: Console) -> None:
    console.type(*PEOPLE)
    console.type(*PEOPLE[:2], day="2026-11-08")
    console.type(*PEOPLE, day="2026-11-15")
    console.type(*PEOPLE[:2], day="2026-11-22")

    assert [(b["revision"], b["adds"], b["leavers"]) for b in console.logged()] == [
        (1, 3, 0), (2, 0, 1), (3, 1, 0), (4, 0, 1),
    ]  # fmt: skip


def test_the_same_list_again_is_nothing_to_do(console: Console) -> None:
    console.type(*PEOPLE)

    assert "Nothing to do" in console.type(*PEOPLE, day="2026-11-08").output
    assert len(console.logged()) == 1


def test_wrong_rows_are_named_and_nothing_is_stored(console: Console) -> None:
    said = console.type("1,Ada,ada,west", *PEOPLE[1:])

    assert said.exit_code == 2
    assert "row 2, email: 'ada' is not an e-mail address" in said.output
    assert "row 2, unit: no unit has the code 'west' on that day" in said.output
    assert console.staff() == {}


def test_a_list_without_most_people_needs_a_word(console: Console) -> None:
    console.type(*PEOPLE)
    said = console.type(PEOPLE[0], day="2026-11-08")

    assert said.exit_code == 2
    assert "2 of 3 people would leave, more than half" in said.output
    assert len(console.staff()) == 3

    console.type(PEOPLE[0], day="2026-11-08", options=("--yes", "--allow-leavers"))
    assert console.staff() == {"Ada": "north"}


def test_a_mapping_tells_renumbered_units_from_moves(console: Console) -> None:
    console.type(*PEOPLE)
    (console.folder / "mapping.csv").write_text("old,new\nnorth,south\n")
    mapping = ("--mapping", str(console.folder / "mapping.csv"), "--yes")

    said = console.type(
        "1,Ada,ada@example.org,south", "2,Ben,ben@example.org,city", PEOPLE[2],
        day="2026-11-08", options=mapping,
    ).output  # fmt: skip

    assert "Moved: 1\n  row 3  Ben, from north to city\n" in said
    assert "Moved with their unit: 1\n  row 2  Ada, from north to south\n" in said
    assert "mapping_sha256" in console.logged()[-1]


def test_a_day_far_ahead_is_refused(console: Console) -> None:
    said = console.type(*PEOPLE, day=(today() + timedelta(days=63)).isoformat())

    assert said.exit_code == 2
    assert "more than 62 days ahead" in said.output


def test_without_a_day_the_list_is_of_today(console: Console) -> None:
    path = console.folder / "staff.csv"
    path.write_text("\n".join([HEADER, *PEOPLE]))
    console.run_pulse("import", "people", str(path), "--yes")

    assert console.logged()[0]["day"] == today().isoformat()


def test_whoever_left_is_forgotten_with_the_import(console: Console) -> None:
    console.type(*PEOPLE)
    console.type(*PEOPLE[:2], day="2026-11-08")

    assert (
        b"cy@example.org"
        not in (console.installation.settings.home / "registry.sqlite").read_bytes()
    )


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


def test_killed_at_any_step_and_run_again_it_ends_right(console: Console, tmp_path: Path) -> None:
    console.type(*PEOPLE)
    home = console.installation.settings.home
    shutil.copytree(home, tmp_path / "before")
    after = ("1,Ada Okoro,ada@example.org,south", PEOPLE[1], "4,Eve,eve@example.org,city")
    steps = 0
    was_killed = True
    while was_killed:
        steps += 1
        console.stores.close()
        shutil.rmtree(home)
        shutil.copytree(tmp_path / "before", home)
        path = tmp_path / "after.csv"
        path.write_text("\n".join([HEADER, *after]))
        words = ("import", "people", str(path), "--day", "2026-11-08", "--yes")
        was_killed = killed_at(steps, words, home)
        assert len(console.logged()) <= 2
        assert console.run_pulse(*words).exit_code == 0
        assert console.staff() == {"Ada Okoro": "south", "Ben": "north", "Eve": "city"}
        assert [body["revision"] for body in console.logged()] == [1, 2]
    assert steps > 10
