"""`pulse import responses`: shows first what it would release, asks, and says what went wrong."""

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analysis.archive import visible_releases
from analysis.publishing import staged_months
from pulse.cli.main import main
from pulse.config import Settings
from pulse.stores import Stores

UNITS = "code,name,parent\nall,Everybody,\na,Team a,all\nb,Team b,all\n"
OPTIONS = ("--respondent", "person", "--item", "Q1=morale", "--item", "Q2=workload")


class Terminal:
    """A home with units and k = 5, and a person who types commands into it."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.folder = folder
        units = self.write("units.csv", UNITS)
        self.type("init", "--k", "5", "--password-stdin", typed="correct horse battery\n")
        self.type("import", "units", str(units), "--valid-from", "2025-01-01", "--yes")

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        return path

    def type(self, *arguments: str, typed: str | None = None) -> Result:
        return CliRunner(env={"PULSE_HOME": str(self.home)}).invoke(main, arguments, input=typed)

    def import_responses(self, path: Path, *arguments: str) -> Result:
        return self.type("import", "responses", str(path), *OPTIONS, *arguments)

    @property
    def months(self) -> tuple[list[str], list[str]]:
        """The visible and the staged months."""
        stores = Stores.of(Settings.from_environ({"PULSE_HOME": str(self.home)}))
        with stores.archive() as session:
            visible = [str(head.month) for head in visible_releases(session)]
            staged = [str(month) for month in staged_months(session)]
        stores.close()
        return visible, staged


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


@pytest.fixture
def answers(terminal: Terminal) -> Path:
    rows = [f"{unit},P{person},2025-03-{day:02d},{person % 5 + 1},3" for day in (4, 9) for unit in "ab" for person in range(7)]  # fmt: skip
    return terminal.write("answers.csv", "\n".join(["unit,person,date,Q1,Q2", *rows, ""]))


def test_it_shows_the_month_and_releases_it(terminal: Terminal, answers: Path) -> None:
    result = terminal.import_responses(answers, "--yes")
    assert result.exit_code == 0, result.output
    assert "28 rows in 1 month. 14 rows were dropped" in result.output
    assert "2025-03        14                   2            3             0" in result.output
    assert "not anonymous at source" in result.output
    assert "Released: 1 month. The file was not kept." in result.output
    assert terminal.months == (["2025-03"], [])


def test_a_dry_run_shows_the_same_and_stores_nothing(terminal: Terminal, answers: Path) -> None:
    dry = terminal.import_responses(answers, "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "2025-03        14                   2            3             0" in dry.output
    assert "This was a dry run. Nothing was stored." in dry.output
    assert terminal.months == ([], [])


def test_where_nobody_can_be_asked_nothing_is_stored(terminal: Terminal, answers: Path) -> None:
    result = terminal.import_responses(answers)
    assert "Nobody can be asked here, so nothing was stored." in result.output
    assert terminal.months == ([], [])


@pytest.mark.parametrize(("answer", "visible"), [("y\n", ["2025-03"]), ("n\n", [])])
def test_at_a_terminal_it_asks(
    terminal: Terminal,
    answers: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    visible: list[str],
) -> None:
    monkeypatch.setattr("pulse.cli.import_responses._can_ask", lambda: True)
    result = terminal.type("import", "responses", str(answers), *OPTIONS, typed=answer)
    assert "Release 1 month? They can never be changed" in result.output
    assert terminal.months == (visible, [])


def test_bad_rows_are_listed_without_a_traceback(terminal: Terminal, answers: Path) -> None:
    answers.write_text(answers.read_text() + "a,P1,2025-03-40,1,1\nx,P1,2025-03-04,1,1\n")
    result = terminal.import_responses(answers, "--yes")
    assert result.exit_code == 2
    assert "answers.csv: 2 problems; nothing was imported." in result.output
    assert "row 30, date: this is not a date written like 2014-06-07" in result.output
    assert "row 31, unit: unit 'x' is not among the units of 2025-03" in result.output
    assert "Traceback" not in result.output
    assert terminal.months == ([], [])


def test_a_month_is_released_once(terminal: Terminal, answers: Path) -> None:
    terminal.import_responses(answers, "--yes")
    again = terminal.import_responses(answers, "--yes")
    assert again.exit_code == 2
    assert "Released before: 2025-03." in again.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--item", "Q1"), "write for example --item Q1=workload"),
        (("--item", "Q1=no-such-item"), "no question has the code 'no-such-item'"),
        (("--item", "Q9=morale"), "Q9: this column is missing"),
        (("--item", "Q1=morale", "--unit", "team"), "team: this column is missing"),
        (("--item", "Q1=morale", "--item", "Q1=workload"), "column 'Q1' is named twice"),
    ],
)
def test_wrong_options_say_what_to_write(
    terminal: Terminal, answers: Path, arguments: tuple[str, ...], message: str
) -> None:
    result = terminal.type(
        "import", "responses", str(answers), "--respondent", "person", *arguments, "--yes"
    )
    assert result.exit_code == 2
    assert message in result.output


def test_a_missing_file_is_one_sentence(terminal: Terminal, tmp_path: Path) -> None:
    result = terminal.import_responses(tmp_path / "none.csv", "--yes")
    assert result.exit_code == 2
    assert "there is no such file" in result.output


def test_the_next_command_sweeps_what_a_killed_import_left(
    terminal: Terminal, answers: Path
) -> None:
    left = terminal.home / "tmp" / "history-killed"
    left.mkdir(parents=True)
    (left / "in-use").touch()
    (left / "00").write_bytes(b"single answers")
    terminal.import_responses(answers, "--dry-run")
    assert list((terminal.home / "tmp").iterdir()) == []


def test_a_locked_archive_is_one_sentence(terminal: Terminal, answers: Path) -> None:
    blocker = sqlite3.connect(terminal.home / "archive.sqlite", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    result = terminal.import_responses(answers, "--yes")
    blocker.close()
    assert result.exit_code == 2
    assert "Another command or page is writing to the database" in result.output
    assert terminal.months == ([], [])


POLICY = """
threshold = 5
[[breakdowns]]
code = "role"
name = "Role family"
options = ["Social work", "Support"]
"""


@pytest.fixture
def divided(terminal: Terminal) -> Path:
    """Answers of people of whom two in three say what their job is; the policy declares it."""
    policy = terminal.write("policy.toml", POLICY)
    assert terminal.type("init", "--policy", str(policy)).exit_code == 0
    jobs = ("Social work", "support", "Prefer not to say")
    rows = [
        f"{unit},P{person},2025-03-04,{person % 5 + 1},3,{jobs[person % 3]}"
        for unit in "ab"
        for person in range(21)
    ]
    return terminal.write("divided.csv", "\n".join(["unit,person,date,Q1,Q2,Job", *rows, ""]))


def test_breakdown_columns_are_counted_protected_and_told(
    terminal: Terminal, divided: Path
) -> None:
    dry = terminal.import_responses(divided, "--breakdown", "Job=role", "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "2025-03  by Role family: 6 cells shown, 0 hidden" in dry.output
    real = terminal.import_responses(divided, "--breakdown", "Job=role", "--yes")
    assert "2025-03  by Role family: 6 cells shown, 0 hidden" in real.output
    assert terminal.months == (["2025-03"], [])


def test_a_breakdown_that_is_not_declared_is_refused(terminal: Terminal, divided: Path) -> None:
    result = terminal.import_responses(divided, "--breakdown", "Job=grade", "--yes")
    assert result.exit_code != 0
    assert "declares no breakdown 'grade'; it declares: role" in result.output


def test_a_breakdown_column_that_is_missing_is_named(terminal: Terminal, divided: Path) -> None:
    result = terminal.import_responses(divided, "--breakdown", "Work=role", "--yes")
    assert result.exit_code != 0
    assert "Work" in result.output
    assert "missing" in result.output
